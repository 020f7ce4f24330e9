"""Reading what was mended, and what a moderator could erase of an entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.db import db
from participation.base.text import excerpt
from participation.errata.models import Correction, CorrectionState, Erasure, ErasureState, Objection, Redaction
from participation.ledger import erased
from participation.ledger.models import LogEntry, LogRedacted
from participation.leitbild.models import Change, ChangeOutcome, Passage, Revision
from participation.outcomes.models import Evidence, Outcome
from participation.strategy.models import Node


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that can be erased, for a list to choose from."""

    key: str
    """As `plan` takes it."""
    label: str
    text: str
    """The beginning of what would go."""


def erasure(erasure_id: int, viewer: User | None) -> Erasure | None:
    """Return a request for an erasure, for moderators."""
    if not may_moderate(viewer):
        return None
    loaded = (joinedload(Erasure.author), joinedload(Erasure.approver))
    return db.session.scalar(select(Erasure).where(Erasure.id == erasure_id).options(*loaded))


def erasures(viewer: User | None, *, size: int = 50) -> list[Erasure]:
    """Return the newest requests, for moderators."""
    if not may_moderate(viewer):
        return []
    chosen = select(Erasure).order_by(Erasure.id.desc()).limit(size)
    return list(db.session.scalars(chosen.options(joinedload(Erasure.author), joinedload(Erasure.approver))))


def redactions_of(erasure_id: int) -> list[Redaction]:
    """Return the entries that an erasure wrote."""
    chosen = select(Redaction).where(Redaction.erasure_id == erasure_id).order_by(Redaction.entry_number)
    return list(db.session.scalars(chosen))


def redaction(entry_number: int) -> Redaction | None:
    """Return what an entry of type redaction says."""
    chosen = select(Redaction).where(Redaction.entry_number == entry_number)
    return db.session.scalar(chosen.options(joinedload(Redaction.erasure)))


def correction_of(entry_number: int) -> Correction | None:
    """Return what an entry of type correction says."""
    return db.session.scalar(_corrections().where(Correction.entry_number == entry_number))


def about(subject: int) -> tuple[list[LogRedacted], list[Correction]]:
    """Return what was erased of an entry, and what was put right about it; two statements."""
    gone = select(LogRedacted).where(LogRedacted.entry_number == subject)
    rows = sorted(db.session.scalars(gone), key=lambda row: (row.redaction_number, row.field, row.position))
    confirmed = Correction.state == CorrectionState.CONFIRMED
    chosen = _corrections().where(Correction.subject == subject, confirmed).order_by(Correction.entry_number)
    return rows, list(db.session.scalars(chosen))


def correction(correction_id: int) -> Correction | None:
    """Return a correction with its objections; everyone may read it."""
    return db.session.scalar(_corrections().where(Correction.id == correction_id))


def objection(objection_id: int) -> Objection | None:
    """Return an objection."""
    return db.session.get(Objection, objection_id)


def corrections(*, before: int | None = None, size: int = 30) -> list[Correction]:
    """Return corrections, the open ones and the newest first; `before` is the id the page before ended with."""
    chosen = _corrections().order_by(Correction.id.desc()).limit(size)
    if before is not None:
        chosen = chosen.where(Correction.id < before)
    return list(db.session.scalars(chosen))


def corrections_beside(revision_number: int) -> dict[str, list[Correction]]:
    """Return the open and confirmed corrections of passages whose wording a revision still has; one statement."""
    said, today = aliased(Passage), aliased(Passage)
    # Asked of each correction: as a join, SQLite would begin with the passages of all versions.
    still = (
        select(said.node_id)
        .join(LogEntry, LogEntry.revision_number == said.revision_number)
        .join(today, (today.node_id == said.node_id) & (today.body == said.body))
        .where(
            LogEntry.number == Correction.subject,
            said.node_id == Correction.node_id,
            today.revision_number == revision_number,
        )
        .exists()
    )
    chosen = select(Correction).where(Correction.state != CorrectionState.WITHDRAWN, still).order_by(Correction.id)
    found: dict[str, list[Correction]] = {}
    for row in db.session.scalars(chosen):
        found.setdefault(row.node_id or "", []).append(row)
    return found


