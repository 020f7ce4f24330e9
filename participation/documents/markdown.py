"""Markdown: the wording as it is stored, under headings; what needs a table stands in the other formats."""

from __future__ import annotations

import re

from participation.documents import words
from participation.documents.annexes import proof
from participation.documents.blocks import Imprint
from participation.documents.manuscript import TITLE, published
from participation.documents.measures import groups
from participation.leitbild import queries


def typeset(number: int, imprint: Imprint) -> bytes:
    """Return a version as Markdown in UTF-8."""
    row = published(number)
    status = "Ausgangsfassung, nicht beschlossen" if number == 1 else f"veröffentlicht am {words.day(row.published_at)}"
    lines = [
        f"# {TITLE}, Fassung {number}",
        "",
        f"{_safe(row.title)}, {status}. {imprint.address}/leitbild/fassung/{number}",
    ]
    level = 1
    for one in queries.text(number):
        if not one.is_current:
            continue
        if one.is_heading or one.kind_id in queries.SECTIONS:
            level = min(level + 1, one.depth + 1, 6)
            lines += ["", f"{'#' * max(level, 2)} {_safe(one.title)}"]
        if one.body:
            mark = f" \\[Ä-{one.change_id}\\]" if one.change_id else ""
            indent = "- " if one.kind_id == "punkt" else ""
            body = one.body.replace("\n", "\n  ") if indent else one.body
            lines += ["", f"{indent}{body}{mark}"]
    lines += ["", "## Anhang: Maßnahmenliste"]
    for group in groups(number):
        lines += ["", f"### {_safe(group.title)}", ""]
        for measure in group.measures:
            facts = (
                measure.horizon,
                ", ".join(measure.entry.places),
                measure.text_state,
                measure.status,
                *measure.origin,
            )
            name = _safe(measure.wording)
            lines.append(f"- {name} ({'; '.join(_safe(fact) for fact in facts if fact)})")
    check = proof(row, imprint)
    lines += ["", f"## {check.title}", ""]
    lines += [f"- {label}: {value}" for label, value in check.facts()]
    return ("\n".join(lines) + "\n").encode()


def _safe(text: str) -> str:
    """Return plain text so that Markdown takes nothing in it for a sign of its own."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))
