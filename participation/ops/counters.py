"""Bringing counters back in line with the rows they count, while people go on writing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from participation.base.db import db, transaction
from participation.dialogue.counters import Difference, recount
from participation.dialogue.models import Comment, Tally, Thread
from participation.places.models import Region
from participation.proposals.models import Proposal, ProposalSupport


def wrong() -> list[Difference]:
    """Return every counter that does not say what the rows say: comments, votes, tallies, supporters."""
    return [*recount(), *_supporters()]


def mend() -> list[Difference]:
    """Correct every wrong counter and return what was wrong; one transaction for each thread, so nobody waits long.

    An edge of its own: call it outside of a transaction. Each thread is counted again under a lock: whoever writes
    meanwhile has either been counted or adds to the corrected number.
    """
    done: list[Difference] = []
    for thread_id in sorted(_threads(recount())):
        db.session.rollback()
        with transaction():
            db.session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update())
            db.session.execute(select(Comment.id).where(Comment.thread_id == thread_id).with_for_update())
            found = recount(thread_id)
            for one in found:
                _set(one)
        done += found
    db.session.rollback()
    with transaction():
        db.session.execute(select(Proposal.id).where(Proposal.id.in_(_numbers(_supporters()))).with_for_update())
        found = _supporters()
        for one in found:
            _set(one)
    return [*done, *found]


def _supporters() -> list[Difference]:
    """Return proposals whose signatures under the present version are not as many as they say."""
    counted = (
        select(func.count())
        .where(ProposalSupport.proposal_id == Proposal.id, ProposalSupport.version == Proposal.version)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Proposal.id, Proposal.supporter_count, counted)
        .where(Proposal.supporter_count != counted)
        .order_by(Proposal.id)
    )
    return [Difference(f"proposal {number}", "supporter_count", has, should) for number, has, should in rows]


def _numbers(found: list[Difference]) -> list[int]:
    return [int(one.row.split()[1]) for one in found]


def _threads(wrong: list[Difference]) -> set[int]:
    """Return the threads that hold these counters."""
    comments = [int(one.row.split()[1]) for one in wrong if one.row.startswith("comment ")]
    found = {int(one.row.split()[1]) for one in wrong if not one.row.startswith("comment ")}
    if comments:
        found.update(db.session.scalars(select(Comment.thread_id).where(Comment.id.in_(comments))))
    return found


def _set(one: Difference) -> None:
    """Write what was counted; a tally that is missing is made."""
    what, number, *region = one.row.split()
    value: dict[str, Any] = {one.counter: one.counted}
    if what == "tally":
        place = Region(region[0])
        mine = (Tally.thread_id == int(number), Tally.region == place)
        if db.session.scalar(select(Tally.thread_id).where(*mine)) is None:
            db.session.add(Tally(thread_id=int(number), region=place, yes=0, no=0, abstain=0))
            db.session.flush()
        db.session.execute(update(Tally).where(*mine).values(value))
        return
    table: Any = {"thread": Thread, "comment": Comment, "proposal": Proposal}[what]
    db.session.execute(update(table).where(table.id == int(number)).values(value))
