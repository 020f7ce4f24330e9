"""What the writing page shows: contributions to choose from, with what was chosen, saved or typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from participation.base.clock import now
from participation.base.diff import as_html, compare
from participation.base.text import excerpt, normalise
from participation.base.verdict import Message
from participation.merging.queries import suggested
from participation.outcomes import pieces
from participation.outcomes.models import Fate, Outcome, OutcomeKind
from participation.outcomes.pieces import Piece
from participation.outcomes.queries import Record
from participation.outcomes.writing import TEXTS, OutcomeFields, Pin
from participation.web.numbers import number
from participation.web.outcomes.forms import OutcomeForm
from participation.web.outcomes.words import FATES

MERGED: Mapping[Fate | None, Message] = {
    Fate.ADOPTED: _l("Beim Zusammenführen ganz übernommen."),
    Fate.PARTLY: _l("Beim Zusammenführen in Teilen übernommen."),
    None: _l("Beim Zusammenführen offen gelassen. Lassen Sie ihn ungewählt, dann liegt er weiter auf dem Tisch."),
}
"""What merges suggest; a proposal left open is no evidence, and stays unanswered."""
SIZE = 30
MOST = 240
EXCERPT = 220
_TICKED = re.compile(r"([kv])([0-9]{1,9})(?:\.([0-9]{1,5}))?")
_NUMBER = re.compile(r"([0-9]{1,9})/?(?:[?#].*)?$")


@dataclass(slots=True)
class Choice:
    """A contribution as the form shows it: ticked or not, with its fate and answer."""

    piece: Piece
    ticked: bool = False
    fate: str = ""
    answer: str = ""
    errors: list[str] = field(default_factory=list)
    saved: str = ""
    """After a conflict: what the other person saved for it, where that differs."""
    suggestion: Message = ""
    """What became of it when the node's Textänderungen were merged."""
    text: str = ""
    """The contribution without marks, on one line."""

    @property
    def short(self) -> str:
        """The beginning of the text."""
        return excerpt(self.text, EXCERPT)


@dataclass(slots=True)
class Typed:
    """The evidence part of a form as it was sent."""

    pins: dict[str, Pin]
    fates: Mapping[str, str]
    answers: Mapping[str, str]


@dataclass(slots=True)
class Sheet:
    """A writing page: its form, the contributions to choose from, and what it knows of the time it was opened."""

    form: OutcomeForm
    typed: Typed | None
    """What was chosen in a sent form; None shows what is saved."""
    seen: datetime
    edit: int
    """The save it rests on."""
    news: pieces.News
    shown: int = SIZE
    is_kept: bool = False
    """Whether it holds text that is stored nowhere."""
    added: int | None = None
    choices: list[Choice] = field(default_factory=list)
    has_more: bool = False
    differences: dict[str, Markup] = field(default_factory=dict)

    @property
    def fields(self) -> OutcomeFields:
        """What was typed, as the operation wants it."""
        kinds = {kind.value: kind for kind in OutcomeKind}
        texts = {name: self.form[name].data or "" for name in TEXTS}
        pins = tuple(self.typed.pins.values()) if self.typed else ()
        return OutcomeFields(kind=kinds.get(self.form.kind.data), evidence=pins, **texts)

    def add(self) -> None:
        """Take in the comment whose number or address was typed."""
        found = _NUMBER.search((self.form.more.data or "").strip())
        self.added = int(found[1]) if found else 0

    def extend(self) -> None:
        """Show more comments."""
        self.shown = min(self.shown + SIZE, MOST)

    def list_choices(self, record: Record) -> None:
        """Find what can be chosen: what is pinned, then proposals, then comments by support, then what was added."""
        outcome = record.outcome
        reach = pieces.proposals_in_reach(node_id=outcome.node_id, proposal_id=outcome.proposal_id)
        comments = pieces.comment_candidates(outcome.thread_id, size=self.shown)
        found: dict[str, Piece] = {}
        for piece in (*pieces.evidence(outcome.id), *reach, *comments[: self.shown]):
            found.setdefault(piece.key, piece)
        found |= self._others(outcome, reach, found)
        merged = suggested([piece.proposal_id for piece in found.values() if piece.proposal_id])
        self.choices = [self._choice(piece, outcome) for piece in found.values()]
        for choice in self.choices:
            if choice.piece.proposal_id in merged:
                self._suggest(choice, merged[choice.piece.proposal_id], outcome)
        self.has_more = len(comments) > self.shown < MOST
        if self.added is not None:
            if f"k{self.added}" in found:
                self.form.more.data = ""
            else:
                self.form.more.errors = [_("Diesen Beitrag gibt es hier nicht, oder er wird nicht angezeigt.")]

    def compare(self, record: Record) -> None:
        """Take up what was saved in between: show it beside what was typed, and rest on it from now on."""
        self.edit = record.outcome.edit
        saved = {piece.key: piece for piece in pieces.evidence(record.outcome.id)}
        for choice in self.choices:
            there = saved.get(choice.piece.key)
            if there is None or there.fate is None:
                choice.saved = _("Nicht als Beleg gewählt.") if choice.ticked else ""
            elif not choice.ticked or (there.fate.value, there.answer) != (choice.fate, choice.answer):
                choice.saved = f"{FATES[there.fate]}. {there.answer}".strip()
        for name in TEXTS:
            mine, other = normalise(self.form[name].data or ""), getattr(record.outcome, name)
            if mine != other:
                marks = compare(other, mine)
                self.differences[name] = as_html(marks, inserted=_("eingefügt:"), deleted=_("gelöscht:"))

    def show_missing(self, missing: Mapping[str, Message]) -> list[tuple[str, str]]:
        """Put each error at its place; return (anchor, sentence) for those about evidence, for the summary."""
        by_key = {choice.piece.key: choice for choice in self.choices}
        rest: list[tuple[str, str]] = []
        for name, message in missing.items():
            kind, _dash, key = name.partition("-")
            if key in by_key:
                by_key[key].errors.append(str(message))
                rest.append((name, f"{label(by_key[key].piece)}: {message}"))
            elif kind in self.form:
                self.form[kind].errors = [str(message)]
            else:
                rest.append(("belege", str(message)))
        return rest

    def _suggest(self, choice: Choice, fate: Fate | None, outcome: Outcome) -> None:
        """Say what a merge made of a proposal; on a page nobody has saved yet, also choose it."""
        choice.suggestion = MERGED[fate]
        if fate is not None and self.typed is None and outcome.edit == 1:
            choice.ticked, choice.fate = True, fate.value

    def _others(self, outcome: Outcome, reach: list[Piece], found: Mapping[str, Piece]) -> dict[str, Piece]:
        wanted = {pin.comment_id for pin in self.typed.pins.values()} if self.typed else set()
        ids = {ident for ident in (*wanted, self.added) if ident and f"k{ident}" not in found}
        threads = {outcome.thread_id, *(piece.thread_id for piece in reach if piece.thread_id)}
        return {piece.key: piece for piece in pieces.comments_by_id(ids, threads)}

    def _choice(self, piece: Piece, outcome: Outcome) -> Choice:
        text = str(Markup(piece.html).striptags())  # noqa: S704 - sanitised when it was written; here it only loses its tags
        if self.typed is None:
            subject = piece.proposal_id is not None and piece.proposal_id == outcome.proposal_id
            fate = piece.fate.value if piece.fate else ""
            return Choice(piece, bool(fate) or subject, fate, piece.answer, text=text)
        pin = self.typed.pins.get(piece.key)
        if pin is not None and pin.version and pin.version < piece.version and piece.fate is None:
            piece = replace(piece, version=pin.version)
        ticked = pin is not None or (self.added is not None and piece.comment_id == self.added)
        fate, answer = self.typed.fates.get(piece.key, ""), self.typed.answers.get(piece.key, "")
        return Choice(piece, ticked, fate, answer, text=text)


