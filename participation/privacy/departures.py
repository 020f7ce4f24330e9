"""Leaving: a person asks, may think it over for some days, and then everything about them goes.

Each room cleans up its own tables (`leaving.py` there); what only names the person is deleted by the table of holdings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from participation.accounts import leaving as accounts
from participation.accounts import passwords
from participation.accounts.models import User
from participation.accounts.operations import WrongPassword
from participation.base.clock import now
from participation.base.db import Base, db
from participation.base.verdict import Conflict, DomainError, require
from participation.dialogue import leaving as dialogue
from participation.dialogue.models import Ballot, Comment, CommentVote, WaitingComment, WaitingState
from participation.errata import erasing as errata
from participation.measures import leaving as measures
from participation.moderation import sealing
from participation.notify.operations import forget_person, post
from participation.privacy.exports import ASKED
from participation.privacy.holdings import HOLDINGS, Leaving
from participation.privacy.links import drop_links, new_link, use
from participation.privacy.models import Departure, LinkPurpose
from participation.privacy.policy import may_ask, may_leave
from participation.proposals import leaving as proposals
from participation.proposals.models import Proposal, ProposalSupport
from participation.resolutions.queries import seat_of


class NothingChosen(DomainError):
    """Whether contributions stay or go was left open."""

    default = _l("Wählen Sie, was aus Ihren Beiträgen wird.")


class AlreadyLeaving(Conflict):
    """The deletion is on its way."""

    default = _l("Die Löschung ist schon vorgemerkt.")


class TooLate(DomainError):
    """The account is deleted, or no deletion is on its way."""

    status = 410
    default = _l("Es ist keine Löschung vorgemerkt, die sich noch aufhalten ließe.")


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a person would leave behind, for the page that asks."""

    comments: int
    proposals: int
    votes: int
    staying: Sequence[Proposal]
    """Proposals whose text stays in any case."""
    alone_for: Sequence[str]
    """Initiatives that nobody could write for."""


def belongings(actor: User) -> Belongings:
    """Return what a deletion would touch."""

    def number(condition: object) -> int:
        return db.session.scalar(select(func.count()).where(condition)) or 0  # type: ignore[arg-type]

    return Belongings(
        comments=number(Comment.author_id == actor.id) + actor.waiting,
        proposals=number((Proposal.author_id == actor.id) & Proposal.number.is_not(None)),
        votes=number(Ballot.voter_id == actor.id),
        staying=proposals.staying(actor.id),
        alone_for=accounts.alone_for(actor.id),
    )


def departure_of(actor: User) -> Departure | None:
    """Return a person's own deletion that is on its way."""
    return db.session.scalar(select(Departure).where(Departure.user_id == actor.id, Departure.done_at.is_(None)))


def request_link(actor: User) -> None:
    """Mail a link that stands for the password on the page of deletion."""
    require(may_leave(actor, seated=seat_of(actor.id) is not None))
    token = new_link(actor, LinkPurpose.LEAVE)
    post(actor.email, "privacy/leave", {"name": actor.display_name, "token": token}, actor.locale)


def request_departure(
    actor: User, *, remove: bool | None, period: timedelta, password: str = "", token: str = ""
) -> Departure:
    """Have one's account deleted after a period, 0 for at once. Proven by the password or by a mailed link.

    Raises:
        NothingChosen, AlreadyLeaving: as they say.
        WrongPassword, InvalidLink: if it is not proven.
    """
    person = _locked(actor.id)
    require(may_leave(person, seated=seat_of(person.id) is not None))
    if remove is None:
        raise NothingChosen
    if departure_of(person) is not None or person.left_at is not None:
        raise AlreadyLeaving
    if token:
        use(token, LinkPurpose.LEAVE, by=person)
    elif not passwords.verify(person.password_hash, password):
        raise WrongPassword
    departure = Departure(user_id=person.id, remove=remove, due_at=now() + period)
    db.session.add(departure)
    db.session.flush()
    db.session.info[ASKED] = True
    if not period:
        leave(departure)
        return departure
    token = new_link(person, LinkPurpose.STAY, until=departure.due_at)
    params = {"name": person.display_name, "days": period.days, "token": token}
    post(person.email, "privacy/leaving", params, person.locale)
    return departure


