"""What a document says that compares two versions."""

from __future__ import annotations

from participation.base import diff
from participation.documents import words
from participation.documents.annexes import proof
from participation.documents.blocks import Block, Heading, Imprint, Manuscript, Marked, Part, Text
from participation.documents.manuscript import TITLE, published
from participation.leitbild.compare import Difference, compare

MOST = 2000
"""Passages; no version has as many."""


def compose(earlier: int, later: int, imprint: Imprint) -> Manuscript:
    """Return the manuscript of what differs between two versions.

    Raises:
        NotFound: if one of them does not exist.
    """
    before, after = published(earlier), published(later)
    found = compare(earlier, later, cap=MOST).differences
    address = f"{imprint.address}/leitbild/vergleich/{earlier}/{later}"
    how = Part(
        "lesen",
        "Wie man diesen Vergleich liest",
        (
            Text(
                f"{words.many(len(found), 'Stelle ist', 'Stellen sind')} in Fassung {later} anders als in Fassung "
                f"{earlier}. Stellen, an denen sich kein Wort geändert hat, stehen nicht in diesem Vergleich.",
                voice="lead",
            ),
            Marked(
                (
                    diff.Segment("insert", "Eingefügtes"),
                    diff.Segment("same", " ist unterstrichen und steht zwischen Pluszeichen, "),
                    diff.Segment("delete", "Gelöschtes"),
                    diff.Segment("same", " ist durchgestrichen und steht zwischen Minuszeichen."),
                ),
                is_legend=True,
            ),
            Text(
                f"Fassung {earlier}: veröffentlicht am {words.day(before.published_at)}. "
                f"Fassung {later}: veröffentlicht am {words.day(after.published_at)}."
            ),
            Text(address, voice="code", href=address),
        ),
    )
    places: list[Block] = []
    for number, one in enumerate(found, 1):
        places += _place(number, one)
    return Manuscript(
        title=TITLE,
        subtitle=f"Fassung {earlier} und Fassung {later} im Vergleich",
        name=after.title if after.title != f"Fassung {later}" else "",
        cover=(
            f"Fassung {later} veröffentlicht am {words.day(after.published_at)}",
            f"{imprint.site} · {words.host(address)}",
        ),
        parts=(how, Part("stellen", "Die Stellen", tuple(places) or (NOTHING,)), proof(after, imprint)),
        at=after.published_at,
        identifier=after.hash,
        imprint=imprint,
    )


NOTHING = Text("Zwischen diesen beiden Fassungen hat sich kein Wort geändert.")


def _place(number: int, one: Difference) -> list[Block]:
    said = words.DIFFERENCES[one.kind]
    if one.change_id:
        said += f", Änderung Ä-{one.change_id}"
    if one.title_before != one.title:
        said += f". Titel vorher: {one.title_before}"
    return [
        Heading(3, one.title, f"stelle-{number}", one.cluster_id or ""),
        Text(said, voice="note"),
        Marked(diff.compare(one.before, one.after)),
    ]
