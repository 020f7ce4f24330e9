"""What a page offers beside comments, decided once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import request, url_for

from participation.accounts.models import User
from participation.dialogue.models import CommentKind
from participation.dialogue.policy import may_comment
from participation.web.dialogue.forms import KINDS
from participation.web.wording import locale


class Offer(NamedTuple):
    """The same for every comment of a page; whose a comment is, the template compares by id."""

    me: int | None
    write: bool
    """Whether the viewer may rate, and edit their own."""
    reply: bool
    """Whether the viewer may answer."""
    reply_url: str
    """The page with the write form; empty where that is the page itself, which keeps a hundred links short."""
    comment_url: str
    """Before a comment's id."""
    person_url: str
    """Before a person's id."""
    initiative_url: str
    """Before an initiative's slug."""
    revision_url: str
    """Before a revision's number."""
    lang: str
    """The page's language; a comment in it need not say so."""
    report_url: str
    """Before a comment's id: the form to report it."""
    minutes_url: str
    """Before the number of the minutes of an event."""
    kinds: Mapping[CommentKind, str]
    """What the kinds of comments are called, worded once for the page."""


def offer_for(user: User | None, page_url: str, *, going_on: bool = True) -> Offer:
    """Decide what a page offers to a person beside its comments; one that does not go on takes no answers."""
    write = bool(may_comment(user))
    return Offer(
        me=user.id if user else None,
        write=write,
        reply=write and going_on,
        reply_url="" if request.path == page_url else page_url,
        comment_url=url_for("dialogue.comment", comment_id=0)[:-1],
        person_url=url_for("accounts.person", id=0)[:-1],
        initiative_url=url_for("accounts.initiative", slug="-")[:-1],
        revision_url=url_for("leitbild.revision", number=0)[:-1],
        lang=locale(),
        report_url=url_for("moderation.report", kind="beitrag", id=0)[:-1],
        minutes_url=url_for("minutes.minutes_page", number=0)[:-1],
        kinds={kind: str(label) for kind, label in KINDS.items()},
    )
