"""Who may do what with a proposal. Pure: whatever has to be looked up comes in with the arguments."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import Mandate, may_moderate, may_speak_for, may_take_part
from participation.base.clock import now
from participation.base.verdict import Verdict, no, yes
from participation.proposals.lifecycle import TRANSITIONS, Party
from participation.proposals.models import UNSETTLED, CoAuthor, Proposal, ProposalState, ProposalType
from participation.strategy.models import Node

_PASSED = _l("Der Vorschlag ist inzwischen einen Schritt weiter. Dafür ist es zu spät.")
_HIDDEN = _l("Dieser Vorschlag ist ausgeblendet.")
_NOT_WITH_YOU = _l("Bei diesem Vorschlag machen Sie nicht mit.")
_NOT_YOURS = _l("Das kann nur, wer den Vorschlag geschrieben hat.")


def may_propose(actor: User | None, node: Node, kind: ProposalType | None = None) -> Verdict:
    """Say whether someone may propose a change of a node, or a change of one kind."""
    if not node.is_current:
        return no(
            _l("Diese Stelle gehört nicht mehr zum Leitbild. Auf ihrer Seite steht, wo Vorschläge jetzt hingehören.")
        )
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


def wrote(actor: User | None, proposal: Proposal) -> bool:
    """Say whether somebody is the author of a proposal, or one of several."""
    if actor is None:
        return False
    return actor.id == proposal.author_id or any(one.user_id == actor.id for one in proposal.coauthors)


def is_open(coauthor: CoAuthor) -> bool:
    """Say whether an invitation still waits for an answer."""
    return coauthor.joined_at is None and coauthor.expires_at > now()


def seat_of(actor: User | None, proposal: Proposal, mandates: Iterable[Mandate]) -> CoAuthor | None:
    """Return for whom somebody consents: for themselves, else for an organisation they speak for now.

    Who joined for an organisation and has no mandate any more has no seat; other delegates do. An author has none.
    """
    if actor is None or actor.id == proposal.author_id:
        return None
    own = [one for one in proposal.coauthors if one.user_id == actor.id and one.initiative_id is None]
    spoken = {mandate.initiative_id for mandate in mandates}
    theirs = [one for one in proposal.coauthors if one.initiative_id in spoken and (one.joined_at or is_open(one))]
    return next(iter([*own, *theirs]), None)


def may_invite(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may invite co-authors and take invitations back: the author of a draft."""
    verdict = _as_author(actor, proposal)
    if verdict and proposal.state is not ProposalState.DRAFT:
        return no(_l("Der Vorschlag ist eingereicht. Wer mitschreibt, steht jetzt fest."))
    return verdict


def may_join(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone who holds an invitation may take it up: anybody who takes part, except the author."""
    verdict = may_take_part(actor)
    if verdict and actor is not None and actor.id == proposal.author_id:
        return no(_l("Das ist Ihr eigener Vorschlag. Die Einladung gilt für jemand anderen."))
    return verdict


def may_agree(actor: User | None, proposal: Proposal, mandates: Iterable[Mandate]) -> Verdict:
    """Say whether someone may consent to the present text: a co-author, or one who is invited for an organisation."""
    verdict = may_take_part(actor)
    if not verdict:
        return verdict
    if seat_of(actor, proposal, mandates) is None:
        return no(_NOT_WITH_YOU)
    if proposal.state is not ProposalState.DRAFT and proposal.state not in UNSETTLED:
        return no(_PASSED)
    return yes


def may_leave_joint(actor: User | None, proposal: Proposal, mandates: Iterable[Mandate]) -> Verdict:
    """Say whether someone may decline or stop being a co-author: while the proposal is a draft."""
    verdict = may_agree(actor, proposal, mandates)
    if verdict and proposal.state is not ProposalState.DRAFT:
        return no(_l("Der Vorschlag ist eingereicht. Unter neuen Versionen steht, wer ihnen zugestimmt hat."))
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
    if proposal.hidden_for is not None:
        return no(_HIDDEN)
    if proposal.state not in UNSETTLED:
        return no(_l("Über diesen Vorschlag ist entschieden. Mitzeichnen ist nicht mehr möglich."))
    if actor is None:
        return no(_l("Zum Mitzeichnen brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)
    verdict = may_take_part(actor)
    if verdict and wrote(actor, proposal):
        return no(_l("Das ist Ihr eigener Vorschlag. Mitzeichnen können ihn andere."))
    return verdict


def may_adopt(actor: User | None, proposal: Proposal, mandates: Iterable[Mandate] = ()) -> Verdict:
    """Say whether someone may bring a proposal onto a new wording of its passage, until its evaluation is over.

    Its author may; where it speaks for an initiative, whoever writes for that one now. Whether there is anything to
    bring it onto is for the operation to find out.
    """
    if proposal.initiative_id is not None:
        verdict = may_speak_for(actor, proposal.initiative_id, mandates)
    else:
        verdict = _as_author(actor, proposal)
    if verdict and proposal.state not in (ProposalState.SUBMITTED, ProposalState.OPEN, ProposalState.SYNTHESIS):
        settled = proposal.state not in UNSETTLED
        return no(_PASSED if settled else _l("Die Auswertung ist fertig. Den Wortlaut passt jetzt die Moderation an."))
    return verdict


def may_discuss(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may write in the thread; it never closes for good."""
    if proposal.state is ProposalState.DRAFT:
        return no(_l("Ein Entwurf hat noch kein Gespräch."))
    if proposal.hidden_for is not None:
        return no(_HIDDEN)
    return may_take_part(actor)


def may_vote(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may take a stance: as long as the proposal waits for something."""
    if proposal.hidden_for is not None:
        return no(_HIDDEN)
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


def may_hide(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may hide a proposal: a moderator who did not write it, while everybody can read it."""
    verdict = may_moderate(actor)
    if verdict and (proposal.state is ProposalState.DRAFT or proposal.hidden_for is not None):
        return no(_HIDDEN)
    return _unless_own(actor, proposal) if verdict else verdict


def may_restore(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may show a hidden proposal again: a moderator who did not write it."""
    verdict = may_moderate(actor)
    if verdict and proposal.hidden_for is None:
        return no(_l("Dieser Vorschlag ist nicht ausgeblendet."))
    return _unless_own(actor, proposal) if verdict else verdict


def may_read(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may read a proposal's texts: of a hidden one, its authors and moderators."""
    if proposal.hidden_for is None or may_moderate(actor) or wrote(actor, proposal):
        return yes
    return no(_HIDDEN)


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
    if wrote(actor, proposal):
        return no(_l("Das ist Ihr eigener Vorschlag. Darüber urteilt jemand anderes aus der Moderation."))
    return yes
