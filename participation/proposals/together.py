"""Handing a proposal in together: inviting, joining, consenting, going. None of it commits.

What somebody consents to is one text with its files. Its digest is kept, so any change of a draft asks for consent
anew; once a proposal is public, consents are noted version by version, and who gave none stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Initiative, InitiativeState, User
from participation.accounts.queries import delegates_of, mandates
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.tokens import digest, new_token
from participation.base.verdict import Conflict, DomainError, NotFound, require
from participation.proposals.events import (
    CoAuthorAnswered,
    CoAuthorInvited,
    CoAuthorRemoved,
    DraftReworded,
    OrganisationInvited,
)
from participation.proposals.models import CoAuthor, Proposal, ProposalConsent, ProposalState
from participation.proposals.policy import is_open, may_agree, may_invite, may_join, may_leave_joint, seat_of
from participation.proposals.versions import fingerprint

LIMIT = 10
"""How many may be invited beside the author."""

INVITATION_PERIOD = timedelta(days=14)
"""How long an invitation can be taken up unless the settings say otherwise."""


class TooManyInvited(DomainError):
    """More are invited than a proposal may have."""

    default = _l("Mehr als zehn Mitautor:innen kann ein Vorschlag nicht haben.")


class OwnAddress(DomainError):
    """The author invites themselves."""

    default = _l("Das ist Ihre eigene Adresse. Sie sind schon dabei.")


class AlreadyInvited(Conflict):
    """The organisation is invited or has joined, or the proposal is written for it."""

    default = _l("Diese Organisation ist schon dabei oder eingeladen.")


class AlreadyJoined(Conflict):
    """The person has joined."""

    default = _l("Sie sind bei diesem Vorschlag schon dabei.")


class InvitationEnded(DomainError):
    """The link was used, has expired, was taken back, or the proposal is no longer a draft."""

    status = 410
    default = _l("Diese Einladung gilt nicht mehr. Fragen Sie die Person, die Sie eingeladen hat.")


class TextChanged(Conflict):
    """The text is no longer the one that was read."""

    default = _l("Der Text hat sich geändert, während Sie ihn lasen. Lesen Sie ihn noch einmal, dann entscheiden Sie.")


class NotYetAgreed(DomainError):
    """Somebody who is invited has not answered, or has not consented to this text."""

    status = 409
    default = _l("Noch haben nicht alle zugestimmt. Einreichen können Sie, sobald niemand mehr fehlt.")


def invite_person(actor: User, proposal: Proposal, email: str, *, period: timedelta = INVITATION_PERIOD) -> None:
    """Invite somebody by mail to hand a draft in together; a second invitation to one address replaces the first.

    The answer is the same whether or not the address has an account.
    """
    _room(actor, proposal)
    address = email.strip().lower()
    if address == actor.email:
        raise OwnAddress
    _forget(one for one in proposal.coauthors if one.joined_at is None and one.email == address)
    token = new_token()
    db.session.add(CoAuthor(proposal_id=proposal.id, email=address, digest=digest(token), expires_at=now() + period))
    _changed(proposal)
    emit(CoAuthorInvited(address, actor.display_name, proposal.node.label, period.days, token))


def invite_organisation(
    actor: User, proposal: Proposal, initiative_id: int, *, period: timedelta = INVITATION_PERIOD
) -> None:
    """Invite an organisation to hand a draft in together; any of its delegates can join for it.

    Raises:
        NotFound: if there is no such verified organisation.
        AlreadyInvited, TooManyInvited: as they say.
    """
    _room(actor, proposal)
    group = db.session.get(Initiative, initiative_id)
    if group is None or group.state is not InitiativeState.VERIFIED:
        raise NotFound
    if initiative_id == proposal.initiative_id:
        raise AlreadyInvited
    _forget(one for one in proposal.coauthors if one.initiative_id == initiative_id and _lapsed(one))
    invitation = CoAuthor(proposal_id=proposal.id, initiative_id=initiative_id, expires_at=now() + period)
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError as error:
        raise AlreadyInvited from error
    _changed(proposal)
    emit(OrganisationInvited(proposal, initiative_id, group.name, actor.id))


def take_back(actor: User, proposal: Proposal, coauthor_id: int) -> None:
    """Take an invitation back, or go on without somebody who joined, while the proposal is a draft."""
    _hold(proposal)
    require(may_invite(actor, proposal))
    found = _one(proposal, coauthor_id)
    db.session.delete(found)
    _changed(proposal)
    if found.user_id is not None:
        emit(CoAuthorRemoved(proposal, found.user_id))


def invited_by(token: str) -> CoAuthor:
    """Return the invitation that a mailed link stands for.

    Raises:
        InvitationEnded: if it cannot be taken up any more.
    """
    chosen = select(CoAuthor).where(CoAuthor.digest == digest(token), CoAuthor.expires_at > now())
    found = db.session.scalar(chosen.execution_options(populate_existing=True))
    if found is None or db.session.get_one(Proposal, found.proposal_id).state is not ProposalState.DRAFT:
        raise InvitationEnded
    return found


def join_by_link(actor: User, token: str, *, read: str) -> Proposal:
    """Join a draft by the mailed link, and consent to the text that was `read`; its address is forgotten.

    Raises:
        InvitationEnded, AlreadyJoined, TextChanged: as they say.
    """
    proposal = _hold(db.session.get_one(Proposal, invited_by(token).proposal_id))
    # Held now: of two who follow the link at once, the second finds it used.
    invitation = invited_by(token)
    require(may_join(actor, proposal))
    if any(one.user_id == actor.id for one in proposal.coauthors):
        raise AlreadyJoined
    _same_text(proposal, read)
    invitation.email, invitation.digest = "", None
    _joined(actor, proposal, invitation, read)
    return proposal


def decline_by_link(token: str) -> None:
    """Decline an invitation by the mailed link; whoever holds the link may."""
    invitation = invited_by(token)
    proposal = db.session.get_one(Proposal, invitation.proposal_id)
    db.session.delete(invitation)
    _changed(proposal)
    emit(CoAuthorAnswered(proposal, "", joined=False, by_id=None))


def agree(actor: User, proposal: Proposal, *, read: str) -> None:
    """Consent to the present text, for oneself or for the organisation one speaks for; an invited one joins thereby.

    `read` is the `fingerprint` of what the person had before them. Doing it twice is doing it once.

    Raises:
        TextChanged: if that is no longer the text.
    """
    _hold(proposal)
    held = mandates(actor.id)
    require(may_agree(actor, proposal, held))
    _same_text(proposal, read)
    seat = seat_of(actor, proposal, held)
    if seat is None:  # for the type checker: may_agree has refused
        raise NotFound
    if seat.joined_at is None:
        if any(one.user_id == actor.id for one in proposal.coauthors):
            raise AlreadyJoined
        _joined(actor, proposal, seat, read)
    elif seat.agreed_digest != read:
        seat.agreed_digest = read
        db.session.flush()
        emit(CoAuthorAnswered(proposal, seat.name, joined=True, by_id=actor.id))
    if proposal.state is not ProposalState.DRAFT:
        _note(proposal, [(actor.id, seat.initiative_id)])


def go(actor: User, proposal: Proposal) -> None:
    """Decline an organisation's invitation, or stop being a co-author, while the proposal is a draft."""
    _hold(proposal)
    held = mandates(actor.id)
    require(may_leave_joint(actor, proposal, held))
    seat = seat_of(actor, proposal, held)
    if seat is None:  # for the type checker: may_leave_joint has refused
        raise NotFound
    name = seat.name or actor.display_name
    db.session.delete(seat)
    _changed(proposal)
    emit(CoAuthorAnswered(proposal, name, joined=False, by_id=actor.id))


