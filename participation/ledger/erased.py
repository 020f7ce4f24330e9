"""What stands where text was erased: a mark that names the ground and the entry of the log that says so.

It is stored in the place of the text, in every table that held a copy, so no page can show a silent gap. The guards of
the database build the same marks in SQL and let published rows change to nothing else.
"""

from __future__ import annotations

import re

SAID = "[getilgt: Eintrag {number}, {ground}]"
"""In plain text; content, not interface, and so German."""

SHOWN = (
    '<span class="ld-erased">Hier stand Text, der getilgt ist. Grund: {ground}. '
    '<a href="/revisionslog/{number}">Eintrag {number} im Revisionslog</a></span>'
)
"""The same as HTML; fits into a paragraph."""

BEFORE = "davor "
"""Sets apart the mark in a change's old wording, which must differ from its new one."""

MARK = re.compile(r"\[(?:davor )?getilgt: Eintrag ([0-9]+), ([^\]]+)\]")


def said(number: int, ground: str) -> str:
    """Return the mark in plain text; `number` is that of the redaction's entry."""
    return SAID.format(number=number, ground=ground)


def said_before(number: int, ground: str) -> str:
    """Return the mark for a wording that was replaced."""
    return said(number, ground).replace("[", f"[{BEFORE}", 1)


def shown(number: int, ground: str) -> str:
    """Return the mark as HTML."""
    return SHOWN.format(number=number, ground=ground)


def nothing(_number: int, _ground: str) -> str:
    """Return what is left of a text beside which a mark stands already."""
    return ""


def is_mark(text: str) -> bool:
    """Tell whether a text is nothing but a mark."""
    return MARK.fullmatch(text) is not None


def sql(template: str) -> str:
    """Return SQL that builds a mark from the columns of a row `r` of log_redacted."""
    pieces = template.replace("{number}", "' || r.redaction_number || '").replace("{ground}", "' || r.ground || '")
    return f"('{pieces}')"
