"""Show one node with its conversation; contribute to it and vote on it."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from participation.base.clock import now
from participation.base.text import excerpt
from participation.base.verdict import DomainError, NotFound, require
from participation.dialogue.models import ThreadState
from participation.leitbild.effects import Effects, node_effects
from participation.leitbild.models import ChangeKind
from participation.measures import labels as states
from participation.measures.transitions import is_stale
from participation.merging.policy import may_merge_wordings
from participation.merging.tables import OPEN as MERGEABLE
from participation.outcomes.policy import may_evaluate
from participation.outcomes.queries import receipts_for_comments
from participation.places.queries import second_name
from participation.proposals import labels
from participation.proposals import queries as proposals
from participation.proposals.models import UNSETTLED, ProposalState, ProposalType
from participation.proposals.policy import may_propose
from participation.proposals.queries import ProposalRow
from participation.strategy.lines import Line
from participation.strategy.operations import contribute_to
from participation.strategy.policy import may_contribute
from participation.strategy.queries import NodePage, node_page
from participation.web.access import public, resident
from participation.web.accounts.contributions import tell
from participation.web.dialogue.thread import Topic, handle_comment, handle_vote, more_comments, thread_context
from participation.web.outcomes.words import KINDS
from participation.web.security import CLICKS, COMMENTS, limiter
from participation.web.shell import Answer, viewer
from participation.web.strategy.blueprint import strategy
from participation.web.strategy.moves import elsewhere, gone, span
from participation.web.strategy.quotable import marked_html, wording
from participation.web.strategy.words import VOTES, WHOLES, WORDS, area, letter, short

SHOWN_PROPOSALS = 20
HEADINGS = ("dokument", "kapitel")
"""Kinds that say nothing in a line of breadcrumbs."""


class NoConversationHere(NotFound):
    """The node is talked about elsewhere."""

    default = _l("Über diese Stelle wird an anderer Stelle gesprochen. Der Link auf der Seite führt dorthin.")


class NoVoteHere(DomainError):
    """The node is not voted on, or no longer."""

    default = _l("Über diese Stelle wird nicht abgestimmt.")


@strategy.get("/strategie/<node_id>")
@public
def node(node_id: str) -> Answer:
    """Show a node: wording, facts, proposals, outcomes, conversation."""
    page = _found(node_id)
    effects = _effects(page)
    if not page.node.has_thread:
        return draw(page, effects, {})
    subject = topic(page, effects)
    if (more := more_comments(subject)) is not None:
        return more
    return draw(page, effects, thread_context(subject))


@strategy.post("/strategie/<node_id>/beitrag")
@resident
@limiter.shared_limit(COMMENTS, scope="comments")
def comment(node_id: str) -> Answer:
    """Take a contribution to a node's conversation."""
    page = _found(node_id)
    if not page.node.has_thread:
        raise NoConversationHere
    require(may_contribute(page.node))
    effects = _effects(page)
    return handle_comment(topic(page, effects), lambda context: draw(page, effects, context))


@strategy.post("/strategie/<node_id>/stimme")
@resident
@limiter.limit(CLICKS)
def vote(node_id: str) -> Answer:
    """Take a vote on a node."""
    page = _found(node_id)
    require(may_contribute(page.node))
    if not votes_here(page):
        raise NoVoteHere
    return handle_vote(topic(page, _effects(page)))


def _found(node_id: str) -> NodePage:
    page = node_page(node_id, viewer())
    if page is None:
        raise NotFound
    return page


def votes_here(page: NodePage) -> bool:
    """Whether the node is voted on: only what is part of the Leitbild."""
    return page.node.has_thread and page.node.kind.votable and page.node.is_current


def topic(page: NodePage, effects: Effects) -> Topic:
    """Describe a node's conversation."""
    here = page.node
    return Topic(
        url=url_for("strategy.node", node_id=here.id),
        thread=here.thread,
        begin=lambda: contribute_to(here),
        votable=here.kind.votable,
        wording=wording(page),
        going_on=may_contribute(here),
        elsewhere=elsewhere(page),
        vote_closed="" if here.is_current else _("Hierüber wird nicht mehr abgestimmt. So standen die Stimmen."),
        vote_note=votes_cast(page, effects),
        anchors=anchors(page),
        whole=str(WHOLES.get(here.kind_id, _("alles, was hier steht"))),
        question=(here.kind.question or "") if here.is_current else "",
        vote_question=str(VOTES.get(here.kind_id, "")),
        rests_until=effects.due_at,
        receipts=lambda ids: tell(receipts_for_comments(ids), effects.revisions),
    )


def votes_cast(page: NodePage, effects: Effects) -> str:
    """Say when the votes on a node that is gone were cast."""
    own = gone(page, effects)
    if own is None or own.first_vote is None or own.last_vote is None:
        return ""
    return str(_("Abgegeben %(span)s.", span=span(own.first_vote, own.last_vote)))


def anchors(page: NodePage) -> list[tuple[str, str]]:
    """Return what a comment may speak of: the lettered points, and what has no conversation of its own below."""
    points = [point for point in page.points if point.is_current]
    lettered = [(point.id, f"{letter(at)} {excerpt(point.title, 80)}") for at, point in enumerate(points)]
    return [*lettered, *_talked_about(page.contents, page.node.id)]


