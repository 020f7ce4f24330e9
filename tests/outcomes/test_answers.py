"""Contributions that an outcome left open, and the answers that come later."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Delegate
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.operations import pause_votes
from participation.leitbild.readiness import unanswered
from participation.notify.queries import notifications
from participation.outcomes.answers import answer_evidence
from participation.outcomes.models import Fate, OutcomeState
from participation.outcomes.operations import approve_outcome, save_outcome, submit_outcome
from participation.outcomes.pieces import evidence, proposals_in_reach
from participation.outcomes.queries import receipts_for_comments
from participation.outcomes.writing import AlreadyAnswered, IncompleteOutcome, OutcomeFields, Pin, outcome_missing
from participation.proposals.models import CoAuthor, ProposalState
from tests.factories import leitbild
from tests.factories import outcomes as make
from tests.factories.accounts import initiative, moderator, user


def left_open(source=None, **rest):
    record = make.outcome(**rest)
    piece = make.pin(record, source or make.node_comment(), fate=Fate.OPEN, answer="")
    return record, piece


def test_an_outcome_may_leave_a_comment_open(app):
    author, comment = moderator(), make.node_comment()
    outcome = make.outcome(state=OutcomeState.DRAFT, author=author)
    pause_votes(outcome.thread)
    fields = OutcomeFields(
        outcome.kind, "Zusammen.", "Dafür.", "Dagegen.", "keine", (Pin(comment_id=comment.id, fate=Fate.OPEN),)
    )
    save_outcome(author, outcome, fields, expected_edit=outcome.edit)
    submit_outcome(author, outcome)
    approve_outcome(moderator(), outcome)
    assert receipts_for_comments([comment.id])[comment.id].fate is Fate.OPEN


def test_but_never_the_proposal_it_is_about(app):
    subject = make.quoted(ProposalState.SYNTHESIS)
    outcome = make.outcome(proposal=subject, state=OutcomeState.DRAFT)
    piece = make.pin(outcome, subject, fate=Fate.OPEN, answer="")
    assert f"ausgang-{piece.key}" in outcome_missing(outcome, [piece])


def test_the_answer_reaches_the_author(app):
    anna, judge = user(), moderator()
    outcome, piece = left_open(make.node_comment(anna))
    answer_evidence(judge, piece, Fate.CONSIDERED, "Der Wasserbedarf ist ungeklärt.")
    assert (piece.fate, piece.answered_by_id) == (Fate.CONSIDERED, judge.id)
    (note,) = notifications(anna)
    assert "Der Wasserbedarf ist ungeklärt." in note.text
    assert note.link == f"/ergebnisse/{outcome.number}#beleg-{piece.key}"


@pytest.mark.parametrize(("fate", "answer"), [(None, "Text."), (Fate.OPEN, "Text."), (Fate.PARTLY, " ")])
def test_an_answer_says_what_and_why(app, fate, answer):
    _outcome, piece = left_open()
    with pytest.raises(IncompleteOutcome):
        answer_evidence(moderator(), piece, fate, answer)
    assert piece.fate is Fate.OPEN


def test_an_answer_given_never_changes(app):
    _outcome, piece = left_open()
    answer_evidence(moderator(), piece, Fate.ADOPTED, "")
    with pytest.raises(AlreadyAnswered):
        answer_evidence(moderator(), piece, Fate.CONSIDERED, "Doch nicht.")
    assert piece.fate is Fate.ADOPTED


def test_only_moderators_answer_and_only_after_approval(app):
    _outcome, piece = left_open()
    with pytest.raises(Denied):
        answer_evidence(user(), piece, Fate.ADOPTED, "")
    _draft, early = left_open(state=OutcomeState.DRAFT)
    with pytest.raises(Denied):
        answer_evidence(moderator(), early, Fate.ADOPTED, "")


def test_a_cited_proposal_gets_its_recommendation_with_the_answer(app):
    cited = make.quoted(ProposalState.OPEN)
    _outcome, piece = left_open(cited)
    answer_evidence(moderator(), piece, Fate.CONSIDERED, "Zu teuer.")
    assert (cited.state, cited.answer) == (ProposalState.NOT_RECOMMENDED, "Zu teuer.")


def joint(number: int = 1):
    """Return a proposal that a person and an organisation handed in with its author, and the three people."""
    anna, mira, tomasz = user("Anna"), user("Mira"), user("Tomasz")
    cited = make.quoted(ProposalState.OPEN, number, anna)
    group = initiative(tomasz, name="Chor Guben")
    for columns in ({"user_id": mira.id}, {"user_id": tomasz.id, "initiative_id": group.id}):
        db.session.add(CoAuthor(proposal_id=cited.id, expires_at=now(), joined_at=now(), **columns))
    db.session.add(CoAuthor(proposal_id=cited.id, expires_at=now(), email="fremd@example.net", digest="a" * 64))
    db.session.flush()
    return cited, anna, mira, tomasz


def test_the_answer_reaches_all_who_handed_it_in_together(app):
    cited, *people = joint()
    speaker, stranger = user(), user()
    db.session.add(Delegate(initiative_id=cited.coauthors[1].initiative_id, user_id=speaker.id, since=now()))
    db.session.flush()
    _outcome, piece = left_open(cited)
    answer_evidence(moderator(), piece, Fate.CONSIDERED, "Zu teuer.")
    for person in (*people, speaker):
        told = [note for note in notifications(person) if note.link.endswith(f"#beleg-{piece.key}")]
        assert len(told) == 1, person.display_name
        assert "Zu teuer." in told[0].text
    assert notifications(stranger) == []


def test_evidence_names_all_authors_until_it_is_hidden(app, client):
    cited, *_people = joint()
    outcome, _piece = left_open(cited)
    (shown,) = [piece for piece in evidence(outcome.id) if piece.proposal_id == cited.id]
    assert (shown.author, shown.joint) == ("Anna", ("Mira", "Chor Guben"))
    (offered,) = proposals_in_reach(proposal_id=cited.id)
    assert offered.joint == shown.joint
    db.session.commit()
    assert "von Anna, gemeinsam mit Mira, Chor Guben" in client.get(f"/ergebnisse/{outcome.number}").text
    cited.hidden_for = "Regel 3"
    db.session.commit()
    (gone,) = [piece for piece in evidence(outcome.id) if piece.proposal_id == cited.id]
    assert (gone.author, gone.joint) == ("", ())
    assert "Mira" not in client.get(f"/ergebnisse/{outcome.number}").text


def test_a_later_answer_is_shown_before_an_older_open_one(app):
    comment = make.node_comment()
    first = make.outcome()
    make.pin(first, comment, fate=Fate.ADOPTED)
    left_open(comment)
    assert receipts_for_comments([comment.id])[comment.id].outcome_id == first.id


def test_publication_waits_for_the_answer(app):
    outcome, piece = left_open()
    change = leitbild.approved(None, outcome)
    (found,) = unanswered([change.id])
    assert found.outcome_id == outcome.id
    answer_evidence(moderator(), piece, Fate.ADOPTED, "")
    assert unanswered([change.id]) == []


def test_the_database_wants_who_answered(app):
    _outcome, piece = left_open()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE evidence SET answered_at = pinned_at WHERE id = :id"), {"id": piece.id})
