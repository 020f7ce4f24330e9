"""The merge view: see every change in place, decide, go back and forth, and lead over to a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.db import db, transaction
from participation.base.verdict import Conflict as Refusal
from participation.base.verdict import NotFound
from participation.merging import operations, policy, queries, sheets, weighing
from participation.merging.operations import NothingToRepeat, PlaceGone, StaleMerge
from participation.merging.sheets import Sheet
from participation.merging.weighing import Decision
from participation.strategy.models import Node
from participation.web.access import moderator
from participation.web.merging import board, conflicts, words
from participation.web.merging.blueprint import merging
from participation.web.merging.board import Sent
from participation.web.merging.conflicts import Conflict
from participation.web.shell import Answer, member, viewer

__all__ = ["merging"]


@merging.get("/moderation/zusammenfuehren/<node_id>")
@moderator
def merge(node_id: str) -> Answer:
    """Show a node's wording with every open Textänderung in place, and what was decided so far."""
    return _page(sheets.sheet(_node(node_id), viewer()))


@merging.post("/moderation/zusammenfuehren/<node_id>")
@moderator
def save(node_id: str) -> Answer:
    """Save what was chosen, and do what the pressed button asks for besides.

    A form that rests on an older step answers 409 and saves only once it is clear, for each place at which two people
    decided differently, which side holds. A save by itself (`selbst`) answers with the parts that changed.
    """
    node = _node(node_id)
    sheet = sheets.sheet(node, viewer())
    sent = board.read(request.form, sheet)
    if sent.began != sheet.edit:
        settled = dict(sent.settled) if sent.edit == sheet.edit else {}
        pressed, _colon, side = request.form.get("nimm", "").rpartition(":")
        if pressed and side in (conflicts.MINE, conflicts.THEIRS) and sent.edit == sheet.edit:
            settled[pressed] = side
        weighed = conflicts.weigh(sent, sheet, settled)
        known = sent.edit == sheet.edit and weighed.is_settled
        if weighed.dropped or (weighed.rows and not known):
            return _page(sheet, sent=sent, conflict=weighed), 409
        sent = replace(sent, base=node.body, decisions=weighed.decisions, edit=sheet.edit)
    try:
        with transaction():
            edit = _do(node, sheet, sent)
    except NothingToRepeat as error:
        flash(str(error.message), "warning")
        return redirect(url_for("merging.merge", node_id=node_id), 303)
    except (StaleMerge, PlaceGone) as error:
        now = sheets.sheet(_node(node_id), viewer())
        return _page(now, sent=sent, conflict=conflicts.weigh(sent, now, {}), error=error), error.status
    if "selbst" in request.form:
        return _saved(sheets.sheet(node, viewer()))
    if "uebernehmen" in request.form:
        return redirect(url_for("merging.hand_over", node_id=node_id), 303)
    if edit == sheet.edit:
        flash(_("So ist es schon gespeichert."), "info")
    return redirect(url_for("merging.merge", node_id=node_id), 303)


@merging.get("/moderation/zusammenfuehren/<node_id>/uebernehmen")
@moderator
def hand_over(node_id: str) -> Answer:
    """Show what the merge comes to, what becomes of each proposal, and the outcomes that can carry the change."""
    node = _node(node_id)
    sheet = sheets.sheet(node, viewer())
    return render_template(
        "merging/hand_over.html",
        board=board.board(sheet),
        sheet=sheet,
        node=node,
        fates=sorted(sheet.fates.items(), key=lambda item: (item[1] is None, sheet.table.backers[item[0]].number)),
        outcomes=queries.carrying_outcomes(node),
        differs=sheet.wording != node.body,
        words=words,
    )


def _do(node: Node, sheet: Sheet, sent: Sent) -> int:
    """Store the choices, then take the step that was asked for; return the edit."""
    form = request.form
    decisions: Sequence[Decision] = sent.decisions
    if "einig" in form:
        fitting = weighing.carry(decisions, sent.base, node.body, sheet.table.regions)
        decisions = (*weighing.consensual(sheet.table.regions, fitting.decisions), *fitting.dropped)
        sent = replace(sent, base=node.body)
    edit = operations.decide(
        member(), node, decisions, base=sent.base, expected_edit=sent.edit, acknowledge="gesehen" in form
    )
    if "zurueck" in form:
        return operations.undo(member(), node, expected_edit=edit)
    if "vor" in form:
        return operations.redo(member(), node, expected_edit=edit)
    return edit


def _page(
    sheet: Sheet, *, sent: Sent | None = None, conflict: Conflict | None = None, error: Refusal | None = None
) -> str:
    shown = board.board(sheet, conflict.decisions if conflict is not None else None)
    return render_template(
        "merging/merge.html",
        board=shown,
        sheet=sheet,
        node=sheet.table.node,
        began=sent.began if sent is not None and conflict is not None else sheet.edit,
        conflict=conflict,
        moved=False,
        numbers={spot.key: spot for spot in shown.spots},
        error=error,
        may_decide=policy.may_merge_wordings(viewer(), sheet.table.node),
        words=words,
    )


def _saved(sheet: Sheet) -> str:
    """Answer a save by the page itself: the parts that depend on what is saved."""
    shown = board.board(sheet)
    return render_template(
        "merging/_saved.html",
        board=shown,
        sheet=sheet,
        node=sheet.table.node,
        began=sheet.edit,
        conflict=None,
        moved=set(request.form.getlist("stelle")) != {spot.key for spot in shown.spots},
        may_decide=policy.may_merge_wordings(viewer(), sheet.table.node),
        words=words,
    )


def _node(node_id: str) -> Node:
    found = db.session.get(Node, node_id[:120])
    if found is None:
        raise NotFound
    return found
