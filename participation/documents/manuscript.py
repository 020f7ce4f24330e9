"""What a document of one version says, as parts and blocks; the presses only set it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from participation.base.verdict import NotFound
from participation.documents import annexes, words
from participation.documents.blocks import Block, Heading, Imprint, Manuscript, Part, Passage, Points, Text
from participation.leitbild import queries
from participation.leitbild.queries import Line, RevisionRow

TITLE = "Leitbild für die Lausitz"
POINT = "punkt"
"""The kind of a passage that is an item below another one."""


def compose(number: int, imprint: Imprint) -> Manuscript:
    """Return the manuscript of a version.

    Raises:
        NotFound: if there is none with this number.
    """
    row = published(number)
    lines = [replace(line, html=absolute(line.html, imprint)) for line in queries.text(number)]
    changes = queries.changes_of_revision(number)
    parts = (
        _about(row, len(changes), imprint),
        *_chapters(lines),
        annexes.measure_list(number),
        *([annexes.change_list(changes)] if changes else []),
        *annexes.gone(lines),
        *annexes.resolutions(number),
        annexes.sources(lines, imprint),
        annexes.proof(row, imprint),
    )
    return Manuscript(
        title=TITLE,
        subtitle=f"Fassung {number}",
        name=row.title if row.title != f"Fassung {number}" else "",
        cover=_cover(row, imprint),
        parts=parts,
        at=row.published_at,
        identifier=row.hash,
        imprint=imprint,
    )


def absolute(html: str, imprint: Imprint) -> str:
    """Return stored HTML with links to this site that also lead somewhere from a file."""
    return html.replace('href="/', f'href="{imprint.address}/')


def published(number: int) -> RevisionRow:
    """Return a published version.

    Raises:
        NotFound: if there is none with this number.
    """
    row = queries.revision_row(number)
    if row is None:
        raise NotFound
    return row


def _cover(row: RevisionRow, imprint: Imprint) -> tuple[str, ...]:
    first = (
        "Ausgangsfassung, nicht beschlossen" if row.number == 1 else f"Veröffentlicht am {words.day(row.published_at)}"
    )
    return (first, f"{imprint.site} · {words.host(imprint.address)}/leitbild/fassung/{row.number}")


def _about(row: RevisionRow, changes: int, imprint: Imprint) -> Part:
    address = f"{imprint.address}/leitbild/fassung/{row.number}"
    blocks: list[Block] = [Text(html=absolute(row.summary_html, imprint), voice="lead")]
    if row.number > 1:
        blocks.append(
            Text(
                f"Diese Fassung ist veröffentlicht am {words.day(row.published_at)}. Sie bringt "
                f"{words.many(changes, 'Änderung', 'Änderungen')} gegenüber Fassung {row.number - 1}; zwei Personen "
                "aus der Moderation haben sie unterzeichnet. Eine veröffentlichte Fassung ändert sich nie mehr. Was "
                "neu ist, steht in der nächsten."
            )
        )
    blocks += [
        Text(
            "Veröffentlicht ist nicht verabschiedet: Welche Beschlüsse es zu dieser Fassung gibt, steht bei der "
            "Fassung im Netz. Dort führt auch jeder Satz zu seiner Herkunft."
        ),
        Text(address, voice="code", href=address),
        Text(
            "Die Zahlen am Rand zählen die Stellen dieser Fassung, damit man sie nennen kann. Ein Zeichen wie Ä-7 "
            "darunter sagt, welche Änderung den Wortlaut gebracht hat; Stellen ohne Zeichen stehen so in der "
            "Präsentation.",
            voice="note",
        ),
    ]
    return Part("fassung", "Zu dieser Fassung", tuple(blocks))


def _chapters(lines: Sequence[Line]) -> Iterator[Part]:
    """Yield the chapters: every passage of the first depth that heads others begins one."""
    title, ident, cluster = "Zur Einführung", "einfuehrung", ""
    blocks: list[Block] = []
    points: list[Passage] = []
    number, base, level = 0, 1, 2

    def flush() -> None:
        if points:
            blocks.append(Points(tuple(points)))
            points.clear()

    for line in lines:
        if not line.is_current:
            continue
        if line.is_heading or line.is_section or (line.kind_id in queries.SECTIONS and line.body):
            flush()
            if line.depth <= 1:
                if blocks or ident != "einfuehrung":
                    yield Part(ident, title, tuple(blocks) or (_ONLY_HEADING,), cluster)
                title, ident, cluster = line.title, line.node_id, line.cluster_id or ""
                blocks, base, level = [], line.depth, 2
            else:
                level = min(level + 1, 1 + line.depth - base + 1, 6)
                blocks.append(Heading(level, line.title, line.node_id, line.cluster_id or ""))
            if not line.body:
                continue
        number += 1
        passage = Passage(number, line.html, line.node_id, f"Ä-{line.change_id}" if line.change_id else "")
        if line.kind_id == POINT and blocks:
            points.append(passage)
        else:
            flush()
            blocks.append(passage)
    flush()
    yield Part(ident, title, tuple(blocks) or (_ONLY_HEADING,), cluster)


_ONLY_HEADING = Text("Die Präsentation nennt hier nur die Überschrift.", voice="note")
