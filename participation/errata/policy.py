"""What people may do with erasures and corrections. One moderator asks, another does it; residents may object."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate, may_take_part
from participation.base.verdict import Verdict, no, yes
from participation.errata.models import Correction, CorrectionState, Erasure, ErasureState

_DONE = _l("Das ist schon entschieden.")


def may_request_erasure(actor: User | None) -> Verdict:
    """Say whether a person may ask for an erasure."""
    return may_moderate(actor)


def may_withdraw_erasure(actor: User | None, erasure: Erasure) -> Verdict:
    """Say whether a person may give a request up."""
    return may_moderate(actor) and (yes if erasure.state is ErasureState.REQUESTED else no(_DONE))


def may_erase(actor: User | None, erasure: Erasure) -> Verdict:
    """Say whether a person may do what was requested: a moderator who did not ask for it."""
    verdict = may_withdraw_erasure(actor, erasure)
    if verdict and actor is not None and actor.id == erasure.author_id:
        return no(_l("Sie haben die Tilgung beantragt. Tilgen muss eine zweite Person aus der Moderation."))
    return verdict


def may_propose_correction(actor: User | None) -> Verdict:
    """Say whether a person may lay out a correction."""
    return may_moderate(actor)


def may_object(actor: User | None, correction: Correction, now: datetime) -> Verdict:
    """Say whether a person may object to a correction; who is set aside for a log-in may after it."""
    if correction.state is not CorrectionState.OPEN:
        return no(_DONE)
    if now >= correction.until:
        return no(_l("Die Frist für Einwände ist um."))
    verdict = may_take_part(actor)
    if not verdict or actor is None:
        return verdict
    if actor.id == correction.author_id:
        return no(_l("Sie haben diese Berichtigung vorgeschlagen."))
    if any(objection.author_id == actor.id for objection in correction.objections):
        return no(_l("Ihr Einwand liegt vor."))
    return yes


def may_decide_correction(actor: User | None, correction: Correction) -> Verdict:
    """Say whether a person may answer objections, or give the correction up."""
    return may_moderate(actor) and (yes if correction.state is CorrectionState.OPEN else no(_DONE))


def may_confirm_correction(actor: User | None, correction: Correction, now: datetime) -> Verdict:
    """Say whether a person may confirm a correction: another moderator, after the period, objections answered."""
    verdict = may_decide_correction(actor, correction)
    if not verdict or actor is None:
        return verdict
    if actor.id == correction.author_id:
        return no(
            _l("Sie haben die Berichtigung vorgeschlagen. Bestätigen muss eine zweite Person aus der Moderation.")
        )
    if now < correction.until:
        return no(_l("Die Frist für Einwände läuft noch."))
    if any(not objection.answer for objection in correction.objections):
        return no(_l("Beantworten Sie zuerst jeden Einwand."))
    return yes
