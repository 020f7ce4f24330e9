"""What people and initiatives contributed, and what became of it: several rooms brought together for a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.db import db
from participation.base.text import excerpt
from participation.dialogue.asking import questions_to
from participation.dialogue.models import AnswerState, Ballot, Comment, CommentState, Stance
from participation.dialogue.queries import CommentView, comments_of
from participation.leitbild.provenance import Landing, revisions_by_outcome
from participation.leitbild.subjects import subjects
from participation.outcomes.models import Fate
from participation.outcomes.queries import Receipt, last_rounds, receipts_for_comments, receipts_for_proposals
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.queries import ProposalRow, Subject, by_author, by_initiative

SIZE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a contribution, as components/receipt.html draws it."""

    kind: Literal["in", "not", "open"]
    title: str
    text: str
    url: str | None
    link: str


@dataclass(frozen=True, slots=True)
class Written:
    """A comment outside of its page."""

    comment: CommentView
    subject: Subject | None
    receipt: Told | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal in a list of contributions."""

    proposal: ProposalRow
    receipt: Told | None


@dataclass(frozen=True, slots=True)
class Voted:
    """A stance of one's own."""

    subject: Subject | None
    stance: Stance
    cast_at: datetime
    thread_id: int


Rows = Sequence[Written] | Sequence[Proposed] | Sequence[Voted]


def comments(
    viewer: User | None, *, author_id: int | None = None, initiative_id: int | None = None, after: int | None = None
) -> tuple[list[Written], int | None]:
    """Return comments with what they are about and what became of them, and where the next page begins."""
    page = comments_of(viewer, author_id=author_id, initiative_id=initiative_id, after=after, size=SIZE)
    about = subjects({comment.thread_id for comment in page.comments})
    receipts = tell(receipts_for_comments([comment.id for comment in page.comments]))
    summed_up = last_rounds({comment.thread_id for comment in page.comments})
    return [
        Written(c, about.get(c.thread_id), receipts.get(c.id) or _not_yet(c, summed_up.get(c.thread_id)))
        for c in page.comments
    ], page.next


def questions(
    viewer: User | None, initiative_id: int, *, state: AnswerState | None = None, after: int | None = None
) -> tuple[list[Written], int | None]:
    """Return what asks an organisation for an answer, with what it is about, and where the next page begins."""
    page = questions_to(initiative_id, viewer, state=state, after=after, size=SIZE)
    about = subjects({comment.thread_id for comment in page.comments})
    return [Written(comment, about.get(comment.thread_id), None) for comment in page.comments], page.next


def proposals(
    viewer: User | None, *, author_id: int | None = None, initiative_id: int | None = None, after: int | None = None
) -> tuple[list[Proposed], int | None]:
    """Return submitted proposals with what became of them, and where the next page begins."""
    if author_id is not None:
        rows, following = by_author(author_id, viewer, after=after, size=SIZE)
    else:
        rows, following = by_initiative(initiative_id or 0, viewer, after=after, size=SIZE)
    receipts = tell(receipts_for_proposals([row.id for row in rows]))
    return [Proposed(row, receipts.get(row.id)) for row in rows], following


def votes(viewer: User, *, after: int | None = None) -> tuple[list[Voted], int | None]:
    """Return the viewer's own stances, by thread, the newest thread first; nobody else ever sees them."""
    mine = select(Ballot.thread_id, Ballot.stance, Ballot.cast_at).where(Ballot.voter_id == viewer.id)
    if after is not None:
        mine = mine.where(Ballot.thread_id < after)
    rows = db.session.execute(mine.order_by(Ballot.thread_id.desc()).limit(SIZE + 1)).all()
    shown = rows[:SIZE]
    about = subjects({row.thread_id for row in shown})
    listed = [Voted(about.get(row.thread_id), row.stance, row.cast_at, row.thread_id) for row in shown]
    return listed, shown[-1].thread_id if len(rows) > SIZE else None


def counts_for(initiative_ids: Collection[int]) -> dict[int, int]:
    """Return how many contributions initiatives made: comments that are shown and submitted proposals."""
    totals: Counter[int] = Counter()
    for table, shown in (
        (Comment, Comment.state == CommentState.VISIBLE),
        (Proposal, Proposal.state != ProposalState.DRAFT),
    ):
        column = table.initiative_id
        counted = select(column, func.count()).where(column.in_(initiative_ids), shown).group_by(column)
        totals.update({number: count for number, count in db.session.execute(counted) if number is not None})
    return dict(totals)


def tell(receipts: dict[int, Receipt], known: Mapping[int, Landing | None] | None = None) -> dict[int, Told]:
    """Return receipts in words, with the revision a contribution went into; `known` saves asking for its outcomes."""
    revisions = dict(known or {})
    revisions.update(revisions_by_outcome({r.outcome_id for r in receipts.values()} - revisions.keys()))
    return {number: _told(receipt, revisions.get(receipt.outcome_id)) for number, receipt in receipts.items()}


def _not_yet(comment: CommentView, last: tuple[int, datetime] | None) -> Told | None:
    """Say that a comment has no answer, and whether an outcome of its conversation passed it over."""
    if not comment.visible:
        return None
    if last is None or last[1] < comment.created_at:
        return Told(
            "open", _("Noch offen."), _("Die Antwort steht hier, sobald das Gespräch ausgewertet ist."), None, ""
        )
    reference = _("Ergebnis E-%(number)d", number=last[0])
    url = url_for("outcomes.outcome", number=last[0])
    return Told(
        "open",
        _("Noch offen."),
        _("Das Gespräch ist ausgewertet, dieser Beitrag nicht einzeln beantwortet."),
        url,
        reference,
    )


def _told(receipt: Receipt, revision: Landing | None) -> Told:
    outcome = url_for("outcomes.outcome", number=receipt.outcome_number)
    reference = _("Ergebnis E-%(number)d", number=receipt.outcome_number)
    if receipt.fate is Fate.OPEN:
        return Told(
            "open", _("Noch offen."), _("Der Beitrag trägt ein Ergebnis mit. Die Antwort folgt."), outcome, reference
        )
    if receipt.fate is Fate.CONSIDERED:
        return Told("not", _("Erwogen, nicht übernommen."), receipt.answer, outcome, reference)
    if revision is None:
        title = _("Aufgenommen.") if receipt.fate is Fate.ADOPTED else _("Teilweise aufgenommen.")
        return Told("in", title, receipt.answer, outcome, reference)
    if receipt.fate is Fate.ADOPTED:
        title = _("Eingeflossen in Fassung %(number)d.", number=revision.number)
    else:
        title = _("Teilweise eingeflossen in Fassung %(number)d.", number=revision.number)
    where = _("Passage „%(title)s“.", title=excerpt(revision.passage, 80)) if revision.passage else ""
    text = " ".join(part for part in (where, receipt.answer) if part)
    return Told("in", title, text, url_for("leitbild.change", id=revision.change_id), _("Änderung ansehen"))
