"""Deleting an account: what goes, what stays, that every counter and every proof stays right."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, String, cast, select

from participation import models
from participation.accounts import passwords
from participation.accounts.leaving import NAME as GONE
from participation.accounts.models import Delegate, Login, Role, User
from participation.accounts.operations import InvalidLink, WrongPassword, create_account
from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.comments import restore_comment
from participation.dialogue.counters import recount
from participation.dialogue.models import Ballot, Comment, CommentKind, CommentState, CommentVersion, Stance, Thread
from participation.dialogue.operations import cast_vote, hide_comment, pause_votes, write_comment
from participation.ledger.models import LogOpening
from participation.leitbild.models import Revision
from participation.notify.models import Letter, Notification
from participation.privacy import departures
from participation.privacy.models import Departure
from participation.proposals.leaving import TITLE
from participation.proposals.models import Proposal, ProposalState, ProposalSupport, ProposalVersion
from participation.resolutions.bodies import unseat_member
from tests.factories import accounts, dialogue, leitbild, outcomes, proposals, resolutions
from tests.factories import privacy as make
from tests.factories.letters import last_letter
from tests.races import together


def holding(words: str) -> set[str]:
    """Name every column of every table that still holds some words, as they are or in JSON."""
    found = set()
    quoted = json.dumps(words)[1:-1]
    for table in models.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                continue
            rows = db.session.scalars(select(cast(column, String)).where(column.is_not(None)))
            if any(words in str(value) or quoted in str(value) for value in rows):
                found.add(f"{table.name}.{column.name}")
    return found


def supporters_are_right() -> bool:
    rows = db.session.execute(select(Proposal.id, Proposal.version, Proposal.supporter_count)).all()
    signed = db.session.execute(select(ProposalSupport.proposal_id, ProposalSupport.version)).all()
    return all(row.supporter_count == sum(s == (row.id, row.version) for s in signed) for row in rows)


def test_an_account_that_goes_with_everything_leaves_no_word(app: Flask):
    person, thread, comment, proposal = make.busy()
    email, ident = person.email, person.id
    make.gone(person, remove=True)
    assert holding(make.NAME) - {"letters.params"} == set()
    assert holding("Mühlrose") == set()
    assert holding(email) == {"letters.recipient"}
    assert holding("Slepo") - {"residences.names", "places.names"} == set()
    letters = db.session.scalars(select(Letter).where(Letter.recipient == email)).all()
    assert [letter.template for letter in letters] == ["privacy/left"]
    assert db.session.get(Comment, comment.id).state is CommentState.WITHDRAWN
    assert db.session.scalars(select(CommentVersion)).all() == []
    assert thread.comment_count == 1
    kept = db.session.get(Proposal, proposal.id)
    assert (kept.state, kept.title, kept.number) == (ProposalState.WITHDRAWN, TITLE, proposal.number)
    former = db.session.get(User, ident)
    assert (former.display_name, former.residence_label, former.password_hash) == (GONE, "", "")
    assert recount() == []
    assert supporters_are_right()
    assert verify().broken == ()


def test_an_account_that_leaves_its_contributions_takes_name_and_votes(app: Flask):
    person, thread, comment, proposal = make.busy()
    make.gone(person, remove=False)
    assert holding(make.NAME) - {"letters.params"} == set()
    assert "Mühlrose" in db.session.get(Comment, comment.id).body
    assert db.session.get(Proposal, proposal.id).state is ProposalState.OPEN
    assert [p.id for p in db.session.scalars(select(Proposal).where(Proposal.author_id == person.id))] == [proposal.id]
    assert (thread.yes, thread.no) == (0, 1)
    assert db.session.scalars(select(Ballot).where(Ballot.voter_id == person.id)).all() == []
    assert recount() == []
    assert supporters_are_right()


def test_the_address_is_free_and_a_new_account_inherits_nothing(app: Flask):
    person, *_rest = make.busy()
    email = person.email
    make.gone(person, remove=False)
    fresh = create_account(email=email, display_name="Neu hier", password="eine ganz andere Passphrase")
    assert fresh.id != person.id
    assert db.session.scalars(select(Comment).where(Comment.author_id == fresh.id)).all() == []


def test_what_others_rest_on_stays_readable_without_a_name(app: Flask):
    person = make.busy()[0]
    signed = proposals.proposal(person, leitbild.measure(), reason="Andere stehen dahinter.", supporters=1)
    judged = proposals.proposal(
        person, leitbild.measure(), state=ProposalState.NOT_RECOMMENDED, reason="Darüber ist entschieden."
    )
    merely_mine = proposals.proposal(
        person, leitbild.measure(), state=ProposalState.SUBMITTED, reason="Das steht nur für mich selbst."
    )
    assert {p.id for p in departures.belongings(person).staying} == {signed.id, judged.id}
    make.gone(person, remove=True)
    assert db.session.get(Proposal, signed.id).reason == "Andere stehen dahinter."
    assert db.session.get(Proposal, signed.id).state is ProposalState.OPEN
    assert db.session.get(Proposal, judged.id).reason == "Darüber ist entschieden."
    assert db.session.get(Proposal, merely_mine.id).reason == ""
    versions = db.session.scalars(select(ProposalVersion).where(ProposalVersion.proposal_id == merely_mine.id)).all()
    assert {version.reason for version in versions} == {""}
    assert db.session.get(Proposal, signed.id).author.display_name == GONE


def test_pinned_evidence_keeps_the_outcome_and_loses_the_text(app: Flask):
    person = make.busy()[0]
    comment = outcomes.node_comment(person, body="Das stand im Beleg.")
    node = leitbild.measure()
    outcome = outcomes.outcome(comment, node_id=leitbild.owner(node.id))
    leitbild.revision(leitbild.approved(node, outcome))
    make.gone(person, remove=True)
    assert holding("Das stand im Beleg.") == set()
    assert outcome.summary
    assert outcome.evidence[0].answer
    assert verify().broken == ()


def test_frozen_votes_stay_as_numbers_while_counters_go_down(app: Flask):
    person, thread, *_rest = make.busy()
    pause_votes(thread)
    make.gone(person, remove=False)
    assert (thread.yes, thread.no) == (0, 1)
    assert recount() == []


def test_a_hidden_comment_cannot_come_back_empty(app: Flask):
    person, _thread, comment, _proposal = make.busy()
    hide_comment(accounts.moderator(), comment, "Regel 3")
    make.gone(person, remove=True)
    with pytest.raises(Denied):
        restore_comment(accounts.moderator(), comment)
    assert recount() == []


def test_words_of_an_initiative_stay_its_words(app: Flask):
    person = make.busy()[0]
    group = accounts.initiative(person, name="Radwege jetzt")
    said = write_comment(
        person, dialogue.thread(), body="Wir fordern Radwege.", kind=CommentKind.ADDITION, initiative_id=group.id
    )
    assert departures.belongings(person).alone_for == ["Radwege jetzt"]
    make.gone(person, remove=True)
    assert db.session.get(Comment, said.id).body == "Wir fordern Radwege."
    assert db.session.scalars(select(Delegate).where(Delegate.user_id == person.id)).all() == []


def test_names_of_former_moderators_and_members_go_from_under_the_seal(app: Flask):
    lusatia = resolutions.bodies()[0]
    revision = leitbild.revision(leitbild.approved(leitbild.measure()))
    publisher = db.session.get(User, db.session.get(Revision, revision.number).approver_id)
    publisher.role = Role.RESIDENT
    resolution = resolutions.signed(revision, lusatia)
    signer = resolution.signed_by
    unseat_member(lusatia.id, signer)
    for person in (publisher, signer):
        person.password_hash = passwords.hash_password(accounts.PASSWORD)
        assert make.gone(person, remove=True).done_at is not None
    for entry, field in ((2, "approver_name"), (resolution.entry_number, "signer_name")):
        assert db.session.get(LogOpening, (entry, field, 0)) is None
    report = verify()
    assert report.broken == ()
    assert {remark.number for remark in report.remarks} >= {2, resolution.entry_number}


def test_who_is_entrusted_with_something_hands_it_over_first(app: Flask):
    body = resolutions.bodies()[0]
    for person in (accounts.moderator(), accounts.user(role=Role.OPERATOR), resolutions.member(body)):
        person.password_hash = passwords.hash_password(accounts.PASSWORD)
        with pytest.raises(Denied):
            make.gone(person, remove=True)
        assert person.left_at is None


def test_a_wrong_password_and_somebody_elses_link_delete_nothing(app: Flask):
    person, other = make.busy()[0], make.busy("Jan")[0]
    with pytest.raises(WrongPassword):
        departures.request_departure(person, remove=True, period=make.NOW, password="falsch geraten")
    departures.request_link(other)
    token = last_letter().params["token"]
    with pytest.raises(InvalidLink):
        departures.request_departure(person, remove=True, period=make.NOW, token=token)
    assert person.left_at is None
    departures.request_departure(other, remove=True, period=make.NOW, token=token)
    assert other.left_at is not None
    assert person.display_name == make.NAME


def test_there_are_days_to_think_it_over(app: Flask):
    person = make.busy()[0]
    departures.request_departure(person, remove=True, period=make.WEEK, password=accounts.PASSWORD)
    token = last_letter().params["token"]
    assert departures.due(now()) == []
    assert person.display_name == make.NAME
    with pytest.raises(departures.AlreadyLeaving):
        make.gone(person, remove=True)
    departures.stay_by_link(token)
    assert departures.departure_of(person) is None
    with pytest.raises(InvalidLink):
        departures.stay_by_link(token)
    departures.request_departure(person, remove=False, period=make.WEEK, password=accounts.PASSWORD)
    [due] = departures.due(now() + make.WEEK)
    assert departures.leave(due)
    assert not departures.leave(due)
    assert len(db.session.scalars(select(Letter).where(Letter.template == "privacy/left")).all()) == 1


def test_notes_to_others_name_nobody_who_left(app: Flask):
    person = make.busy()[0]
    told = dialogue.comment(body="Wer antwortet?")
    dialogue.comment(author=person, parent=told, body="Ich")
    make.gone(person, remove=False)
    notes = db.session.scalars(select(Notification).where(Notification.user_id == told.author_id)).all()
    assert [note.params["by"] for note in notes] == [GONE]


def test_two_who_delete_at_once_and_a_vote_in_between(separate_app: Flask):
    with separate_app.app_context():
        person, thread, *_rest = make.busy()
        second = dialogue.thread()
        ident, threads = person.id, (thread.id, second.id)
        db.session.commit()
        before = len(db.session.scalars(select(Letter)).all())

    def vote() -> None:
        found = db.session.get(User, ident)
        cast_vote(found, db.session.get(Thread, threads[1]), Stance.YES)

    def leave() -> None:
        make.gone(db.session.get(User, ident), remove=True)

    came = together(separate_app, [leave, vote, leave, vote])
    with separate_app.app_context():
        departures.sweep_after(now() - make.WEEK)
        db.session.commit()
        assert sum(result is None for result in (came[0], came[2])) == 1
        assert db.session.scalars(select(Ballot).where(Ballot.voter_id == ident)).all() == []
        assert recount() == []
        assert len(db.session.scalars(select(Letter)).all()) == before  # one went, "left" came
        assert db.session.get_one(Departure, ident).done_at is not None
        assert db.session.scalars(select(Login).where(Login.user_id == ident)).all() == []
        assert supporters_are_right()
