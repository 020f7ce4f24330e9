"""Finding texts that say nearly the same: a proposal like this one exists already.

Only the words count, without case, diacritics, order and the words every sentence has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from heapq import nlargest
from typing import TypeVar

from rapidfuzz import fuzz

from participation.base.text import fold

Key = TypeVar("Key")

HEAD = 2_000
"""Characters of a text that are looked at: who says the same says it there, and the cost stays bounded."""

MINIMUM = 5
"""Words that a text needs to have a fingerprint."""

_WORD = re.compile(r"\w+")

# Folded. German, then the few words that Sorbian, Polish, Czech and English titles are full of.
_STOP_WORDS = frozenset(
    _WORD.findall(
        """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bis da damit das dass dem den der des
        die dies diese diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines er es fur gegen hat
        haben hier ich ihr ihre ihren ihrer im in ins ist ja kann kein keine konnen man mehr mit mussen nach nicht noch
        nur ob oder ohne sein seine sich sie sind so soll sollen sollte sollten sowie uber um und uns unser unsere
        unserer unter vom von vor was weil wenn werden wer wie wir wird wo wurde zu zum zur zwischen
        a abo ako do dla dlia i jako je k ke ku kus na nad o od po pod pola pre psi s se sie so su ta te ten to u v w we
        wo wot wote z za ze and are by for is it its of on or that the this with
        """
    )
)


def _words(text: str) -> str:
    """Return the telling words of a text; if all are stop words, all of them."""
    words = _WORD.findall(fold(text[:HEAD]))
    return " ".join([word for word in words if word not in _STOP_WORDS] or words)


def _score(one: str, other: str, cutoff: float = 0.0) -> float:
    """Return how alike two word lists are; the shared words decide, the rest tells near from nearly the same.

    Below `cutoff` it may return 0: who shares so few words cannot reach it even with the rest in full.
    """
    shared = fuzz.token_set_ratio(one, other, score_cutoff=max(0.0, 150 * cutoff - 50))
    if not shared:
        return 0.0
    return (2 * shared + fuzz.token_sort_ratio(one, other)) / 300


def fingerprint(text: str) -> str:
    """Return 16 hex digits that are equal for texts of the same words, whatever case, space and punctuation they have.

    Empty for fewer than MINIMUM words: half the region says "Das finde ich gut".
    """
    words = _WORD.findall(fold(text))
    if len(words) < MINIMUM:
        return ""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def similarity(one: str, other: str) -> float:
    """Return 0 (nothing in common) to 1 (the same words) for two titles or wordings."""
    return _score(_words(one), _words(other))


def most_similar(
    query: str, candidates: Iterable[tuple[Key, str]], *, limit: int = 5, cutoff: float = 0.6
) -> list[tuple[Key, float]]:
    """Return the keys of the candidates most similar to `query` with their similarity, best first, none below `cutoff`.

    Equal ones stay in the order given.
    """
    words = _words(query)
    scored = ((key, _score(words, _words(text), cutoff)) for key, text in candidates)
    return nlargest(limit, (pair for pair in scored if pair[1] >= cutoff), key=lambda pair: pair[1])
