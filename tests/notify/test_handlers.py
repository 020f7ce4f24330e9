"""What the events of other rooms leave behind for the people concerned."""

from __future__ import annotations

from participation.base.db import db
from participation.base.events import emit
from participation.dialogue.operations import write_comment
from participation.moderation.models import Measure
from participation.notify.queries import notifications
from participation.outcomes.events import OutcomeApproved
from participation.proposals.events import ProposalStepped
from participation.proposals.models import ProposalState, ProposalStep
from tests.factories import moderation as moderating
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment, outcome, quoted


def told(person) -> list[tuple[str, str]]:
    db.session.flush()
    return [(note.text, note.link) for note in notifications(person)]


def test_a_reply_is_told_to_the_author_of_what_it_answers(app):
    anna, tomasz = user("Anna"), user("Tomasz")
    comment = node_comment(anna)
    reply = write_comment(tomasz, comment.thread, body="Stimmt.", kind=None, parent=comment)
    write_comment(anna, comment.thread, body="Genau.", kind=None, parent=comment)
    assert told(anna) == [("Tomasz hat auf Ihren Beitrag geantwortet.", f"/beitrag/{reply.id}")]
    assert told(tomasz) == []


def test_hiding_is_told_once_with_rule_and_facts(app):
    anna = user()
    comment = node_comment(anna)
    decision = moderating.hide(comment, facts="Die Telefonnummer Ihrer Nachbarin steht darin.")
    ((text, link),) = told(anna)
    assert "Regel 3" in text
    assert "Telefonnummer" in text
    assert link == f"/entscheidung/{decision.id}"
    moderating.hide(comment, measure=Measure.RESTORE, facts="Die Nummer ist ihre öffentliche.")
    assert told(anna)[0][0] == "Ihr Beitrag ist wieder zu sehen."


def test_an_outcome_is_told_once_to_everyone_whose_contribution_is_evidence(app):
    anna, tomasz, chair = user(), user(), moderator()
    pieces = [node_comment(anna), node_comment(anna), quoted(author=tomasz), node_comment(chair)]
    record = outcome(*pieces, approver=chair)
    bystander = node_comment().author
    emit(OutcomeApproved(record, chair))
    expected = [
        (
            f"{record.reference} liegt vor. Im Ergebnis steht, was aus Ihrem Beitrag wurde.",
            f"/ergebnisse/{record.number}",
        )
    ]
    assert told(anna) == told(tomasz) == expected
    assert told(chair) == told(bystander) == []


def test_a_step_is_told_to_the_author_unless_they_took_it(app):
    anna = user()
    proposal = quoted(author=anna, number=7)

    def stepped(actor, state: ProposalState, reason: str = "") -> None:
        step = ProposalStep(proposal_id=proposal.id, state=state, reason=reason, actor_id=actor.id)
        emit(ProposalStepped(proposal, step))

    stepped(anna, ProposalState.SUBMITTED)
    stepped(moderator(), ProposalState.OPEN)
    stepped(moderator(), ProposalState.DRAFT, "Der Nutzen fehlt.")
    assert told(anna) == [
        (
            "V-7 liegt wieder bei Ihnen. Es fehlt noch etwas: Der Nutzen fehlt.",
            f"/vorschlaege/entwurf/{proposal.id}",
        ),
        ("V-7 ist geprüft und steht jetzt offen zum Gespräch.", "/vorschlaege/7"),
    ]