def stay(actor: User) -> None:
    """Call one's own deletion off.

    Raises:
        TooLate: if none is on its way.
    """
    require(may_ask(actor))
    _call_off(actor.id)


def stay_by_link(token: str) -> None:
    """Call a deletion off by the mailed link.

    Raises:
        InvalidLink, TooLate: if that is no longer possible.
    """
    _call_off(use(token, LinkPurpose.STAY).user_id)


def due(moment: datetime) -> Sequence[Departure]:
    """Return the deletions whose day has come."""
    chosen = select(Departure).where(Departure.done_at.is_(None), Departure.due_at <= moment)
    return db.session.scalars(chosen.order_by(Departure.due_at)).all()


def leave(departure: Departure) -> bool:
    """Delete an account; return False if it was done already, called off, or the person has a duty by now.

    The person's row is locked first, so that of two who try at once the second finds it done.
    """
    person = _locked(departure.user_id)
    chosen = select(Departure).where(Departure.user_id == person.id, Departure.done_at.is_(None))
    waiting = db.session.scalar(chosen.execution_options(populate_existing=True))
    if waiting is None or not may_leave(person, seated=seat_of(person.id) is not None):
        return False
    email, name, locale = person.email, person.display_name, person.locale
    written = db.session.scalars(select(Comment.id).where(Comment.author_id == person.id)).all()
    _take_out(person, remove=waiting.remove)
    forget_person(email, name, accounts.NAME, written)
    accounts.close_account(person)
    waiting = db.session.get_one(Departure, person.id)
    waiting.done_at = now()
    errata.redact_names(person.id)
    post(email, "privacy/left", {"name": name}, locale)
    db.session.flush()
    return True


def sweep_after(since: datetime) -> int:
    """Take out what requests that ran while an account was deleted may have left; return for how many accounts.

    A vote that began before the deletion may be stored just after it; nobody can begin one later.
    """
    swept = 0
    recent = select(Departure).where(Departure.done_at > since)
    for departure in db.session.scalars(recent).all():
        person = _locked(departure.user_id)
        if _leftovers(person.id, remove=departure.remove):
            _take_out(person, remove=departure.remove)
            swept += 1
    return swept


def _take_out(person: User, *, remove: bool) -> None:
    """Delete what is about a person, except their own row. Doing it twice is doing it once."""
    dialogue.take_back_votes(person.id)
    dialogue.drop_waiting(person.id)
    proposals.take_back_supports(person.id)
    proposals.give_up_drafts(person)
    proposals.leave_joint(person, remove=remove)
    if remove:
        dialogue.blank_comments(person.id)
        proposals.blank_proposals(person)
        measures.drop_reports(person.id)
        errata.blank_objections(person.id)
        sealing.forget(person.id)
    for holding in HOLDINGS:
        if holding.leaving is Leaving.DELETED:
            table = Base.metadata.tables[holding.table]
            db.session.execute(delete(table).where(table.c[holding.column] == person.id))
    db.session.expire_all()


def _leftovers(user_id: int, *, remove: bool) -> bool:
    marks = [Ballot.voter_id, CommentVote.voter_id, ProposalSupport.user_id]
    found = [select(column).where(column == user_id).limit(1) for column in marks]
    waits = (WaitingComment.author_id == user_id, WaitingComment.state == WaitingState.WAITING)
    found.append(select(WaitingComment.author_id).where(*waits).limit(1))
    if remove:
        found.append(select(Comment.author_id).where(Comment.author_id == user_id, Comment.body != "").limit(1))
    generic = [
        select(holding.source.c[holding.column]).where(holding.source.c[holding.column] == user_id).limit(1)
        for holding in HOLDINGS
        if holding.leaving is Leaving.DELETED
    ]
    return any(db.session.scalar(one) is not None for one in (*found, *generic))


def _call_off(user_id: int) -> None:
    person = _locked(user_id)
    mine = delete(Departure).where(Departure.user_id == person.id, Departure.done_at.is_(None))
    if db.session.scalar(mine.returning(Departure.user_id), execution_options={"synchronize_session": "fetch"}) is None:
        raise TooLate
    drop_links(person.id, LinkPurpose.STAY)


def _locked(user_id: int) -> User:
    chosen = select(User).where(User.id == user_id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
