"""A conversation with its vote, inside the page of whatever it is about.

A page that carries a thread describes it as a `Topic` and passes what `thread_context` returns to its template:

    def topic(node: Node) -> Topic:
        return Topic(
            url=url_for("strategy.node", node_id=node.id),      # POSTs go to <url>/beitrag and <url>/stimme
            thread=node.thread,                                 # None before the first contribution
            begin=lambda: thread_of(node),                      # called inside the transaction of a POST
            votable=node.kind.votable,
            anchors=[(point.id, point.text) for point in points],
            receipts=receipt_lines,                             # comment ids -> {id: ReceiptLine}; asked once a page
        )

    @strategy.get("/strategie/<node_id>")
    @public
    def node(node_id: str) -> Answer:
        node = …
        if (more := more_comments(topic(node))) is not None:    # "Weitere laden" by htmx: the list alone, 1-2 statements
            return more
        return page(node, thread_context(topic(node)))

    @strategy.post("/strategie/<node_id>/beitrag")
    @resident
    def comment(node_id: str) -> Answer:
        node = …
        return handle_comment(topic(node), lambda context: page(node, context))

    @strategy.post("/strategie/<node_id>/stimme")
    @resident
    def vote(node_id: str) -> Answer:
        return handle_vote(topic(…))

where `page(node, context)` is `render_template("strategy/node.html", node=node, **context)`. The context holds two names:
`talk` (a `Talk`) and `failed` (true when the write form was refused; layout/base.html reads it). The template says

    {% include 'dialogue/_vote_box.html' %}      the vote with its Stimmungsbild, in the side column
    {% include 'dialogue/_thread.html' %}        head, filters, comments, write form; a <section id="gespraech">

Statements: comments 1, vote 1, for people logged in their mandates 1; with ?antwort= one more if the comment that is
answered is not on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.accounts.queries import mandates
from participation.base.db import db, transaction
from participation.base.text import excerpt
from participation.base.verdict import Conflict, Denied, DomainError, Verdict
from participation.dialogue import queries
from participation.dialogue.comments import BodyMissing, BodyTooLong, KeyReused, KindMissing
from participation.dialogue.models import Comment, CommentKind, Stance, Thread
from participation.dialogue.operations import cast_vote, write_comment
from participation.dialogue.policy import may_comment, may_vote
from participation.dialogue.queries import SIZES, CommentView, Sort, ThreadPage
from participation.places.models import Region
from participation.web.dialogue.forms import CommentForm, comment_form
from participation.web.dialogue.offer import Offer, ReceiptLine, offer_for
from participation.web.shell import viewer

SORTS = {
    Sort.NEWEST: lambda: _("neueste"),
    Sort.OLDEST: lambda: _("älteste"),
    Sort.SUPPORTED: lambda: _("hilfreichste"),
    Sort.DISCUSSED: lambda: _("meistbesprochene"),
}


@dataclass(frozen=True)
class Topic:
    """What a conversation is about, as its page knows it."""

    url: str
    """The path of the page."""
    thread: Thread | None
    begin: Callable[[], Thread]
    """Return the thread, opened if need be (strategy.operations.thread_of …)."""
    votable: bool = False
    anchors: Sequence[tuple[str, str]] = ()
    """The points a comment may speak of: id and wording."""
    whole: str = ""
    """What it speaks of otherwise, e.g. "die ganze Maßnahme"."""
    question: str = ""
    """Opens an empty conversation."""
    vote_question: str = ""
    """Stands above the buttons, e.g. "Was halten Sie von dieser Maßnahme?"."""
    rests_until: datetime | None = None
    """When the evaluation is due, while the vote rests."""
    receipts: Callable[[Sequence[int]], Mapping[int, ReceiptLine]] = field(default=lambda ids: {})


class Tab(NamedTuple):
    """A view of the conversation, as a link."""

    label: str
    url: str
    active: bool
    count: int | None = None


class Mood(NamedTuple):
    """The stances of a group, as components/mood.html draws them."""

    label: str
    agree: int
    oppose: int
    abstain: int


class Talk(NamedTuple):
    """All that the templates of a conversation need."""

    topic: Topic
    page: ThreadPage
    on: Offer
    may_vote: Verdict
    may_write: Verdict
    vote_reason: str
    """Why one cannot vote, where one cannot."""
    login: str | None
    """The log-in page, where logging in would help."""
    total: Mood
    regions: tuple[Mood, ...]
    tabs: tuple[Tab, ...]
    sorts: tuple[Tab, ...]
    more: str | None
    """The next page."""
    newer: str | None
    """The first page, from a later one."""
    receipts: Mapping[int, ReceiptLine]
    form: CommentForm | None
    parent: CommentView | None
    """The comment that is to be answered."""
    said: str
    """What has just happened; for htmx, which shows no flashed message."""
    refused: str
    """Why the text above was not taken."""


def thread_context(topic: Topic) -> dict[str, Any]:
    """Return what a page with a thread passes to its template: `talk` and `failed`."""
    return {"talk": _talk(topic), "failed": False}


def more_comments(topic: Topic) -> str | None:
    """Return the next comments alone where htmx asks for them, else None."""
    if request.headers.get("HX-Request") != "true" or "nach" not in request.args:
        return None
    return render_template("dialogue/_comments.html", talk=_talk(topic, list_only=True))


def handle_comment(topic: Topic, page: Callable[[dict[str, Any]], str]) -> Response:
    """Take the write form of a conversation; what cannot be taken is shown again as it was typed.

    `page` draws the whole page with a context like that of `thread_context`.
    """
    user = viewer()
    if user is None:  # for the type checker: the view is for residents
        raise Denied(may_comment(None))
    form = comment_form(user, mandates(user.id), _points(topic), _whole(topic))
    parent = queries.find(form.parent_id) if form.parent_id is not None else None
    if form.parent_id is not None and (parent is None or topic.thread is None or parent.thread_id != topic.thread.id):
        form.parent.data, parent = "", None
        return _again(topic, form, page, 422, _("Den Beitrag, auf den Sie antworten, gibt es hier nicht."))
    if not form.validate_on_submit():
        return _again(topic, form, page, 422)
    try:
        with transaction():
            comment = write_comment(
                user,
                topic.begin(),
                body=form.body.data or "",
                kind=form.chosen_kind,
                parent=parent,
                anchor=form.anchor.data or None,
                anchor_text=dict(topic.anchors).get(form.anchor.data, ""),
                initiative_id=form.initiative_id,
                lang=form.lang.data,
                submission_key=form.submission_key.data,
            )
    except (BodyMissing, BodyTooLong) as error:
        form.body.errors = [str(error.message)]
        return _again(topic, form, page, error.status)
    except (KindMissing, KeyReused, Conflict) as error:
        form.renew_key()
        return _again(topic, form, page, error.status, str(error.message))
    return _thank(topic, comment)


def handle_vote(topic: Topic) -> Response:
    """Take a vote: the field "stimme" holds a stance, or nothing to withdraw it. htmx receives the vote box."""
    text = request.form.get("stimme", "")
    try:
        stance = Stance(text) if text else None
    except ValueError as error:
        raise UnknownStance from error
    user, status = viewer(), 200
    try:
        with transaction():
            cast_vote(user, topic.begin(), stance)
    except Denied as error:
        if not _by_htmx() or error.verdict.login_helps:
            raise
        status = error.status
    if not _by_htmx():
        return redirect(f"{topic.url}#abstimmung", 303)
    return make_response(render_template("dialogue/_vote_box.html", talk=_talk(_fresh(topic), vote_only=True)), status)


class UnknownStance(DomainError):
    """The vote names no stance."""


def place_url(topic_url: str, comment: Comment | CommentView) -> str:
    """Return the address of a comment in its conversation."""
    place = queries.place_in_thread(comment.thread_id, comment.id, comment.root_id)
    query = f"?nach={place.after}" if place.after else ""
    return f"{topic_url}{query}#k-{place.shown_id}"


def _thank(topic: Topic, comment: Comment) -> Response:
    thanks = _("Danke, Ihr Beitrag steht jetzt im Gespräch.")
    if _by_htmx():
        return make_response(render_template("dialogue/_thread.html", talk=_talk(_fresh(topic), first=True, said=thanks)))
    flash(thanks, "success")
    place = queries.place_in_thread(comment.thread_id, comment.id, comment.root_id)
    if place.shown_id != comment.id:
        return redirect(url_for("dialogue.comment", comment_id=comment.id), 303)
    query = f"?nach={place.after}" if place.after else ""
    return redirect(f"{topic.url}{query}#k-{comment.id}", 303)


def _again(
    topic: Topic, form: CommentForm, page: Callable[[dict[str, Any]], str], status: int, refused: str = ""
) -> Response:
    talk = _talk(topic, form=form, refused=refused)
    if _by_htmx():
        return make_response(render_template("dialogue/_thread.html", talk=talk), status)
    return make_response(page({"talk": talk, "failed": True}), status)


def _talk(
    topic: Topic,
    *,
    form: CommentForm | None = None,
    first: bool = False,
    list_only: bool = False,
    vote_only: bool = False,
    said: str = "",
    refused: str = "",
) -> Talk:
    """Put a conversation together; `first` ignores what the address says and begins with the newest comments."""
    user = viewer()
    asked = {} if first else request.args
    sort = _one_of(Sort, asked.get("sortierung"), Sort.NEWEST)
    kind = _one_of(CommentKind, asked.get("art"), None)
    size = SIZES[1] if asked.get("menge") == str(SIZES[1]) else SIZES[0]
    thread = topic.thread
    if vote_only:
        page = queries.vote_page(thread, user, votable=topic.votable)
    else:
        page = queries.thread_page(
            thread, user, votable=topic.votable, sort=sort, kind=kind, after=asked.get("nach"), size=size,
            with_votes=not list_only,
        )
    writing = may_comment(user)
    whole_page = not list_only and not vote_only
    parent = None
    if whole_page and writing and user is not None:
        wanted = form.parent_id if form is not None else _number(asked.get("antwort"))
        parent = _parent(page, wanted)
        if form is None:
            form = comment_form(
                user, mandates(user.id), _points(topic), _whole(topic), parent_id=parent.id if parent else None
            )
    voting = may_vote(user, page.thread)
    return Talk(
        topic=topic,
        page=page,
        on=offer_for(user, topic.url),
        may_vote=voting,
        may_write=writing,
        vote_reason=_vote_reason(topic, voting),
        login=url_for("accounts.login", next=f"{topic.url}#abstimmung") if user is None else None,
        total=Mood("", page.thread.yes, page.thread.no, page.thread.abstain),
        regions=tuple(
            Mood(_region(share.region), share.yes, share.no, share.abstain)
            for share in queries.breakdown(page.standing.tallies)
        ),
        tabs=_tabs(topic, page) if whole_page else (),
        sorts=tuple(Tab(label(), _url(topic, s, kind, size), s is sort) for s, label in SORTS.items()),
        more=_url(topic, sort, kind, size, page.next) if page.next else None,
        newer=_url(topic, sort, kind, size) if page.after and not list_only else None,
        receipts=topic.receipts(_shown_ids(page)) if page.comments else {},
        form=form,
        parent=parent,
        said=said,
        refused=refused,
    )
