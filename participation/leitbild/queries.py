"""Reading the Leitbild: its revisions, their text, the log, and what moderators work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import Thread
from participation.ledger.leaf import Leaf, LeafType, read
from participation.ledger.models import LogEntry
from participation.leitbild.models import Change, ChangeState, Draft, DraftState, Passage, Revision
from participation.leitbild.policy import may_see_change
from participation.leitbild.sentence_models import Wording
from participation.outcomes.models import Outcome, OutcomeState
from participation.strategy.models import Node, TextState

HEAT = (1, 10, 25, 50)
"""From how many comments on a passage counts as warm, in four steps."""

SECTIONS = ("kapitel", "abschnitt", "cluster")
"""Kinds that head the main parts of the text."""

RUNNING = (DraftState.OPEN, DraftState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One passage as a page shows it."""

    node_id: str
    depth: int
    kind_id: str
    parent_id: str | None
    cluster_id: str | None
    title: str
    body: str
    html: str
    marked: str
    """The HTML with marks at its sentences; the plain one as long as none are stored."""
    sentences: int
    touched: int
    """How many of the sentences participation brought."""
    state: TextState
    change_id: int | None
    number: str | None
    comments: int
    thread_node_id: str | None

    @property
    def heat(self) -> int:
        """How much is being said, 0 to 4."""
        return sum(self.comments >= step for step in HEAT)

    @property
    def is_heading(self) -> bool:
        """Whether the passage only heads others."""
        return not self.body and self.is_current

    @property
    def is_section(self) -> bool:
        """Whether the passage heads one of the main parts, which a table of contents names."""
        return self.is_heading and self.kind_id in SECTIONS

    @property
    def is_current(self) -> bool:
        """Whether the passage still belongs to the text."""
        return self.state not in (TextState.STRUCK, TextState.MERGED)


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision in a list."""

    number: int
    title: str
    summary_html: str
    published_at: datetime
    author: str
    approver: str
    log_number: int
    hash: str
    previous_hash: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the log in a list."""

    number: int
    type: LeafType
    at: datetime
    hash: str
    previous_hash: str
    revision: int | None
    summary_html: str
    author: str
    approver: str
    payload: str

    @property
    def leaf(self) -> Leaf:
        """What the entry says; enough for a line about entries that are no versions."""
        return read(self.payload)


def current_number() -> int:
    """Return the number of the newest revision; 0 before the strategy was imported."""
    return db.session.scalar(select(func.max(Revision.number))) or 0


def revision(number: int) -> Revision | None:
    """Return a revision."""
    return db.session.get(Revision, number)


def revision_row(number: int) -> RevisionRow | None:
    """Return a revision with its names and hash."""
    row = db.session.execute(revision_rows().where(Revision.number == number)).one_or_none()
    return RevisionRow(*row) if row else None


def revisions(*, before: int | None = None, size: int = 30) -> list[RevisionRow]:
    """Return revisions, newest first; `before` is the number the page before ended with."""
    chosen = revision_rows().order_by(Revision.number.desc()).limit(size)
    if before is not None:
        chosen = chosen.where(Revision.number < before)
    return [RevisionRow(*row) for row in db.session.execute(chosen)]


def revision_rows() -> Select[int, str, str, datetime, str, str, int, str, str]:
    """Select what a `RevisionRow` holds."""
    author, approver = aliased(User), aliased(User)
    return (
        select(
            Revision.number,
            Revision.title,
            Revision.summary_html,
            Revision.published_at,
            func.coalesce(author.display_name, ""),
            func.coalesce(approver.display_name, ""),
            LogEntry.number,
            LogEntry.hash,
            LogEntry.previous_hash,
        )
        .join(LogEntry, LogEntry.revision_number == Revision.number)
        .outerjoin(author, author.id == Revision.author_id)
        .outerjoin(approver, approver.id == Revision.approver_id)
    )


def text(number: int, *, origins: bool = False) -> list[Line]:
    """Return a revision's passages in reading order, with how much is said about each today; one statement.

    With `origins` every sentence leads to its origin and its words are marked by the revision that brought them.
    """
    chosen = _lines(origins=origins).where(Passage.revision_number == number).order_by(Passage.position)
    return [Line(*row) for row in db.session.execute(chosen)]


def line(number: int, node_id: str) -> Line | None:
    """Return one passage of a revision."""
    row = db.session.execute(
        _lines().where(Passage.revision_number == number, Passage.node_id == node_id)
    ).one_or_none()
    return Line(*row) if row else None


def _lines(*, origins: bool = False) -> Select[*tuple[Any, ...]]:
    brought = aliased(Change)
    return (
        select(
            Passage.node_id,
            Passage.depth,
            Passage.kind_id,
            Passage.parent_id,
            Passage.cluster_id,
            Passage.title,
            Passage.body,
            Passage.html,
            func.coalesce(Wording.origin_html if origins else Wording.html, Passage.html),
            func.coalesce(Wording.sentences, 0),
            func.coalesce(Wording.touched, 0),
            Passage.text_state,
            Passage.change_id,
            Node.number,
            func.coalesce(Thread.comment_count, 0),
            Node.thread_node_id,
        )
        .join(Node, Node.id == Passage.node_id)
        .outerjoin(Thread, Thread.id == Node.thread_id)
        .outerjoin(brought, brought.id == Passage.change_id)
        .outerjoin(
            Wording,
            (Wording.node_id == Passage.node_id)
            & (Wording.revision_number == func.coalesce(brought.revision_number, 1)),
        )
    )


