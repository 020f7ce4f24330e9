"""What an erasure touches: fields of the log, the columns behind them, and every copy this platform keeps.

A piece is named by a moderator; the same wording stands in every version until it was replaced, in the change that
brought it and in the one that replaced it, so one piece is usually several fields of several entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select, tuple_

from participation.base.db import db
from participation.base.text import shown
from participation.base.verdict import Conflict, DomainError
from participation.dialogue.models import Comment
from participation.ledger import erased
from participation.ledger.leaf import LeafType, read
from participation.ledger.models import LogEntry, LogRedacted
from participation.leitbild.models import AnnexEntry, Change, ChangeOutcome, ChangeState, Draft, Passage, Revision
from participation.leitbild.sentence_models import Placement, Sentence, SentenceAncestor, Wording
from participation.outcomes.models import Evidence, Outcome
from participation.proposals.models import Proposal, ProposalStep, ProposalVersion
from participation.resolutions.models import Resolution
from participation.strategy.models import MEASURES, Node

Mark = Callable[[int, str], str]
"""Makes the mark from a redaction's number and its ground."""


class StillInForce(Conflict):
    """The wording is part of the newest version."""

    default = _l(
        "Dieser Wortlaut gilt noch. Veröffentlichen Sie zuerst eine Fassung, in der die Stelle anders lautet; "
        "danach kann der alte Wortlaut getilgt werden."
    )


class WouldReturn(Conflict):
    """A change that is being worked on would bring the wording back."""

    default = _l("Eine offene Änderung will diesen Wortlaut einführen. Geben Sie sie zuerst auf.")


class NothingThere(DomainError):
    """A piece that does not exist, holds nothing, or was erased already."""

    default = _l("Da ist nichts zu tilgen. Vielleicht ist es schon getilgt.")


class NotInLog(DomainError):
    """A text that no entry of the log commits to."""

    default = _l("Dieser Text steht in keinem Eintrag des Revisionslogs.")


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A field of an entry, or an item of a list, that loses content and salt."""

    entry: int
    field: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Write:
    """Rows whose columns become marks. `entry` says whose redaction the mark names; 0 for the first one."""

    model: type[Any]
    where: ColumnElement[bool]
    columns: Mapping[str, Mark]
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """A text that goes, for people to read before they decide."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Texts that go from what a revision's list of measures says about one measure."""

    revision_number: int
    node_id: str
    keys: frozenset[str]
    texts: frozenset[str]
    entry: int

    def marked(self, facts: Mapping[str, Any], mark: str) -> dict[str, Any]:
        """Return the facts with marks in the place of the texts."""
        return {name: self._marked(value, mark) if name in self.keys else value for name, value in facts.items()}

    def _marked(self, value: Any, mark: str) -> Any:
        if isinstance(value, list):
            return [self._marked(item, mark) for item in value]
        if isinstance(value, dict):
            return {name: self._marked(item, mark) for name, item in value.items()}
        return mark if value in self.texts else value


@dataclass(slots=True)
class Plan:
    """Everything an erasure touches."""

    cuts: set[Cut] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    diffs: set[int] = field(default_factory=set)
    """Changes whose comparison is made anew from the marks."""
    proposals: set[int] = field(default_factory=set)
    """Proposals, likewise."""
    nodes: set[str] = field(default_factory=set)
    """Nodes whose wording goes: the importer's memory has it, too."""
    wordings: dict[tuple[str, int], int] = field(default_factory=dict)
    """Node and revision of every passage whose wording goes, and the entry that commits to it."""
    seen: dict[str, set[str]] = field(default_factory=dict)
    """What readers saw of a node: comments may quote it."""
    bodies: dict[str, set[str]] = field(default_factory=dict)
    """Wordings that go, by node: merges rest on them."""
    facts: list[Facts] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        """The cuts as they are stored with a request."""
        return [f"{cut.entry} {cut.field}/{cut.place}" for cut in sorted(self.cuts)]

    @property
    def entries(self) -> list[int]:
        """The entries that lose something, in order."""
        return sorted({cut.entry for cut in self.cuts})

    @property
    def texts(self) -> frozenset[str]:
        """Every text that goes."""
        return frozenset(loss.text for loss in self.losses if loss.text)

    @property
    def revisions(self) -> frozenset[int]:
        """The versions that said one of them; their documents do, too."""
        told = select(LogEntry.revision_number).where(LogEntry.number.in_(self.entries))
        numbers = {number for number in db.session.scalars(told) if number is not None}
        return frozenset({*numbers, *(facts.revision_number for facts in self.facts)})


