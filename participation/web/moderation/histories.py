"""What an account did here, for moderators. Each look is noted in the watch book."""

from __future__ import annotations

from flask import render_template

from participation.base.clock import now
from participation.base.verdict import NotFound
from participation.moderation.history import history
from participation.moderation.models import Measure
from participation.web import watch
from participation.web.access import moderator
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.words import WORDS
from participation.web.shell import Answer, member


@moderation.get("/moderation/konto/<int:id>")
@moderator
def account(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show contributions, cases, decisions and objections of an account; never votes, never its address."""
    me = member().id
    found = history(member(), id)
    if found is None:
        raise NotFound
    watch.looked(me, id, "history_of_account")
    days = (now() - found.person.created_at).days
    return render_template("moderation/account.html", history=found, days=days, measures=Measure, words=WORDS)
