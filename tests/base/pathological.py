"""Long texts for comparing: prose, and pairs that are the worst that somebody could type."""

from __future__ import annotations

import random

SIZE = 65_000
WORDS = (
    "die", "der", "und", "Radweg", "Brücke", "Strom", "Wasser", "Dorf", "Stadt", "Schule", "Wald", "neu", "alt",
    "bleibt", "kommt", "geht", "wird", "nicht", "auch",
)  # fmt: skip


def prose(chance: random.Random, size: int) -> str:
    """Return paragraphs of sentences."""
    parts, length = [], 0
    while length < size:
        words = " ".join(chance.choices(WORDS, k=chance.randint(5, 20)))
        parts.append(words.capitalize() + chance.choice([". ", ". ", ".\n\n"]))
        length += len(parts[-1])
    return "".join(parts)[:size]


def edited(chance: random.Random, text: str, edits: int) -> str:
    """Return the text with so many words replaced, added or left out."""
    words = text.split(" ")
    for _ in range(edits):
        at = chance.randrange(len(words))
        words[at : at + chance.randint(0, 1)] = chance.choices(WORDS, k=chance.randint(0, 1))
    return " ".join(words)


def pairs(size: int = SIZE) -> dict[str, tuple[str, str]]:
    """Return pairs on which naive comparisons take quadratic time or memory."""
    chance = random.Random(3)
    letters = "".join(chance.choices("ab ", k=size))
    words = chance.sample(range(10**6), k=size // 7)
    shuffled = chance.sample(words, k=len(words))
    return {
        "one letter": ("a " * (size // 2), "b " * (size // 2)),
        "same letter, one more": ("a " * (size // 2), "a " * (size // 2) + "a"),
        "alternating": ("a b " * (size // 4), "b a " * (size // 4)),
        "letters by chance": (letters, letters[::-1]),
        "unique words, shuffled": (" ".join(map(str, words)), " ".join(map(str, shuffled))),
        "unique words, backwards": (" ".join(map(str, words)), " ".join(map(str, words[::-1]))),
        "lines of one letter": ("a\n" * (size // 2), "b\n" * (size // 2)),
        "lines, shuffled": ("\n".join(map(str, words)), "\n".join(map(str, shuffled))),
        "paragraphs that are alike": (
            "\n\n".join(f"die der und {n} neu" for n in range(size // 20)),
            "\n\n".join(f"die der und {n} alt" for n in range(size // 20)),
        ),
        "only stops": ("." * size, "," * size),
        "only line ends": ("\n" * size, "\n" * (size - 1) + "a"),
        "all against nothing": (letters, ""),
    }