def opened(record: Record) -> Sheet:
    """Return a page that shows what is saved."""
    outcome = record.outcome
    form = OutcomeForm(formdata=None)
    form.kind.data = outcome.kind.value if outcome.kind else None
    for name in TEXTS:
        form[name].data = getattr(outcome, name)
    return Sheet(form, None, now(), outcome.edit, pieces.news(outcome.thread_id, outcome.updated_at))


def sent(values: MultiDict[str, str], record: Record) -> Sheet:
    """Return a page that shows what was typed."""
    form = OutcomeForm()
    seen = _moment(form.seen.data, record.outcome.updated_at)
    shown = min(max(number(form.shown.data) or 0, SIZE), MOST)
    news = pieces.news(record.outcome.thread_id, seen)
    return Sheet(form, _typed(values), seen, number(form.edit.data) or 0, news, shown, is_kept=True)


def label(piece: Piece) -> str:
    """Name a contribution in a sentence."""
    if piece.proposal_id is not None:
        return str(_("Vorschlag V-%(number)s", number=piece.number))
    return str(_("Beitrag von %(name)s", name=piece.author) if piece.shown else _("Beitrag"))


def _typed(values: MultiDict[str, str]) -> Typed:
    """Read the evidence of a sent form: beleg=k12.2 (comment 12 in version 2), ausgang-k12, antwort-k12, neu=k12.3."""
    fates = {name.removeprefix("ausgang-"): value for name, value in values.items() if name.startswith("ausgang-")}
    answers = {name.removeprefix("antwort-"): value for name, value in values.items() if name.startswith("antwort-")}
    newer = dict(_ticked(value) for value in values.getlist("neu"))
    pins: dict[str, Pin] = {}
    for key, version in map(_ticked, values.getlist("beleg")):
        if key:
            pins[key] = _pin(key, newer.get(key) or version, fates.get(key, ""), answers.get(key, ""))
    return Typed(pins, fates, answers)


def _ticked(value: str) -> tuple[str, int | None]:
    match = _TICKED.fullmatch(value)
    return (f"{match[1]}{match[2]}", int(match[3]) if match[3] else None) if match else ("", None)


def _pin(key: str, version: int | None, fate: str, answer: str) -> Pin:
    known = {kind.value: kind for kind in Fate}
    source = {"comment_id" if key[0] == "k" else "proposal_id": int(key[1:])}
    return Pin(**source, version=version, fate=known.get(fate), answer=answer)


def _moment(value: str | None, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return otherwise
    return found if found.tzinfo else otherwise
