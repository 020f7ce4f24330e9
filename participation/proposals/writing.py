"""What an author writes: the fields of a proposal, tidied, compared with what stands, and checked before handing in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base import diff
from participation.base.text import fold, normalise
from participation.base.verdict import Conflict, DomainError, Message
from participation.proposals.models import Proposal, ProposalType
from participation.strategy.models import Node

TITLE = (5, 160)
WORDING = 5_000
REASON = (20, 5_000)
REMARK = (20, 2_000)
"""The benefit beyond one's own place, and the effect on cultural traditions."""
PARTS = (2, 4)

NEW = frozenset({ProposalType.MEASURE, ProposalType.ADDITION})
"""What goes below the node; nothing that stands there changes."""

_LINE = re.compile(r"^[ \t]*-{3,}[ \t]*$", re.MULTILINE)
_NO_WORDING: Message = _l("Schreiben Sie den Wortlaut, den Sie vorschlagen.")
_UNCHANGED: Message = _l("Der Wortlaut ist noch unverändert. Ändern Sie ihn so, wie er heißen soll.")
_FEW_PARTS: Message = _l("Eine Teilung braucht zwei bis vier Teile.")
_NOTHING = frozenset({"", "keine", "keine auswirkung", "keine auswirkungen", "nein", "nichts", "entfallt"})


class Incomplete(DomainError):
    """Something is missing before the proposal can be handed in; `problems` names it by field."""

    default = _l("Zum Einreichen fehlt noch etwas.")

    def __init__(self, problems: Mapping[str, Message]) -> None:
        super().__init__()
        self.problems = problems


class WordingChanged(Conflict):
    """The node's wording changed while someone wrote: `seen` is what they had before them, `current` what stands."""

    default = _l(
        "Während Sie schrieben, hat sich der Wortlaut geändert. Ihr Text ist noch da. Passt er auch zur neuen Fassung?"
    )

    def __init__(self, seen: str, current: str) -> None:
        super().__init__()
        self.seen = seen
        self.current = current


@dataclass(frozen=True, kw_only=True)
class Writing:
    """The fields of a proposal as its author filled them in."""

    type: ProposalType
    title: str = ""
    wording: str = ""
    """For a split the parts, separated by lines of ---."""
    reason: str = ""
    benefit: str = ""
    culture: str = ""
    places: tuple[str, ...] = ()
    other_node_id: str | None = None
    initiative_id: int | None = None
    lang: str = "de"

    def tidied(self) -> Writing:
        """Return the fields as they are stored; what is too long raises TextTooLong."""
        deletion = self.type is ProposalType.DELETION
        return replace(
            self,
            title=" ".join(normalise(self.title, limit=TITLE[1]).split()),
            wording="" if deletion else "\n---\n".join(parts(self.type, self.wording)),
            reason=normalise(self.reason, limit=REASON[1]),
            benefit=normalise(self.benefit, limit=REMARK[1]),
            culture=normalise(self.culture, limit=REMARK[1]),
            places=tuple(dict.fromkeys(self.places)),
            other_node_id=self.other_node_id if self.type is ProposalType.MERGE else None,
        )


def of(proposal: Proposal, places: tuple[str, ...] = ()) -> Writing:
    """Return the fields of a stored proposal."""
    return Writing(
        type=proposal.type,
        title=proposal.title,
        wording=proposal.wording,
        reason=proposal.reason,
        benefit=proposal.benefit,
        culture=proposal.culture,
        places=places,
        other_node_id=proposal.other_node_id,
        initiative_id=proposal.initiative_id,
        lang=proposal.lang,
    )


def parts(kind: ProposalType, wording: str) -> list[str]:
    """Return the tidied parts of a wording: of a split what stands between lines of ---, otherwise the one text."""
    text = normalise(wording, limit=WORDING)
    if kind is not ProposalType.SPLIT:
        return [text]
    return [part for part in (normalise(piece) for piece in _LINE.split(text)) if part]


def before(kind: ProposalType, node: Node) -> str:
    """Return the wording that a proposal of this kind starts from; empty where something new is asked for."""
    return "" if kind in NEW else node.body


def joined(old: str, other: str | None) -> str:
    """Return what a proposal starts from as one text: a merge starts from both wordings."""
    return old if other is None else f"{old}\n\n{other}"


def compared(kind: ProposalType, old: str, wording: str, other: Node | None) -> str:
    """Return the comparison of what stands with what is wanted as safe HTML; a merge starts from both wordings."""
    new = "\n\n".join(parts(kind, wording))
    return marked(joined(old, other.body if other is not None else None), new)


def marked(old: str, new: str) -> str:
    """Return two texts compared word by word as safe HTML."""
    return str(diff.as_html(diff.compare(old, new), inserted=_("eingefügt:"), deleted=_("gelöscht:")))


def problems(writing: Writing, old: str) -> dict[str, Message]:
    """Return what still has to be said before handing in, by field; nothing when complete."""
    found: dict[str, Message] = {}
    if len(writing.title) < TITLE[0]:
        found["title"] = _l("Geben Sie dem Vorschlag einen Titel mit mindestens 5 Zeichen.")
    wording = wording_problem(writing, old)
    if wording is not None:
        found["wording"] = wording
    if len(writing.reason) < REASON[0]:
        found["reason"] = _l("Begründen Sie den Vorschlag in mindestens einem Satz (20 Zeichen).")
    if len(writing.benefit) < REMARK[0]:
        found["benefit"] = _l("Sagen Sie in einem Satz, wem der Vorschlag über Ihren Ort hinaus nützt (20 Zeichen).")
    if fold(writing.culture).strip(" .!-–") in _NOTHING or len(writing.culture) < REMARK[0]:
        found["culture"] = _l(
            "Sagen Sie in einem Satz, wie sich der Vorschlag auf kulturelle Traditionen auswirkt. "
            "Bei „keine Auswirkung“: warum nicht?"
        )
    return found


def wording_problem(writing: Writing, old: str) -> Message | None:
    """Return what is wrong with the wording alone, or None."""
    if writing.type is ProposalType.DELETION:
        return None
    if writing.type is ProposalType.SPLIT:
        count = len(parts(writing.type, writing.wording))
        return None if PARTS[0] <= count <= PARTS[1] else _FEW_PARTS
    if not writing.wording:
        return _NO_WORDING
    unchanged = writing.type is ProposalType.TEXT and writing.wording == normalise(old)
    return _UNCHANGED if unchanged else None
