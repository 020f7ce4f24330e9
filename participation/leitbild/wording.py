"""What a change must say before it can be stored or handed over, and the errors of writing one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from participation.base.db import db
from participation.base.text import fold, normalise
from participation.base.verdict import Conflict, DomainError, Message
from participation.leitbild.models import Change, ChangeKind
from participation.outcomes.models import Outcome, OutcomeKind, OutcomeState
from participation.strategy.models import Kind, Node

LIMIT = 10_000
"""Characters a wording may have."""
REASON_LIMIT = 4000
TITLE_LIMIT = 300
SLUG_LIMIT = 120

VANISHING = (ChangeKind.DELETION, ChangeKind.MERGE)
"""Kinds that leave the node without a wording."""

CARRYING = frozenset(
    {OutcomeKind.TEXT, OutcomeKind.MEASURE, OutcomeKind.DELETION, OutcomeKind.MERGE, OutcomeKind.SPLIT}
)
"""Kinds of outcomes that ask for a change; the others only support one."""

_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class ChangeFields:
    """Everything a writer can set."""

    kind: ChangeKind
    outcome_ids: tuple[int, ...]
    node_id: str = ""
    """The node that changes; empty for an addition."""
    after: str = ""
    """The new wording; ignored for a deletion and a merge."""
    reason: str = ""
    culture: str = ""
    cross_border: str = ""
    title: str = ""
    """The title of an addition; for other kinds a new title, or empty to keep the old one."""
    parent_id: str = ""
    """For an addition: under which node."""
    node_kind: str = ""
    """For an addition: what it is."""
    target_id: str = ""
    """For a merge: what takes the node up. For an addition by a split: from which node."""
    based_on: int = 0
    """`since_revision` of the node as the writer saw it."""


class StaleChange(Conflict):
    """The node's wording is no longer the one the change began with."""

    default = _l(
        "Während Sie schrieben, hat sich der Wortlaut geändert. Ihr Text ist noch da. Passt er auch zur neuen Fassung?"
    )

    def __init__(self, *, base: str, mine: str, current: str, since: int) -> None:
        super().__init__()
        self.base, self.mine, self.current, self.since = base, mine, current, since


class ChangeEdited(Conflict):
    """Someone else saved, handed over or sent back in between."""

    default = _l("Während Sie schrieben, hat jemand anderes gespeichert. Ihr Text ist noch da.")

    def __init__(self, current: Change) -> None:
        super().__init__()
        self.current = current


class IncompleteChange(DomainError):
    """Something is missing; `missing` names all of it by field."""

    default = _l("Hier fehlt noch etwas.")

    def __init__(self, missing: Mapping[str, Message]) -> None:
        super().__init__()
        self.missing = missing


class ReasonMissing(DomainError):
    """A step back needs a reason."""

    default = _l("Schreiben Sie dazu, warum.")


def tidied(fields: ChangeFields) -> ChangeFields:
    """Return the fields as they are stored; what does not belong to the kind is emptied."""
    addition, vanishing = fields.kind is ChangeKind.ADDITION, fields.kind in VANISHING
    return replace(
        fields,
        outcome_ids=tuple(dict.fromkeys(fields.outcome_ids)),
        node_id="" if addition else fields.node_id,
        after="" if vanishing else normalise(fields.after, limit=LIMIT),
        reason=normalise(fields.reason, limit=REASON_LIMIT),
        culture=normalise(fields.culture, limit=REASON_LIMIT),
        cross_border=normalise(fields.cross_border, limit=REASON_LIMIT),
        title="" if vanishing else " ".join(normalise(fields.title, limit=TITLE_LIMIT).split()),
        parent_id=fields.parent_id if addition else "",
        node_kind=fields.node_kind if addition else "",
        target_id=fields.target_id if addition or fields.kind is ChangeKind.MERGE else "",
    )


