"""What an entry of the log says: built from the tables, when it is published and again whenever it is checked."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db
from participation.leitbild import chain
from participation.leitbild.models import Change, ChangeOutcome, Passage, Revision
from participation.outcomes.models import Evidence, Outcome

VERSION = 1
"""Of the payload's form; a reader that does not know it must not guess."""

TYPE = "publication"


def build(number: int, revision: Revision, salt: str, change_ids: Sequence[int]) -> dict[str, Any]:
    """Return an entry's payload without the hash before it: strings and integers only, and no person's name.

    Needs the passages and the changes to be in the database already. Seven statements, however much was changed.
    """
    return {
        "version": VERSION,
        "type": TYPE,
        "number": number,
        "revision": revision.number,
        "published_at": chain.rfc3339(revision.published_at),
        "title": revision.title,
        "summary": revision.summary,
        "summary_html": _sha256(revision.summary_html),
        "roles": roles(salt, "revision", revision.author_id, revision.approver_id),
        "changes": changes(salt, change_ids),
        "text": text(revision.number),
    }


def roles(salt: str, subject: str, author_id: int | None, approver_id: int | None) -> list[dict[str, str]]:
    """Return who signed: role, and commitments to the person and to the name they had."""
    people = {role: user for role, user in (("author", author_id), ("approver", approver_id)) if user is not None}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(people.values()))) if people else ()
    names = {row.id: row.display_name for row in rows}
    return [
        {
            "role": role,
            "person": chain.commit(salt, subject, role, str(user_id)),
            "name": chain.commit(salt, subject, role, str(user_id), names.get(user_id, "")),
        }
        for role, user_id in people.items()
    ]


def text(revision_number: int) -> dict[str, Any]:
    """Return how many passages a revision has, and their hash."""
    rows = db.session.execute(
        select(
            Passage.node_id,
            Passage.position,
            Passage.depth,
            Passage.kind_id,
            Passage.parent_id,
            Passage.cluster_id,
            Passage.horizon,
            Passage.title,
            Passage.body,
            Passage.html,
            Passage.text_state,
            Passage.change_id,
        )
        .where(Passage.revision_number == revision_number)
        .order_by(Passage.position, Passage.node_id)
    ).all()
    passages = [
        {
            "node": row.node_id,
            "position": row.position,
            "depth": row.depth,
            "kind": row.kind_id,
            "parent": row.parent_id or "",
            "cluster": row.cluster_id or "",
            "horizon": row.horizon or "",
            "title": row.title,
            "body": row.body,
            "html": _sha256(row.html),
            "state": row.text_state.value,
            "change": row.change_id or 0,
        }
        for row in rows
    ]
    return {"nodes": len(passages), "digest": chain.text_digest(passages)}


def changes(salt: str, change_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the changes with their outcomes and evidence, in the order of their numbers."""
    if not change_ids:
        return []
    rows = db.session.scalars(select(Change).where(Change.id.in_(change_ids)).order_by(Change.id)).all()
    resting = _outcomes(change_ids)
    evidence = _evidence(change_ids)
    return [
        {
            "id": change.id,
            "kind": change.kind.value,
            "node": change.node_id or "",
            "parent": change.parent_id or "",
            "target": change.target_id or "",
            "title": change.new_title,
            "node_kind": change.new_kind_id or "",
            "before": change.before,
            "after": change.after,
            "diff_html": _sha256(change.diff_html),
            "reason": change.reason,
            "culture": change.culture,
            "cross_border": change.cross_border,
            "author": chain.commit(salt, f"change {change.id}", "author", str(change.author_id)),
            "approver": chain.commit(salt, f"change {change.id}", "approver", str(change.approver_id)),
            "outcomes": resting[change.id],
            "evidence": evidence[change.id],
        }
        for change in rows
    ]


def _outcomes(change_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = db.session.execute(
        select(ChangeOutcome.change_id, Outcome)
        .join(Outcome, Outcome.id == ChangeOutcome.outcome_id)
        .where(ChangeOutcome.change_id.in_(change_ids))
        .order_by(Outcome.number, Outcome.id)
    )
    for change_id, outcome in rows:
        found[change_id].append(
            {
                "number": outcome.number or 0,
                "kind": outcome.kind.value if outcome.kind else "",
                "digest": outcome_digest(outcome),
            }
        )
    return found


def outcome_digest(outcome: Outcome) -> str:
    """Return the hash of what an outcome says."""
    return chain.digest(
        {
            "number": outcome.number or 0,
            "kind": outcome.kind.value if outcome.kind else "",
            "node": outcome.node_id or "",
            "proposal": outcome.proposal_id or 0,
            "round": outcome.round,
            "summary": outcome.summary,
            "pros": outcome.pros,
            "cons": outcome.cons,
            "minority": outcome.minority,
            "yes": outcome.votes_yes,
            "no": outcome.votes_no,
            "abstain": outcome.votes_abstain,
        }
    )


def _evidence(change_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = db.session.execute(
        select(ChangeOutcome.change_id, Outcome.number, Evidence)
        .join(Evidence, Evidence.outcome_id == ChangeOutcome.outcome_id)
        .join(Outcome, Outcome.id == ChangeOutcome.outcome_id)
        .where(ChangeOutcome.change_id.in_(change_ids))
        .order_by(Evidence.id)
    )
    for change_id, number, item in rows:
        found[change_id].append(
            {
                "kind": "comment" if item.comment_id else "proposal",
                "id": item.comment_id or item.proposal_id or 0,
                "version": item.comment_version or 0,
                "outcome": number or 0,
                "fate": item.fate.value,
                "answer": _sha256(item.answer),
            }
        )
    return found


def _sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
