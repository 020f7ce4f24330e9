"""Pages of bodies and readings: who sees what, what survives, and how many statements it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from participation.accounts.models import Role
from participation.base.clock import now
from participation.base.db import db
from participation.leitbild import reading
from participation.leitbild.drafts import return_draft
from participation.leitbild.models import Change, Reading
from participation.notify.models import Notification
from participation.resolutions.models import Decision, Resolution, ResolutionState
from tests.factories import leitbild
from tests.factories import resolutions as make
from tests.factories.accounts import log_in, moderator, user
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
TODAY = now().date().isoformat()
WORD = "erabschiedet"


@pytest.fixture
def both(app: Flask):
    return make.bodies()


@pytest.fixture
def revision(both):
    return leitbild.revision()


def shown(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def test_the_way_of_a_resolution(app: Flask, both, revision):
    drafter, signer = make.member(both[0], "Karla"), make.member(both[0], "Ernst")
    one, two = app.test_client(), app.test_client()
    log_in(one, drafter)
    log_in(two, signer)
    desk = shown(one, "/gremium")
    assert "Lenkungsgremium Brandenburg" in desk
    assert "noch nichts entworfen" in desk
    path = f"/gremium/fassung/{revision.number}"
    data = {"csrf_token": form_token(one, path), "decision": "adopted", "date": TODAY, "reference": "BB 1", "edit": "0"}
    assert one.post(path, data=data).status_code == 303
    mine = shown(one, path)
    assert "/unterschreiben" not in mine
    assert "Unterschreiben muss ein zweites Mitglied" in mine
    assert "wartet auf Ihre Unterschrift" in shown(two, "/gremium")
    page = shown(two, path)
    assert "/unterschreiben" in page
    answer = two.post(f"{path}/unterschreiben", data={"csrf_token": form_token(two, path), "edit": "1"})
    assert answer.headers["Location"].endswith("/revisionslog/3")
    public = app.test_client()
    assert "Lenkungsgremium Brandenburg nimmt Fassung 2 an" in shown(public, "/revisionslog/3")
    assert "Lenkungsgremium Brandenburg nimmt Fassung 2 an" in shown(public, "/revisionslog")
    assert one.get(path).headers["Location"].endswith("/revisionslog/3")
    assert (
        two.post(f"{path}/unterschreiben", data={"csrf_token": form_token(two, "/gremium"), "edit": "1"}).status_code
        == 303
    )


def test_the_word_appears_only_when_all_adopted(app: Flask, both, revision, client: FlaskClient):
    pages = ("/", "/leitbild", "/leitbild/fassung/2", "/leitbild/fassungen", "/revisionslog", "/revisionslog/2",
             "/leitbild/fassung/2/beschluesse")  # fmt: skip
    make.signed(revision, both[0])
    for path in pages:
        assert WORD not in shown(client, path), path
    assert "In Kraft ist noch keine Fassung" in shown(client, "/leitbild")
    assert "Brandenburg: angenommen" in shown(client, "/leitbild")
    make.signed(revision, both[1])
    for path in ("/", "/leitbild", "/leitbild/fassung/2", "/leitbild/fassungen", "/leitbild/fassung/2/beschluesse"):
        assert WORD in shown(client, path), path
    leitbild.revision(leitbild.approved(leitbild.measure(3)))
    newest = shown(client, "/leitbild")
    assert "Sachsen: offen" in newest
    assert "In Kraft ist" in newest


def test_without_bodies_nobody_speaks_of_them(app: Flask, client: FlaskClient):
    leitbild.revision()
    for path in ("/", "/leitbild", "/leitbild/fassung/2", "/leitbild/fassungen", "/revisionslog/2"):
        page = shown(client, path)
        assert WORD not in page
        assert "In Kraft" not in page
    assert "kein Gremium vorgesehen" in shown(client, "/leitbild/fassung/2/beschluesse")


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.MODERATOR, Role.OPERATOR])
def test_the_desk_is_for_members(app: Flask, both, revision, client: FlaskClient, role: Role):
    log_in(client, user(role=role))
    shown(client, "/gremium", 403)
    shown(client, "/gremium/fassung/2", 403)
    token = form_token(client, "/konto/profil")
    data = {"csrf_token": token, "decision": "adopted", "date": TODAY, "reference": "x", "edit": "0"}
    for path in ("", "/unterschreiben", "/verwerfen"):
        assert client.post(f"/gremium/fassung/2{path}", data=data).status_code == 403
    assert db.session.scalars(select(Resolution)).all() == []
    assert 'href="/gremium"' not in shown(client, "/")


def test_a_member_signs_nothing_of_the_other_land(app: Flask, both, revision, client: FlaskClient):
    made = make.draft(revision, make.member(both[0]))
    log_in(client, make.member(both[1]))
    token = form_token(client, "/gremium/fassung/2")
    answer = client.post("/gremium/fassung/2/unterschreiben", data={"csrf_token": token, "edit": "1"})
    assert answer.status_code == 404
    assert made.state is ResolutionState.DRAFTED
    assert made.reference not in shown(client, "/gremium/fassung/2")


def test_what_was_typed_survives_every_refusal(app: Flask, both, revision, client: FlaskClient):
    (change,) = db.session.scalars(select(Change.id).where(Change.revision_number == 2))
    author = make.member(both[0])
    db.session.commit()
    log_in(client, author)
    path = "/gremium/fassung/2"
    data = {
        "csrf_token": form_token(client, path),
        "decision": "returned",
        "date": "2019-01-01",
        "reference": "BB 77",
        "text": "Unser langer Wortlaut.",
        f"grund-{change}": "Das Wasser fehlt.",
        "edit": "0",
    }
    refused = client.post(path, data=data)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert all(text in page for text in ("BB 77", "Unser langer Wortlaut.", "Das Wasser fehlt.", "2019-01-01"))
    assert "<title>Fehler:" in page
    make.draft(revision, make.member(both[0], "Andere"), reference="Von der anderen")
    db.session.commit()
    conflict = client.post(path, data={**data, "date": TODAY})
    page = conflict.get_data(as_text=True)
    assert conflict.status_code == 409
    assert all(text in page for text in ("Unser langer Wortlaut.", "Das Wasser fehlt.", "Von der anderen"))
    assert client.post(path, data={**data, "date": "morgen"}).status_code == 409
    assert client.post(path, data={**data, "date": TODAY, "edit": "1"}).status_code == 303
    kept = db.session.scalars(select(Resolution)).one()
    assert (kept.decision, [reason.reason for reason in kept.reasons]) == (Decision.RETURNED, ["Das Wasser fehlt."])


def test_the_comparison_can_be_narrowed_and_escapes(app: Flask, both, client: FlaskClient):
    first = leitbild.approved(
        db.session.get(leitbild.Node, "lce-sofort-industrieparks-versorgungssicherheit"), after="A"
    )
    second = leitbild.approved(leitbild.measure(20))
    revision = leitbild.revision(first, second)
    make.signed(revision, both[0], Decision.RETURNED, reasons={first.id: "<script>alert(1)</script> & Wasser"})
    path = f"/leitbild/fassung/{revision.number}/beschluesse"
    page = shown(client, path)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "Ort in beiden Ländern" in page
    assert first.reference in page
    assert second.reference in page
    narrowed = shown(client, f"{path}?ort=schwarze-pumpe")
    assert first.reference in narrowed
    assert f"{second.reference}:" not in narrowed
    assert f"{second.reference}:" in shown(client, f"{path}?cluster=gibt-es-nicht&ort=x")
    assert client.get("/leitbild/fassung/99/beschluesse").status_code == 404
    assert "beschließt niemand" in shown(client, "/leitbild/fassung/1/beschluesse")


def test_pages_take_a_constant_number_of_statements(app: Flask, both, client: FlaskClient, statements):
    counts = []
    for step in range(0, 8, 3):
        revision = leitbild.revision(
            leitbild.approved(leitbild.measure(step)), leitbild.approved(leitbild.measure(step + 1))
        )
        make.signed(revision, both[0])
        db.session.commit()
        db.session.remove()
        both = make.queries.bodies()
        with statements() as counted:
            for path in ("/leitbild/fassungen", "/revisionslog", f"/leitbild/fassung/{revision.number}/beschluesse"):
                client.get(path)
        counts.append(counted.number)
    assert counts[1] == counts[2], counts
    with statements() as counted:
        client.get("/leitbild")
    assert counted.number <= 8, counted.texts


def test_people_are_told(app: Flask, both):
    members = [make.member(body) for body in both]
    revision = leitbild.revision()
    waiting = {note.user_id for note in db.session.scalars(select(Notification)) if note.kind == "revision_to_decide"}
    assert waiting == {person.id for person in members}
    make.signed(revision, both[0])
    make.signed(revision, both[1])
    kinds = {(note.user_id, note.kind) for note in db.session.scalars(select(Notification))}
    assert (revision.author_id, "resolution_adopted") in kinds
    assert (members[1].id, "resolution_adopted") in kinds
    assert (revision.author_id, "revision_adopted_by_all") in kinds


# --- the public reading -----------------------------------------------------------------------------------------------


@pytest.fixture
def laid_out(app: Flask):
    made = leitbild.draft(leitbild.approved())
    reading.lay_out(made.author, made, expected_edit=made.edit, period=timedelta(days=21))
    return made


def test_a_reading_is_public_and_takes_comments(app: Flask, laid_out, client: FlaskClient):
    change = db.session.scalars(select(Change).where(Change.draft_id == laid_out.id)).one()
    for path in ("/leitbild/lesung", "/leitbild/lesung?ansicht=text", f"/leitbild/aenderung/{change.id}"):
        assert change.reference in shown(client, path), path
    assert "liegt aus" in shown(client, "/leitbild")
    assert "/moderation/" not in shown(client, "/leitbild/lesung?ansicht=text")
    log_in(client, user())
    path = f"/leitbild/aenderung/{change.id}"
    data = {"csrf_token": form_token(client, path), "kind": "ergaenzung", "body": "Speicher wo?", "lang": "de"}
    assert client.post(f"{path}/beitrag", data=data).status_code == 303
    assert "Speicher wo?" in shown(client, path)
    assert "1 Beitrag" in shown(client, "/leitbild/lesung")
    boss = app.test_client()
    log_in(boss, moderator())
    assert "1 Beitrag in der Lesung" in shown(boss, "/moderation/entwurf")
    ended = now() - timedelta(seconds=1)
    db.session.execute(update(Reading).values(begins_at=ended - timedelta(days=1), ends_at=ended))
    db.session.commit()
    page = shown(client, path)
    assert "Die Lesung ist zu Ende" in page
    assert 'name="body"' not in page
    assert client.post(f"{path}/beitrag", data={**data, "body": "Zu spät"}).status_code == 403


def test_a_draft_taken_back_leaks_nothing(app: Flask, laid_out, client: FlaskClient):
    change = db.session.scalars(select(Change).where(Change.draft_id == laid_out.id)).one()
    writer = user()
    log_in(client, writer)
    path = f"/leitbild/aenderung/{change.id}"
    data = {"csrf_token": form_token(client, path), "kind": "frage", "body": "Warum so?", "lang": "de"}
    client.post(f"{path}/beitrag", data=data)
    return_draft(laid_out.author, laid_out, "Ein Fehler im Wortlaut.")
    db.session.commit()
    visitor = app.test_client()
    shown(visitor, path, 404)
    assert client.post(f"{path}/beitrag", data=data).status_code == 404
    pages = ("/", "/leitbild", "/leitbild/lesung", "/leitbild/lesung?ansicht=text", "/revisionslog", "/beitrag/1")
    for public in (*pages, f"/leitbild?herkunft={change.id}", f"/personen/{writer.id}"):
        page = visitor.get(public).get_data(as_text=True)
        assert change.reference not in page, public
        assert change.after not in page, public
    assert "Ein Fehler im Wortlaut." in shown(visitor, "/leitbild/lesung")


def test_the_operators_setting_decides_how_a_draft_is_handed_over(app: Flask, client: FlaskClient, monkeypatch):
    monkeypatch.setitem(app.config, "PERIODS", {**app.config["PERIODS"], "reading": timedelta(days=21)})
    made = leitbild.draft(leitbild.approved())
    db.session.commit()
    log_in(client, made.author)
    page = shown(client, "/moderation/entwurf")
    assert "Öffentlich auslegen" in page
    data = {"csrf_token": form_token(client, "/moderation/entwurf"), "title": made.title, "summary": made.summary,
            "edit": str(made.edit), "abgeben": "1"}  # fmt: skip
    assert client.post("/moderation/entwurf", data=data).status_code == 303
    assert reading.running() is not None
    second = app.test_client()
    boss = moderator()
    db.session.commit()
    log_in(second, boss)
    assert "liegt aus bis" in shown(second, "/moderation/entwurf")
    assert "noch nicht veröffentlicht werden" in shown(second, "/moderation")
    db.session.expire_all()
    data = {"csrf_token": form_token(second, "/moderation/entwurf"), "edit": str(made.edit)}
    assert second.post("/moderation/entwurf/veroeffentlichen", data=data).status_code == 403
    assert leitbild.current_number() == 1
