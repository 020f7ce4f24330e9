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
        if (more := more_comments(topic(node))) is not None:    # "Weitere laden" by htmx: the list alone
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
        return handle_vote(topic(…))                            # htmx receives the vote box, others go back to the page

where `page(node, context)` is `render_template("strategy/node.html", node=node, **context)`. The context holds
`talk` (a `Talk`), `vote` (a `VoteBox`) and `failed` (true when the write form was refused, for layout/base.html). The
template says

    {% include 'dialogue/_vote_box.html' %}      the vote with its Stimmungsbild, in the side column
    {% include 'dialogue/_thread.html' %}        head, filters, comments, write form; a <section id="gespraech">

An address with ?bezug=<anchor id> has that point chosen, one with ?antwort=<comment id> answers that comment.
Statements: comments 1, vote 1, for people logged in their mandates 1, what waits of theirs 1 if anything does; with
?antwort= one more if the comment that is answered is not on the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from participation.accounts.models import User
from participation.accounts.queries import mandates
from participation.base.db import transaction
from participation.base.verdict import Conflict, Denied, Verdict
from participation.dialogue import queries
from participation.dialogue.anchors import NotQuoted, QuotedTwice, QuoteTooLong
from participation.dialogue.asking import AskedTooOften, TooManyAddressees, UnknownAddressee
from participation.dialogue.comments import BodyMissing, BodyTooLong, KeyReused
from participation.dialogue.cursors import MAX_ID, Sort
from participation.dialogue.models import Comment, CommentKind, WaitingComment
from participation.dialogue.policy import may_comment, must_wait
from participation.dialogue.queries import SIZES, CommentView, ThreadPage
from participation.dialogue.waiting import WaitingView, contribute, waiting_of
from participation.moderation.burst_models import BurstKind
from participation.moderation.sightings import sight
from participation.web.dialogue.forms import CommentForm, comment_form
from participation.web.dialogue.offer import Offer, offer_for
from participation.web.dialogue.quoting import meant
from participation.web.dialogue.topic import ReceiptLine, Reworded, Topic
from participation.web.dialogue.voting import handle_vote, vote_box
from participation.web.networks import network_mark
from participation.web.numbers import number
from participation.web.shell import viewer

__all__ = [
    "ReceiptLine",
    "Talk",
    "Topic",
    "handle_comment",
    "handle_vote",
    "more_comments",
    "place_url",
    "thread_context",
]

Page = Callable[[dict[str, Any]], str]

TABS = {
    None: _l("Alle"),
    CommentKind.QUESTION: _l("Fragen"),
    CommentKind.FOR: _l("Dafür"),
    CommentKind.AGAINST: _l("Dagegen"),
    CommentKind.ADDITION: _l("Ergänzungen"),
    CommentKind.EXPERIENCE: _l("Erfahrungen"),
}
SORTS = {
    Sort.NEWEST: _l("neueste"),
    Sort.OLDEST: _l("älteste"),
    Sort.SUPPORTED: _l("hilfreichste"),
    Sort.DISCUSSED: _l("meistbesprochene"),
}


class Talk(NamedTuple):
    """All that the templates of a conversation need."""

    topic: Topic
    page: ThreadPage
    on: Offer
    receipts: Mapping[int, ReceiptLine]
    more: str | None
    """The next page."""
    newer: str | None
    """The first page, from a later one."""
    tabs: list[tuple[str, str, bool, int] | tuple[str, str, bool]]
    """Views by kind, as components/tabs.html takes them."""
    sorts: list[tuple[str, str, bool]]
    may_write: Verdict
    form: CommentForm | None = None
    parent: CommentView | None = None
    """The comment that is to be answered."""
    said: str = ""
    """What has just happened; for htmx, which shows no flashed message."""
    refused: str = ""
    """Why a text was not taken, where no field is to blame."""
    reworded: Sequence[Reworded] = ()
    """What changed in the wording while the text was written."""
    closest: str = ""
    """What could be quoted instead of words that do not stand in the wording."""
    waits: bool = False
    """Whether what the viewer writes now waits for a moderator."""
    waiting: Mapping[int | None, Sequence[WaitingView]] = {}
    """What the viewer wrote here and what waits: replies by the opening comment on this page, the rest under None."""


def thread_context(topic: Topic) -> dict[str, Any]:
    """Return what a page with a thread passes to its template: `talk`, `vote` and `failed`."""
    return _context(_writable(_talk(topic)))


def more_comments(topic: Topic) -> str | None:
    """Return the next comments alone where htmx asks for them, else None."""
    if not _by_htmx() or "nach" not in request.args:
        return None
    return render_template("dialogue/_comments.html", talk=_talk(topic)._replace(newer=None))


