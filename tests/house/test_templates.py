"""What holds for every template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "bare hx attribute": re.compile(r"\shx-[a-z]", re.IGNORECASE),
}
SANITISED = re.compile(r"\b(\w*html|marked)\s*(\|\s*trim\s*)?\|\s*safe")


def test_there_are_templates():
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_nothing_inline_and_only_sanitised_html_unescaped(path):
    text = path.read_text(encoding="utf-8")
    found = [
        name for name, pattern in FORBIDDEN.items() if pattern.search(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))
    ]
    assert not found
    unescaped = [match.group() for match in re.finditer(r"\{\{[^}]*\|\s*safe[^}]*\}\}", text)]
    assert not [part for part in unescaped if not SANITISED.search(part)]


@pytest.mark.one_database
def test_every_template_compiles_and_misses_are_errors(app):
    assert app.jinja_env.undefined is StrictUndefined
    for path in TEMPLATES:
        app.jinja_env.get_template(path.relative_to(ROOT / "templates").as_posix())
