"""The part of the example dialogue that moderators decide about: reports, decisions, an objection, all marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.comments import write_comment
from participation.dialogue.models import Comment, CommentKind, Thread
from participation.moderation import appealing, deciding
from participation.moderation.models import Appeal, Case, Category, Decision, Measure, Report
from participation.moderation.reporting import report
from participation.moderation.targets import of_comment
from participation.notify.models import Letter

_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part, and when it is played."""

    people: Mapping[str, User]
    moderators: Sequence[User]
    """The first decides, the second about the objection."""
    periods: Mapping[str, timedelta]
    at: datetime


def judge(cast: Cast, thread: Thread, scene: dict[str, Any]) -> None:
    """Write a comment, have it reported, and as far as the scene goes decided and objected to; date it all back."""
    author, first, second = cast.people[scene["who"]], *cast.moderators
    told = cast.at - timedelta(hours=scene["hours"])
    comment = write_comment(author, thread, body=scene["text"], kind=CommentKind(scene["kind"]))
    _date(Comment, comment.id, created_at=told - timedelta(hours=5))
    newest = select(func.max(Comment.created_at)).where(Comment.thread_id == thread.id).scalar_subquery()
    _date(Thread, thread.id, last_comment_at=newest)
    target = of_comment(comment)
    for line in scene["reports"]:
        made = report(
            target,
            Category(line["category"]),
            line["text"],
            periods=cast.periods,
            reporter=cast.people[line["who"]],
        )
        _date(Report, made.id, at=told)
    case = db.session.scalars(select(Case).where(target.theirs)).one()
    _date(Case, case.id, opened_at=told, due_at=case.due_at - timedelta(hours=scene["hours"]))
    db.session.refresh(case)
    if said := scene.get("decision"):
        measure = Measure(said["measure"])
        ruling = deciding.Ruling(measure, said["facts"], rule=said.get("rule"), passage=said.get("passage", ""))
        decision = deciding.decide(first, case, ruling)
        at = told + timedelta(hours=said["after"])
        _date(Decision, decision.id, at=at, redress=deciding.redress(at) if decision.redress else "")
        if objection := scene.get("appeal"):
            period, after = cast.periods["appeal"], timedelta(hours=objection["after"])
            filed = appealing.appeal(author, decision, objection["reason"], period=period)
            appealing.decide_appeal(second, filed, upheld=objection["upheld"], answer=objection["answer"])
            answered = at + timedelta(hours=6) + after
            _date(Appeal, filed.id, at=answered - after, due_at=answered - after + period, decided_at=answered)
    # Nobody reads the mail of invented people.
    invented = select(User.email).where(User.is_example)
    db.session.execute(delete(Letter).where(Letter.recipient.in_(invented)), execution_options=_PLAIN)
    db.session.expire_all()


def _date(model: type[Any], ident: int, **values: object) -> None:
    db.session.flush()
    db.session.execute(update(model).where(model.id == ident).values(values), execution_options=_PLAIN)
