"""Bodies come from the content folder once; afterwards operators add, retire and staff them by command."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from participation.base.db import db, transaction
from participation.base.yaml_source import ContentError
from participation.cli.bodies import bodies as commands
from participation.resolutions import queries
from participation.resolutions.bodies import import_bodies
from tests.factories import resolutions as make
from tests.factories.accounts import moderator, user

CONTENT = Path(__file__).resolve().parents[2] / "content"


def test_the_defaults_are_both_lenkungsgremien_and_come_once(app: Flask):
    assert import_bodies(CONTENT) == 2
    assert [body.name for body in queries.bodies()] == ["Lenkungsgremium Brandenburg", "Lenkungsgremium Sachsen"]
    assert import_bodies(CONTENT) == 0


def test_an_operator_may_have_others_or_none(app: Flask, tmp_path: Path):
    assert import_bodies(tmp_path) == 0
    file = tmp_path / "bodies.yaml"
    file.write_text("bodies: []\n", encoding="utf-8")
    assert import_bodies(tmp_path) == 0
    file.write_text("bodies:\n- {id: rat, name: Der Rat, short: Rat}\n", encoding="utf-8")
    assert import_bodies(tmp_path) == 1
    assert [(body.id, body.region) for body in queries.bodies()] == [("rat", None)]


def test_mistakes_are_named_with_their_line(app: Flask, tmp_path: Path):
    (tmp_path / "bodies.yaml").write_text(
        "bodies:\n- {id: Rat, name: Der Rat, short: Rat}\n- {id: b, name: B, short: B, region: mond, x: y}\n",
        encoding="utf-8",
    )
    with pytest.raises(ContentError) as refused:
        import_bodies(tmp_path)
    assert {problem.line for problem in refused.value.problems} == {2, 3}
    assert queries.bodies() == []


@pytest.mark.one_database
def test_the_commands(separate_app: Flask):
    with separate_app.app_context(), transaction():
        make.bodies()
        person, boss = user("Karla").email, moderator().email
    runner = separate_app.test_cli_runner()

    def run(*words: str) -> tuple[int, str]:
        done = runner.invoke(commands, list(words))
        return done.exit_code, done.output

    assert run("seat", "sachsen", person)[0] == 0
    assert run("seat", "brandenburg", person) == (1, "Error: This person holds a seat already.\n")
    assert run("seat", "sachsen", boss)[0] == 1
    assert run("seat", "sachsen", "niemand@example.org")[0] == 1
    assert run("seat", "mond", person)[0] == 1
    assert "Karla" in run("list")[1]
    assert run("unseat", "sachsen", person)[0] == 0
    assert run("unseat", "sachsen", person)[0] == 1
    assert run("add", "rat", "--name", "Der Rat", "--short", "Rat")[0] == 0
    assert run("add", "rat2", "--name", "Der Rat", "--short", "Anders")[0] == 1
    assert run("add", "Kein Name", "--name", "x", "--short", "x")[0] == 2
    assert run("retire", "rat")[0] == 0
    assert run("retire", "rat")[0] == 1
    with separate_app.app_context():
        assert "rat" in [body.id for body in queries.bodies()]
        db.session.rollback()