def require_consents(proposal: Proposal) -> None:
    """Refuse to hand a draft in while an invitation is open, or somebody has not consented to its text.

    Invitations whose time is over hold up nothing; they go. The caller holds the proposal.

    Raises:
        NotYetAgreed: if somebody is missing.
    """
    db.session.refresh(proposal, ["coauthors"])
    if waiting_for(proposal):
        raise NotYetAgreed
    _forget(one for one in proposal.coauthors if one.joined_at is None)
    _changed(proposal)


def waiting_for(proposal: Proposal) -> list[CoAuthor]:
    """Return who is still missing before a draft can be handed in: open invitations, and consents to its text."""
    text = fingerprint(proposal)
    return [one for one in proposal.coauthors if is_open(one) or (one.joined_at and one.agreed_digest != text)]


def note_consents(proposal: Proposal) -> None:
    """Note under the present version that every co-author consented to it, as `require_consents` has seen."""
    _note(proposal, [(one.user_id, one.initiative_id) for one in proposal.coauthors if one.user_id is not None])


def ask_again(actor: User, proposal: Proposal, before: str) -> None:
    """Tell those who consented to the text with the fingerprint `before` that a draft has another one now."""
    if before == fingerprint(proposal):
        return
    agreed = [one for one in proposal.coauthors if one.agreed_digest == before]
    if agreed:
        emit(DraftReworded(proposal, tuple(sorted(_people(agreed) - {actor.id}))))


