"""Whether a draft could be published: everything that stands in the way, at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import Conflict, Message
from participation.dialogue.models import Comment, CommentState
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Draft
from participation.leitbild.wording import VANISHING
from participation.outcomes.models import Evidence, Fate, Outcome
from participation.proposals.models import SHOWN_TITLE, Proposal, ProposalState
from participation.strategy.models import Node

CLOSED = (ProposalState.WITHDRAWN, ProposalState.MERGED, ProposalState.DRAFT)
"""States in which a proposal waits for no answer of ours."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way."""

    text: Message
    change_id: int | None = None
    proposal_number: int | None = None
    outcome_id: int | None = None
    """Where contributions still wait for their answer."""


class NotReady(Conflict):
    """The draft cannot become a revision yet; `obstacles` names everything."""

    status = 409
    default = _l("So kann der Entwurf noch keine Fassung werden. Unten steht, was fehlt.")

    def __init__(self, found: Sequence[Obstacle]) -> None:
        super().__init__()
        self.obstacles = tuple(found)


def obstacles(draft: Draft) -> tuple[Obstacle, ...]:
    """Return everything that keeps a draft from being published. Six statements, however many changes it holds."""
    changes = db.session.scalars(select(Change).where(Change.draft_id == draft.id).order_by(Change.id)).all()
    named = {name for c in changes for name in (c.node_id, c.parent_id, c.target_id) if name}
    named |= {c.new_node_id for c in changes if c.new_node_id}
    nodes = {node.id: node for node in db.session.scalars(select(Node).where(Node.id.in_(named)))} if named else {}
    found = [*_words(draft, changes), *_twice(changes)]
    for change in changes:
        found += _fit(change, nodes, changes)
    found += _orphans(changes)
    found += unanswered([change.id for change in changes])
    return tuple(found)


def unread(draft: Draft, period: timedelta) -> tuple[Obstacle, ...]:
    """Return what keeps a draft from being published that never lay out, where a public reading is demanded."""
    if period and draft.reading is None:
        return (Obstacle(_l("Der Entwurf muss erst öffentlich ausliegen. Geben Sie ihn dafür zurück.")),)
    return ()


def _words(draft: Draft, changes: Sequence[Change]) -> Iterator[Obstacle]:
    if not changes:
        yield Obstacle(_l("Der Entwurf enthält noch keine Änderung."))
    if not draft.title:
        yield Obstacle(_l("Der Entwurf hat noch keinen Titel."))
    if not draft.summary:
        yield Obstacle(_l("Es fehlt die Zusammenfassung: Was ändert sich, und warum?"))


def _twice(changes: Sequence[Change]) -> Iterator[Obstacle]:
    counted = Counter(change.node_id for change in changes if change.node_id)
    for change in changes:
        if change.node_id and counted[change.node_id] > 1:
            yield Obstacle(
                _l("%(ref)s: Eine zweite Änderung im Entwurf betrifft dieselbe Stelle.", ref=change.reference),
                change.id,
            )


def _fit(change: Change, nodes: Mapping[str, Node], changes: Sequence[Change]) -> Iterator[Obstacle]:
    """Yield why a change does not fit the text as it is now."""
    gone = {c.node_id for c in changes if c.kind in VANISHING}
    ref = change.reference
    if change.state is not ChangeState.APPROVED:
        yield Obstacle(_l("%(ref)s ist nicht freigegeben.", ref=ref), change.id)
    if change.kind is ChangeKind.ADDITION:
        parent = nodes.get(change.parent_id or "")
        if parent is None or not parent.is_current or parent.id in gone:
            yield Obstacle(
                _l("%(ref)s: Die Stelle, unter die das Neue gehört, gibt es nicht mehr.", ref=ref), change.id
            )
        if change.new_node_id in nodes:
            yield Obstacle(_l("%(ref)s: Der Name der neuen Stelle ist schon vergeben.", ref=ref), change.id)
        return
    node = nodes.get(change.node_id or "")
    if node is None or not node.is_current or node.body != change.before:
        yield Obstacle(_l("%(ref)s: Der Wortlaut hat sich seither geändert.", ref=ref), change.id)
    if change.kind is ChangeKind.MERGE:
        target = nodes.get(change.target_id or "")
        if target is None or not target.is_current or target.id in gone:
            yield Obstacle(
                _l("%(ref)s: Die Stelle, in der diese aufgehen soll, gibt es nicht mehr.", ref=ref), change.id
            )
    parts = [c for c in changes if c.kind is ChangeKind.ADDITION and c.target_id == change.node_id]
    if change.kind is ChangeKind.SPLIT and not parts:
        yield Obstacle(_l("%(ref)s: Zur Teilung fehlt die Ergänzung mit dem abgeteilten Wortlaut.", ref=ref), change.id)