def pieces(revision: Revision) -> list[Piece]:
    """Return what can be erased of a version's entry: whatever is not in force and not erased already."""
    found = [
        Piece(f"titel/{revision.number}", _("Titel"), revision.title),
        Piece(f"zusammenfassung/{revision.number}", _("Zusammenfassung"), revision.summary),
        *(
            Piece(f"wortlaut/{revision.number}/{row.node_id}", _("Wortlaut: %(title)s", title=row.title), row.body)
            for row in _replaced(revision.number)
        ),
    ]
    changes = db.session.scalars(
        select(Change).where(Change.revision_number == revision.number).order_by(Change.id)
    ).all()
    found += [
        Piece(f"gruende/{change.id}", _("%(ref)s: Grund, Kulturcheck, Nachbarn", ref=change.reference), change.reason)
        for change in changes
    ]
    outcomes, answers = _grounds([change.id for change in changes])
    found += [
        Piece(f"ergebnis/{outcome.id}", _("Ergebnis %(ref)s", ref=outcome.reference), outcome.summary)
        for outcome in outcomes
    ]
    found += [
        Piece(f"antwort/{item.id}", _("Antwort in %(ref)s", ref=item.outcome.reference), item.answer)
        for item in answers
    ]
    shown = [
        Piece(piece.key, piece.label, excerpt(piece.text, 160))
        for piece in found
        if piece.text and not erased.is_mark(piece.text)
    ]
    return [*shown, *_names(revision)]


def _replaced(revision_number: int) -> Sequence[Row[str, str, str]]:
    """Return passages whose wording is no longer in force."""
    return db.session.execute(
        select(Passage.node_id, Node.title, Passage.body)
        .join(Node, Node.id == Passage.node_id)
        .where(Passage.revision_number == revision_number, Passage.body != "", Passage.body != Node.body)
        .order_by(Passage.position)
    ).all()


def _grounds(change_ids: Collection[int]) -> tuple[list[Outcome], list[Evidence]]:
    linked = select(ChangeOutcome.outcome_id).where(ChangeOutcome.change_id.in_(change_ids))
    outcomes = db.session.scalars(select(Outcome).where(Outcome.id.in_(linked)).order_by(Outcome.id)).all()
    answers = db.session.scalars(
        select(Evidence).where(Evidence.outcome_id.in_(linked), Evidence.answer != "").order_by(Evidence.id)
    ).all()
    return list(outcomes), list(answers)


def _names(revision: Revision) -> list[Piece]:
    gone = set(
        db.session.scalars(
            select(LogRedacted.field)
            .join(LogEntry, LogEntry.number == LogRedacted.entry_number)
            .where(LogEntry.revision_number == revision.number)
        )
    )
    people = (
        ("author", revision.author_id, _("Versiegelter Name: wer zusammengestellt hat")),
        ("approver", revision.approver_id, _("Versiegelter Name: wer veröffentlicht hat")),
    )
    return [
        Piece(f"name/{revision.number}/{role}", label, "")
        for role, user_id, label in people
        if user_id is not None and f"{role}_name" not in gone
    ]


def entry_subjects(erasure_: Erasure) -> list[tuple[int, str]]:
    """Return the fields a request means, as (entry, field)."""
    return [(int(entry), name) for entry, _space, name in (line.partition(" ") for line in erasure_.fields)]


def waiting_erasures() -> list[Erasure]:
    """Return requests that wait for a second moderator."""
    chosen = select(Erasure).where(Erasure.state == ErasureState.REQUESTED).order_by(Erasure.id)
    return list(db.session.scalars(chosen.options(joinedload(Erasure.author))))


def waiting_corrections() -> list[tuple[Correction, int]]:
    """Return open corrections, each with how many objections wait for an answer; one statement."""
    unanswered = (
        select(func.count())
        .where(Objection.correction_id == Correction.id, Objection.answered_at.is_(None))
        .correlate(Correction)
        .scalar_subquery()
    )
    chosen = (
        select(Correction, unanswered)
        .where(Correction.state == CorrectionState.OPEN)
        .order_by(Correction.until)
        .options(joinedload(Correction.author), joinedload(Correction.node))
    )
    return [(row, count) for row, count in db.session.execute(chosen)]


def _corrections() -> Select[Correction]:
    return select(Correction).options(
        joinedload(Correction.node),
        joinedload(Correction.author),
        joinedload(Correction.approver),
        selectinload(Correction.objections).joinedload(Objection.author),
    )
