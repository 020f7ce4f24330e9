"""The public reading (Lesung): a draft lies out for a time, and each of its changes has a conversation of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, union
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.db import database_now, db
from participation.base.events import emit
from participation.base.verdict import require
from participation.dialogue.models import Comment, Thread
from participation.dialogue.operations import open_thread
from participation.leitbild.drafts import forget_reading, submit_draft
from participation.leitbild.events import ReadingBegan
from participation.leitbild.models import Change, ChangeOutcome, Draft, Reading, Revision
from participation.leitbild.policy import may_comment_on_change
from participation.leitbild.queries import RevisionRow, revision_rows
from participation.outcomes.models import Evidence
from participation.proposals.models import Proposal


def lay_out(actor: User, draft: Draft, *, expected_edit: int, period: timedelta) -> Reading:
    """Hand the draft over and have it lie out in public for a time; until it is published or taken back it is frozen.

    Raises:
        NotReady, StaleDraft, DraftEdited: as `submit_draft` does.
    """
    draft = submit_draft(actor, draft, expected_edit=expected_edit)
    begins_at = database_time()
    reading = Reading(draft_id=draft.id, begins_at=begins_at, ends_at=begins_at + period)
    db.session.add(reading)
    db.session.flush()
    forget_reading(draft)
    emit(ReadingBegan(draft.base_number + 1, reading.ends_at, actor.id, _participants(draft)))
    return reading


def thread_to_write_in(actor: User | None, change: Change) -> Thread:
    """Return a change's thread for a person about to write there, opened if need be; only while its reading lasts."""
    chosen = select(Change).where(Change.id == change.id).with_for_update()
    change = db.session.scalars(chosen.execution_options(populate_existing=True)).one()
    require(may_comment_on_change(actor, change, of_change(change), database_time()))
    if change.thread_id is None:
        change.thread_id = open_thread(votable=False).id
        db.session.flush()
        db.session.expire(change, ["thread"])
    return db.session.get_one(Thread, change.thread_id)


def database_time() -> datetime:
    """Return the present moment by the database's clock."""
    return db.session.execute(select(database_now())).scalar_one()


def of_change(change: Change) -> Reading | None:
    """Return the reading in which a change lies out."""
    if change.draft_id is None:
        return None
    return db.session.scalar(select(Reading).where(Reading.draft_id == change.draft_id, Reading.ended_at.is_(None)))


@dataclass(frozen=True, slots=True)
class Running:
    """A reading with the draft that lies out."""

    reading: Reading
    draft: Draft

    @property
    def number(self) -> int:
        """Of the revision that the draft is to become."""
        return self.draft.base_number + 1


def running() -> Running | None:
    """Return what lies out now; one statement."""
    chosen = select(Reading, Draft).join(Draft, Draft.id == Reading.draft_id).where(Reading.ended_at.is_(None))
    row = db.session.execute(chosen.options(joinedload(Draft.author))).one_or_none()
    return Running(*row) if row is not None else None


def newest(size: int) -> tuple[list[RevisionRow], Running | None]:
    """Return the newest revisions, the last one first, and what lies out now; one statement."""
    chosen = (
        revision_rows()
        .add_columns(Reading, Draft)
        .outerjoin(Reading, Reading.ended_at.is_(None))
        .outerjoin(Draft, Draft.id == Reading.draft_id)
        .order_by(Revision.number.desc())
        .limit(size)
    )
    rows = db.session.execute(chosen).all()
    lies_out = rows and rows[0].Reading is not None
    return [RevisionRow(*row[:9]) for row in rows], Running(rows[0].Reading, rows[0].Draft) if lies_out else None


def last_broken_off() -> Reading | None:
    """Return the newest reading if it was taken back; one statement."""
    newest = db.session.scalar(select(Reading).order_by(Reading.id.desc()).limit(1))
    return newest if newest is not None and newest.ended_reason else None


def comment_counts(change_ids: list[int]) -> dict[int, int]:
    """Return how many comments are shown about changes; one statement."""
    if not change_ids:
        return {}
    rows = db.session.execute(
        select(Change.id, func.coalesce(Thread.comment_count, 0))
        .outerjoin(Thread, Thread.id == Change.thread_id)
        .where(Change.id.in_(change_ids))
    )
    return {row[0]: row[1] for row in rows}


def _participants(draft: Draft) -> tuple[int, ...]:
    """Return the authors of everything that is evidence of the outcomes behind a draft's changes."""
    linked = select(ChangeOutcome.outcome_id).join(Change, Change.id == ChangeOutcome.change_id)
    linked = linked.where(Change.draft_id == draft.id)
    writers = select(Comment.author_id).join(Evidence, Evidence.comment_id == Comment.id)
    proposers = select(Proposal.author_id).join(Evidence, Evidence.proposal_id == Proposal.id)
    both = union(writers.where(Evidence.outcome_id.in_(linked)), proposers.where(Evidence.outcome_id.in_(linked)))
    return tuple(sorted(db.session.scalars(both)))
