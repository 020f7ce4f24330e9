"""The inputs on which readers of Markdown take quadratic time or worse: the classes of cmark's own pathological tests.

Each is as long as the longest text that any form takes (what is longer is refused unread) and takes less than a second
of this process's time; half of them used to hang one parser or another.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest

from participation.base import diff, text
from participation.dialogue import comments
from participation.leitbild import wording
from participation.outcomes import writing as outcomes
from participation.proposals import writing as proposals
from participation.resolutions import operations as resolutions

SECOND = 1.0
SIZE = 10_000
"""Characters: the most that any place takes, which `test_no_place_takes_more` holds."""


def filled(piece: str, end: str = "") -> str:
    """Return the piece over and over, as long as a text may be."""
    times = (SIZE - len(end)) // len(piece)
    return piece * times + end


def halves(before: str, middle: str, after: str) -> str:
    """Return something opened and closed as often as fits."""
    times = (SIZE - len(middle)) // (len(before) + len(after))
    return before * times + middle + after * times


def numbered(pattern: str) -> str:
    """Return the pattern with rising numbers, as many as fit."""
    found, length = [], 0
    for number in itertools.count():
        piece = pattern.format(n=number)
        if length + len(piece) > SIZE:
            return "".join(found)
        found.append(piece)
        length += len(piece)
    raise AssertionError


CLASSES = {
    "nested strong emphasis": halves("*a **a ", "b", " a** a*"),
    "many emphasis closers with no openers": filled("a_ "),
    "many emphasis openers with no closers": filled("_a "),
    "many openers and closers multiple of 3": "a**b" + filled("c* ")[: SIZE - 4],
    "many link closers with no openers": filled("a]"),
    "many link openers with no closers": filled("[a"),
    "mismatched openers and closers": filled("*a_ "),
    "openers and closers of three": filled("***a** b* "),
    "commonmark issue 383": filled("*a" * 10 + "**b" * 10),
    "commonmark issue 389": filled("*a ")[: SIZE // 2] + filled("_a*_ ")[: SIZE // 2],
    "link openers and emphasis closers": filled("[ a_"),
    "pattern [ (]( repeated": filled("[ (]("),
    "pattern ![[]() repeated": filled("![[]()"),
    "pattern [a](<b repeated": filled("[a](<b"),
    "pattern [a](b repeated": filled("[a](b"),
    "hard link and emphasis": "**x [a*b**c*](d)" + filled("**a [b*c")[: SIZE - 20],
    "nested brackets": halves("[", "a", "]"),
    "nested brackets with links": halves("[", "a", "](b)"),
    "nested images": halves("![", "a", "](b)"),
    "nested block quotes": filled("> ", "a"),
    "nested block quotes without space": filled(">", "a"),
    "deeply nested lists": "".join("  " * n + "* a\n" for n in range(97))[:SIZE],
    "lists inside of lists on one line": filled("- ", "a"),
    "numbers and lists on one line": filled("1. - ", "a"),
    "quotes and lists in turns": filled("> - ", "a"),
    "lists and empty lines": filled("- a\n\n"),
    "backticks of every length": "".join("e" + "`" * n for n in range(1, 138))[:SIZE],
    "one kind of backticks, never closed": filled("`a``"),
    "unclosed code": filled("```\n"),
    "unclosed links A": filled("[a](<b"),
    "unclosed links B": filled("[a](b "),
    "unclosed <!--": "</" + filled("<!--")[: SIZE - 2],
    "unclosed <?": filled("<?"),
    "unclosed <!X": filled("<!A "),
    "unclosed <![CDATA[": filled("<![CDATA["),
    "open tags": filled("<a href='"),
    "many references": numbered("[{n}]: u\n")[: SIZE // 2] + numbered("[{n}] ")[: SIZE // 2],
    "one long reference used often": ("[a]: " + "x" * 1000 + "\n\n" + filled("[a]"))[:SIZE],
    "long label, never defined": "[" + "a" * 990 + "]" + filled("[")[: SIZE - 1000],
    "reference that never ends": "[\n" + filled("a\n")[: SIZE - 2],
    "empty references": filled("[]: a\n"),
    "many autolinks": filled("<https://a.b> "),
    "many bare addresses": filled("https://a.b "),
    "address with brackets": "https://a.b/" + "(" * (SIZE - 20),
    "address with closing marks": "https://a.b/" + ").,;" * ((SIZE - 20) // 4),
    "backslashes": filled("\\"),
    "entities": filled("&#x41;"),
    "unknown entities": filled("&a"),
    "a long table": "|a|b|\n|-|-|\n" + filled("|c|d|\n")[: SIZE - 20],
    "a wide table": ("|" + "a|" * 3000 + "\n|" + "-|" * 3000)[:SIZE],
    "table dashes": filled("|-"),
    "many headings": filled("# a\n"),
    "underlines": filled("a\n=\n"),
    "rules": filled("* * *\n"),
    "tabs": filled("\t", "a"),
    "strikes that open": filled("~~a "),
    "strikes and stars": filled("~~a**b "),
    "null characters": filled("a\0"),
    "combining marks": filled("a\u0301\u0316"),
    "joiners": filled("\u200d"),
    "empty lines": filled("\n", "a"),
    "lazy continuation": "> " + filled("a\n")[: SIZE - 2],
    "ordered lists of any number": numbered("{n}. a\n"),
    "hard breaks": filled("a  \n"),
}


def seconds(work: Callable[[], object]) -> float:
    """Return how long a work takes at best: a machine with other work to do slows any, an algorithm slows every try."""
    best = float("inf")
    for _try in range(4):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
        if best < SECOND / 2:
            break
    return best


def rendered(written: str) -> str:
    """Return the HTML of a text, or nothing where it is refused as too deep or too full of links."""
    try:
        return text.render(written).html
    except (text.TooDeep, text.TooManyLinks):
        return ""


@pytest.mark.parametrize("name", list(CLASSES))
def test_a_pathological_text_takes_less_than_a_second(name: str) -> None:
    written = CLASSES[name]
    assert len(written) <= SIZE
    assert seconds(lambda: rendered(written)) < SECOND
    assert seconds(lambda: text.plain(written)) < SECOND
    assert len(rendered(written)) <= 40 * SIZE, "what comes out is bounded by what goes in"


@pytest.mark.parametrize("name", ["nested strong emphasis", "deeply nested lists", "many references", "backslashes"])
def test_comparing_them_takes_less_than_a_second_too(name: str) -> None:
    assert seconds(lambda: diff.compare(CLASSES[name], CLASSES[name][::-1])) < SECOND


def test_no_place_takes_more() -> None:
    most = [
        comments.MAX_LENGTH,
        wording.LIMIT,
        outcomes.LIMIT,
        resolutions.TEXT_LIMIT,
        proposals.REASON[1],
        proposals.WORDING,
    ]
    assert max(most) <= SIZE


def test_nesting_and_links_are_bounded() -> None:
    with pytest.raises(text.TooDeep):
        text.render(CLASSES["nested block quotes"])
    with pytest.raises(text.TooManyLinks):
        text.render(CLASSES["many autolinks"])
