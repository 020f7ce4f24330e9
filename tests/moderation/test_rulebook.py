"""The rules come from files, by version; what was in force never changes."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import func, select

from participation.base.db import db
from participation.base.yaml_source import ContentError
from participation.moderation.models import Rulebook
from participation.moderation.rulebook import current, import_rules, versions
from tests.factories import moderation as make

pytestmark = pytest.mark.one_database


@pytest.fixture
def folder(app, tmp_path):
    shutil.copytree(app.config["CONTENT"] / "rules", tmp_path / "rules")
    return tmp_path


def test_importing_twice_changes_nothing(app, folder):
    assert import_rules(folder) == 0
    assert db.session.scalar(select(func.count()).select_from(Rulebook)) == 1


def test_a_new_version_is_cited_and_the_old_one_stays(app, folder):
    before = make.decision()
    text = (
        (folder / "rules" / "1.yaml")
        .read_text()
        .replace("version: 1", "version: 2")
        .replace("Keine Werbung", "Werbefrei")
    )
    (folder / "rules" / "2.yaml").write_text(text)
    assert import_rules(folder) == 1
    assert current().version == 2
    assert [book.version for book in versions()] == [2, 1]
    after = make.decision(rule=7)
    assert (after.ground, after.rule_version) == ("Regel 7, Werbefrei", 2)
    assert (before.ground, before.rule_version) == ("Regel 3, Nichts über Private", 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Keine Werbung", "Werbefrei", "never changes"),
        ("version: 1", "version: 0", "whole number"),
        ("2026-11-22", "bald", "must be a day"),
        ("rules:", "regeln:", "unknown field"),
    ],
)
def test_what_is_wrong_is_named(app, folder, old, new, said):
    path = folder / "rules" / "1.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ContentError) as refused:
        import_rules(folder)
    assert any(said in str(problem) for problem in refused.value.problems)
