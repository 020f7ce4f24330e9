"""People with something of everything, for tests of exports and deletions."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts import passwords
from participation.accounts.models import User
from participation.dialogue.models import Comment, Stance, Thread
from participation.dialogue.operations import cast_vote, edit_comment, rate_comment
from participation.notify.operations import notify, post
from participation.privacy.departures import request_departure
from participation.privacy.models import Departure
from participation.proposals.models import Proposal
from participation.proposals.operations import support
from tests.factories import accounts, dialogue, leitbild, proposals

NOW = timedelta(0)
WEEK = timedelta(days=7)
NAME = "Hanka Nowakowa"
WORDS = "Meine Großmutter wohnte in Mühlrose."


def busy(name: str = NAME) -> tuple[User, Thread, Comment, Proposal]:
    """Add a person who commented, edited, voted, rated, proposed, drafted and signed; return what they have to do with.

    The thread holds a comment and a vote of somebody else as well; the proposal has no signatures.
    """
    person = accounts.user(name, residence_label="Schleife/Slepo")
    person.password_hash = passwords.hash_password(accounts.PASSWORD)
    thread = dialogue.thread()
    comment = dialogue.comment(thread, person, WORDS)
    edit_comment(person, comment, f"{WORDS} Dort spielten wir.", expected_version=1)
    other = dialogue.comment(thread, body="Ein fremder Gedanke")
    dialogue.comment(author=person, parent=other, body="Meine Antwort darauf")
    rate_comment(person, other, helpful=True)
    rate_comment(other.author, comment, helpful=False)
    cast_vote(person, thread, Stance.YES)
    cast_vote(other.author, thread, Stance.NO)
    node = leitbild.measure()
    proposal = proposals.proposal(person, node, reason=WORDS)
    proposals.draft(person, node, reason=WORDS)
    support(person, proposals.proposal(node=node))
    notify(person.id, "reply", {"by": "Jemand"}, "/beitrag/1")
    post(person.email, "accounts/changed", {"name": person.display_name})
    return person, thread, comment, proposal


def gone(person: User, *, remove: bool) -> Departure:
    """Delete an account at once, as its owner asks for it."""
    return request_departure(person, remove=remove, period=NOW, password=accounts.PASSWORD)
