"""The rules of the conversation: imported from the content folder by version, cited by decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from participation.base.db import db
from participation.base.yaml_source import Entry, Problem, raise_if_any, read_entry
from participation.moderation.models import Rule, Rulebook

FOLDER = "rules"


def import_rules(folder: Path) -> int:
    """Add the versions of the rules that are new; return how many. Moderation needs at least one.

    Raises:
        ContentError: if a file is not as it should be, or says something else than the version in force did.
    """
    problems: list[Problem] = []
    known = {book.version: book for book in versions()}
    made = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        book, entry = _read(folder, f"{FOLDER}/{path.name}", problems)
        if book.version not in known:
            made.append(book)
        elif _said(known[book.version]) != _said(book):
            entry.report(f"version {book.version} is in force and never changes; write the new rules as a new version")
    raise_if_any(problems)
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def versions() -> Sequence[Rulebook]:
    """Return every version of the rules, the newest first."""
    return db.session.scalars(select(Rulebook).order_by(Rulebook.version.desc())).all()


def current() -> Rulebook | None:
    """Return the version in force."""
    return db.session.scalar(select(Rulebook).order_by(Rulebook.version.desc()).limit(1))


def citation(rule: Rule) -> str:
    """Return a rule as a decision cites it: Regel 3, Nichts über Private."""
    return str(_("Regel %(number)d, %(title)s", number=rule.number, title=rule.title))


def _read(folder: Path, file: str, problems: list[Problem]) -> tuple[Rulebook, Entry]:
    top = read_entry(folder, file, problems)
    top.only("version", "since", "rules")
    version = top.optional_integer("version") or 0
    if version < 1:
        top.report("'version' must be a whole number from 1", "version")
    rules = []
    for number, entry in enumerate(top.entries("rules", required=True), 1):
        entry.only("title", "text")
        rules.append(Rule(version=version, number=number, title=entry.text("title"), text=entry.text("text")))
    return Rulebook(version=version, since=_day(top), rules=rules), top


def _day(top: Entry) -> date:
    try:
        return date.fromisoformat(top.text("since"))
    except ValueError:
        top.report("'since' must be a day like \"2026-11-22\"", "since")
        return date.min


def _said(book: Rulebook) -> tuple[date, list[tuple[str, str]]]:
    return book.since, [(rule.title, rule.text) for rule in book.rules]
