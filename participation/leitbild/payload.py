"""What an entry of the log commits to: read from the tables, when it is published and again whenever it is checked.

Passages, changes and reasons are lists as docs/log-format.md describes them. Beside them stand title, summary, the
hashes of the HTML that was shown (`rendering`) and of the frozen list of measures (`annex`), and under seal who signed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select

from participation.accounts.models import User
from participation.base.db import db
from participation.ledger.canonical import canonical
from participation.leitbild.models import AnnexEntry, Change, ChangeOutcome, Passage, Revision
from participation.outcomes.models import Evidence, Outcome

DOCUMENT = "leitbild"

ANNEX = ("annex", 0)
"""Where the salt of the annex stands, in entries that speak of it."""


def public(revision: Revision, change_ids: Sequence[int], *, with_annex: bool) -> dict[str, Any]:
    """Return what everybody may check: strings and integers only, and no person's name.

    Needs passages, changes and annex to be in the database already. Six statements, however much was changed.
    `with_annex`: entries from before the annex was frozen do not speak of it.
    """
    passages = _passages(revision.number)
    changes = _changes(change_ids)
    titles = {row.node_id: row.title for row in passages}
    told: dict[str, Any] = {
        "title": revision.title,
        "summary": revision.summary,
        "passages": [_passage(row) for row in passages],
        "changes": [_change(change, titles) for change in changes],
        "reasons": _reasons(changes, change_ids),
        "rendering": {
            "summary": _sha256(revision.summary_html),
            "passages": _digest([row.html for row in passages]),
            "changes": _digest([change.diff_html for change in changes]),
        },
    }
    if with_annex:
        told["annex"] = _annex(revision.number)
    return told


def sealed(revision: Revision, change_ids: Sequence[int]) -> dict[str, Any]:
    """Return who signed, and the names they had: committed to, never published."""
    people = {"author": revision.author_id, "approver": revision.approver_id}
    signed = {role: user_id for role, user_id in people.items() if user_id is not None}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(signed.values()))) if signed else ()
    names = {row.id: row.display_name for row in rows}
    found: dict[str, Any] = {}
    for role, user_id in signed.items():
        found[role] = {"id": user_id}
        found[f"{role}_name"] = names.get(user_id, "")
    if change_ids:
        found["change_people"] = [
            {"change": change.id, "author": change.author_id, "approver": change.approver_id or 0}
            for change in _changes(change_ids)
        ]
    return found


def outcome_digest(outcome: Outcome) -> str:
    """Return the hash of what an outcome says."""
    return _digest(
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
            # Only where there are any, so that what was sealed before stays as it is.
            **({"apart": outcome.votes_apart} if outcome.votes_apart else {}),
        }
    )


def _annex(revision_number: int) -> dict[str, Any]:
    """Return how many measures the frozen annex lists, and the hash of all it says about them."""
    facts = db.session.scalars(
        select(AnnexEntry.facts)
        .where(AnnexEntry.revision_number == revision_number)
        .order_by(AnnexEntry.position, AnnexEntry.node_id)
    ).all()
    return {"measures": len(facts), "digest": _digest(list(facts))}


def _passages(revision_number: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(
        select(
            Passage.node_id,
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


def _passage(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "node": row.node_id,
        "depth": row.depth,
        "kind": row.kind_id,
        "parent": row.parent_id or "",
        "cluster": row.cluster_id or "",
        "horizon": row.horizon or "",
        "title": row.title,
        "body": row.body,
        "state": row.text_state.value,
        "change": row.change_id or 0,
    }


def _changes(change_ids: Sequence[int]) -> Sequence[Change]:
    if not change_ids:
        return ()
    return db.session.scalars(select(Change).where(Change.id.in_(change_ids)).order_by(Change.id)).all()


def _change(change: Change, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "node": change.node_id or "",
        "parent": change.parent_id or "",
        "target": change.target_id or "",
        "title": titles.get(change.node_id or "", ""),
        "new_title": change.new_title,
        "node_kind": change.new_kind_id or "",
        "before": change.before,
        "after": change.after,
    }


def _reasons(changes: Iterable[Change], change_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return why, and what it rests on: apart from the changes, so that words of a person can be erased alone."""
    if not change_ids:
        return []
    resting, evidence = _outcomes(change_ids), _evidence(change_ids)
    return [
        {
            "change": change.id,
            "reason": change.reason,
            "culture": change.culture,
            "cross_border": change.cross_border,
            "outcomes": resting[change.id],
            "evidence": evidence[change.id],
        }
        for change in changes
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
                "answer": item.answer,
            }
        )
    return found


def _digest(value: Any) -> str:
    return _sha256(canonical(value))


def _sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