def plan(pieces: Iterable[str]) -> Plan:
    """Return what erasing some pieces touches.

    Raises:
        NothingThere, NotInLog, StillInForce, WouldReturn: if a piece cannot be erased.
    """
    found = Plan()
    for piece in dict.fromkeys(pieces):
        kind, _slash, rest = piece.partition("/")
        if kind not in KINDS or not rest:
            raise NothingThere
        KINDS[kind](found, rest)
    _sentences(found)
    erased_already = {
        (row.entry_number, row.field, row.position)
        for row in db.session.scalars(select(LogRedacted).where(LogRedacted.entry_number.in_(found.entries)))
    }
    found.cuts = {cut for cut in found.cuts if (cut.entry, cut.field, cut.place) not in erased_already}
    if not found.losses:
        raise NothingThere
    return found


def entry_of(revision_number: int) -> int:
    """Return the number of a revision's entry.

    Raises:
        NothingThere: if there is none.
    """
    number = db.session.scalar(select(LogEntry.number).where(LogEntry.revision_number == revision_number))
    if number is None:
        raise NothingThere
    return number


def _title(found: Plan, rest: str) -> None:
    revision = _revision(rest)
    _lose(found, _("Titel der Fassung %(n)s", n=revision.number), revision.title)
    entry = entry_of(revision.number)
    found.cuts.add(Cut(entry, "title"))
    found.writes += [
        Write(Revision, Revision.number == revision.number, {"title": erased.said}, entry),
        Write(Draft, Draft.revision_number == revision.number, {"title": erased.said}, entry),
    ]


def _summary(found: Plan, rest: str) -> None:
    revision = _revision(rest)
    _lose(found, _("Zusammenfassung der Fassung %(n)s", n=revision.number), revision.summary)
    entry = entry_of(revision.number)
    found.cuts |= {Cut(entry, "summary"), Cut(entry, "rendering")}
    both: Mapping[str, Mark] = {"summary": erased.said, "summary_html": erased.shown}
    found.writes += [
        Write(Revision, Revision.number == revision.number, both, entry),
        Write(Draft, Draft.revision_number == revision.number, {"summary": erased.said}, entry),
    ]


def _wording(found: Plan, rest: str) -> None:
    """Find a passage's wording in every version and change that holds it."""
    number, _slash, node_id = rest.partition("/")
    passage = db.session.get(Passage, (_number(number), node_id))
    node = db.session.get(Node, node_id)
    if passage is None or node is None:
        raise NothingThere
    body = passage.body
    _lose(found, _("Wortlaut von „%(title)s“ in Fassung %(n)s", title=node.title, n=passage.revision_number), body)
    if node.body == body:
        raise StillInForce
    same = db.session.execute(
        select(Passage.revision_number, Passage.position, Passage.title, LogEntry.number)
        .join(LogEntry, LogEntry.revision_number == Passage.revision_number)
        .where(Passage.node_id == node_id, Passage.body == body)
    ).all()
    for revision_number, position, title, entry in same:
        found.cuts |= {Cut(entry, "passages", position), Cut(entry, "rendering")}
        columns: dict[str, Mark] = {"body": erased.said, "html": erased.shown}
        if title != node.title:
            columns["title"] = erased.said
        where = (Passage.revision_number == revision_number) & (Passage.node_id == node_id)
        found.writes.append(Write(Passage, where, columns, entry))
        found.wordings[node_id, revision_number] = entry
    _changes(found, node_id, body)
    _proposals(found, node_id, body)
    titles = {row.title for row in same if row.title != node.title}
    _listed(found, node, body, titles)
    found.nodes.add(node_id)
    found.bodies.setdefault(node_id, set()).add(body)
    # A title may have been the wording.
    found.seen.setdefault(node_id, set()).update({shown(passage.html), *titles})
    spoken = (Comment.anchor == node_id) & (Comment.anchor_text == body)
    found.writes.append(Write(Comment, spoken, {"anchor_text": erased.said}))


