"""Who may do what with a proposal. Pure: whatever has to be looked up comes in with the arguments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate, may_take_part
from participation.base.verdict import Verdict, no, yes
from participation.proposals.lifecycle import TRANSITIONS, Party
from participation.proposals.models import UNSETTLED, Proposal, ProposalState, ProposalType
from participation.strategy.models import Node

_PASSED = _l("Der Vorschlag ist inzwischen einen Schritt weiter. Dafür ist es zu spät.")
_NOT_YOURS = _l("Das kann nur, wer den Vorschlag geschrieben hat.")


def may_propose(actor: User | None, node: Node, kind: ProposalType | None = None) -> Verdict:
    """Say whether someone may propose a change of a node, or a change of one kind."""
    if not node.is_current:
        return no(_l("Diese Stelle gehört nicht mehr zum Leitbild. Zu ihr kann es keine Vorschläge mehr geben."))
    permitted = node.kind.proposal_types
    if not permitted:
        return no(_l("Zu dieser Stelle sind keine Vorschläge vorgesehen. Schreiben Sie im Gespräch, was fehlt."))
    if kind is not None and kind.value not in permitted:
        return no(_l("Diese Art von Vorschlag passt nicht zu dieser Stelle."))
    return may_take_part(actor)


def may_edit(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may change the text: its author, until the formal check."""
    verdict = _as_author(actor, proposal)
    if verdict and proposal.state not in (ProposalState.DRAFT, ProposalState.SUBMITTED):
        return no(_l("Der Vorschlag ist geprüft und steht zur Diskussion. Sein Text bleibt jetzt, wie er ist."))
    return verdict


def may_discard(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may throw a draft away: one that was never handed in."""
    verdict = _as_author(actor, proposal)
    if verdict and (proposal.state is not ProposalState.DRAFT or proposal.number is not None):
        return no(_l("Dieser Vorschlag war schon eingereicht. Sie können ihn zurückziehen, aber nicht löschen."))
    return verdict


def may_submit(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may hand a draft in."""
    return may_step(actor, proposal, ProposalState.SUBMITTED)


def may_withdraw(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may withdraw: the author, once handed in, until the evaluation begins."""
    if proposal.number is None:
        return no(_l("Ein Entwurf, den niemand gesehen hat, lässt sich einfach löschen."))
    return may_step(actor, proposal, ProposalState.WITHDRAWN)


def may_support(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may sign with a proposal: everyone who takes part, except its author."""
    if proposal.state not in UNSETTLED:
        return no(_l("Über diesen Vorschlag ist entschieden. Mitzeichnen ist nicht mehr möglich."))
    if actor is None:
        return no(_l("Zum Mitzeichnen brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)
    verdict = may_take_part(actor)
    if verdict and actor.id == proposal.author_id:
        return no(_l("Das ist Ihr eigener Vorschlag. Mitzeichnen können ihn andere."))
    return verdict


def may_discuss(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may write in the thread; it never closes for good."""
    if proposal.state is ProposalState.DRAFT:
        return no(_l("Ein Entwurf hat noch kein Gespräch."))
    return may_take_part(actor)


def may_vote(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may take a stance: as long as the proposal waits for something."""
    if proposal.state not in UNSETTLED:
        return no(_l("Über diesen Vorschlag ist entschieden. Die Abstimmung ist beendet."))
    return may_take_part(actor)


def may_check(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may make the formal check: a moderator who did not write the proposal."""
    verdict = may_moderate(actor)
    if verdict and proposal.state is not ProposalState.SUBMITTED:
        return no(_l("Dieser Vorschlag wartet nicht auf die formale Prüfung."))
    return _unless_own(actor, proposal) if verdict else verdict


def may_merge(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may merge this proposal into another."""
    verdict = may_step(actor, proposal, ProposalState.MERGED)
    return _unless_own(actor, proposal) if verdict else verdict


def may_recommend(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may recommend a proposal, or recommend against it."""
    verdict = may_step(actor, proposal, ProposalState.RECOMMENDED)
    return _unless_own(actor, proposal) if verdict else verdict


def may_answer(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may tell what became of a proposal."""
    verdict = may_moderate(actor)
    if verdict and proposal.state is ProposalState.DRAFT:
        return no(_l("Ein Entwurf bekommt keine Antwort."))
    return verdict


def may_incorporate(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether a publication may mark this proposal; asked before, because a withdrawn one stays withdrawn."""
    return may_step(actor, proposal, ProposalState.INCORPORATED)


def may_step(actor: User | None, proposal: Proposal, target: ProposalState) -> Verdict:
    """Say whether someone may take a proposal into a state, by the table of transitions alone."""
    step = TRANSITIONS.get((proposal.state, target))
    if step is None:
        parties = {known.party for known in TRANSITIONS.values() if known.target is target}
        verdict = _as_author(actor, proposal) if parties == {Party.AUTHOR} else may_moderate(actor)
        return no(_PASSED) if verdict else verdict
    return _as_author(actor, proposal) if step.party is Party.AUTHOR else may_moderate(actor)


def _as_author(actor: User | None, proposal: Proposal) -> Verdict:
    verdict = may_take_part(actor)
    if verdict and actor is not None and actor.id != proposal.author_id:
        return no(_NOT_YOURS)
    return verdict


def _unless_own(actor: User | None, proposal: Proposal) -> Verdict:
    if actor is not None and actor.id == proposal.author_id:
        return no(_l("Das ist Ihr eigener Vorschlag. Darüber urteilt jemand anderes aus der Moderation."))
    return yes