def _orphans(changes: Sequence[Change]) -> Iterator[Obstacle]:
    """Yield points that would stay behind under a node that goes."""
    gone = {change.node_id: change for change in changes if change.kind in VANISHING and change.node_id}
    if not gone:
        return
    children = db.session.scalars(select(Node).where(Node.parent_id.in_(gone)).order_by(Node.reading_order))
    for child in children:
        change = gone.get(child.parent_id or "")
        if change is not None and child.is_current and child.id not in gone:
            text = _l("%(ref)s: Der Punkt „%(title)s“ bliebe allein zurück.", ref=change.reference, title=child.title)
            yield Obstacle(text, change.id)


def unanswered(change_ids: Sequence[int]) -> list[Obstacle]:
    """Return the contributions behind some changes that nobody has answered yet."""
    if not change_ids:
        return []
    linked = select(ChangeOutcome.outcome_id).where(ChangeOutcome.change_id.in_(change_ids))
    return [*_left_open(linked), *_never_named(linked)]


def _left_open(linked: Select[int]) -> Iterator[Obstacle]:
    """Yield contributions that are pinned while their answer is still to come."""
    rows = db.session.execute(
        select(Outcome.id, Outcome.number, Evidence.comment_id, Proposal.number, User.display_name, Comment.state)
        .select_from(Evidence)
        .join(Outcome, Outcome.id == Evidence.outcome_id)
        .outerjoin(Proposal, Proposal.id == Evidence.proposal_id)
        .outerjoin(Comment, Comment.id == Evidence.comment_id)
        .outerjoin(User, User.id == Comment.author_id)
        .where(Evidence.outcome_id.in_(linked), Evidence.fate == Fate.OPEN)
        .order_by(Outcome.number, Evidence.id)
    )
    for outcome_id, number, comment_id, proposal_number, name, state in rows:
        if comment_id is None:
            text = _l(
                "Ergebnis E-%(n)s: Vorschlag V-%(number)s wartet auf eine Antwort.", n=number, number=proposal_number
            )
        elif state is CommentState.VISIBLE:
            text = _l("Ergebnis E-%(n)s: Der Beitrag von %(name)s wartet auf eine Antwort.", n=number, name=name)
        else:
            text = _l("Ergebnis E-%(n)s: Ein Beitrag, der nicht mehr zu sehen ist, wartet auf eine Antwort.", n=number)
        yield Obstacle(text, outcome_id=outcome_id)


def _never_named(linked: Select[int]) -> Iterator[Obstacle]:
    """Yield proposals that an outcome is about or rests on and that have no answer anywhere."""
    subjects = select(Outcome.proposal_id).where(Outcome.id.in_(linked), Outcome.proposal_id.is_not(None))
    answers = select(Evidence.proposal_id).where(Evidence.outcome_id.in_(linked), Evidence.proposal_id.is_not(None))
    answered = answers.where((Evidence.answer != "") | (Evidence.fate == Fate.OPEN))
    rows = db.session.execute(
        select(Proposal.number, SHOWN_TITLE.label("title"))
        .where(
            Proposal.id.in_(subjects) | Proposal.id.in_(answers),
            Proposal.id.not_in(answered),
            Proposal.answer == "",
            Proposal.state.not_in(CLOSED),
        )
        .order_by(Proposal.number)
    )
    for row in rows:
        text = _l("Vorschlag V-%(number)s „%(title)s“ hat noch keine Antwort.", number=row.number, title=row.title)
        yield Obstacle(text, proposal_number=row.number)