def joint_people(proposal_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return whom to tell of each proposal beside its author: who joined, and who speaks for what joined; two
    statements however many proposals there are.
    """
    if not proposal_ids:
        return {}
    chosen = select(CoAuthor.proposal_id, CoAuthor.user_id, CoAuthor.initiative_id).where(
        CoAuthor.proposal_id.in_(proposal_ids), CoAuthor.joined_at.is_not(None)
    )
    rows = db.session.execute(chosen).all()
    speakers = delegates_of({row.initiative_id for row in rows if row.initiative_id is not None})
    found: dict[int, frozenset[int]] = {}
    for row in rows:
        people = {row.user_id} if row.initiative_id is None else set(speakers.get(row.initiative_id, ()))
        found[row.proposal_id] = found.get(row.proposal_id, frozenset()) | people
    return found


def drop_coauthors(proposal: Proposal) -> None:
    """Delete the co-authors of a draft that is deleted itself."""
    gone = delete(CoAuthor).where(CoAuthor.proposal_id == proposal.id)
    db.session.execute(gone, execution_options={"synchronize_session": False})
    db.session.expire(proposal, ["coauthors"])


def _people(coauthors: Sequence[CoAuthor]) -> set[int]:
    speakers = delegates_of({one.initiative_id for one in coauthors if one.initiative_id is not None})
    people = {one.user_id for one in coauthors if one.initiative_id is None and one.user_id is not None}
    return people.union(*speakers.values())


def _room(actor: User, proposal: Proposal) -> None:
    """Hold a draft, and see that its author may invite one more."""
    _hold(proposal)
    require(may_invite(actor, proposal))
    if len([one for one in proposal.coauthors if one.joined_at is not None or is_open(one)]) >= LIMIT:
        raise TooManyInvited


def _hold(proposal: Proposal) -> Proposal:
    """Hold a proposal, so that its text and its co-authors stay as they are read now."""
    db.session.flush()
    db.session.refresh(proposal, with_for_update={"of": Proposal})
    db.session.refresh(proposal, ["coauthors"])
    return proposal


def _same_text(proposal: Proposal, read: str) -> None:
    if read != fingerprint(proposal):
        raise TextChanged


def _one(proposal: Proposal, coauthor_id: int) -> CoAuthor:
    found = next((one for one in proposal.coauthors if one.id == coauthor_id), None)
    if found is None:
        raise NotFound
    return found


def _lapsed(coauthor: CoAuthor) -> bool:
    return coauthor.joined_at is None and not is_open(coauthor)


def _forget(coauthors: Iterable[CoAuthor]) -> None:
    for one in list(coauthors):
        db.session.delete(one)
    db.session.flush()


def _joined(actor: User, proposal: Proposal, seat: CoAuthor, read: str) -> None:
    seat.user_id, seat.joined_at, seat.agreed_digest = actor.id, now(), read
    _changed(proposal)
    db.session.refresh(seat, ["user", "initiative"])
    emit(CoAuthorAnswered(proposal, seat.name, joined=True, by_id=actor.id))


def _note(proposal: Proposal, given: Sequence[tuple[int, int | None]]) -> None:
    here = (ProposalConsent.proposal_id == proposal.id, ProposalConsent.version == proposal.version)
    known = set(db.session.scalars(select(ProposalConsent.user_id).where(*here)))
    rows = [
        {"proposal_id": proposal.id, "version": proposal.version, "user_id": user_id, "initiative_id": initiative_id}
        for user_id, initiative_id in given
        if user_id not in known
    ]
    if rows:
        db.session.execute(insert(ProposalConsent), rows)


def _changed(proposal: Proposal) -> None:
    db.session.flush()
    db.session.expire(proposal, ["coauthors"])