def missing(fields: ChangeFields, node: Node | None) -> dict[str, Message]:
    """Return everything tidied fields lack, by field, all at once."""
    found: dict[str, Message] = {}
    if not fields.reason:
        found["reason"] = _l("Schreiben Sie, warum sich der Wortlaut ändert.")
    if not fields.culture:
        found["culture"] = _l("Schreiben Sie einen Satz, auch wenn es keine Auswirkung gibt.")
    if not fields.cross_border:
        found["cross_border"] = _l("Schreiben Sie einen Satz, auch wenn es die Nachbarn nicht betrifft.")
    found |= _outcomes_missing(fields)
    found |= _addition_missing(fields) if fields.kind is ChangeKind.ADDITION else _node_missing(fields, node)
    return found


def _outcomes_missing(fields: ChangeFields) -> dict[str, Message]:
    rows = db.session.execute(select(Outcome.state, Outcome.kind).where(Outcome.id.in_(fields.outcome_ids))).all()
    if not rows:
        return {"outcomes": _l("Eine Änderung braucht mindestens ein Ergebnis.")}
    if len(rows) != len(fields.outcome_ids) or any(row.state is not OutcomeState.APPROVED for row in rows):
        return {"outcomes": _l("Nur freigegebene Ergebnisse tragen eine Änderung.")}
    if not any(row.kind in CARRYING for row in rows):
        return {"outcomes": _l("Diese Ergebnisse verlangen keine Änderung des Wortlauts.")}
    return {}


def _node_missing(fields: ChangeFields, node: Node | None) -> dict[str, Message]:
    if node is None:
        return {"node": _l("Diese Stelle gibt es nicht.")}
    if not node.is_current:
        return {"node": _l("Diese Stelle gehört nicht mehr zum Leitbild.")}
    return _vanishing_missing(fields, node) if fields.kind in VANISHING else _after_missing(fields, node)


def _vanishing_missing(fields: ChangeFields, node: Node) -> dict[str, Message]:
    if not node.body:
        return {"node": _l("Diese Stelle hat keinen eigenen Wortlaut.")}
    if fields.kind is ChangeKind.MERGE:
        target = db.session.get(Node, fields.target_id) if fields.target_id else None
        if target is None or target.id == node.id or not target.is_current:
            return {"target": _l("Wählen Sie die Stelle, in der diese aufgeht.")}
    return {}


def _after_missing(fields: ChangeFields, node: Node) -> dict[str, Message]:
    if not fields.after:
        return {"after": _l("Schreiben Sie den neuen Wortlaut. Soll die Stelle entfallen, wählen Sie Streichung.")}
    if fields.after == node.body:
        return {"after": _l("Das ist der Wortlaut, der schon gilt.")}
    return {}


def _addition_missing(fields: ChangeFields) -> dict[str, Message]:
    found: dict[str, Message] = {}
    parent = db.session.get(Node, fields.parent_id) if fields.parent_id else None
    if parent is None or not parent.is_current or parent.parent_id is None:
        found["parent"] = _l("Wählen Sie, wo das Neue stehen soll.")
    if not fields.node_kind or db.session.get(Kind, fields.node_kind) is None:
        found["node_kind"] = _l("Wählen Sie, was es ist.")
    if not fields.title:
        found["title"] = _l("Geben Sie einen Titel an. Unter ihm steht es in Listen.")
    if not fields.after:
        found["after"] = _l("Schreiben Sie den Wortlaut.")
    if fields.target_id and db.session.get(Node, fields.target_id) is None:
        found["target"] = _l("Die Stelle, von der abgeteilt wird, gibt es nicht.")
    return found


def new_node_id(parent_id: str, title: str) -> str:
    """Return a speaking id for an added node that no node has and no change ever reserved."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title.lower().translate(_SPELLED))).strip("-")[:48].strip("-")
    stem = f"{parent_id}-{words or 'neu'}"[: SLUG_LIMIT - 4].strip("-")
    candidate, count = stem, 1
    while db.session.scalar(
        select(exists().where(Node.id == candidate) | exists().where(Change.new_node_id == candidate))
    ):
        count += 1
        candidate = f"{stem}-{count}"
    return candidate
