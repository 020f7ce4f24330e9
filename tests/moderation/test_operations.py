"""Hiding and restoring comments, each with its decision on record."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role
from participation.base import events
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.models import CommentState
from participation.dialogue.operations import withdraw_comment
from participation.moderation.events import CommentHidden, CommentRestored
from participation.moderation.models import Action, Decision
from participation.moderation.operations import FactsMissing, UnknownRule, hide, restore
from participation.moderation.queries import decisions
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment


@pytest.fixture
def heard(app):
    """Collect the events of a test, then put the real handlers back."""
    kept, found = dict(events._handlers), []
    events.connect(kept | {kind: [found.append] for kind in (CommentHidden, CommentRestored)})
    yield found
    events.connect(kept)


def test_hiding_names_the_rule_and_keeps_the_facts(app, heard):
    comment, me = node_comment(), moderator("Anna")
    decision = hide(me, comment, 3, "Nennt eine Adresse.")
    assert comment.state is CommentState.HIDDEN
    assert comment.state_reason == decision.ground == "Regel 3, Nichts über Private"
    assert comment.thread.comment_count == 0
    (row,) = decisions(comment.id)
    assert (row.action, row.facts, row.moderator) == (Action.HIDE, "Nennt eine Adresse.", "Anna")
    assert heard == [CommentHidden(comment, decision)]


def test_restoring_says_why_and_forgets_nothing(app, heard):
    comment = node_comment()
    hide(moderator(), comment, 3, "Nennt eine Adresse.")
    restore(moderator(), comment, "Die Adresse ist die des Rathauses.")
    assert (comment.state, comment.state_reason) == (CommentState.VISIBLE, "")
    assert comment.thread.comment_count == 1
    assert [row.action for row in decisions(comment.id)] == [Action.HIDE, Action.RESTORE]
    assert decisions(comment.id)[1].ground == "Regel 3, Nichts über Private"
    assert [type(event) for event in heard] == [CommentHidden, CommentRestored]


@pytest.mark.parametrize("rule", [0, 9, -1])
def test_only_known_rules(app, rule):
    comment = node_comment()
    with pytest.raises(UnknownRule):
        hide(moderator(), comment, rule, "Weil")
    assert comment.state is CommentState.VISIBLE


@pytest.mark.parametrize("facts", ["", " \n"])
def test_never_without_facts(app, facts):
    comment = node_comment()
    with pytest.raises(FactsMissing):
        hide(moderator(), comment, 1, facts)
    hide(moderator(), comment, 1, "Werbung")
    with pytest.raises(FactsMissing):
        restore(moderator(), comment, facts)
    assert comment.state is CommentState.HIDDEN
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 1


def test_the_database_demands_facts(app):
    comment = node_comment()
    me = moderator()
    db.session.add(Decision(comment_id=comment.id, action=Action.HIDE, ground="Regel 1", facts="", moderator_id=me.id))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_nobody_judges_their_own_comment(app):
    me = moderator()
    comment = node_comment(me)
    with pytest.raises(Denied):
        hide(me, comment, 1, "Weil")
    hide(moderator(), comment, 1, "Weil")
    with pytest.raises(Denied):
        restore(me, comment, "Doch nicht")


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
def test_only_moderators(app, role):
    comment = node_comment()
    with pytest.raises(Denied):
        hide(user(role=role), comment, 1, "Weil")
    hide(moderator(), comment, 1, "Weil")
    with pytest.raises(Denied):
        restore(user(role=role), comment, "Doch nicht")


def test_only_what_is_there(app):
    author = user()
    hidden, gone = node_comment(), node_comment(author)
    hide(moderator(), hidden, 1, "Weil")
    withdraw_comment(author, gone)
    for comment in (hidden, gone):
        with pytest.raises(Denied):
            hide(moderator(), comment, 1, "Noch einmal")
    with pytest.raises(Denied):
        restore(moderator(), gone, "Zurück")
