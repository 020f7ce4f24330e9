"""While the database cannot work people read a friendly page with every word they typed, and then it goes on."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from sqlalchemy import func, select, text

from participation.app import create_app
from participation.base import db as database
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.dialogue.models import Comment
from participation.leitbild.first import publish_first
from participation.models import metadata
from participation.moderation.rulebook import import_rules
from participation.strategy.importer import import_content
from tests import postgres
from tests.factories.accounts import log_in, user
from tests.programs import missing
from tests.web_helpers import form_token, token_in

NODE = "/strategie/lce-sofort-industrieparks"
TYPED = "Ein langer Gedanke über die Industrieparks.\nUnd noch <eine> Zeile & mehr."
SHOWN = "Ein langer Gedanke über die Industrieparks.\nUnd noch &lt;eine&gt; Zeile &amp; mehr."


@pytest.fixture
def member(separate_app, monkeypatch):
    """Somebody who has a form open; nobody waits long for a lock."""
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "busy_timeout=100"))
    return logged_in(separate_app)


def logged_in(app):
    client = app.test_client()
    with app.app_context(), transaction():
        log_in(client, user())
    return client


def written(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Comment))


def comment(token: str, body: str = TYPED) -> dict[str, str]:
    return {"csrf_token": token, "kind": "frage", "lang": "de", "body": body}


def is_kept(answer) -> bool:
    """Tell whether an answer is the friendly page with everything typed, once and escaped."""
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Gleich geht es weiter" in answer.text
    return answer.text.count(SHOWN) == 1 and f'action="{NODE}/beitrag"' in answer.text


def hold_the_file(app) -> sqlite3.Connection:
    holder = sqlite3.connect(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder


@pytest.mark.one_database
def test_a_locked_database_loses_no_word(separate_app, member):
    token = form_token(member, NODE)
    with closing(hold_the_file(separate_app)):
        answer = member.post(f"{NODE}/beitrag", data=comment(token))
        assert is_kept(answer)
    assert written(separate_app) == 0
    again = member.post(f"{NODE}/beitrag", data=comment(token_in(answer.text)))
    assert again.status_code == 303
    assert written(separate_app) == 1


@pytest.mark.one_database
def test_passwords_are_not_carried_along(separate_app, member):
    client = separate_app.test_client()
    token = form_token(client, "/konto/anmelden")
    login = {"csrf_token": token, "email": "wer@example.org", "password": "Das Geheimnis"}
    with closing(hold_the_file(separate_app)):
        answer = client.post("/konto/anmelden", data=login)
    assert answer.status_code == 503
    assert "Das Geheimnis" not in answer.text


@pytest.mark.one_database
def test_a_form_from_elsewhere_is_not_offered_again(separate_app, member):
    with closing(hold_the_file(separate_app)):
        answer = member.post(f"{NODE}/beitrag", data=comment("x"), headers={"Origin": "https://elsewhere.example"})
    assert "Ein langer Gedanke" not in answer.text


@pytest.mark.one_database
def test_a_full_disk_loses_no_word(separate_app, member):
    token = form_token(member, NODE)
    with separate_app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.PRAGMAS = (*database.PRAGMAS, "max_page_count=1")  # as large as it is, and not a page more
    assert is_kept(member.post(f"{NODE}/beitrag", data=comment(token, TYPED + "\n" + "viel " * 800)))
    assert member.get(NODE).status_code == 200
    assert written(separate_app) == 0


def test_our_own_mistakes_are_no_outage(separate_app):
    separate_app.config["PROPAGATE_EXCEPTIONS"] = False

    def mistaken() -> str:
        db.session.execute(text("SELECT * FROM nowhere"))
        return ""

    mistaken.access = "public"
    separate_app.view_functions["info.how"] = mistaken
    answer = separate_app.test_client().get("/so-funktioniert-es")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_disk_that_is_full_for_postgresql(separate_app):
    client = logged_in(separate_app)
    with separate_app.app_context(), transaction():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("has its own way, above")
        db.session.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
        )
        db.session.execute(text("CREATE TRIGGER full_disk BEFORE INSERT ON comments EXECUTE FUNCTION full_disk()"))
    assert is_kept(client.post(f"{NODE}/beitrag", data=comment(form_token(client, NODE))))


@pytest.fixture(scope="module")
def cluster():
    found = postgres.programs()
    if found is None:
        missing("PostgreSQL")
    made = postgres.Cluster(found)
    made.start()
    yield made
    made.remove()


@pytest.fixture
def on_cluster(databases, cluster):
    app = create_app(databases.settings(cluster.address))
    with app.app_context():
        metadata.drop_all(db.engine)
        metadata.create_all(db.engine)
        with transaction():
            import_content(app.config["CONTENT"])
            import_rules(app.config["CONTENT"])
            publish_first(now())
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_a_postgresql_that_stops_loses_no_word_and_comes_back_without_us_restarting(on_cluster, cluster, mode):
    client = logged_in(on_cluster)
    token = form_token(client, NODE)
    before = written(on_cluster)
    cluster.stop(mode)
    began = time.monotonic()
    answer = client.post(f"{NODE}/beitrag", data=comment(token))
    assert time.monotonic() - began < 4
    assert is_kept(answer)
    assert client.get(NODE).status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {"status": "unavailable", "failing": ["database"], "degraded": []}
    figures = client.get("/metrics")
    assert "participation_database_up 0.0" in figures.text
    cluster.start()
    began = time.monotonic()
    assert client.get(NODE).status_code == 200
    assert client.post(f"{NODE}/beitrag", data=comment(token_in(answer.text))).status_code == 303
    assert time.monotonic() - began < 5
    assert written(on_cluster) == before + 1
