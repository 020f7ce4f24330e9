"""Words of a removed text that stand elsewhere in its cases: in reports, statements of reasons, objections.

Whoever reports or decides quotes. Runs of RUN words are found however they are written, and replaced by a mark; what
stood there goes under the same seal as the text. The passage that a removal has to name stays: its author reads nothing
else of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select

from participation.base.db import db
from participation.moderation.models import Appeal, Case, Decision, Report
from participation.moderation.targets import Target

RUN = 5
"""So many words in a row are a quotation; fewer are language. A shorter text is looked for as a whole."""
MARK = "[…]"

_WORD = re.compile(r"\w+")
_PLACES: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "reports": (Report, ("explanation",)),
    "decisions": (Decision, ("facts", "passage")),
    "appeals": (Appeal, ("reason", "answer")),
}


def take_quotes(decision: Decision, target: Target, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Take every quotation of `texts` out of a contribution's cases; return what stood there, as JSON values."""
    said, spared, taken = [_words(text) for text in texts], _words(decision.passage), []
    for place, chosen in _about(target).items():
        for row in db.session.scalars(chosen).all():
            for name in _PLACES[place][1]:
                if row is decision and name == "passage":
                    continue
                before = getattr(row, name)
                after = blotted(before, said, spared=spared)
                if after != before:
                    setattr(row, name, after)
                    taken.append({"place": place, "id": row.id, "name": name, "text": before})
    db.session.flush()
    return taken


def put_quotes_back(taken: Iterable[Mapping[str, Any]]) -> None:
    """Put back what `take_quotes` returned."""
    for one in taken:
        row = db.session.get(_PLACES[one["place"]][0], one["id"])
        if row is not None:
            setattr(row, one["name"], one["text"])
    db.session.flush()


def blotted(text: str, said: Iterable[list[str]], *, spared: list[str]) -> str:
    """Return a text with a mark for every run of words that it shares with one of `said` and not with `spared`."""
    words = list(_WORD.finditer(text))
    plain = [match[0].casefold() for match in words]
    hit: set[int] = set()
    for other in said:
        size = min(RUN, len(other))
        if size < 2:
            continue
        runs = _runs(other, size) - _runs(spared, size)
        for at in range(len(plain) - size + 1):
            if tuple(plain[at : at + size]) in runs:
                hit.update(range(at, at + size))
    out: list[str] = []
    end = 0
    for first, last in _spans(sorted(hit)):
        out += [text[end : words[first].start()], MARK]
        end = words[last].end()
    return "".join([*out, text[end:]])


def _about(target: Target) -> dict[str, Select[Any]]:
    """Return what was said about a contribution, place by place."""
    cases = select(Case.id).where(target.theirs)
    decisions = select(Decision.id).where(Decision.case_id.in_(cases))
    return {
        "reports": select(Report).where(Report.case_id.in_(cases)).order_by(Report.id),
        "decisions": select(Decision).where(Decision.case_id.in_(cases)).order_by(Decision.id),
        "appeals": select(Appeal).where(Appeal.decision_id.in_(decisions)).order_by(Appeal.id),
    }


def _spans(places: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each unbroken row of ascending numbers."""
    spans: list[tuple[int, int]] = []
    for place in places:
        first = spans.pop()[0] if spans and spans[-1][1] == place - 1 else place
        spans.append((first, place))
    return spans


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _runs(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}
