"""The rules of the conversation by number, as the page /regeln tells them; decisions cite them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message

RULES: Mapping[int, Message] = {
    1: _l("Bei der Sache bleiben"),
    2: _l("Menschen achten"),
    3: _l("Nichts über Private"),
    4: _l("Mit eigener Stimme sprechen"),
    5: _l("Wahres von Vermutetem trennen"),
    6: _l("Jede Sprache der Lausitz zählt"),
    7: _l("Keine Werbung"),
    8: _l("Im Rahmen der Gesetze"),
}


def citation(rule: int) -> str:
    """Return a rule as a decision cites it: Regel 3, Nichts über Private."""
    return str(_l("Regel %(number)d, %(title)s", number=rule, title=RULES[rule]))
