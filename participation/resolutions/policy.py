"""Who may decide about a revision: members of the bodies, never who moderates or published it. Pure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import NEEDS_ACCOUNT
from participation.base.verdict import Verdict, no, yes
from participation.leitbild.models import Revision
from participation.resolutions.models import Resolution, ResolutionState, Seat
from participation.resolutions.standing import Standing


def may_enter(actor: User | None, seat: Seat | None) -> Verdict:
    """Say whether a person may work at a body's desk: its members."""
    if actor is None:
        return NEEDS_ACCOUNT
    member = seat is not None and seat.user_id == actor.id and seat.until is None
    if not member or not actor.is_confirmed or actor.is_moderator or actor.is_operator:
        return no(_l("Diese Seite gehört den Lenkungsgremien. Ihr Konto hat dort keinen Sitz."))
    return yes


def may_draft(actor: User | None, seat: Seat | None, revision: Revision, standing: Standing) -> Verdict:
    """Say whether a person may draft their body's resolution on a revision.

    Only where the body is asked, only while the revision is not superseded, and never about one that they compiled or
    published themselves, when they still moderated.
    """
    entering = may_enter(actor, seat)
    if not entering or actor is None or seat is None:
        return entering
    vote = standing.vote_of(seat.body_id)
    if vote is None:
        return no(_l("Über diese Fassung entscheidet Ihr Gremium nicht."))
    if vote.decision is not None:
        return no(
            _l("Ihr Gremium hat über diese Fassung schon beschlossen. Ein geänderter Text ist eine neue Fassung.")
        )
    if standing.superseded_by is not None:
        return no(_l("Fassung %(n)s ist schon verabschiedet und hat diese abgelöst.", n=standing.superseded_by))
    if actor.id in (revision.author_id, revision.approver_id):
        return no(_l("Sie haben diese Fassung mit veröffentlicht. Über sie beschließen andere."))
    return yes


def may_sign(actor: User | None, seat: Seat | None, resolution: Resolution, standing: Standing) -> Verdict:
    """Say whether a person may sign a resolution: a member of the same body who did not write on it last."""
    drafting = may_draft(actor, seat, resolution.revision, standing)
    if not drafting or actor is None or seat is None:
        return drafting
    if resolution.body_id != seat.body_id:
        return no(_l("Jedes Gremium unterschreibt nur seinen eigenen Beschluss."))
    if resolution.state is ResolutionState.SIGNED:
        return no(_l("Dieser Beschluss ist unterschrieben. Er bleibt, wie er ist."))
    if resolution.drafted_by_id == actor.id:
        return no(_l("Sie haben zuletzt daran geschrieben. Unterschreiben muss ein zweites Mitglied."))
    return yes