def _talked_about(lines: list[Line], owner_id: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.thread_node_id == owner_id and line.is_current:
            found.append((line.id, excerpt(line.title, 80)))
        found += _talked_about(line.below, owner_id)
    return found


def draw(page: NodePage, effects: Effects, context: dict[str, Any]) -> str:
    """Draw the page of a node; `context` is that of its conversation, empty where it has none."""
    here = page.node
    listed = proposals.for_node(here.id, limit=SHOWN_PROPOSALS)
    return render_template(
        "strategy/node.html",
        page=page,
        area=area(here.cluster_id, here.id),
        crumbs=_crumbs(page),
        leading=next((line for line in page.contents if line.kind_id == "leitsatz" and line.is_current), None),
        notes=_notes(page),
        gone=gone(page, effects),
        taken_up=[m for m in effects.moves if m.target_id == here.id and m.change_kind is ChangeKind.MERGE],
        parts=[m for m in effects.moves if m.target_id == here.id and m.change_kind is ChangeKind.ADDITION],
        part_of=next((m for m in effects.moves if m.node_id == here.id and m.change_kind is ChangeKind.ADDITION), None),
        votes_shown=votes_here(page) or bool(here.thread and here.thread.votes),
        elsewhere=elsewhere(page),
        span=span,
        marked_html=marked_html(page),
        origin={ident: url_for("leitbild.change", id=change) for ident, change in effects.changes.items()},
        outcomes=effects.results,
        proposals=listed,
        proposable=bool(here.kind.proposal_types)
        and here.is_current
        and (viewer() is None or bool(may_propose(viewer(), here))),
        votes_here=votes_here(page),
        owner_url=_owner_url(page),
        may_begin=_may_begin(page, listed),
        mergeable=_mergeable(page, listed),
        second_name=second_name,
        proposal_meta=proposal_meta,
        proposal_side=proposal_side,
        outcome_word=lambda kind: KINDS[kind],
        excerpt=excerpt,
        states=states,
        stale=is_stale(here.status, here.status_reported_at, now()),
        **WORDS,
        **context,
    )


def _effects(page: NodePage) -> Effects:
    """Return what came of the node's conversation; costs a statement only once something did."""
    here = page.node
    thread = here.thread
    evaluated = thread is not None and (thread.round > 1 or thread.state is ThreadState.EVALUATING)
    changed = [line.id for line in page.points if line.since_revision > 1]
    if here.since_revision > 1:
        changed.append(here.id)
    if not (evaluated or changed or page.has_taken):
        return Effects()
    return node_effects(here.id if evaluated else None, changed, here.id)


def _crumbs(page: NodePage) -> list[tuple[str, str]]:
    steps = [(_("Strategie"), url_for("strategy.index", _anchor=page.node.id))]
    steps += [
        (short(line.id, line.title), url_for("strategy.node", node_id=line.id))
        for line in page.path
        if line.kind_id not in HEADINGS
    ]
    return [*steps, (short(page.node.id, page.node.title, 60), "")]


def _notes(page: NodePage) -> list[str]:
    """Return what the editors say about the wording, in sentences."""
    if page.note is None:
        return []
    notes = [page.note.note] if page.note.note else []
    notes += [
        _("In der Präsentation steht: „%(seed)s“, hier: „%(text)s“.", seed=fix["seed"], text=fix["text"])
        for fix in page.note.corrections
    ]
    if page.note.seed_lines:
        lines = page.note.seed_lines
        span = str(lines[0]) if len(lines) == 1 else f"{lines[0]}–{lines[-1]}"
        heading = page.note.seed_heading
        notes.append(
            _("Quelle: Präsentation, Folie „%(heading)s“, Zeile %(span)s.", heading=heading, span=span)
            if heading
            else _("Quelle: Präsentation, Zeile %(span)s.", span=span)
        )
    return notes


def _owner_url(page: NodePage) -> str | None:
    """Return where a node without a thread of its own is talked about; the form there speaks of it."""
    if page.owner_id is None or page.owner_id == page.node.id:
        return None
    return url_for("strategy.node", node_id=page.owner_id, bezug=page.node.id, _anchor="gespraech")


def _may_begin(page: NodePage, listed: list[ProposalRow]) -> bool:
    """Whether the viewer may evaluate here now, and there is something to evaluate."""
    thread = page.node.thread
    waiting = any(row.state in UNSETTLED and row.state is not ProposalState.SUBMITTED for row in listed)
    spoken = thread is not None and thread.state is ThreadState.OPEN and (thread.comment_count > 0 or waiting)
    return spoken and bool(may_evaluate(viewer()))


def _mergeable(page: NodePage, listed: list[ProposalRow]) -> int:
    """Return how many open Textänderungen the viewer may bring together here."""
    if not may_merge_wordings(viewer(), page.node):
        return 0
    return sum(
        row.type is ProposalType.TEXT and row.node_id == page.node.id and row.state in MERGEABLE for row in listed
    )


def proposal_meta(row: ProposalRow) -> str:
    """Say which proposal it is, of what type, by whom."""
    who = row.initiative or row.author
    return str(_("%(ref)s · %(type)s von %(who)s", ref=row.reference, type=labels.TYPES[row.type], who=who))


def proposal_side(row: ProposalRow) -> list[Any]:
    """Say how far a proposal is and how many signed with it."""
    emphasis = f" ld-state--{labels.emphasis(row.state)}" if labels.emphasis(row.state) else ""
    side: list[Any] = [Markup('<span class="ld-state{}">{}</span>').format(emphasis, labels.STATES[row.state])]
    if row.supporter_count:
        side.append(ngettext("%(num)s Mitzeichnung", "%(num)s Mitzeichnungen", row.supporter_count))
    if row.revision_number is not None:
        side.append(_("Fassung %(number)d", number=row.revision_number))
    return side
