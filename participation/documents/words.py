"""The words that documents use. Content, not interface: documents are German, whoever reads the page they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from participation.leitbild.models import ChangeKind
from participation.resolutions.models import Decision
from participation.strategy.models import Status, TextState

HERE = ZoneInfo("Europe/Berlin")

MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)

DECISIONS: Mapping[Decision, str] = {Decision.ADOPTED: "angenommen", Decision.RETURNED: "zurückverwiesen"}
TEXT_STATES: Mapping[TextState, str] = {
    TextState.UNCHANGED: "unverändert",
    TextState.NEW: "neu",
    TextState.CHANGED: "geändert",
    TextState.MERGED: "zusammengeführt",
    TextState.SPLIT: "geteilt",
    TextState.STRUCK: "gestrichen",
}
CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.TEXT: "Textänderung",
    ChangeKind.ADDITION: "Ergänzung",
    ChangeKind.DELETION: "Streichung",
    ChangeKind.MERGE: "Zusammenführung",
    ChangeKind.SPLIT: "Teilung",
}
STATUSES: Mapping[Status, str] = {
    Status.PROPOSED: "vorgeschlagen",
    Status.EXAMINED: "in Prüfung",
    Status.RESOLVED: "beschlossen",
    Status.UNDER_WAY: "in Umsetzung",
    Status.DONE: "umgesetzt",
    Status.POSTPONED: "zurückgestellt",
    Status.DISCARDED: "verworfen",
    Status.OVERTAKEN: "überholt",
}
DIFFERENCES: Mapping[str, str] = {"added": "neu", "removed": "gestrichen", "changed": "geändert"}
HORIZONS: Mapping[str, str] = {"sofort": "sofort", "leitprojekt": "Leitprojekt", "langfristig": "langfristig"}

NOT_HERE = "Dieser Server kann gerade keine PDF-Dateien setzen, ihm fehlt ein Baustein. Alle anderen Formate gibt es."
"""Why a PDF is not available; told to readers."""

TRACKED = (
    "Die Änderungen sind als nachverfolgte Änderungen eingetragen. Wer alle annimmt, liest die spätere Fassung; wer "
    "alle ablehnt, die frühere."
)


def day(at: datetime | date) -> str:
    """Return a day as people in the region write it: 22. November 2026."""
    local = at.astimezone(HERE) if isinstance(at, datetime) else at
    return f"{local.day}. {MONTHS[local.month - 1]} {local.year}"


def many(count: int, one: str, more: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else more}"


def ranges(numbers: tuple[int, ...]) -> str:
    """Return numbers in short: 3, 7–9."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}–{p[-1]}" for p in parts)


def grouped(hash_: str) -> str:
    """Return a fingerprint in groups of four, to be compared by eye."""
    return " ".join(re.findall(".{1,4}", hash_))


def host(address: str) -> str:
    """Return an address as one prints it: without its scheme."""
    return re.sub(r"^https?://", "", address)
