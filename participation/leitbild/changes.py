"""Writing changes: drafted from outcomes, handed over, approved by a second moderator."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, select

from participation.accounts.models import User
from participation.base import diff
from participation.base.clock import now
from participation.base.db import db
from participation.base.text import normalise
from participation.base.verdict import require
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Passage
from participation.leitbild.policy import (
    may_approve_change,
    may_draft,
    may_drop_change,
    may_edit_change,
    may_return_change,
)
from participation.leitbild.wording import (
    REASON_LIMIT,
    ChangeEdited,
    ChangeFields,
    IncompleteChange,
    ReasonMissing,
    StaleChange,
    missing,
    new_node_id,
    tidied,
)
from participation.strategy.models import Node


def draft_change(actor: User, fields: ChangeFields) -> Change:
    """Draft a change of a node's current wording from one or more approved outcomes; the first one carries it.

    Raises:
        IncompleteChange: naming everything that is missing, at once.
        StaleChange: if the node has another wording than the writer saw.
    """
    require(may_draft(actor))
    change = Change(author_id=actor.id, edit=0)
    _write(change, fields)
    return change


def save_change(actor: User, change: Change, fields: ChangeFields, *, expected_edit: int) -> Change:
    """Store what was written; who saves is the author from here on.

    Raises:
        ChangeEdited: if someone saved, handed over or sent back in between.
        StaleChange, IncompleteChange: as for `draft_change`.
    """
    change = _locked(change)
    _require_edit(change, expected_edit)
    require(may_edit_change(actor, change))
    change.author_id = actor.id
    _write(change, fields)
    return change


def submit_change(actor: User, change: Change, *, expected_edit: int) -> Change:
    """Hand a change to a second moderator.

    Raises:
        StaleChange: if the node's wording is no longer the one the change began with.
    """
    change = _locked(change)
    _require_edit(change, expected_edit)
    require(may_edit_change(actor, change))
    _require_fresh(change)
    change.submitted_at = now()
    return _enter(change, ChangeState.SUBMITTED)


def approve_change(actor: User, change: Change, *, expected_edit: int) -> Change:
    """Approve a change as the second moderator; a draft may collect it from here on.

    Raises:
        StaleChange: if the node's wording is no longer the one the change began with.
    """
    change = _locked(change)
    _require_edit(change, expected_edit)
    require(may_approve_change(actor, change))
    _require_fresh(change)
    change.approver_id = actor.id
    return _enter(change, ChangeState.APPROVED)


def return_change(actor: User, change: Change, reason: str = "") -> Change:
    """Send a change back to be written on; only its author, taking it back, may leave out the reason."""
    change = _locked(change)
    require(may_return_change(actor, change))
    reason = normalise(reason, limit=REASON_LIMIT)
    if not reason and actor.id != change.author_id:
        raise ReasonMissing
    change.approver_id = None
    return _enter(change, ChangeState.DRAFT, reason)


def drop_change(actor: User, change: Change, reason: str) -> Change:
    """Give a change up; it stays readable for moderators."""
    change = _locked(change)
    require(may_drop_change(actor, change))
    reason = normalise(reason, limit=REASON_LIMIT)
    if not reason:
        raise ReasonMissing
    return _enter(change, ChangeState.DROPPED, reason)


def _write(change: Change, fields: ChangeFields) -> None:
    fields = tidied(fields)
    node = db.session.get(Node, fields.node_id) if fields.node_id else None
    if lacking := missing(fields, node):
        raise IncompleteChange(lacking)
    if node is not None and node.since_revision != fields.based_on:
        seen = db.session.get(Passage, (fields.based_on, node.id))
        base = seen.body if seen is not None else change.before or ""
        raise StaleChange(base=base, mine=fields.after, current=node.body, since=node.since_revision)
    addition = fields.kind is ChangeKind.ADDITION
    if addition and (
        change.new_node_id is None or change.new_title != fields.title or change.parent_id != fields.parent_id
    ):
        change.new_node_id = new_node_id(fields.parent_id, fields.title)
    elif not addition:
        change.new_node_id = None
    change.kind = fields.kind
    change.node_id = fields.node_id or None
    change.new_title = fields.title
    change.new_kind_id = fields.node_kind or None
    change.parent_id = fields.parent_id or None
    change.target_id = fields.target_id or None
    change.before = node.body if node is not None else ""
    change.after = fields.after
    change.diff_html = diff_html(change.before, change.after)
    change.reason, change.culture, change.cross_border = fields.reason, fields.culture, fields.cross_border
    change.first_outcome_id = fields.outcome_ids[0]
    change.edit += 1
    db.session.add(change)
    db.session.flush()
    db.session.execute(delete(ChangeOutcome).where(ChangeOutcome.change_id == change.id))
    db.session.add_all(ChangeOutcome(change_id=change.id, outcome_id=outcome_id) for outcome_id in fields.outcome_ids)
    db.session.flush()
    db.session.expire(change, ["outcomes", "node", "parent", "target"])


def diff_html(before: str, after: str) -> str:
    """Return the word diff of two wordings as it is stored and shown."""
    return str(diff.as_html(diff.compare(before, after), inserted=_("eingefügt:"), deleted=_("gelöscht:")))


def _enter(change: Change, state: ChangeState, reason: str = "") -> Change:
    change.state = state
    change.returned_reason = reason
    change.edit += 1
    db.session.flush()
    return change


def _locked(change: Change) -> Change:
    """Return the change as it stands in the database now, locked until the transaction ends."""
    chosen = select(Change).where(Change.id == change.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def _require_edit(change: Change, expected: int) -> None:
    if change.edit != expected:
        raise ChangeEdited(change)


def _require_fresh(change: Change) -> None:
    node = db.session.get(Node, change.node_id) if change.node_id else None
    if node is not None and node.body != change.before:
        raise StaleChange(base=change.before, mine=change.after, current=node.body, since=node.since_revision)
