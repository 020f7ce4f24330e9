"""The vote on a thread's subject, with its Stimmungsbild."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError
from participation.dialogue.models import Stance, Thread, ThreadState
from participation.dialogue.operations import cast_vote
from participation.dialogue.policy import may_vote
from participation.dialogue.queries import Standing, breakdown, standing
from participation.moderation.burst_models import BurstKind
from participation.moderation.sightings import sight
from participation.places.models import Region
from participation.web.dialogue.topic import Topic
from participation.web.networks import network_mark
from participation.web.shell import viewer

REGIONS = {
    Region.BRANDENBURG: _l("Brandenburg"),
    Region.SACHSEN: _l("Sachsen"),
    Region.NEIGHBOURS: _l("Nachbarn in Polen und Tschechien"),
    Region.ELSEWHERE: _l("Anderswo"),
    None: _l("Andere"),
}


class UnknownStance(DomainError):
    """The form names a stance that does not exist."""

    default = _l("Wählen Sie Zustimmung, Ablehnung oder Enthaltung.")


class Mood(NamedTuple):
    """The stances of a group, as components/mood.html draws them."""

    label: str
    agree: int
    oppose: int
    abstain: int


class VoteBox(NamedTuple):
    """All that the vote's template needs."""

    shown: bool
    question: str
    action: str
    mine: str | None
    may: bool
    reason: str
    """Why one cannot vote, where one cannot."""
    login: str | None
    """The log-in page, where logging in would help."""
    counts: Mood
    regions: list[Mood]
    note: str
    """A sentence more below the Stimmungsbild."""
    apart: int
    """Votes of conspicuous bursts, which are in none of the counts."""
    mine_apart: bool


def vote_box(topic: Topic, thread: Thread, votes: Standing) -> VoteBox:
    """Put the vote of a conversation together; `thread` may be a blank one."""
    verdict = may_vote(viewer(), thread)
    reason = topic.vote_closed or str(verdict.reason)
    if (
        not topic.vote_closed
        and thread.votable
        and thread.state is ThreadState.EVALUATING
        and topic.rests_until is not None
    ):
        day = format_date(topic.rests_until, "d. MMMM")
        reason = _(
            "Die Abstimmung ruht bis zum %(day)s, weil wir auswerten. Danach zählt Ihre Stimme für die nächste Runde.",
            day=day,
        )
    groups = breakdown(votes.tallies)
    small = bool(groups) and groups[-1].region is None
    folded = _("Gruppen unter zehn Stimmen sind zusammengefasst.") if small else ""
    return VoteBox(
        shown=thread.votable,
        question=topic.vote_question or _("Was halten Sie davon?"),
        action=f"{topic.url}/stimme",
        mine=votes.mine.value if votes.mine else None,
        may=bool(verdict) and not topic.vote_closed,
        reason=reason,
        login=url_for("accounts.login", next=f"{topic.url}#abstimmung")
        if verdict.login_helps and not topic.vote_closed
        else None,
        counts=Mood("", thread.yes, thread.no, thread.abstain),
        regions=[Mood(str(REGIONS[group.region]), group.yes, group.no, group.abstain) for group in groups],
        note=" ".join(part for part in (topic.vote_note, folded) if part),
        apart=thread.apart,
        mine_apart=votes.mine_apart,
    )


def handle_vote(topic: Topic) -> Response:
    """Take a vote: the field "stimme" holds a stance, or nothing to withdraw it. htmx receives the vote box."""
    text = request.form.get("stimme", "")
    try:
        stance = Stance(text) if text else None
    except ValueError as error:
        raise UnknownStance from error
    user, status, by_htmx = viewer(), 200, request.headers.get("HX-Request") == "true"
    try:
        with transaction():
            thread = topic.begin()
            cast_vote(user, thread, stance)
            if user is not None and stance is not None:
                sight(network_mark(), BurstKind.VOTES, user.id, thread_id=thread.id)
    except Denied as error:
        if not by_htmx or topic.thread is None or error.verdict.login_helps:
            raise
        thread, status = topic.thread, error.status
    if not by_htmx:
        return redirect(f"{topic.url}#abstimmung", 303)
    box = vote_box(replace(topic, thread=thread), thread, standing(thread, user))
    return make_response(render_template("dialogue/_vote_box.html", vote=box), status)
