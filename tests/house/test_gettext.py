"""Every string a person sees goes through gettext: templates hold no bare words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPOKEN = ("aria-label", "title", "placeholder", "alt", "content")
NAMES = re.compile(r"Lausitz-Dialog|KERN UX|htmx|SHA-256|JSON|PDF|Atom|A-Z|V-|E-|Ä-")
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
HOLE = " "
"""What Jinja fills in; a space is harmless between tags, within them and in attributes."""


class Bare(HTMLParser):
    """Collects words in text and in attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "code", "kbd")
        meta = dict(attrs)
        if tag == "meta" and meta.get("name") != "description":
            return
        self.found += [value for name, value in attrs if name in SPOKEN and value and WORD.search(NAMES.sub("", value))]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data):
        if not self.silent and WORD.search(NAMES.sub("", data)):
            self.found.append(data.strip())


def bare_words(source: str) -> list[str]:
    """Return the words a template shows without translation; what Jinja fills in counts as a hole."""
    source = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|data-hx-[^=]+='[^']*'", "", source, flags=re.DOTALL)
    markup, depth = [], 0
    for _line, kind, text in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind in ("variable_begin", "block_begin", "comment_begin", "raw_begin"):
            depth += 1
            markup.append(HOLE)
        elif kind in ("variable_end", "block_end", "comment_end", "raw_end"):
            depth -= 1
        elif kind == "data" and depth == 0:
            markup.append(text)
    parser = Bare()
    parser.feed("".join(markup))
    return parser.found


def test_the_search_finds_bare_words():
    assert bare_words("<p>Guten Tag</p>") == ["Guten Tag"]
    assert bare_words('<a aria-label="Zur Seite">{{ _("Guten Tag") }}</a>') == ["Zur Seite"]
    assert bare_words('<a class="ld-quiet" href="{{ x }}">{{ _("Guten Tag") }} {% if a %}·{% endif %}</a>') == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_bare_words(path):
    assert bare_words(path.read_text(encoding="utf-8")) == []
