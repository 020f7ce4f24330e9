"""Who may do what in a conversation: role by action."""

import pytest

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.dialogue.models import Comment, CommentState, Thread, ThreadState
from participation.dialogue.policy import (
    may_comment,
    may_edit,
    may_hide,
    may_rate,
    may_restore,
    may_vote,
    may_withdraw,
)

pytestmark = pytest.mark.one_database

AUTHOR = 7


def person(ident: int = 1, role: Role = Role.RESIDENT, *, confirmed: bool = True) -> User:
    return User(id=ident, role=role, confirmed_at=now() if confirmed else None)


PEOPLE = {
    "nobody": None,
    "unconfirmed": person(confirmed=False),
    "resident": person(),
    "author": person(AUTHOR),
    "unconfirmed author": person(AUTHOR, confirmed=False),
    "moderator": person(role=Role.MODERATOR),
    "moderating author": person(AUTHOR, role=Role.MODERATOR),
    "operator": person(role=Role.OPERATOR),
}


def thread(*, votable: bool = True, state: ThreadState = ThreadState.OPEN) -> Thread:
    return Thread(votable=votable, state=state)


def comment(state: CommentState = CommentState.VISIBLE) -> Comment:
    return Comment(author_id=AUTHOR, state=state)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("ask", "allowed"),
    [
        (may_comment, {"resident", "author", "moderator", "moderating author"}),
        (lambda actor: may_vote(actor, thread()), {"resident", "author"}),
        (lambda actor: may_vote(actor, thread(votable=False)), set()),
        (lambda actor: may_vote(actor, thread(state=ThreadState.EVALUATING)), set()),
        (lambda actor: may_rate(actor, comment()), {"resident", "moderator"}),
        (lambda actor: may_rate(actor, comment(CommentState.HIDDEN)), set()),
        (lambda actor: may_edit(actor, comment()), {"author", "moderating author"}),
        (lambda actor: may_edit(actor, comment(CommentState.HIDDEN)), set()),
        (lambda actor: may_edit(actor, comment(CommentState.WITHDRAWN)), set()),
        (lambda actor: may_withdraw(actor, comment()), {"author", "moderating author"}),
        (lambda actor: may_withdraw(actor, comment(CommentState.HIDDEN)), set()),
        (lambda actor: may_hide(actor, comment()), {"moderator"}),
        (lambda actor: may_hide(actor, comment(CommentState.WITHDRAWN)), set()),
        (lambda actor: may_hide(actor, comment(CommentState.HIDDEN)), set()),
        (lambda actor: may_restore(actor, comment(CommentState.HIDDEN)), {"moderator"}),
        (lambda actor: may_restore(actor, comment()), set()),
        (lambda actor: may_restore(actor, comment(CommentState.WITHDRAWN)), set()),
    ],
)
def test_role_by_action(who, ask, allowed):
    verdict = ask(PEOPLE[who])
    assert bool(verdict) == (who in allowed)


def test_a_refusal_names_its_reason(app):
    with app.test_request_context():
        resting = may_vote(person(), thread(state=ThreadState.EVALUATING))
        assert str(resting.reason).startswith("Die Abstimmung ruht, weil wir auswerten.")
        assert str(may_vote(None, thread()).reason).startswith("Zum Abstimmen brauchen Sie ein Konto.")


def test_logging_in_helps_only_where_it_would():
    assert may_vote(None, thread()).login_helps
    assert not may_vote(None, thread(state=ThreadState.EVALUATING)).login_helps
    assert not may_comment(person(confirmed=False)).login_helps
