"""What an outcome must say before a second person may read it, and the errors of writing one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Conflict, DomainError, Message
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind

TEXTS = ("summary", "pros", "cons", "minority")
LIMIT = 6000
"""Characters each of the texts may have."""
ANSWER_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Pin:
    """A contribution as chosen in the editor: a comment in the version read, or a proposal; exactly one."""

    comment_id: int | None = None
    proposal_id: int | None = None
    version: int | None = None
    """The comment's version that was shown to the writer; the current one when empty."""
    fate: Fate | None = None
    answer: str = ""

    @property
    def key(self) -> str:
        """The name of this contribution in forms and error lists: k12 or v3."""
        return f"k{self.comment_id}" if self.comment_id is not None else f"v{self.proposal_id}"


@dataclass(frozen=True, slots=True)
class OutcomeFields:
    """Everything a writer can set."""

    kind: OutcomeKind | None = None
    summary: str = ""
    pros: str = ""
    cons: str = ""
    minority: str = ""
    evidence: tuple[Pin, ...] = field(default_factory=tuple)


class StaleOutcome(Conflict):
    """Someone saved in between; the text typed is shown beside the text saved."""

    default = _l("Während Sie schrieben, hat jemand anderes gespeichert. Ihr Text ist noch da.")

    def __init__(self, current: Outcome) -> None:
        super().__init__()
        self.current = current


class IncompleteOutcome(DomainError):
    """Something is missing; `missing` names all of it by field."""

    default = _l("Hier fehlt noch etwas.")

    def __init__(self, missing: Mapping[str, Message]) -> None:
        super().__init__()
        self.missing = missing


class AlreadyEvaluating(Conflict):
    """The thread is being evaluated already."""

    default = _l("Dieses Gespräch wird schon ausgewertet.")


class NothingToEvaluate(Conflict):
    """Nobody has said anything yet."""

    default = _l("Hier hat noch niemand geschrieben. Auswerten lässt sich erst, was gesagt wurde.")


class NotEvaluable(Conflict):
    """The proposal is in a state that has nothing to evaluate."""

    default = _l("Dieser Vorschlag lässt sich nicht auswerten. Er ist noch nicht offen oder schon entschieden.")


class AlreadyApproved(Conflict):
    """A second moderator was faster."""

    default = _l("Dieses Ergebnis ist schon freigegeben.")


class ReasonMissing(DomainError):
    """A step back needs a reason."""

    default = _l("Schreiben Sie dazu, warum.")


class AlreadyAnswered(Conflict):
    """A second moderator was faster."""

    default = _l("Dieser Beitrag hat inzwischen eine Antwort. Ihr Text ist noch da.")


class NotEvidence(DomainError):
    """A contribution that is not part of this conversation, or is no longer shown."""

    default = _l("Ein gewählter Beleg gehört nicht zu diesem Gespräch oder wird nicht mehr angezeigt.")


def evidence_missing(pins: Iterable[Pin | Evidence]) -> dict[str, Message]:
    """Return what evidence lacks, by ausgang-… and antwort-…: every piece needs a fate, every "no" an answer."""
    missing: dict[str, Message] = {}
    for pin in pins:
        if pin.fate is None:
            missing[f"ausgang-{pin.key}"] = _l("Sagen Sie, was aus diesem Beleg wird.")
        elif pin.fate not in (Fate.ADOPTED, Fate.OPEN) and not pin.answer.strip():
            missing[f"antwort-{pin.key}"] = _l("Schreiben Sie dazu, warum. Die Antwort steht später am Beitrag.")
    return missing


def outcome_missing(outcome: Outcome, evidence: list[Evidence]) -> dict[str, Message]:
    """Return everything an outcome lacks before it can be handed over, all at once."""
    missing: dict[str, Message] = {}
    if outcome.kind is None:
        missing["kind"] = _l("Wählen Sie, was herauskam.")
    if not outcome.summary:
        missing["summary"] = _l("Fassen Sie das Gespräch zusammen.")
    if not outcome.pros:
        missing["pros"] = _l("Schreiben Sie, was dafür spricht. Wurde nichts genannt, schreiben Sie das.")
    if not outcome.cons:
        missing["cons"] = _l("Schreiben Sie, was dagegen spricht. Wurde nichts genannt, schreiben Sie das.")
    if not outcome.minority:
        missing["minority"] = _l("Schreiben Sie die Meinung der Minderheit auf. Gibt es keine, schreiben Sie „keine“.")
    if not evidence:
        missing["evidence"] = _l("Wählen Sie mindestens einen Beleg.")
    elif outcome.proposal_id is not None and all(e.proposal_id != outcome.proposal_id for e in evidence):
        missing["evidence"] = _l("Nehmen Sie den Vorschlag selbst als Beleg auf und sagen Sie, was aus ihm wird.")
    for piece in evidence:
        if piece.fate is Fate.OPEN and piece.proposal_id is not None and piece.proposal_id == outcome.proposal_id:
            missing[f"ausgang-{piece.key}"] = _l("Um diesen Vorschlag geht es. Sagen Sie, was aus ihm wird.")
    return missing | evidence_missing(evidence)