def reworded(node_ids: Sequence[str], since: int) -> list[tuple[str, str, str]]:
    """Return title, wording then and wording now of the nodes that read otherwise than in revision `since`."""
    chosen = (
        select(Node.title, func.coalesce(Passage.body, ""), Node.body)
        .outerjoin(Passage, (Passage.node_id == Node.id) & (Passage.revision_number == since))
        .where(Node.id.in_(node_ids), func.coalesce(Passage.body, "") != Node.body)
        .order_by(Node.reading_order)
    )
    return [(title, before, after) for title, before, after in db.session.execute(chosen)]


def draft_text(draft: Draft, lines: Sequence[Line]) -> list[tuple[Line | None, Change | None]]:
    """Return what the text would be: each line with the change that touches it; additions stand as (None, change)."""
    changes = collected(draft)
    touching = {change.node_id: change for change in changes if change.node_id}
    added: dict[str | None, list[Change]] = {}
    for change in changes:
        if not change.node_id:
            added.setdefault(change.parent_id, []).append(change)
    result: list[tuple[Line | None, Change | None]] = []
    open_parents: list[Line] = []

    def close(depth: int) -> None:
        while open_parents and open_parents[-1].depth >= depth:
            result.extend((None, change) for change in added.get(open_parents.pop().node_id, ()))

    for item in lines:
        close(item.depth)
        result.append((item, touching.get(item.node_id)))
        open_parents.append(item)
    close(0)
    return result


def change(change_id: int, viewer: User | None) -> Change | None:
    """Return a change with its people and places, as far as the viewer may see it."""
    loaded = (
        joinedload(Change.node).joinedload(Node.kind),
        joinedload(Change.parent),
        joinedload(Change.target),
        joinedload(Change.author),
        joinedload(Change.approver),
        joinedload(Change.thread),
    )
    found = db.session.scalar(select(Change).where(Change.id == change_id).options(*loaded))
    return found if found is not None and may_see_change(viewer, found) else None


def changes_of_revision(number: int) -> list[Change]:
    """Return the changes that a revision brought, in reading order."""
    return _changes(Change.revision_number == number)


def collected(draft: Draft) -> list[Change]:
    """Return the changes in a draft."""
    return _changes(Change.draft_id == draft.id)


def waiting() -> list[Change]:
    """Return every change that is neither in a draft nor done: being written, to be approved, approved."""
    return _changes(
        Change.draft_id.is_(None),
        Change.state.in_((ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.APPROVED)),
    )


def _changes(*conditions: object) -> list[Change]:
    chosen = (
        select(Change)
        .outerjoin(Node, Node.id == func.coalesce(Change.node_id, Change.parent_id))
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Node.reading_order, Change.id)
        .options(
            joinedload(Change.node),
            joinedload(Change.parent),
            joinedload(Change.target),
            joinedload(Change.author),
            joinedload(Change.approver),
        )
    )
    return list(db.session.scalars(chosen))


def running_draft() -> Draft | None:
    """Return the draft that is being put together, if there is one."""
    chosen = select(Draft).where(Draft.state.in_(RUNNING)).options(joinedload(Draft.author))
    return db.session.scalar(chosen)


def entries(*, before: int | None = None, size: int = 20) -> list[EntryRow]:
    """Return entries of the log, newest first; `before` is the number the page before ended with."""
    author, approver = aliased(User), aliased(User)
    chosen: Select[*tuple[Any, ...]] = (
        select(
            LogEntry.number,
            LogEntry.type,
            LogEntry.at,
            LogEntry.hash,
            LogEntry.previous_hash,
            Revision.number,
            func.coalesce(Revision.summary_html, ""),
            func.coalesce(author.display_name, ""),
            func.coalesce(approver.display_name, ""),
            LogEntry.payload,
        )
        .outerjoin(Revision, Revision.number == LogEntry.revision_number)
        .outerjoin(author, author.id == Revision.author_id)
        .outerjoin(approver, approver.id == Revision.approver_id)
        .order_by(LogEntry.number.desc())
        .limit(size)
    )
    if before is not None:
        chosen = chosen.where(LogEntry.number < before)
    return [EntryRow(*row) for row in db.session.execute(chosen)]


def entry(number: int) -> LogEntry | None:
    """Return an entry of the log."""
    return db.session.get(LogEntry, number)


def entry_count() -> int:
    """Return how many entries the log has; numbers have no gaps."""
    return db.session.scalar(select(func.max(LogEntry.number))) or 0


def change_counts(numbers: Sequence[int]) -> dict[int, int]:
    """Return how many changes each revision brought."""
    rows = db.session.execute(
        select(Change.revision_number, func.count())
        .where(Change.revision_number.in_(numbers))
        .group_by(Change.revision_number)
    )
    return {number or 0: count for number, count in rows}


def approved_outcomes(ids: Sequence[int]) -> list[Outcome]:
    """Return approved outcomes with what they are about."""
    chosen = (
        select(Outcome)
        .where(Outcome.id.in_(ids), Outcome.state == OutcomeState.APPROVED)
        .order_by(Outcome.number)
        .options(joinedload(Outcome.node), joinedload(Outcome.proposal))
    )
    return list(db.session.scalars(chosen))


def current_nodes() -> Sequence[Row[str, str, str, int]]:
    """Return id, title, kind and depth of every current node in reading order, for choosing one."""
    return db.session.execute(
        select(Node.id, Node.title, Node.kind_id, Node.depth)
        .where(Node.text_state.not_in((TextState.STRUCK, TextState.MERGED)))
        .order_by(Node.reading_order)
    ).all()
