"""What people may do with outcomes. Everything here is moderators' work; approving takes a second one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.verdict import Verdict, no, yes
from participation.outcomes.models import Outcome, OutcomeState

_DONE = {
    OutcomeState.APPROVED: no(_l("Dieses Ergebnis ist freigegeben. Es ändert sich nicht mehr.")),
    OutcomeState.ABANDONED: no(_l("Diese Auswertung wurde abgebrochen.")),
}


def may_evaluate(actor: User | None) -> Verdict:
    """Say whether a person may begin to evaluate a thread."""
    return may_moderate(actor)


def may_edit_outcome(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may write on an outcome: any moderator, while it is a draft."""
    if outcome.state is OutcomeState.SUBMITTED:
        return may_moderate(actor) and no(
            _l("Dieses Ergebnis liegt zur Freigabe. Geben Sie es zurück, um es zu ändern.")
        )
    return _in_state(actor, outcome, OutcomeState.DRAFT)


def may_submit_outcome(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may hand an outcome over to a second moderator."""
    return _in_state(actor, outcome, OutcomeState.DRAFT)


def may_approve_outcome(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may approve an outcome: a moderator who did not write it last."""
    verdict = _in_state(actor, outcome, OutcomeState.SUBMITTED)
    if verdict and actor is not None and actor.id == outcome.author_id:
        return no(_l("Sie haben zuletzt daran geschrieben. Freigeben muss eine zweite Person aus der Moderation."))
    return verdict


def may_return(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may send an outcome back to be written on; its author may take it back so."""
    return _in_state(actor, outcome, OutcomeState.SUBMITTED)


def may_answer_evidence(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may answer contributions that an approved outcome left open: any moderator."""
    moderating = may_moderate(actor)
    if not moderating or outcome.state is OutcomeState.APPROVED:
        return moderating
    return no(_l("Solange das Ergebnis geschrieben wird, stehen die Antworten bei den Belegen."))


def may_abandon(actor: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may end an evaluation without an outcome."""
    return _in_state(actor, outcome, OutcomeState.DRAFT)


def may_see_outcome(viewer: User | None, outcome: Outcome) -> Verdict:
    """Say whether a person may read an outcome: everyone once it is approved, before that moderators."""
    return yes if outcome.state is OutcomeState.APPROVED else may_moderate(viewer)


def _in_state(actor: User | None, outcome: Outcome, state: OutcomeState) -> Verdict:
    moderating = may_moderate(actor)
    if not moderating or outcome.state is state:
        return moderating
    if outcome.state in _DONE:
        return _DONE[outcome.state]
    if state is OutcomeState.SUBMITTED:
        return no(_l("Dieses Ergebnis liegt noch nicht zur Freigabe."))
    return no(_l("Dieses Ergebnis liegt schon zur Freigabe."))