def handle_comment(topic: Topic, page: Page) -> Response:
    """Take the write form of a conversation; what cannot be taken is shown again as it was typed.

    `page` draws the whole page with a context like that of `thread_context`.
    """
    user = viewer()
    if user is None:  # for the type checker: the view is for residents
        raise Denied(may_comment(None))
    form = _form(topic, user, sent=True)
    if request.form.get("statt"):
        form.quote.data = request.form["statt"]
    parent = queries.find(form.parent_id) if form.parent_id is not None else None
    if form.parent_id is not None and (parent is None or topic.thread is None or parent.thread_id != topic.thread.id):
        form.parent.data = ""
        return _again(topic, form, page, 422, _("Den Beitrag, auf den Sie antworten, gibt es hier nicht."))
    if "adressieren" in request.form or not form.validate_on_submit():
        return _unfinished(topic, form, page)
    try:
        with transaction():
            thread = topic.begin()
            reference = meant(topic, form)
            point = reference.passage.subject if reference else form.anchor.data
            comment = contribute(
                user,
                thread,
                body=form.body.data or "",
                needed=current_app.config["FIRST_CONTRIBUTION_WAITS"],
                period=current_app.config["PERIODS"]["first_contribution"],
                kind=form.chosen_kind,
                parent=parent,
                anchor=point if point in dict(topic.anchors) else None,
                anchor_text=dict(topic.anchors).get(point, ""),
                reference=reference,
                initiative_id=form.initiative_id,
                lang=form.lang.data,
                submission_key=form.submission_key.data,
                asked=form.addressees,
                answer_period=current_app.config["PERIODS"]["answer"],
            )
            sight(network_mark(), BurstKind.CONTRIBUTIONS, comment.author_id)
    except (BodyMissing, BodyTooLong, TooManyAddressees, UnknownAddressee, AskedTooOften) as error:
        field = form.body if isinstance(error, BodyMissing | BodyTooLong) else form.asked
        field.errors = [str(error.message)]
        return _again(topic, form, page, error.status)
    except (QuoteTooLong, NotQuoted, QuotedTwice) as error:
        form.quote.errors = [str(error.message)]
        return _again(topic, form, page, error.status, closest=getattr(error, "closest", ""))
    except (KeyReused, Conflict) as error:
        form.renew_key()
        return _again(topic, form, page, error.status, str(error.message))
    return _thank(topic, comment)


def place_url(page_url: str, comment: Comment | CommentView) -> str:
    """Return the address of a comment in its conversation; one that stands far below is shown on a page of its own."""
    place = queries.place_in_thread(comment.thread_id, comment.id, comment.root_id)
    query = f"?nach={place.after}" if place.after else ""
    return f"{page_url}{query}#k-{place.shown_id}"


def _thank(topic: Topic, comment: Comment | WaitingComment) -> Response:
    thanks = _("Danke, Ihr Beitrag steht jetzt im Gespräch.")
    if isinstance(comment, WaitingComment):
        thanks = _("Danke, Ihr Beitrag ist gespeichert. Er wartet jetzt auf die Moderation.")
    if _by_htmx():
        begun = replace(topic, thread=topic.begin())
        talk = _writable(_talk(begun, first=True))._replace(said=thanks)
        return make_response(render_template("dialogue/_thread.html", talk=talk))
    flash(thanks, "success")
    if isinstance(comment, WaitingComment):
        return redirect(f"{topic.url}#w-{comment.id}", 303)
    place = queries.place_in_thread(comment.thread_id, comment.id, comment.root_id)
    if place.shown_id != comment.id:
        return redirect(url_for("dialogue.comment", comment_id=comment.id), 303)
    query = f"?nach={place.after}" if place.after else ""
    return redirect(f"{topic.url}{query}#k-{comment.id}", 303)


def _unfinished(topic: Topic, form: CommentForm, page: Page) -> Response:
    """Show the form again because something is missing, or because its author wants to choose who is to answer."""
    if "adressieren" not in request.form:
        return _again(topic, form, page, 422)
    form.offer_addressees()
    nobody = _("Noch ist keine Organisation angemeldet, die antworten könnte.")
    return _again(topic, form, page, 200, "" if form.asked.choices else nobody)


def _again(
    topic: Topic, form: CommentForm, page: Page, status: int, refused: str = "", *, closest: str = ""
) -> Response:
    if form.asked.data and not form.asked.choices:
        form.offer_addressees()
    talk = _writable(_talk(topic), form)._replace(refused=refused, closest=closest, reworded=_reworded(topic, form))
    if _by_htmx():
        return make_response(render_template("dialogue/_thread.html", talk=talk), status)
    return make_response(page({**_context(talk), "failed": status >= 400}), status)


