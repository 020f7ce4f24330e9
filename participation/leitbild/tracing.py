"""Storing where sentences come from: once, in the transaction that publishes a revision; no page compares anything.

What is stored can be computed again from passages and changes; `flask leitbild trace` does so for revisions that were
published before sentences were stored.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, insert, select

from participation.base.db import db
from participation.base.sentences import Segmentation, segment
from participation.ledger.erased import is_mark
from participation.leitbild.changes import diff_html
from participation.leitbild.following import Edit, Followed, Old, Origin, Span, follow
from participation.leitbild.marking import Placed, Range, mark
from participation.leitbild.models import Change, Passage, Revision
from participation.leitbild.sentence_models import Placement, Sentence, SentenceAncestor, SentenceSpan, Wording


@dataclass(frozen=True, slots=True)
class _Text:
    """A node's new text, and who brought it."""

    node_id: str
    body: str
    html: str
    change_id: int | None
    target_id: str | None


def trace() -> int:
    """Store the sentences of every revision that has none yet; return how many had none.

    The first revision always has a wording, every later one that of its changes.
    """
    missing = untraced()
    for number in missing:
        trace_revision(number)
    return len(missing)


def untraced() -> list[int]:
    """Return the revisions whose sentences are not stored yet, oldest first."""
    known = select(Wording.revision_number)
    return [*db.session.scalars(select(Revision.number).where(Revision.number.not_in(known)).order_by(Revision.number))]


def faults() -> list[str]:
    """Return what is wrong with what is stored: sentences that do not give back a passage, or are not as cited.

    Of what is erased, only the marks are left to look at. Two statements that read all wordings; for a check, not
    for a page.
    """
    found = []
    said: dict[tuple[str, int], list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(Placement.node_id, Placement.revision_number, Placement.gap, Sentence.id, Sentence.text, Sentence.hash)
        .join(Sentence, Sentence.id == Placement.sentence_id)
        .order_by(Placement.node_id, Placement.revision_number, Placement.position)
    )
    for node_id, number, gap, sentence_id, text, hashed in rows:
        said[node_id, number] += [gap, text]
        if hashed != ("" if is_mark(text) else fingerprint(text)):
            found.append(f"sentence {sentence_id} is not the one that was hashed")
    passages = db.session.execute(
        select(Wording.node_id, Wording.revision_number, Wording.tail, Passage.body)
        .outerjoin(
            Passage,
            (Passage.node_id == Wording.node_id) & (Passage.revision_number == Wording.revision_number),
        )
        .order_by(Wording.revision_number, Wording.node_id)
    )
    found += [
        f"the sentences of {node_id} do not give back its passage in revision {number}"
        for node_id, number, tail, body in passages
        if not is_mark(body or "") and "".join([*said[node_id, number], tail]) != body
    ]
    return found


def trace_revision(number: int) -> None:
    """Store the sentences of a revision's new wordings: as many statements for one changed node as for all.

    Needs its passages and its published changes to be in the database.
    """
    texts = _texts(number)
    cut = {text.node_id: segment(text.body) for text in texts}
    linked = {text.target_id for text in texts if text.target_id}
    before = {} if number == 1 else _before({text.node_id for text in texts} | linked, number)
    edits = [
        Edit(text.node_id, text.change_id or text.node_id, cut[text.node_id].sentences, _linked(text)) for text in texts
    ]
    _store(number, texts, cut, before, follow(edits, before))


def _linked(text: _Text) -> tuple[str, ...]:
    return (text.target_id,) if text.target_id else ()


def _texts(number: int) -> list[_Text]:
    """Return what is new in a revision, in reading order; in the first one every text is."""
    chosen = (
        select(Passage.node_id, Passage.body, Passage.html, Passage.change_id, Change.target_id)
        .outerjoin(Change, Change.id == Passage.change_id)
        .where(Passage.revision_number == number)
        .order_by(Passage.position)
    )
    chosen = chosen.where(Passage.body != "") if number == 1 else chosen.where(Change.revision_number == number)
    return [_Text(*row) for row in db.session.execute(chosen)]


def _before(node_ids: Collection[str], number: int) -> dict[str, list[Old]]:
    """Return the sentences of some nodes in the revision before, with their spans; two statements."""
    latest = (
        select(Wording.node_id, func.max(Wording.revision_number).label("revision_number"))
        .where(Wording.node_id.in_(node_ids), Wording.revision_number < number)
        .group_by(Wording.node_id)
        .subquery()
    )
    placed = (
        select(Placement.node_id, Placement.position, Sentence.id, Sentence.text)
        .join(
            latest,
            (latest.c.node_id == Placement.node_id) & (latest.c.revision_number == Placement.revision_number),
        )
        .join(Sentence, Sentence.id == Placement.sentence_id)
    )
    rows = db.session.execute(placed.order_by(Placement.node_id, Placement.position)).all()
    spans = _spans(placed.with_only_columns(Sentence.id))
    found: dict[str, list[Old]] = {node_id: [] for node_id in sorted(node_ids)}
    for row in rows:
        found[row.node_id].append(Old(row.id, row.text, spans[row.id]))
    return found


