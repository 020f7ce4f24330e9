"""Following sentences from one revision to the next: which stayed, which carry on others, where their words come from.

Pure: texts in, texts out. Everything is bounded; what is too much to be weighed is followed by its place alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel, LCSseq

from participation.base import diff

Origin = int | str
"""Where words come from: a change's number, or the id of a node in the presentation."""

PAIRS = 40_000
"""How many pairs of sentences are weighed against each other at a time."""

ALIKE = 0.5
"""From here on, a sentence in the same place is an edited form of another."""

ALIKE_ELSEWHERE = 0.65
"""The same for a sentence that vanished somewhere else in the revision."""

PART = 0.7
"""So much of the shorter one must stand in the longer one, for a sentence that was split or put together."""

PART_WORDS = 3

MOST = 6
"""Ancestors that one sentence has at most."""

_BORDER = "\0"
"""Between two ancestors while they are compared with one text; no wording has it (base/text)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one origin."""

    length: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class Old:
    """A sentence of the revision before."""

    id: int
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a change does to a node's sentences."""

    node_id: str
    origin: Origin
    new: tuple[str, ...]
    linked: tuple[str, ...] = ()
    """Nodes that it takes from or gives to: in a merge, in a split."""


@dataclass(slots=True)
class Followed:
    """A sentence of the new wording: kept as it was, or new with what it carries on."""

    text: str
    kept: Old | None = None
    ancestors: list[Old] = field(default_factory=list)
    spans: tuple[Span, ...] = ()


def follow(edits: Sequence[Edit], before: Mapping[str, Sequence[Old]]) -> dict[str, list[Followed]]:
    """Return the sentences of each edited node.

    `before` holds the sentences of every edited and every linked node in the revision before.
    """
    return _Following(edits, before).run()


