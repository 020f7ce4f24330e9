"""Deciding about the places of a wording, step by step; every step can be taken back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import Conflict, require
from participation.merging import sheets, weighing
from participation.merging.models import Merge, MergeStep, StepKind
from participation.merging.policy import may_merge_wordings
from participation.merging.tables import Table, table
from participation.merging.weighing import Decision
from participation.strategy.models import Node


class StaleMerge(Conflict):
    """Someone else took a step in between."""

    default = _l("Inzwischen hat jemand anderes hier entschieden. Ihre Auswahl ist noch da.")


class PlaceGone(Conflict):
    """A decision no longer fits: its place or its option is gone; `dropped` names them."""

    default = _l("Inzwischen hat sich geändert, worüber Sie entschieden haben. Ihre Texte stehen hier noch.")

    def __init__(self, dropped: Sequence[Decision]) -> None:
        super().__init__()
        self.dropped = tuple(dropped)


class NothingToRepeat(Conflict):
    """There is no step to go back or forth to."""

    default = _l("Weiter geht es in dieser Richtung nicht.")


def decide(
    actor: User,
    node: Node,
    decisions: Sequence[Decision],
    *,
    base: str,
    expected_edit: int,
    acknowledge: bool = False,
) -> int:
    """Store what is decided about a node's table; `base` is the wording the decisions speak of. Return the edit.

    What says the same as the newest step adds none. `acknowledge`: the news since then have been read.

    Raises:
        StaleMerge: if someone took a step after `expected_edit`.
        PlaceGone: if a decision fits the table of now no more; nothing is stored.
    """
    require(may_merge_wordings(actor, node))
    merge, last = _locked(node, expected_edit)
    laid = table(node)
    fitting = weighing.carry(decisions, base, laid.base, laid.regions)
    if fitting.dropped:
        raise PlaceGone(fitting.dropped)
    shown = [decision.stored() for decision in _with_options(fitting.decisions, last, laid, acknowledge=acknowledge)]
    seen, dropped = dict(laid.digests), []
    if last is not None and not acknowledge:
        lost = sheets.carried(last, laid).dropped
        seen, dropped = dict(last.seen), [*last.dropped, *(decision.stored() for decision in lost)]
    if last is None and not shown:
        return merge.edit
    if last is not None and (last.decisions, last.base, last.seen, last.dropped) == (shown, laid.base, seen, dropped):
        return merge.edit
    number = merge.edit + 1
    here = last.shows if last is not None else 0
    _add(actor, merge, StepKind.DECIDE, shows=number, previous=here, state=(laid.base, shown, seen, dropped))
    return number


def undo(actor: User, node: Node, *, expected_edit: int) -> int:
    """Take the last decision back, whoever made it; the way forth stays open. Return the edit.

    Raises:
        StaleMerge: if someone took a step after `expected_edit`.
        NothingToRepeat: if nothing was decided before.
    """
    require(may_merge_wordings(actor, node))
    merge, last = _locked(node, expected_edit)
    if last is None or last.previous is None:
        raise NothingToRepeat
    return _repeat(actor, merge, StepKind.UNDO, last, last.previous)


def redo(actor: User, node: Node, *, expected_edit: int) -> int:
    """Decide again what was taken back last. Return the edit.

    Raises:
        StaleMerge, NothingToRepeat: as for `undo`.
    """
    require(may_merge_wordings(actor, node))
    merge, last = _locked(node, expected_edit)
    target = sheets.redo_target(last) if last is not None else None
    if last is None or target is None:
        raise NothingToRepeat
    return _repeat(actor, merge, StepKind.REDO, last, target)


def _locked(node: Node, expected_edit: int) -> tuple[Merge, MergeStep | None]:
    """Return a node's merge as the database has it now, locked until the transaction ends, and its newest step."""
    chosen = select(Merge).where(Merge.node_id == node.id).with_for_update()
    chosen = chosen.execution_options(populate_existing=True)
    merge = db.session.scalar(chosen)
    if merge is None:
        try:
            with db.session.begin_nested():
                db.session.add(Merge(node_id=node.id, edit=0))
        except IntegrityError:
            pass  # Someone began at the same moment; theirs is the merge.
        merge = db.session.scalars(chosen).one()
    if merge.edit != expected_edit:
        raise StaleMerge
    return merge, sheets.newest(node.id)


def _with_options(
    decisions: Sequence[Decision], last: MergeStep | None, laid: Table, *, acknowledge: bool
) -> list[Decision]:
    """Return the decisions with the options they were made among: those of now, unless nothing new was decided."""
    before = {} if last is None or acknowledge else {one.place: one for one in sheets.carried(last, laid).decisions}
    offered = {weighing.place_of(region): tuple(o.text for o in region.options) for region in laid.regions}
    found = []
    for decision in decisions:
        earlier = before.get(decision.place)
        same = earlier is not None and earlier.said == decision.said
        options = earlier.offered if earlier is not None and same else offered[decision.place]
        found.append(
            Decision(decision.start, decision.end, decision.choice, decision.text, own=decision.own, offered=options)
        )
    return found


def _repeat(actor: User, merge: Merge, kind: StepKind, last: MergeStep, target: int) -> int:
    earlier = sheets.step(merge.node_id, target) if target else None
    state = (
        (earlier.base, earlier.decisions, last.seen, last.dropped)
        if earlier is not None
        else (last.base, [], last.seen, last.dropped)
    )
    previous = earlier.previous if earlier is not None else None
    _add(actor, merge, kind, shows=target, previous=previous, state=state)
    return merge.edit


def _add(
    actor: User,
    merge: Merge,
    kind: StepKind,
    *,
    shows: int,
    previous: int | None,
    state: tuple[str, list[Any], dict[str, str], list[Any]],
) -> None:
    merge.edit += 1
    base, decisions, seen, dropped = state
    db.session.add(
        MergeStep(
            node_id=merge.node_id,
            number=merge.edit,
            kind=kind,
            shows=shows,
            previous=previous,
            base=base,
            decisions=decisions,
            dropped=dropped,
            seen=seen,
            author_id=actor.id,
        )
    )
    db.session.flush()