def _spans(chosen: object) -> dict[int, tuple[Span, ...]]:
    rows = db.session.execute(
        select(SentenceSpan.sentence_id, SentenceSpan.length, SentenceSpan.change_id, SentenceSpan.node_id)
        .where(SentenceSpan.sentence_id.in_(chosen))  # type: ignore[arg-type]
        .order_by(SentenceSpan.sentence_id, SentenceSpan.position)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for sentence_id, length, change_id, node_id in rows:
        found[sentence_id].append(Span(length, node_id or change_id or 0))
    return {sentence_id: tuple(spans) for sentence_id, spans in found.items()}


def _store(
    number: int,
    texts: Sequence[_Text],
    cut: Mapping[str, Segmentation],
    before: Mapping[str, Sequence[Old]],
    followed: Mapping[str, Sequence[Followed]],
) -> None:
    everything = [one for text in texts for one in followed[text.node_id]]
    last = db.session.scalar(select(func.max(Sentence.id))) or 0
    ids: dict[int, int] = {}
    for one in everything:
        ids[id(one)] = one.kept.id if one.kept else (last := last + 1)
    revisions = _revisions(everything)
    brought = _brought(everything)
    rows: dict[type, list[dict[str, object]]] = defaultdict(list)
    gone_on = {old.id for one in everything for old in ((one.kept,) if one.kept else one.ancestors)}
    for text in texts:
        placed = []
        for position, (one, part) in enumerate(zip(followed[text.node_id], cut[text.node_id].parts, strict=True)):
            sentence_id = ids[id(one)]
            rows[Placement].append(
                {
                    "node_id": text.node_id,
                    "revision_number": number,
                    "position": position,
                    "gap": part.gap,
                    "sentence_id": sentence_id,
                }
            )
            change_id = brought[one.kept.id] if one.kept else text.change_id
            ranges = tuple(Range(span.length, revisions.get(span.origin)) for span in one.spans)
            placed.append(Placed(sentence_id, part.gap, one.text, change_id, ranges))
        new = [one for one in followed[text.node_id] if one.kept is None]
        marked = mark(text.node_id, text.html, placed, cut[text.node_id].tail)
        for one, html in zip(followed[text.node_id], marked.alone, strict=True):
            if one.kept is None:
                _add_sentence(rows, one, html, ids[id(one)], number, text)
        rows[Wording].append(
            {
                "node_id": text.node_id,
                "revision_number": number,
                "tail": cut[text.node_id].tail,
                "html": marked.html,
                "origin_html": marked.origin_html,
                "sentences": len(placed),
                "touched": sum(one.change_id is not None for one in placed),
                "changed": sum(bool(one.ancestors) for one in new),
                "added": sum(not one.ancestors for one in new) if number > 1 else 0,
                "removed": sum(old.id not in gone_on for old in before.get(text.node_id, ())),
            }
        )
    for table in (Sentence, Wording, Placement, SentenceAncestor, SentenceSpan):
        if rows[table]:
            # Without the option, rows with an empty column become statements of their own, a thousand for a version.
            db.session.execute(insert(table).execution_options(render_nulls=True), rows[table])


def _add_sentence(
    rows: Mapping[type, list[dict[str, object]]],
    one: Followed,
    html: str,
    sentence_id: int,
    number: int,
    text: _Text,
) -> None:
    rows[Sentence].append(
        {
            "id": sentence_id,
            "text": one.text,
            "html": html,
            "hash": fingerprint(one.text),
            "first_revision": number,
            "node_id": text.node_id,
            "change_id": text.change_id,
        }
    )
    rows[SentenceAncestor].extend(
        {"sentence_id": sentence_id, "ancestor_id": old.id, "diff_html": diff_html(old.text, one.text)}
        for old in one.ancestors
    )
    rows[SentenceSpan].extend(
        {
            "sentence_id": sentence_id,
            "position": position,
            "length": span.length,
            "change_id": span.origin if isinstance(span.origin, int) else None,
            "node_id": span.origin if isinstance(span.origin, str) else None,
        }
        for position, span in enumerate(one.spans)
    )


def fingerprint(text: str) -> str:
    """Return the hash of a sentence as it is cited."""
    return hashlib.sha256(text.encode()).hexdigest()


def _revisions(followed: Iterable[Followed]) -> dict[Origin, int]:
    """Return the revision of every change that some words come from."""
    wanted = {span.origin for one in followed for span in one.spans if isinstance(span.origin, int)}
    rows: Sequence[Row[int, int | None]] = []
    if wanted:
        rows = db.session.execute(select(Change.id, Change.revision_number).where(Change.id.in_(wanted))).all()
    return {change_id: number or 0 for change_id, number in rows}


def _brought(followed: Iterable[Followed]) -> dict[int, int | None]:
    """Return the change that brought each sentence that stays."""
    kept = {one.kept.id for one in followed if one.kept}
    if not kept:
        return {}
    rows = db.session.execute(select(Sentence.id, Sentence.change_id).where(Sentence.id.in_(kept)))
    return {sentence_id: change_id for sentence_id, change_id in rows}  # noqa: C416 - rows are no pairs to a type checker
