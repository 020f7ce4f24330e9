"""Minutes as people meet them: the desk, the approval, the public pages, the thread."""

from __future__ import annotations

import html
import io

import pytest
from sqlalchemy import select

from participation.base.db import db
from participation.dialogue import operations as talk
from participation.dialogue.models import Comment
from participation.minutes import operations, queries
from participation.minutes.models import MinutesVersion, VersionState
from tests.factories import minutes as made
from tests.factories.accounts import log_in, moderator, user
from tests.factories.attachments import pdf
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database

EVENT = {
    "title": "Werkstatt im Dorfhaus",
    "place_id": "jaenschwalde",
    "held_on": "2026-11-12",
    "participants": "34",
    "languages": ["de", "dsb"],
    "summary": "Es ging um **Arbeit** nach der Kohle.",
}
SAID = {"node_id": made.NODE, "kind": "erfahrung", "lang": "de", "body": "Der Bus fährt zu selten."}


def words(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def desk(app):
    return signed_in(app, moderator("Frau Wagner"))


def signed_in(app, person):
    client = app.test_client()
    db.session.commit()
    log_in(client, person)
    return client


def send(client, path: str, form_on: str | None = None, **fields):
    return client.post(path, data={**fields, "csrf_token": form_token(client, form_on or path)})


def test_from_the_first_form_to_the_public_page(app, desk):
    begun = send(desk, "/protokolle/neu", **EVENT)
    assert begun.status_code == 303
    draft = begun.location
    for body in (SAID["body"], "Wo bleibt der Arzt?"):
        edit = str(db.session.scalars(select(MinutesVersion.edit)).one())
        answer = send(desk, f"{draft}/beitraege", draft, **{**SAID, "body": body}, edit=edit)
        assert answer.status_code == 303
    upload = desk.post(
        f"{draft}/anhaenge",
        data={
            "csrf_token": form_token(desk, f"{draft}/anhaenge"),
            "file": (io.BytesIO(pdf()), "Mitschrift.pdf"),
            "title": "Mitschrift",
            "summary": "Wer was gefragt hat.",
        },
        content_type="multipart/form-data",
    )
    assert upload.status_code == 303
    edit = str(db.session.scalars(select(MinutesVersion.edit)).one())
    assert send(desk, f"{draft}/uebergeben", draft, edit=edit).status_code == 303
    visitor = app.test_client()
    assert visitor.get("/protokolle/1").status_code == 404
    assert "Werkstatt im Dorfhaus" not in words(visitor.get("/protokolle"))
    ident = draft.rsplit("/", 1)[1]
    assert "Sie haben das Protokoll selbst übergeben" in words(desk.get(f"/moderation/protokoll/{ident}"))
    refused = send(desk, f"/moderation/protokoll/{ident}/freigeben", f"/moderation/protokoll/{ident}", edit=edit)
    assert refused.status_code == 403
    second = signed_in(app, moderator("Herr Krahl"))
    assert "Protokoll freigeben" in words(second.get("/moderation"))
    done = send(second, f"/moderation/protokoll/{ident}/freigeben", f"/moderation/protokoll/{ident}", edit=edit)
    assert done.location == "/protokolle/1"
    page = words(visitor.get("/protokolle/1"))
    for seen in (
        "Werkstatt im Dorfhaus",
        "<strong>Arbeit</strong>",
        "Jänschwalde/Janšojce",
        "12. November 2026",
        "Der Bus fährt zu selten.",
        "Mitschrift.pdf herunterladen",
        "Wer was gefragt hat.",
        "Geschrieben von Moderation Frau Wagner, gelesen und freigegeben von Moderation Herr Krahl",
    ):
        assert seen in page
    thread = words(visitor.get(f"/strategie/{made.NODE}"))
    assert "vor Ort erfasst, Jänschwalde/Janšojce, 12. November 2026" in thread
    assert 'href="/protokolle/1"' in thread
    assert "Frau Wagner" not in thread
    assert "/personen/-1" not in thread
    assert "Davon 2 vor Ort erfasst" in words(visitor.get("/wirkung"))
    listed = words(visitor.get("/protokolle"))
    assert "34 Menschen" in listed
    assert "2 Beiträge" in listed


def test_a_refused_form_keeps_everything(desk):
    answer = send(desk, "/protokolle/neu", **{**EVENT, "participants": "viele", "held_on": "2999-01-01"})
    assert answer.status_code == 422
    page = words(answer)
    assert 'value="Werkstatt im Dorfhaus"' in page
    assert "Es ging um **Arbeit** nach der Kohle." in page
    answer = send(desk, "/protokolle/neu", **{**EVENT, "held_on": "2999-01-01"})
    assert "Der Tag liegt in der Zukunft." in words(answer)
    assert db.session.scalars(select(MinutesVersion)).all() == []


def test_a_refused_contribution_keeps_everything(app):
    author = moderator()
    version = made.draft(author, ())
    path = f"/protokolle/entwurf/{version.minutes_id}"
    client = signed_in(app, author)
    for fields, said in (
        ({**SAID, "node_id": ""}, "Wählen Sie aus der Liste, wozu der Beitrag gehört."),
        ({**SAID, "node_id": "erfunden"}, "Wählen Sie aus der Liste, wozu der Beitrag gehört."),
        ({**SAID, "body": "a" * 5_001}, "Höchstens 5000 Zeichen."),
        ({**SAID, "kind": ""}, "Wählen Sie, was der Beitrag ist."),
        ({**SAID, "edit": "77"}, "Inzwischen hat jemand das Protokoll geändert."),
    ):
        answer = send(client, f"{path}/beitraege", path, **{"edit": "1", **fields})
        assert answer.status_code in (409, 422)
        assert said in words(answer)
        assert fields["body"] in words(answer)
    assert queries.voices(version) == []


def test_after_a_conflict_the_same_form_goes_through(app):
    author = moderator()
    version = made.draft(author, ())
    path = f"/protokolle/entwurf/{version.minutes_id}"
    client = signed_in(app, author)
    made.say(author, version, "Von jemand anderem")
    db.session.commit()
    answer = send(client, f"{path}/beitraege", path, **SAID, edit="1")
    assert answer.status_code == 409
    assert 'name="edit" type="hidden" value="2"' in words(answer)
    assert send(client, f"{path}/beitraege", path, **SAID, edit="2").status_code == 303


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_drafts_are_for_moderators(app, who):
    version = made.draft()
    client = app.test_client() if who == "visitor" else signed_in(app, user())
    db.session.commit()
    base = f"/protokolle/entwurf/{version.minutes_id}"
    for path in ("/protokolle/neu", base, f"{base}/angaben", f"{base}/anhaenge", f"{base}/beitraege/1"):
        answer = client.get(path)
        assert (answer.status_code, "/konto/anmelden" in answer.headers.get("Location", "")) == (
            (303, True) if who == "visitor" else (403, False)
        )
    assert "Noch nicht öffentlich" not in words(client.get("/protokolle"))
    assert "Werkstatt im Dorfhaus" not in words(client.get("/protokolle"))
    assert client.get("/protokolle/1").status_code == 404
    assert client.get("/protokolle/1/verlauf").status_code == 404


def test_nothing_is_approved_without_having_been_read(app):
    author = moderator()
    version = made.draft(author)
    operations.submit(author, version, expected_edit=version.edit)
    second = signed_in(app, moderator())
    path = f"/moderation/protokoll/{version.minutes_id}"
    for edit in ("", "1", "99"):
        assert send(second, f"{path}/freigeben", path, edit=edit).status_code == 409
    assert version.state is VersionState.SUBMITTED
    refused = send(second, f"{path}/zurueckgeben", path, reason="")
    assert refused.status_code == 422
    assert "Schreiben Sie den Grund in einem Satz." in words(refused)
    assert send(second, f"{path}/zurueckgeben", path, reason="Ein Name im zweiten Satz.").status_code == 303
    assert "Zurückgegeben: Ein Name im zweiten Satz." in words(second.get(f"/protokolle/entwurf/{version.minutes_id}"))


def test_correcting_and_its_history(app):
    author = moderator()
    minutes = made.minutes(author)
    client = signed_in(app, author)
    begun = send(client, "/protokolle/1/berichtigen", reason="Zahl verhört")
    draft = f"/protokolle/entwurf/{minutes.id}"
    assert begun.location == draft
    again = send(client, "/protokolle/1/berichtigen", reason="Noch einmal")
    assert again.location == draft, "one correction at a time"
    version = queries.draft(minutes.id, author)
    changed = send(client, f"{draft}/angaben", **{**EVENT, "participants": "43", "edit": str(version.edit)})
    assert changed.status_code == 303
    voice = f"{draft}/beitraege/1"
    assert "Berichtigen lässt sich nur sein Wortlaut" in words(client.get(voice))
    fields = {**SAID, "body": "Der Bus fährt zweimal am Tag."}
    assert send(client, voice, **fields, edit=str(version.edit)).status_code == 303
    assert "34" in words(app.test_client().get("/protokolle/1")), "as before until somebody approves"
    made.approve(version, author)
    db.session.commit()
    history = words(app.test_client().get("/protokolle/1/verlauf"))
    assert "Grund: Zahl verhört" in history
    assert "1 Beitrag berichtigt" in history
    assert "<del>" in history
    assert "1 Mal berichtigt" in words(app.test_client().get("/protokolle/1"))


def test_withdrawing_takes_the_words_away_everywhere(app):
    author = moderator()
    made.minutes(author)
    client = signed_in(app, author)
    assert send(client, "/protokolle/1/zurueckziehen", reason="").status_code == 422
    assert send(client, "/protokolle/1/zurueckziehen", reason="Auf Wunsch der Runde").status_code == 303
    visitor = app.test_client()
    page = words(visitor.get("/protokolle/1"))
    assert "Auf Wunsch der Runde" in page
    for said in ("Der Bus fährt zu selten.", "Es ging um Arbeit", "Werkstatt im Dorfhaus"):
        assert said not in page
    assert "Werkstatt im Dorfhaus" not in words(visitor.get("/protokolle"))
    assert visitor.get("/protokolle/1/verlauf").status_code == 403
    assert "Der Bus fährt zu selten." not in words(visitor.get(f"/strategie/{made.NODE}"))


def test_a_hidden_contribution_is_hidden_on_the_page_of_the_minutes(app):
    made.minutes()
    comment = db.session.scalars(select(Comment)).one()
    talk.hide_comment(moderator(), comment, "Regel 3, Angaben über eine private Person")
    db.session.commit()
    page = words(app.test_client().get("/protokolle/1"))
    assert "Der Bus fährt zu selten." not in page
    assert "Regel 3, Angaben über eine private Person" in page


def test_markup_in_minutes_is_words(app):
    author = moderator()
    version = operations.begin(
        author,
        made.header(title="<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>"),
        today=made.TODAY,
    )
    made.say(author, version, "<script>alert(2)</script>")
    path = f"/protokolle/entwurf/{version.minutes_id}"
    client = signed_in(app, author)
    raw = client.get(path).get_data(as_text=True)
    made.approve(version, author)
    db.session.commit()
    raw += app.test_client().get("/protokolle/1").get_data(as_text=True)
    raw += app.test_client().get("/protokolle").get_data(as_text=True)
    assert "<script>alert" not in raw
    assert "<img src=x" not in raw


def test_statements_do_not_grow_with_what_was_said(app, statements):
    numbers = []
    for count in (1, 20):
        author = moderator()
        minutes = made.minutes(author, tuple(f"Beitrag {n}" for n in range(count)))
        db.session.commit()
        client = app.test_client()
        client.get("/protokolle")
        db.session.expire_all()
        with statements() as counted:
            assert client.get(f"/protokolle/{minutes.number}").status_code == 200
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
    assert numbers[1] <= 8


def test_whoever_may_not_give_back_is_told_so_before_the_form_is_read(app, desk):
    """A draft that nobody handed over has nothing to give back, however long the reason is."""
    version = made.draft(moderator())
    db.session.commit()
    form_on = f"/moderation/protokoll/{version.minutes_id}"
    waiting = made.draft(author := moderator())
    operations.submit(author, waiting, expected_edit=waiting.edit)
    db.session.commit()
    token = form_token(desk, f"/moderation/protokoll/{waiting.minutes_id}")
    answer = desk.post(f"{form_on}/zurueckgeben", data={"csrf_token": token, "reason": "x" * 5000})
    assert answer.status_code == 403
    assert "nichts auf Freigabe" in words(answer)
    assert version.state is VersionState.DRAFT
