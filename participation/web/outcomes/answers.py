"""Answers that an approved outcome left open: moderators give them before a change that rests on it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from participation.base.db import db, transaction
from participation.base.verdict import DomainError, NotFound, require
from participation.outcomes import pieces, policy, queries
from participation.outcomes.answers import answer_evidence
from participation.outcomes.models import Evidence, Fate
from participation.outcomes.pieces import Piece
from participation.outcomes.queries import Record
from participation.outcomes.writing import IncompleteOutcome
from participation.web.access import moderator
from participation.web.outcomes import words
from participation.web.outcomes.blueprint import outcomes
from participation.web.shell import Answer, member, viewer

_FATES = {fate.value: fate for fate in Fate if fate is not Fate.OPEN}


@dataclass(slots=True)
class Row:
    """A contribution that waits, with what was typed for it."""

    piece: Piece
    fate: str = ""
    answer: str = ""
    errors: list[str] = field(default_factory=list)


@outcomes.get("/moderation/ergebnisse/<int:id>/antworten")
@moderator
def answers(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show the contributions of an outcome that still wait for an answer."""
    return _page(_record(id), {})


@outcomes.post("/moderation/ergebnisse/<int:id>/antworten")
@moderator
def answer(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give the answers that were written, all or none; what has no fate chosen goes on waiting."""
    record = _record(id)
    waiting = {piece.key: piece for piece in _waiting(record.outcome.id)}
    errors: dict[str, str] = {}
    given = 0
    try:
        with transaction():
            for key, piece in waiting.items():
                fate, text = _typed(key)
                if not fate and not text:
                    continue
                try:
                    answer_evidence(member(), piece, _FATES.get(fate), text)
                except IncompleteOutcome as error:
                    errors[key] = " ".join(str(message) for message in error.missing.values())
                given += 1
            if errors:
                raise IncompleteOutcome({})
    except DomainError as error:
        return _page(_record(id), errors, "" if errors else str(error.message)), error.status
    if not given:
        return _page(record, errors, _("Sagen Sie bei mindestens einem Beitrag, was aus ihm wird.")), 422
    flash(ngettext("%(num)s Antwort gegeben.", "%(num)s Antworten gegeben.", given), "success")
    left = len(waiting) > given
    target = url_for("outcomes.answers", id=id) if left else url_for("outcomes.outcome", number=record.outcome.number)
    return redirect(target, 303)


def _page(record: Record, errors: Mapping[str, str], failure: str = "") -> str:
    rows = []
    for piece in pieces.evidence(record.outcome.id):
        fate, text = _typed(piece.key)
        # An answer given meanwhile by someone else must not swallow what was typed.
        if piece.fate is Fate.OPEN or (request.method == "POST" and (fate or text)):
            rows.append(Row(piece, fate, text, [errors[piece.key]] if piece.key in errors else []))
    return render_template(
        "outcomes/answers.html", record=record, rows=rows, failure=failure, words=words, fates=_FATES.values()
    )


def _typed(key: str) -> tuple[str, str]:
    return request.form.get(f"ausgang-{key}", ""), request.form.get(f"antwort-{key}", "").strip()


def _waiting(outcome_id: int) -> list[Evidence]:
    chosen = select(Evidence).where(Evidence.outcome_id == outcome_id, Evidence.fate == Fate.OPEN)
    return list(db.session.scalars(chosen.order_by(Evidence.id)))


def _record(outcome_id: int) -> Record:
    found = queries.record(outcome_id, viewer())
    if found is None:
        raise NotFound
    require(policy.may_answer_evidence(viewer(), found.outcome))
    return found