def _reworded(topic: Topic, form: CommentForm) -> Sequence[Reworded]:
    """Return what changed in the wording since the page was drawn; sent again, the form knows of it."""
    wording, seen = topic.wording, form.seen_since
    if wording is None or seen is None or seen >= wording.since:
        return ()
    form.seen.data = str(wording.since)
    return wording.changes(seen)


def _context(talk: Talk) -> dict[str, Any]:
    vote = vote_box(talk.topic, talk.page.thread, talk.page.standing)
    return {"talk": talk, "vote": vote, "failed": False}


def _talk(topic: Topic, *, first: bool = False) -> Talk:
    """Put a conversation together without its form; `first` begins with the newest, whatever the address says."""
    user = viewer()
    asked = {} if first else request.args
    sort = next((sort for sort in Sort if sort.value == asked.get("sortierung")), Sort.NEWEST)
    kind = next((kind for kind in CommentKind if kind.value == asked.get("art")), None)
    size = SIZES[1] if asked.get("menge") == str(SIZES[1]) else SIZES[0]
    page = queries.thread_page(
        topic.thread, user, votable=topic.votable, sort=sort, kind=kind, after=asked.get("nach"), size=size
    )
    shown = [comment.id for root in page.comments for comment in (root, *root.replies)]
    counts = {kind: getattr(page.thread, kind.value) for kind in CommentKind}
    return Talk(
        topic=topic,
        page=page,
        on=offer_for(user, topic.url, going_on=bool(topic.going_on)),
        receipts=topic.receipts(shown) if shown else {},
        more=_url(topic, page, nach=page.next) if page.next else None,
        newer=_url(topic, page) if page.after else None,
        tabs=[
            (str(label), _url(topic, page, art=k.value if k else None), k is kind, *([counts[k]] if k else ()))
            for k, label in TABS.items()
        ],
        sorts=[(str(label), _url(topic, page, sortierung=s.value), s is sort) for s, label in SORTS.items()],
        may_write=topic.going_on and may_comment(user),
        waiting=_waiting(page, user, topic.thread.id) if topic.thread is not None else {},
    )


def _waiting(page: ThreadPage, user: User | None, thread_id: int) -> dict[int | None, list[WaitingView]]:
    """Return what the viewer wrote here and what waits: under what it answers, if that is on the page."""
    here = {root.id for root in page.comments}
    found: dict[int | None, list[WaitingView]] = defaultdict(list)
    for one in waiting_of(user, thread_id=thread_id):
        found[one.root_id if one.root_id in here else None].append(one)
    return dict(found)


def _writable(talk: Talk, form: CommentForm | None = None) -> Talk:
    """Add the write form, if the viewer may write, and the comment that it answers."""
    user = viewer()
    if user is None or not talk.may_write:
        return talk
    wanted = form.parent_id if form is not None else number(request.args.get("antwort"))
    parent = _parent(talk.page, user, wanted) if wanted else None
    if form is None:
        form = _form(talk.topic, user, parent.id if parent else None)
        if request.args.get("bezug") in dict(talk.topic.anchors):
            form.anchor.data = request.args["bezug"]
        if talk.topic.wording is not None:
            form.seen.data = str(talk.topic.wording.since)
    # Who speaks for an initiative can choose to; the form knows the mandates already.
    speaks = len(form.speaker.choices or ()) > 1
    waits = not speaks and must_wait(user, current_app.config["FIRST_CONTRIBUTION_WAITS"])
    return talk._replace(form=form, parent=parent, waits=waits)


def _form(topic: Topic, user: User, parent_id: int | None = None, *, sent: bool = False) -> CommentForm:
    return comment_form(user, mandates(user.id), topic.anchors, topic.whole, parent_id=parent_id, sent=sent)


def _parent(page: ThreadPage, user: User, wanted: int) -> CommentView | None:
    """Return the comment to answer: from the page if it is there, else with one more statement."""
    for root in page.comments:
        for comment in (root, *root.replies):
            if comment.id == wanted:
                return comment
    found = queries.single(wanted, user) if 0 < wanted <= MAX_ID else None
    return found if found is not None and found.thread_id == page.thread.id else None


def _url(topic: Topic, page: ThreadPage, **changes: str | None) -> str:
    """Return the address of another view of this conversation; what is usual is left out."""
    usual = {
        "sortierung": page.sort.value,
        "art": page.kind.value if page.kind else None,
        "menge": str(page.size),
    } | changes
    defaults = {"sortierung": Sort.NEWEST.value, "menge": str(SIZES[0])}
    query = urlencode({name: value for name, value in usual.items() if value and value != defaults.get(name)})
    return f"{topic.url}{'?' if query else ''}{query}#gespraech"


def _by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"