class _Following:
    """One revision's worth of it, from the surest sign to the weakest."""

    def __init__(self, edits: Sequence[Edit], before: Mapping[str, Sequence[Old]]) -> None:
        self.edits = edits
        self.before = before
        self.found = {edit.node_id: [Followed(text) for text in edit.new] for edit in edits}
        self.anchors: dict[str, list[tuple[int, int]]] = {}
        """By node: pairs of places, old and new, of sentences that stayed in their order."""
        self.gone = {edit.node_id: [*before.get(edit.node_id, ())] for edit in edits}
        """By node: sentences that no longer stand there; what turns up elsewhere is taken out."""
        self.carried: set[int] = set()
        """Ids of those that some new sentence carries on."""
        self.links: dict[str, list[str]] = defaultdict(list)
        for edit in edits:
            for other in edit.linked:
                self.links[edit.node_id].append(other)
                self.links[other].append(edit.node_id)

    def run(self) -> dict[str, list[Followed]]:
        for edit in self.edits:
            self._stay(edit)
        self._move()
        for edit in self.edits:
            self._resemble(edit)
        self._resemble_elsewhere()
        for edit in self.edits:
            self._take_the_place(edit)
        order = {old.id: place for place, old in enumerate(old for olds in self.before.values() for old in olds)}
        for edit in self.edits:
            for one in self.found[edit.node_id]:
                one.ancestors.sort(key=lambda old: order[old.id])
                one.spans = one.kept.spans if one.kept else _spans(one.text, one.ancestors, edit.origin)
        return self.found

    def _stay(self, edit: Edit) -> None:
        """Keep what stands in the node word for word, first in its order, then wherever it went within the node."""
        old, found = self.before.get(edit.node_id, ()), self.found[edit.node_id]
        ids: dict[str, int] = {}
        one = [ids.setdefault(item.text, len(ids)) for item in old]
        other = [ids.setdefault(item.text, len(ids)) for item in found]
        anchors: list[tuple[int, int]] = []
        for step in Indel.opcodes(one, other):
            if step.tag == "equal":
                anchors += zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)
        for place, now in anchors:
            found[now].kept = old[place]
        self.anchors[edit.node_id] = anchors
        stayed = {place for place, _now in anchors}
        left = [item for place, item in enumerate(old) if place not in stayed]
        self.gone[edit.node_id] = _give({edit.node_id: left}, found)[edit.node_id]

    def _move(self) -> None:
        """Keep what vanished from one node and stands word for word in another, linked ones first."""
        for edit in self.edits:
            near = {name: self.gone[name] for name in self.links[edit.node_id] if name in self.gone}
            self.gone |= _give(near, self.found[edit.node_id])
        for edit in self.edits:
            wanted = {one.text for one in self._new(edit)}
            if wanted:
                others = {name: olds for name, olds in self.gone.items() if any(old.text in wanted for old in olds)}
                self.gone |= _give(others, self.found[edit.node_id])

    def _new(self, edit: Edit) -> list[Followed]:
        return [one for one in self.found[edit.node_id] if one.kept is None]

    def _orphans(self, edit: Edit) -> list[Followed]:
        return [one for one in self._new(edit) if not one.ancestors]

    def _resemble(self, edit: Edit) -> None:
        """Follow small edits, splits and joined sentences, in the node and in those linked with it."""
        candidates = [*self.gone[edit.node_id]]
        for name in self.links[edit.node_id]:
            # What was split off may be a copy of what stays.
            candidates += self.gone.get(name, ()) if name in self.found else self.before.get(name, ())
        if edit.linked:
            known = {old.id for old in candidates}
            candidates += [old for name in edit.linked for old in self.before.get(name, ()) if old.id not in known]
        new = self._new(edit)
        if not candidates or len(new) * len(candidates) > PAIRS:
            return
        weigh = _Scales([old.text for old in candidates])
        for one in new:
            words = weigh.words(one.text)
            scored = [(*weigh.both(words, place), place) for place in range(len(candidates))]
            best = max(score for score, _part, _place in scored)
            chosen = [
                (score, place) for score, part, place in scored if (score >= ALIKE and score == best) or part >= PART
            ]
            chosen.sort(key=lambda pair: -pair[0])
            self._carry(one, [candidates[place] for _score, place in chosen[:MOST]])

    def _resemble_elsewhere(self) -> None:
        """Follow what was moved to another place in this revision and edited a little on the way."""
        candidates = [old for olds in self.gone.values() for old in olds if old.id not in self.carried]
        new = [one for edit in self.edits for one in self._orphans(edit)]
        if not candidates or len(new) * len(candidates) > PAIRS:
            return
        weigh = _Scales([old.text for old in candidates])
        for one in new:
            words = weigh.words(one.text)
            score, place = max((weigh.both(words, place)[0], -place) for place in range(len(candidates)))
            if score >= ALIKE_ELSEWHERE:
                self._carry(one, [candidates[-place]])

    def _take_the_place(self, edit: Edit) -> None:
        """Let a rewritten sentence carry on what stood in its place and is carried on by nothing else."""
        old, found = self.before.get(edit.node_id, ()), self.found[edit.node_id]
        gone = {item.id for item in self.gone[edit.node_id]} - self.carried
        start, first = 0, 0
        for place, now in [*self.anchors[edit.node_id], (len(old), len(found))]:
            between = [one for one in found[first:now] if one.kept is None and not one.ancestors]
            self._share([item for item in old[start:place] if item.id in gone], between)
            start, first = place + 1, now + 1
        linked = [
            item for name in self.links[edit.node_id] for item in self.gone.get(name, ()) if item.id not in self.carried
        ]
        self._share(linked, self._orphans(edit))

    def _share(self, olds: Sequence[Old], new: Sequence[Followed]) -> None:
        """Give out sentences over those that replace them, in order, so that none is forgotten."""
        if not olds or not new:
            return
        for place, one in enumerate(new):
            start = place * len(olds) // len(new)
            end = max(start + 1, (place + 1) * len(olds) // len(new))
            self._carry(one, olds[start:end])

    def _carry(self, one: Followed, olds: Sequence[Old]) -> None:
        one.ancestors += olds
        self.carried.update(old.id for old in olds)


def _give(offered: Mapping[str, Sequence[Old]], found: Sequence[Followed]) -> dict[str, list[Old]]:
    """Give new sentences the ids of vanished ones with the same words; return what is left of the vanished ones."""
    waiting: dict[str, list[Followed]] = defaultdict(list)
    for one in reversed(found):
        if one.kept is None:
            waiting[one.text].append(one)
    left: dict[str, list[Old]] = {}
    for name, olds in offered.items():
        left[name] = []
        for old in olds:
            if waiting.get(old.text):
                waiting[old.text].pop().kept = old
            else:
                left[name].append(old)
    return left


class _Scales:
    """Weighs sentences against each other by their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.ids: dict[str, int] = {}
        self.texts = [self.words(text) for text in texts]

    def words(self, text: str) -> list[int]:
        return [self.ids.setdefault(token, len(self.ids)) for token in diff.tokens(text) if token[0].isalnum()]

    def both(self, words: list[int], place: int) -> tuple[float, float]:
        """Return 0 to 1, how much stayed of both, and how much of the shorter one stands in the longer one."""
        other = self.texts[place]
        shorter, longer = sorted((len(words), len(other)))
        shared = LCSseq.similarity(words, other)
        return shared / max(longer, 1), shared / shorter if shorter >= PART_WORDS else 0.0


def _spans(text: str, ancestors: Sequence[Old], origin: Origin) -> tuple[Span, ...]:
    """Return where the words of a new sentence come from: what stayed keeps its origin, the rest is this change's.

    Each span is one uninterrupted piece of its origin; two pieces with something lost in between stay two.
    """
    if not ancestors:
        return (Span(len(text), origin),)
    joined = _BORDER.join(old.text for old in ancestors)
    pieces: list[tuple[int, Origin] | None] = []
    number = 0
    for old in ancestors:
        pieces += [None] * bool(pieces)
        for span in old.spans:
            pieces += [(number, span.origin)] * span.length
            number += 1
    return tuple(_runs(joined, text, pieces, origin))


def _runs(before: str, text: str, pieces: Sequence[tuple[int, Origin] | None], origin: Origin) -> Iterator[Span]:
    length, current = 0, None
    expected = -1
    at = 0
    for segment in diff.compare(before, text):
        if segment.kind == "delete":
            at += len(segment.text)
            continue
        for _character in segment.text:
            piece = pieces[at] if segment.kind == "same" else None
            # A piece goes on only where the next character follows in it.
            if length and (piece != current or (piece is not None and at != expected)):
                yield Span(length, origin if current is None else current[1])
                length = 0
            length, current = length + 1, piece
            if segment.kind == "same":
                at += 1
                expected = at
    if length:
        yield Span(length, origin if current is None else current[1])
