"""Words that several pages of moderation share."""

from __future__ import annotations

from types import SimpleNamespace

from participation.moderation import labels
from participation.moderation.targets import LABELS

WORDS = SimpleNamespace(
    categories=labels.CATEGORIES,
    measures=labels.MEASURES,
    appeals=labels.APPEALS,
    eu=labels.EU_CATEGORIES,
    kinds=LABELS,
    done=labels.done,
    bursts=labels.BURSTS,
    burst_results=labels.BURST_RESULTS,
)
