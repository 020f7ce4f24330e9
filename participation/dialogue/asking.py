"""Asking organisations for an answer: whom a contribution addresses, and what became of it. None of it commits.

A request is answered by a reply in the same branch that is written for the addressed organisation and shown; nothing is
stored for it, so a reply that is withdrawn or hidden answers nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from participation.accounts.models import Initiative, InitiativeState, User
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import DomainError
from participation.dialogue.cursors import known
from participation.dialogue.models import AnswerRequest, AnswerState, Comment, CommentState
from participation.dialogue.rows import COLUMNS, CommentView, comment_views, request_state

ADDRESSEES = 3
"""How many organisations one contribution may address."""

PER_DAY = 10
"""How many requests one person, or one organisation, may send within 24 hours."""

ANSWER_PERIOD = timedelta(days=30)
"""How long an answer is awaited unless the settings say otherwise."""


class TooManyAddressees(DomainError):
    """More organisations are asked than one contribution may address."""

    default = _l("Um Antwort bitten können Sie höchstens drei auf einmal. Wählen Sie die wichtigsten aus.")


class UnknownAddressee(DomainError):
    """Somebody is asked who is no verified organisation, or it is the one that asks."""

    default = _l("Eine der gewählten Organisationen kann hier nicht antworten. Wählen Sie noch einmal.")


class AskedTooOften(DomainError):
    """The requests of a day are used up."""

    status = 429
    default = _l(
        "Sie haben in den letzten 24 Stunden schon zehnmal um Antwort gebeten. "
        "Ohne diese Bitte können Sie Ihren Beitrag sofort abschicken."
    )


@dataclass(frozen=True, slots=True)
class QuestionList:
    """Contributions that ask one organisation for an answer, and where the next ones begin."""

    comments: tuple[CommentView, ...]
    next: int | None


def check_addressees(actor: User, initiative_id: int | None, asked: Sequence[int]) -> tuple[int, ...]:
    """Return whom a contribution of somebody asks, each once, in the order they were named.

    Requests are counted for the organisation that is written for, else for the person, who is locked meanwhile: of two
    contributions at once, the second knows of the first.

    Raises:
        TooManyAddressees, UnknownAddressee, AskedTooOften: as they say.
    """
    wanted = tuple(dict.fromkeys(asked))
    if not wanted:
        return ()
    if len(wanted) > ADDRESSEES:
        raise TooManyAddressees
    there = (Initiative.id.in_(wanted), Initiative.state == InitiativeState.VERIFIED)
    if initiative_id in wanted or db.session.scalar(select(func.count()).where(*there)) != len(wanted):
        raise UnknownAddressee
    asking: tuple[ColumnElement[bool], ...]
    if initiative_id is None:
        db.session.execute(select(User.id).where(User.id == actor.id).with_for_update(key_share=True))
        asking = (Comment.author_id == actor.id, Comment.initiative_id.is_(None))
    else:
        db.session.execute(select(Initiative.id).where(Initiative.id == initiative_id).with_for_update(key_share=True))
        asking = (Comment.initiative_id == initiative_id,)
    sent = select(func.count()).select_from(AnswerRequest).join(Comment, Comment.id == AnswerRequest.comment_id)
    recent = AnswerRequest.asked_at > now() - timedelta(days=1)
    if (db.session.scalar(sent.where(recent, *asking)) or 0) + len(wanted) > PER_DAY:
        raise AskedTooOften
    return wanted


def ask(comment: Comment, wanted: Sequence[int], period: timedelta) -> None:
    """Note whom a new contribution asks, and until when an answer is awaited; `wanted` was checked."""
    moment = now()
    for position, initiative_id in enumerate(wanted, 1):
        db.session.add(
            AnswerRequest(
                comment_id=comment.id,
                initiative_id=initiative_id,
                position=position,
                asked_at=moment,
                due_at=moment + period,
            )
        )
    db.session.flush()


def questions_to(
    initiative_id: int,
    viewer: User | None,
    *,
    state: AnswerState | None = None,
    after: int | None = None,
    size: int = 20,
) -> QuestionList:
    """Return the shown contributions that ask an organisation, the newest first; one state of them, or all."""
    chosen = (
        select(*COLUMNS)
        .join(AnswerRequest, AnswerRequest.comment_id == Comment.id)
        .where(*_received(initiative_id))
        .order_by(Comment.id.desc())
        .limit(size + 1)
    )
    if state is not None:
        chosen = chosen.where(request_state(Comment.id, Comment.root_id) == state.value)
    if after is not None:
        chosen = chosen.where(Comment.id < known(after))
    views = sorted(comment_views(chosen, viewer), key=lambda view: -view.id)
    return QuestionList(tuple(views[:size]), views[size - 1].id if len(views) > size else None)


def question_counts(initiative_id: int) -> Mapping[AnswerState, int]:
    """Return how many shown contributions ask an organisation, by what became of them; states without one too."""
    state = request_state(Comment.id, Comment.root_id).label("state")
    rows = db.session.execute(
        select(state, func.count())
        .select_from(AnswerRequest)
        .join(Comment, Comment.id == AnswerRequest.comment_id)
        .where(*_received(initiative_id))
        .group_by(state)
    )
    counted = {AnswerState(row[0]): row[1] for row in rows}
    return {one: counted.get(one, 0) for one in AnswerState}


def _received(initiative_id: int) -> tuple[ColumnElement[bool], ...]:
    return AnswerRequest.initiative_id == initiative_id, Comment.state == CommentState.VISIBLE
