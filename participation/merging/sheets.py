"""What was decided about a table, as it fits today, and what is new since someone last looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import require
from participation.merging import weighing
from participation.merging.models import Merge, MergeStep, StepKind
from participation.merging.policy import may_see_merge
from participation.merging.tables import Backer, Table, table
from participation.merging.weighing import Decision
from participation.outcomes.models import Fate
from participation.proposals.models import Proposal
from participation.strategy.models import Node


@dataclass(frozen=True, slots=True)
class News:
    """What changed on the table since it was last acknowledged."""

    came: Sequence[Backer] = ()
    changed: Sequence[Backer] = ()
    gone: Sequence[str] = ()
    """References of proposals that no longer lie there: withdrawn, decided, or without a place."""
    reworded: bool = False
    """Whether the node has another wording."""

    def __bool__(self) -> bool:
        return bool(self.came or self.changed or self.gone or self.reworded)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A merge as it stands."""

    table: Table
    edit: int
    """The step it shows; 0 while there is none."""
    step: MergeStep | None
    decisions: tuple[Decision, ...]
    dropped: tuple[Decision, ...]
    """Decisions that no longer fit and that nobody has acknowledged yet."""
    news: News
    may_undo: bool = False
    may_redo: bool = False

    @property
    def wording(self) -> str:
        """The wording that follows from the decisions."""
        return weighing.wording(self.table.base, self.table.regions, self.decisions)

    @property
    def fates(self) -> dict[int, Fate | None]:
        """What becomes of each proposal; None where it stays open."""
        return weighing.fates(self.table.regions, self.decisions)


def sheet(node: Node, viewer: User | None) -> Sheet:
    """Return the merge of a node; four statements, one more when a proposal is gone."""
    require(may_see_merge(viewer))
    laid = table(node)
    step = newest(node.id)
    if step is None:
        return Sheet(laid, 0, None, (), (), News())
    kept = carried(step, laid)
    return Sheet(
        laid,
        step.number,
        step,
        kept.decisions,
        (*weighing.loaded(step.dropped), *kept.dropped),
        _news(step, laid),
        may_undo=step.previous is not None,
        may_redo=redo_target(step) is not None,
    )


def newest(node_id: str) -> MergeStep | None:
    """Return the newest step of a node's merge, with its author."""
    chosen = select(MergeStep).join(Merge, (Merge.node_id == MergeStep.node_id) & (Merge.edit == MergeStep.number))
    return db.session.scalar(chosen.where(Merge.node_id == node_id).options(joinedload(MergeStep.author)))


def step(node_id: str, number: int) -> MergeStep | None:
    """Return one step."""
    return db.session.get(MergeStep, (node_id, number))


def redo_target(current: MergeStep) -> int | None:
    """Return the step that redo leads to: the last one that was decided after the state shown."""
    following = select(func.max(MergeStep.number)).where(
        MergeStep.node_id == current.node_id,
        MergeStep.kind == StepKind.DECIDE,
        MergeStep.previous == current.shows,
    )
    found: int | None = db.session.scalar(following)
    return found if found != current.number else None


def carried(found: MergeStep, laid: Table) -> weighing.Carried:
    """Return a step's decisions as they fit a table."""
    return weighing.carry(weighing.loaded(found.decisions), found.base, laid.base, laid.regions)


def _news(last: MergeStep, laid: Table) -> News:
    seen, there = dict(last.seen), laid.digests
    gone = [int(key) for key in seen if key and key not in there]
    numbers = db.session.scalars(select(Proposal.number).where(Proposal.id.in_(gone)).order_by(Proposal.number))
    return News(
        came=[backer for ident, backer in laid.backers.items() if str(ident) not in seen],
        changed=[
            backer
            for ident, backer in laid.backers.items()
            if seen.get(str(ident), there[str(ident)]) != there[str(ident)]
        ],
        gone=[f"V-{number}" for number in numbers] if gone else [],
        reworded=seen.get("") != there[""],
    )
