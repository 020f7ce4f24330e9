"""Signatures: one a person, under one version, moved by nobody but their owner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.notify.models import Notification
from participation.proposals import operations, queries
from participation.proposals.models import Proposal, ProposalState, ProposalSupport
from participation.proposals.supporting import NewVersion, NotSigned
from tests.factories import accounts, proposals
from tests.races import together

S = ProposalState


def signed(proposal: Proposal, person: User) -> int | None:
    mine = (ProposalSupport.proposal_id == proposal.id, ProposalSupport.user_id == person.id)
    return db.session.scalar(select(ProposalSupport.version).where(*mine))


def revise(proposal: Proposal, title: str = "Ein neuer Titel") -> None:
    writing = proposals.writing(title=title)
    operations.edit(proposal.author, proposal, writing, base_revision=1)


def rewritten(*supporters: User) -> Proposal:
    """Return a proposal whose first version people signed and whose second they did not."""
    proposal = proposals.proposal(state=S.SUBMITTED)
    for person in supporters:
        operations.support(person, proposal)
    revise(proposal)
    return proposal


def right(proposal: Proposal) -> bool:
    """Say whether the counter counts the signatures under the present version."""
    db.session.flush()
    present = (ProposalSupport.proposal_id == proposal.id, ProposalSupport.version == Proposal.version)
    counted = select(func.count()).select_from(ProposalSupport).join(Proposal, Proposal.id == proposal.id)
    stored = db.session.scalar(select(Proposal.supporter_count).where(Proposal.id == proposal.id))
    return db.session.scalar(counted.where(*present)) == stored


def test_an_edit_asks_those_who_signed_and_moves_nobody(app: Flask) -> None:
    anna, tomasz = accounts.user(), accounts.user()
    proposal = rewritten(anna, tomasz)
    assert (proposal.version, proposal.supporter_count) == (2, 0)
    assert [signed(proposal, person) for person in (anna, tomasz)] == [1, 1]
    for person in (anna, tomasz):
        notes = select(Notification.kind).where(Notification.user_id == person.id)
        assert db.session.scalars(notes).all() == ["support_new_version"]
    mine = select(func.count()).where(Notification.user_id == proposal.author_id)
    assert db.session.scalar(mine) == 0


def test_an_author_who_edits_often_does_not_flood_anyone(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    for n in range(3):
        revise(proposal, f"Ein neuer Titel {n}")
    notes = select(Notification.id).where(Notification.user_id == anna.id)
    assert len(db.session.scalars(notes).all()) == 1
    db.session.execute(update(Notification).values(read_at=now()))
    revise(proposal, "Der letzte Titel")
    assert len(db.session.scalars(notes).all()) == 2


def test_saving_the_same_again_is_no_new_version(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    operations.carry_support(anna, proposal)
    revise(proposal)
    assert (proposal.version, proposal.supporter_count) == (2, 1)


def test_one_click_carries_a_signature_over(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    operations.carry_support(anna, proposal, version=2)
    operations.carry_support(anna, proposal, version=2)
    assert (signed(proposal, anna), proposal.supporter_count) == (2, 1)


def test_signing_again_does_not_move_an_earlier_signature(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    operations.support(anna, proposal, version=2)
    assert (signed(proposal, anna), proposal.supporter_count) == (1, 0)


def test_whoever_read_another_version_signs_nothing(app: Flask) -> None:
    anna, tomasz = accounts.user(), accounts.user()
    proposal = rewritten(anna)
    for act in (operations.carry_support, operations.keep_support):
        with pytest.raises(NewVersion):
            act(anna, proposal, version=1)
    with pytest.raises(NewVersion):
        operations.support(tomasz, proposal, version=1)
    assert (signed(proposal, anna), signed(proposal, tomasz), proposal.supporter_count) == (1, None, 0)


def test_a_signature_can_rest_and_its_owner_is_not_asked_again(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    assert proposal.number is not None
    view = queries.proposal(proposal.number, anna)
    assert view is not None
    assert (view.signed, view.supported, view.asked) == (1, False, True)
    operations.keep_support(anna, proposal, version=2)
    revise(proposal, "Noch ein Titel")
    view = queries.proposal(proposal.number, anna)
    assert view is not None
    assert (view.signed, view.asked) == (1, False)
    notes = select(func.count()).where(Notification.user_id == anna.id)
    assert db.session.scalar(notes) == 1
    operations.carry_support(anna, proposal, version=3)
    assert (signed(proposal, anna), proposal.supporter_count) == (3, 1)


def test_taking_back_an_earlier_signature_leaves_the_counter(app: Flask) -> None:
    anna, tomasz = accounts.user(), accounts.user()
    proposal = rewritten(anna)
    operations.support(tomasz, proposal)
    operations.unsupport(anna, proposal)
    assert proposal.supporter_count == 1
    operations.unsupport(tomasz, proposal)
    assert (proposal.supporter_count, signed(proposal, anna)) == (0, None)


@pytest.mark.parametrize("act", [operations.carry_support, operations.keep_support])
def test_what_was_taken_back_cannot_be_carried(app: Flask, act: Callable[..., None]) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    operations.unsupport(anna, proposal)
    with pytest.raises(NotSigned):
        act(anna, proposal, version=2)
    assert proposal.supporter_count == 0


def test_a_withdrawn_proposal_takes_no_signatures_over(app: Flask) -> None:
    anna = accounts.user()
    proposal = rewritten(anna)
    operations.withdraw(proposal.author, proposal)
    with pytest.raises(Denied):
        operations.carry_support(anna, proposal, version=2)
    assert signed(proposal, anna) == 1


def test_a_proposal_given_back_and_handed_in_again_has_a_new_version(app: Flask) -> None:
    anna = accounts.user()
    proposal = proposals.proposal(state=S.SUBMITTED)
    operations.support(anna, proposal)
    moderator = accounts.moderator()
    operations.send_back(moderator, proposal, "Der Nutzen fehlt.")
    operations.submit(proposal.author, proposal, check_period=proposals.WEEK)
    assert (proposal.version, proposal.supporter_count) == (1, 1)
    operations.send_back(moderator, proposal, "Der Nutzen fehlt.")
    revise(proposal)
    assert (proposal.version, proposal.supporter_count) == (1, 1), "a draft is not public"
    operations.submit(proposal.author, proposal, check_period=proposals.WEEK)
    assert (proposal.version, proposal.supporter_count, signed(proposal, anna)) == (2, 0, 1)
    notes = select(Notification.kind).where(Notification.user_id == anna.id)
    assert db.session.scalars(notes).all() == ["support_new_version"]


def test_a_signature_needs_a_version_that_exists(app: Flask) -> None:
    proposal = proposals.proposal()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(ProposalSupport(proposal_id=proposal.id, user_id=accounts.user().id, version=7))


# --- At the same moment ------------------------------------------------------------------------------------------


def test_many_clicks_carry_over_once(separate_app: Flask) -> None:
    with separate_app.app_context():
        with transaction():
            anna = accounts.user()
            proposal = rewritten(anna)
            ident = proposal.id

        def carry() -> None:
            operations.carry_support(anna, db.session.get_one(Proposal, ident), version=2)

        assert together(separate_app, [carry] * 4) == [None] * 4
        db.session.expire_all()
        proposal = db.session.get_one(Proposal, ident)
        assert (proposal.supporter_count, signed(proposal, anna)) == (1, 2)


def test_signing_while_the_text_changes_counts_right(separate_app: Flask) -> None:
    """Whoever signs in the same moment signs what they read, or nothing."""
    with separate_app.app_context():
        with transaction():
            proposal = proposals.proposal(state=S.SUBMITTED)
            people = [accounts.user() for _ in range(5)]
            ident, author = proposal.id, proposal.author

        def sign(person: User) -> Callable[[], object]:
            return lambda: operations.support(person, db.session.get_one(Proposal, ident), version=1)

        def rewrite() -> object:
            fresh = db.session.get_one(Proposal, ident)
            return operations.edit(author, fresh, proposals.writing(title="Ein neuer Titel"), base_revision=1).version

        results = together(separate_app, [*(sign(person) for person in people), rewrite])
        assert results[-1] == 2
        assert all(result is None or isinstance(result, NewVersion) for result in results[:-1]), results
        db.session.expire_all()
        proposal = db.session.get_one(Proposal, ident)
        assert proposal.supporter_count == 0
        assert right(proposal)
        assert set(db.session.scalars(select(ProposalSupport.version))) <= {1}


def test_carrying_and_taking_back_at_once_agree_with_the_counter(separate_app: Flask) -> None:
    with separate_app.app_context():
        with transaction():
            anna = accounts.user()
            ident = rewritten(anna).id
        works: list[Callable[[], object]] = [
            lambda: operations.carry_support(anna, db.session.get_one(Proposal, ident), version=2),
            lambda: operations.unsupport(anna, db.session.get_one(Proposal, ident)),
        ]
        carried, _taken = together(separate_app, works)
        assert carried is None or isinstance(carried, NotSigned)
        db.session.expire_all()
        proposal = db.session.get_one(Proposal, ident)
        assert right(proposal)
        assert (proposal.supporter_count, signed(proposal, anna)) == (0, None)
