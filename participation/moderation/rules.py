"""The rules of the conversation by number: the page /regeln shows them, decisions cite them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message

VERSION = 1
SINCE = date(2026, 11, 22)
"""Raise both when a rule changes; older decisions cite the version they rest on."""


class Rule(NamedTuple):
    """A rule: its short name, and what it asks of people."""

    title: Message
    text: Message


RULES: Mapping[int, Rule] = {
    1: Rule(
        _l("Bei der Sache bleiben"),
        _l(
            "Schreiben Sie zu dem Satz, unter dem Sie schreiben. Für anderes gibt es eine andere Stelle in der "
            "Strategie, oder einen Vorschlag."
        ),
    ),
    2: Rule(
        _l("Menschen achten"),
        _l(
            "Greifen Sie Argumente an, nicht Menschen. Beleidigungen, Drohungen und Hass haben hier keinen Platz, "
            "auch nicht als Scherz."
        ),
    ),
    3: Rule(
        _l("Nichts über Private"),
        _l(
            "Keine Namen, Adressen oder Geschichten von Menschen, die nicht öffentlich auftreten. Von sich selbst "
            "dürfen Sie erzählen, was Sie möchten."
        ),
    ),
    4: Rule(
        _l("Mit eigener Stimme sprechen"),
        _l("Ein Mensch, ein Konto. Wer für eine Initiative schreibt, sagt es. Wer bezahlt wird, auch."),
    ),
    5: Rule(
        _l("Wahres von Vermutetem trennen"),
        _l("Nennen Sie Quellen, wenn Sie Zahlen nennen. Sagen Sie dazu, wenn Sie etwas nur gehört haben."),
    ),
    6: Rule(
        _l("Jede Sprache der Lausitz zählt"),
        _l(
            "Schreiben Sie Deutsch, Obersorbisch, Niedersorbisch, Polnisch oder Tschechisch. Niemand wird wegen "
            "seiner Sprache zurechtgewiesen."
        ),
    ),
    7: Rule(
        _l("Keine Werbung"),
        _l("Keine Anzeigen, keine Aufrufe zur Wahl oder Abwahl, keine Massenbeiträge."),
    ),
    8: Rule(
        _l("Im Rahmen der Gesetze"),
        _l(
            "Was strafbar ist oder fremde Rechte verletzt, entfernen wir. Bei Gefahr für Leib und Leben "
            "benachrichtigen wir die Polizei."
        ),
    ),
}


def citation(rule: int) -> str:
    """Return a rule as a decision cites it: Regel 3, Nichts über Private."""
    return str(_l("Regel %(number)d, %(title)s", number=rule, title=RULES[rule].title))
