"""Notes: written by handlers, worded when read, seen by their owner alone."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from participation.accounts.events import DelegateAdded, InitiativeVerified
from participation.base.db import db
from participation.base.events import emit
from participation.base.verdict import NotFound
from participation.leitbild.events import Contribution, RevisionPublished
from participation.notify import operations
from participation.notify.models import Notification
from participation.notify.queries import notifications
from participation.notify.wording import SENTENCES, sentence
from participation.outcomes.models import Fate
from participation.proposals.models import ProposalState
from tests.factories.accounts import log_in, user
from tests.web_helpers import form_token


def test_an_event_becomes_a_sentence(app):
    anna = user()
    emit(InitiativeVerified(1, "Neiße-Radweg", "neisse-radweg", anna.id, anna.id))
    db.session.flush()
    (note,) = notifications(anna)
    assert note.text == "„Neiße-Radweg“ ist geprüft. Sie können jetzt für die Initiative schreiben."
    assert note.link == "/initiativen/neisse-radweg"
    assert note.unread


def test_nobody_is_told_of_what_they_did_themselves(app):
    anna = user()
    emit(DelegateAdded("Neiße-Radweg", "neisse-radweg", anna.id, anna.id))
    db.session.flush()
    assert notifications(anna) == []


def test_one_note_a_person_for_a_revision_with_the_best_that_happened(app):
    anna, tomasz = user(), user()
    given = [(anna, Fate.CONSIDERED, 1), (anna, Fate.ADOPTED, 2), (tomasz, Fate.CONSIDERED, 3)]
    contributions = tuple(
        Contribution(
            user_id=person.id,
            kind="comment",
            id=1,
            fate=fate,
            answer="Danke.",
            change_id=change,
            outcome_number=1,
            passage="Industrieparks",
        )
        for person, fate, change in given
    )
    emit(RevisionPublished(number=2, title="", actor_id=user().id, contributions=contributions))
    db.session.flush()
    (note,) = notifications(anna)
    assert "eingeflossen: „Industrieparks“ Danke." in note.text
    assert note.link == "/leitbild/aenderung/2"
    (note,) = notifications(tomasz)
    assert "nicht übernommen" in note.text


@pytest.mark.one_database
def test_there_is_a_sentence_for_each_state_and_fate(app):
    told_to_others = set(ProposalState) - {
        ProposalState.SUBMITTED,
        ProposalState.WITHDRAWN,
        ProposalState.INCORPORATED,
    }
    for state in told_to_others:
        assert f"proposal_{state.value}" in SENTENCES
    for fate in set(Fate) - {Fate.OPEN}:
        assert f"revision_{fate.value}" in SENTENCES
        assert f"answered_{fate.value}" in SENTENCES


@pytest.mark.one_database
def test_an_old_note_still_reads(app):
    with force_locale("de"):
        assert sentence("gab-es-einmal", {}) == "Es gibt etwas Neues für Sie."
        assert sentence("reply", {}) == "Es gibt etwas Neues für Sie."
        assert sentence("reply", {"by": "100 % Anna"}) == "100 % Anna hat auf Ihren Beitrag geantwortet."


def test_the_list_goes_on_where_a_page_ended(app):
    anna = user()
    for number in range(5):
        operations.notify(anna.id, "reply", {"by": str(number)}, "/")
    operations.notify(user().id, "reply", {"by": "fremd"}, "/")
    db.session.flush()
    first = notifications(anna, size=3)
    assert len(first) == 4
    rest = notifications(anna, before=first[2].id, size=3)
    assert [note.text[0] for note in (*first[:3], *rest)] == list("43210")


def test_only_the_owner_reads_a_note(app):
    anna = user()
    operations.notify(anna.id, "reply", {"by": "T"}, "/beitrag/1")
    db.session.flush()
    (note,) = notifications(anna)
    with pytest.raises(NotFound):
        operations.mark_read(user(), note.id)
    assert operations.mark_read(anna, note.id) == "/beitrag/1"
    assert not notifications(anna)[0].unread


@pytest.mark.one_database
def test_the_page_opens_notes_and_marks_them_read(app, client, statements):
    anna = user()
    log_in(client, anna)
    assert "wenn jemand antwortet" in client.get("/nachrichten").get_data(as_text=True)
    for number in range(35):
        operations.notify(anna.id, "reply", {"by": f"Nachbar {number}"}, f"/beitrag/{number}")
    db.session.flush()
    with statements() as counted:
        page = client.get("/nachrichten").get_data(as_text=True)
    assert counted.number <= 3
    assert "Nachbar 34" in page
    assert "Nachbar 4 " not in page
    newest = db.session.query(Notification).order_by(Notification.id.desc()).first()
    token = {"csrf_token": form_token(client, "/nachrichten")}
    answer = client.post(f"/nachrichten/{newest.id}", data=token)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/beitrag/34")
    assert client.post("/nachrichten/gelesen", data=token).status_code == 303
    assert not any(note.unread for note in notifications(anna, size=40))


@pytest.mark.one_database
def test_a_stranger_cannot_open_a_note(app, client):
    operations.notify(user().id, "reply", {"by": "T"}, "/")
    stranger = user()
    db.session.commit()
    note = db.session.query(Notification).one()
    log_in(client, stranger)
    answer = client.post(f"/nachrichten/{note.id}", data={"csrf_token": form_token(client, "/konto/profil")})
    assert answer.status_code == 404
    assert note.read_at is None
