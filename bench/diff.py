"""Measure the comparison of two texts: `python bench/diff.py` ("Measuring" in the README has the figures).

Prose of 65 kB with a few hundred edits must take under 1 s; pathological pairs of the same size must stay bounded in
time and memory and still give back both texts.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from participation.base import diff
from tests.base.pathological import SIZE, edited, pairs, prose


def main() -> None:
    """Print time, memory and the number of changes for each pair."""
    chance = random.Random(1)
    text = prose(chance, SIZE)
    measure("prose, 300 edits", text, edited(chance, text, 300))
    measure("prose, 5,000 edits", text, edited(chance, text, 5_000))
    line = text.replace("\n", " ")
    measure("one paragraph, 300 edits", line, edited(chance, line, 300))
    for name, (one, other) in pairs().items():
        measure(name, one, other)


def measure(name: str, one: str, other: str) -> None:
    """Time one comparison and check that it is exact; memory is taken in a second run, for tracing slows it down."""
    start = time.perf_counter()
    segments = diff.compare(one, other)
    seconds = time.perf_counter() - start
    assert "".join(part.text for part in segments if part.kind != "insert") == one
    assert "".join(part.text for part in segments if part.kind != "delete") == other
    tracemalloc.start()
    diff.compare(one, other)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{name:<36} {len(one):>7} {len(other):>7} {seconds:7.3f} s {peak / 1e6:7.1f} MB {diff.changed(segments):>6}")


if __name__ == "__main__":
    main()