def _proposals(found: Plan, node_id: str, body: str) -> None:
    """Find the proposals that rest on a wording or bring it, in every version they had."""
    for model in (Proposal, ProposalVersion):
        about, other = model.node_id == node_id, model.other_node_id == node_id
        found.writes += [
            Write(model, about & (model.before == body), {"before": erased.said_before}),
            Write(model, about & (model.wording == body), {"wording": erased.said}),
            Write(model, other & (model.other_before == body), {"other_before": erased.said_before}),
        ]
        number = Proposal.id if model is Proposal else ProposalVersion.proposal_id
        found.proposals |= set(
            db.session.scalars(select(number).where(about, or_(model.before == body, model.wording == body)))
        )


def _listed(found: Plan, node: Node, body: str, titles: set[str]) -> None:
    """Find a wording, and titles that go with it, in the lists of measures: its own line, and that of its measure."""
    above = select(Passage.parent_id).where(Passage.node_id == node.id, Passage.parent_id.is_not(None))
    parents = {node.parent_id, *db.session.scalars(above.distinct())}
    of_section = node.kind_id not in MEASURES

    def keys(facts: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
        if facts["node"] == node.id:
            yield "wording", {body}
            yield "title", titles
        if facts["node"] in parents:
            yield "points", {body, *titles}
        if facts["target"] == node.id:
            yield "target_title", titles
        if of_section:
            yield from (("theme", titles), ("section", titles))
        if any(other["node"] == node.id for other in facts["overlaps"]):
            yield "overlaps", titles

    _annexes(found, keys)


def _annexes(found: Plan, keys: Callable[[Mapping[str, Any]], Iterable[tuple[str, set[str]]]]) -> None:
    """Find texts in every list of measures; `keys` names what a line may say them under. Cut the hash of the list."""
    entries = {
        row.revision_number: (row.number, "annex" in read(row.payload).commitments)
        for row in db.session.scalars(select(LogEntry).where(LogEntry.type == LeafType.REVISION))
    }
    columns = select(AnnexEntry.revision_number, AnnexEntry.node_id, AnnexEntry.facts)
    for number, node_id, facts in db.session.execute(columns.execution_options(yield_per=500)):
        for key, wanted in keys(facts):
            texts = {text for text in wanted if text and not erased.is_mark(text)}
            if number not in entries or not texts & set(_strings(facts[key])):
                continue
            entry, is_sealed = entries[number]
            found.facts.append(Facts(number, node_id, frozenset({key}), frozenset(texts), entry if is_sealed else 0))
            if is_sealed:
                found.cuts.add(Cut(entry, "annex"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for item in value for text in _strings(item))
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _strings(item))


def _sentences(found: Plan) -> None:
    """Find the sentences of the wordings that go, as far as they stand nowhere else, and what compares them."""
    if not found.wordings:
        return
    gone = tuple_(Placement.node_id, Placement.revision_number).in_(list(found.wordings))
    rows = db.session.execute(
        select(Placement.sentence_id, Placement.node_id, Placement.revision_number, Passage.body, Sentence.hash)
        .join(Sentence, Sentence.id == Placement.sentence_id)
        .outerjoin(
            Passage,
            (Passage.node_id == Placement.node_id) & (Passage.revision_number == Placement.revision_number),
        )
        .where(Placement.sentence_id.in_(select(Placement.sentence_id).where(gone)))
        .order_by(Placement.sentence_id, Placement.revision_number)
    ).all()
    staying = {
        row.sentence_id
        for row in rows
        if (row.node_id, row.revision_number) not in found.wordings and not erased.is_mark(row.body or "")
    }
    for row in rows:
        if row.sentence_id in staying or not row.hash:
            continue
        entry = found.wordings.get((row.node_id, row.revision_number))
        if entry is None:
            continue
        staying.add(row.sentence_id)
        mine = Sentence.id == row.sentence_id
        either = or_(SentenceAncestor.sentence_id == row.sentence_id, SentenceAncestor.ancestor_id == row.sentence_id)
        columns: dict[str, Mark] = {"text": erased.said, "html": erased.shown, "hash": erased.nothing}
        found.writes += [
            Write(Sentence, mine, columns, entry),
            Write(SentenceAncestor, either, {"diff_html": erased.shown}, entry),
        ]
    for (node_id, number), entry in found.wordings.items():
        wording = (Wording.node_id == node_id) & (Wording.revision_number == number)
        placed = (Placement.node_id == node_id) & (Placement.revision_number == number)
        both: dict[str, Mark] = {"tail": erased.nothing, "html": erased.shown, "origin_html": erased.shown}
        found.writes += [
            Write(Wording, wording, both, entry),
            Write(Placement, placed, {"gap": erased.nothing}, entry),
        ]


def _changes(found: Plan, node_id: str, body: str) -> None:
    """Find the changes that brought a wording or replaced it, published or not."""
    chosen = select(Change).where(Change.node_id == node_id, or_(Change.before == body, Change.after == body))
    for change in db.session.scalars(chosen.order_by(Change.id)):
        working = change.state in (ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.APPROVED)
        if working and change.after == body:
            raise WouldReturn
        entry = 0
        if change.revision_number is not None:
            entry = entry_of(change.revision_number)
            found.cuts |= {Cut(entry, "changes", _place(change)), Cut(entry, "rendering")}
        columns: dict[str, Mark] = {}
        if change.before == body:
            columns["before"] = erased.said_before
        if change.after == body:
            columns["after"] = erased.said
            if change.new_title and change.new_title == body:
                columns["new_title"] = erased.said
        found.writes.append(Write(Change, Change.id == change.id, columns, entry))
        found.diffs.add(change.id)


def _reasons(found: Plan, rest: str) -> None:
    change = db.session.get(Change, _number(rest))
    if change is None or change.revision_number is None:
        raise NotInLog
    if erased.is_mark(change.reason):
        raise NothingThere
    for label, text in (
        (_("Grund von %(ref)s", ref=change.reference), change.reason),
        (_("Kulturcheck von %(ref)s", ref=change.reference), change.culture),
        (_("%(ref)s: für die Nachbarn", ref=change.reference), change.cross_border),
    ):
        found.losses.append(Loss(label, text))
    entry = entry_of(change.revision_number)
    found.cuts.add(Cut(entry, "reasons", _place(change)))
    columns = dict.fromkeys(("reason", "culture", "cross_border"), erased.said)
    found.writes.append(Write(Change, Change.id == change.id, columns, entry))
    told = {"change_reason": change.reason, "culture": change.culture, "cross_border": change.cross_border}
    _annexes(
        found,
        lambda facts: [(name, {text}) for name, text in told.items()] if facts["change"] == change.id else (),
    )


def _answer(found: Plan, rest: str) -> None:
    evidence = db.session.get(Evidence, _number(rest))
    if evidence is None:
        raise NothingThere
    answer = evidence.answer
    _lose(found, _("Antwort auf einen Beleg von %(ref)s", ref=evidence.outcome.reference), answer)
    _resting_on(found, evidence.outcome_id)
    found.writes.append(Write(Evidence, Evidence.id == evidence.id, {"answer": erased.said}))
    if evidence.proposal_id is not None:
        mine = Proposal.id == evidence.proposal_id
        found.writes.append(Write(Proposal, mine & (Proposal.answer == answer), {"answer": erased.said}))
        steps = (ProposalStep.proposal_id == evidence.proposal_id) & (ProposalStep.reason == answer)
        found.writes.append(Write(ProposalStep, steps, {"reason": erased.said}))


def _outcome(found: Plan, rest: str) -> None:
    outcome = db.session.get(Outcome, _number(rest))
    if outcome is None or erased.is_mark(outcome.summary):
        raise NothingThere
    for label, text in (
        (_("Ergebnis %(ref)s", ref=outcome.reference), outcome.summary),
        (_("Dafür in %(ref)s", ref=outcome.reference), outcome.pros),
        (_("Dagegen in %(ref)s", ref=outcome.reference), outcome.cons),
        (_("Minderheit in %(ref)s", ref=outcome.reference), outcome.minority),
    ):
        found.losses.append(Loss(label, text))
    _resting_on(found, outcome.id)
    names = ("summary", "pros", "cons", "minority")
    columns: dict[str, Mark] = {
        **dict.fromkeys(names, erased.said),
        **dict.fromkeys((f"{name}_html" for name in names), erased.shown),
    }
    found.writes.append(Write(Outcome, Outcome.id == outcome.id, columns))
    told = {outcome.summary}
    _annexes(
        found,
        lambda facts: [("examinations", told)] if any(_asks(one, outcome) for one in facts["examinations"]) else (),
    )


def _asks(examination: Mapping[str, Any], outcome: Outcome) -> bool:
    return bool(examination["outcome"] == outcome.number)


def names_of(user_id: int) -> list[str]:
    """Return the pieces that are a person's name under seal: of versions they signed, and of resolutions."""
    found = [
        (f"name/{revision.number}", entry_of(revision.number), role)
        for revision in db.session.scalars(
            select(Revision)
            .where(or_(Revision.author_id == user_id, Revision.approver_id == user_id))
            .order_by(Revision.number)
        )
        for role in ("author", "approver")
        if getattr(revision, f"{role}_id") == user_id
    ] + [
        (f"name/{RESOLUTION}{resolution.id}", resolution.entry_number or 0, role)
        for resolution in db.session.scalars(
            select(Resolution)
            .where(
                Resolution.entry_number.is_not(None),
                or_(Resolution.drafted_by_id == user_id, Resolution.signed_by_id == user_id),
            )
            .order_by(Resolution.id)
        )
        for role, column in SIGNERS.items()
        if getattr(resolution, column) == user_id
    ]
    return [
        f"{piece}/{role}"
        for piece, entry, role in found
        if db.session.get(LogRedacted, (entry, f"{role}_name", 0)) is None
    ]


RESOLUTION = "beschluss-"
SIGNERS = {"drafter": "drafted_by_id", "signer": "signed_by_id"}
"""How a resolution's entry calls its signers, and their columns."""


def _name(found: Plan, rest: str) -> None:
    """Find a signer's name under seal; today's name belongs to the account."""
    number, _slash, role = rest.partition("/")
    if number.startswith(RESOLUTION):
        _name_at_resolution(found, number.removeprefix(RESOLUTION), role)
        return
    revision = _revision(number)
    if role not in ("author", "approver") or getattr(revision, f"{role}_id") is None:
        raise NothingThere
    entry = entry_of(revision.number)
    gone = db.session.get(LogRedacted, (entry, f"{role}_name", 0)) is not None
    if gone:
        raise NothingThere
    signed = _("zusammengestellt") if role == "author" else _("veröffentlicht")
    found.losses.append(Loss(_("Versiegelter Name an Fassung %(n)s (%(role)s)", n=revision.number, role=signed), ""))
    found.cuts.add(Cut(entry, f"{role}_name"))


def _name_at_resolution(found: Plan, number: str, role: str) -> None:
    resolution = db.session.get(Resolution, _number(number))
    if resolution is None or resolution.entry_number is None or role not in SIGNERS:
        raise NothingThere
    if db.session.get(LogRedacted, (resolution.entry_number, f"{role}_name", 0)) is not None:
        raise NothingThere
    found.losses.append(
        Loss(_("Versiegelter Name an einem Beschluss zu Fassung %(n)s", n=resolution.revision_number), "")
    )
    found.cuts.add(Cut(resolution.entry_number, f"{role}_name"))


def _resting_on(found: Plan, outcome_id: int) -> None:
    """Cut the reasons of every published change that rests on an outcome: they hold its hash and its answers."""
    chosen = (
        select(Change)
        .join(ChangeOutcome, ChangeOutcome.change_id == Change.id)
        .where(ChangeOutcome.outcome_id == outcome_id, Change.revision_number.is_not(None))
    )
    changes = db.session.scalars(chosen).all()
    if not changes:
        raise NotInLog
    found.cuts |= {Cut(entry_of(change.revision_number or 0), "reasons", _place(change)) for change in changes}


def _place(change: Change) -> int:
    """Return a published change's place among those of its revision."""
    before: Sequence[int] = db.session.scalars(
        select(Change.id).where(Change.revision_number == change.revision_number, Change.id < change.id)
    ).all()
    return len(before)


def _revision(text: str) -> Revision:
    found = db.session.get(Revision, _number(text))
    if found is None:
        raise NothingThere
    return found


def _lose(found: Plan, label: str, text: str) -> None:
    if not text or erased.is_mark(text):
        raise NothingThere
    found.losses.append(Loss(label, text))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NothingThere
    return int(text)


KINDS: Mapping[str, Callable[[Plan, str], None]] = {
    "titel": _title,
    "zusammenfassung": _summary,
    "wortlaut": _wording,
    "gruende": _reasons,
    "antwort": _answer,
    "ergebnis": _outcome,
    "name": _name,
}
"""What can be erased: `titel/2`, `zusammenfassung/2`, `wortlaut/2/<node>`, `gruende/<change>`, `antwort/<evidence>`,
`ergebnis/<outcome>`, `name/2/author`,
`name/beschluss-3/signer` (by the resolution's id)."""
