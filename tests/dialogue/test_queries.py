"""Reading conversations: order, pages, what is left out, and that length does not matter."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Engine, event, insert, text

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue import operations, queries
from participation.dialogue.cursors import MAX_ID, Cursor, parse
from participation.dialogue.models import Ballot, CommentKind, CommentState, Stance, Thread
from participation.dialogue.operations import cast_vote, edit_comment, rate_comment, withdraw_comment
from participation.dialogue.queries import Sort, thread_page
from participation.places.models import Region
from tests.factories import accounts, dialogue


def read(thread: Thread, sort: Sort, **rest: object) -> list[int]:
    """Go through all pages of a conversation."""
    ids, after = [], None
    while True:
        page = thread_page(thread, None, sort=sort, after=after, **rest)
        ids += [comment.id for comment in page.comments]
        after = page.next
        if after is None:
            return ids


def test_before_the_first_comment_there_is_an_empty_page(app, statements):
    with statements() as counted:
        page = thread_page(None, accounts.user(), votable=True)
    assert page.comments == ()
    assert page.thread.votable
    assert page.thread.comment_count == page.thread.votes == 0
    assert page.thread not in db.session
    assert all("comments" not in statement for statement in counted.texts)


@pytest.mark.parametrize("sort", Sort)
def test_the_pages_together_are_the_whole_conversation_once(app, sort):
    thread = dialogue.thread()
    ids = dialogue.many(thread, 95, 1)
    seen = read(thread, sort)
    assert len(seen) == 95
    assert sorted(seen) == ids


def test_orders(app):
    thread = dialogue.thread()
    first, second, third = (dialogue.comment(thread) for _ in range(3))
    rate_comment(accounts.user(), first, True)
    rate_comment(accounts.user(), third, False)
    dialogue.comment(thread, parent=second)
    assert read(thread, Sort.NEWEST) == [third.id, second.id, first.id]
    assert read(thread, Sort.OLDEST) == [first.id, second.id, third.id]
    assert read(thread, Sort.SUPPORTED) == [first.id, second.id, third.id]
    assert read(thread, Sort.DISCUSSED) == [second.id, third.id, first.id]


def test_a_comment_that_comes_meanwhile_repeats_nothing(app):
    thread = dialogue.thread()
    ids = dialogue.many(thread, 40)
    page = thread_page(thread, None)
    dialogue.comment(thread)
    following = thread_page(thread, None, after=page.next)
    assert [c.id for c in (*page.comments, *following.comments)] == ids[::-1]


def test_one_kind_alone(app):
    thread = dialogue.thread()
    dialogue.many(thread, 40)
    page = thread_page(thread, None, kind=CommentKind.AGAINST)
    assert {comment.kind for comment in page.comments} == {CommentKind.AGAINST}
    assert len(page.comments) == thread.dagegen == 8


@pytest.mark.parametrize("cursor", ["", "x", "n1", "n0.99999999999", "h5.1", "n0.1; DROP", "n-.1", "n0.٣", "n" * 999])
def test_a_malformed_cursor_is_the_first_page(app, cursor):
    thread = dialogue.thread()
    made = dialogue.comment(thread)
    page = thread_page(thread, None, after=cursor)
    assert [comment.id for comment in page.comments] == [made.id]
    assert page.after is None


def test_a_cursor_reads_back(app):
    for sort in Sort:
        cursor = Cursor(sort, 17, -3)
        assert parse(str(cursor), sort) == cursor
        assert parse(str(Cursor(sort, MAX_ID)), sort) is not None


def test_other_sizes_than_those_offered_mean_the_usual_one(app):
    thread = dialogue.thread()
    dialogue.many(thread, 120)
    assert [len(thread_page(thread, None, size=size).comments) for size in (30, 100, 31, 0, -1, 10**9)] == [
        30,
        100,
        30,
        30,
        30,
        30,
    ]


def test_five_replies_come_along_and_the_rest_is_counted(app):
    thread = dialogue.thread()
    root, other = dialogue.many(thread, 2, 8)
    page = thread_page(thread, None, sort=Sort.OLDEST)
    assert [len(comment.replies) for comment in page.comments] == [5, 5]
    first = page.comments[0]
    assert first.more_replies == 3
    assert [reply.root_id for reply in first.replies] == [root] * 5
    assert [reply.id for reply in first.replies] == sorted(reply.id for reply in first.replies)
    rest = queries.replies_page(root, None, after=first.replies[-1].id)
    assert len(rest.comments) == 3
    assert rest.next is None
    assert {reply.root_id for reply in rest.comments} == {root}
    assert other not in {reply.root_id for reply in rest.comments}


def test_all_replies_can_be_paged_through(app):
    thread = dialogue.thread()
    (root,) = dialogue.many(thread, 1, 70)
    seen, after = [], 0
    while after is not None:
        page = queries.replies_page(root, None, after=after)
        seen += [reply.id for reply in page.comments]
        after = page.next
    assert len(seen) == len(set(seen)) == 70
    assert seen == sorted(seen)


def test_a_reply_to_a_reply_says_whom_it_answers(app):
    thread = dialogue.thread()
    root = dialogue.comment(thread, accounts.user("Anja"))
    reply = dialogue.comment(thread, accounts.user("Bernd"), parent=root)
    dialogue.comment(thread, accounts.user("Cezary"), parent=reply)
    replies = thread_page(thread, None).comments[0].replies
    assert [(r.author, r.answer_to) for r in replies] == [("Bernd", ""), ("Cezary", "Bernd")]
    withdraw_comment(reply.author, reply)
    assert [r.answer_to for r in thread_page(thread, None).comments[0].replies] == ["", ""]


def test_who_wrote_for_whom(app):
    delegate = accounts.user("Anja", residence_label="Guben")
    group = accounts.initiative(delegate, name="Radwege Neiße")
    thread = dialogue.thread()
    dialogue.comment(thread, delegate, initiative_id=group.id)
    dialogue.comment(thread, delegate)
    dialogue.comment(thread, accounts.moderator())
    by_moderation, alone, together = thread_page(thread, None).comments
    assert (together.initiative, together.initiative_slug, together.place) == ("Radwege Neiße", group.slug, "")
    assert (alone.initiative, alone.place, alone.is_moderation) == ("", "Guben", False)
    assert by_moderation.is_moderation


@pytest.mark.parametrize("how", ["withdrawn", "hidden"])
def test_what_is_not_shown_brings_neither_text_nor_author(app, how):
    thread = dialogue.thread()
    made = dialogue.comment(thread, accounts.user("Anja"), "Geheim", anchor="a", anchor_text="Punkt a")
    if how == "withdrawn":
        withdraw_comment(made.author, made)
    else:
        operations.hide_comment(accounts.moderator(), made, "Regel 3")
    for viewer in (None, made.author, accounts.moderator()):
        (view,) = thread_page(thread, viewer).comments
        assert (view.html, view.author, view.anchor_text, view.place) == ("", "", "", "")
        assert not view.visible
        assert "Geheim" not in repr(view)
        assert "Anja" not in repr(view)


def test_the_viewers_own_ratings_come_along_and_nobody_elses(app):
    thread, viewer, other = dialogue.thread(), accounts.user(), accounts.user()
    good, bad, untouched = (dialogue.comment(thread) for _ in range(3))
    rate_comment(viewer, good, True)
    rate_comment(viewer, bad, False)
    rate_comment(other, untouched, True)
    mine = {comment.id: comment.my_vote for comment in thread_page(thread, viewer).comments}
    assert mine == {good.id: 1, bad.id: -1, untouched.id: 0}
    assert {comment.my_vote for comment in thread_page(thread, None).comments} == {0}


def test_the_viewers_own_stance_comes_along(app):
    thread, viewer = dialogue.thread(), accounts.user(region=Region.SACHSEN)
    cast_vote(viewer, thread, Stance.NO)
    cast_vote(accounts.user(), thread, Stance.YES)
    assert thread_page(thread, viewer).standing.mine is Stance.NO
    assert thread_page(thread, None).standing.mine is None
    assert thread_page(thread, accounts.user()).standing.mine is None
    assert [(t.region, t.yes, t.no) for t in queries.tallies(thread.id)] == [
        (Region.BRANDENBURG, 1, 0),
        (Region.SACHSEN, 0, 1),
    ]


@pytest.mark.parametrize(("logged_in", "allowed"), [(False, 2), (True, 2)])
def test_a_long_conversation_costs_no_more_statements(app, statements, logged_in, allowed):
    viewer = accounts.user() if logged_in else None
    numbers = []
    for roots, replies in ((2, 4), (10, 0), (200, 5), (1000, 0)):
        thread = dialogue.thread()
        ids = dialogue.many(thread, roots, replies)
        if viewer:
            dialogue.ratings(ids, viewer)
        thread = db.session.get(Thread, thread.id, populate_existing=True)
        with statements() as counted:
            thread_page(thread, viewer, size=100)
        numbers.append(counted.number)
    assert numbers == [allowed] * 4


def test_a_comment_with_its_parent_and_its_answers(app):
    thread = dialogue.thread()
    root = dialogue.comment(thread)
    reply = dialogue.comment(thread, parent=root)
    deeper = dialogue.comment(thread, parent=reply)
    sibling = dialogue.comment(thread, parent=root)
    page = queries.comment_with_parent(reply.id, None)
    assert (page.comment.id, page.parent.id, page.root_id) == (reply.id, root.id, root.id)
    assert [c.id for c in page.replies] == [deeper.id]
    page = queries.comment_with_parent(root.id, None)
    assert page.parent is None
    assert [c.id for c in page.replies] == [reply.id, deeper.id, sibling.id]


@pytest.mark.parametrize("ident", [0, 987654, MAX_ID, MAX_ID + 1, 10**30])
def test_numbers_that_are_no_comment(app, ident):
    assert queries.comment_with_parent(ident, None) is None
    assert queries.find(ident) is None
    assert queries.single(ident, None) is None
    assert queries.replies_page(ident, None).comments == ()


def test_a_place_in_the_thread_begins_the_page_that_shows_it(app):
    thread = dialogue.thread()
    ids = dialogue.many(thread, 45, 7)
    old, new = ids[3], ids[-1]
    place = queries.place_in_thread(thread.id, old, None)
    assert thread_page(thread, None, after=place.after).comments[0].id == place.shown_id == old
    assert queries.place_in_thread(thread.id, new, None) == queries.Place(None, new)
    replies = [reply.id for reply in queries.replies_page(new, None).comments]
    assert [queries.place_in_thread(thread.id, reply, new).shown_id for reply in replies] == [
        *replies[:5],
        new,
        new,
    ]


def test_a_history_compares_each_wording_with_the_one_before(app):
    made = dialogue.comment(body="Ein Weg")
    for number, body in enumerate(("Ein neuer Weg", "Ein neuer Radweg"), 1):
        edit_comment(made.author, made, body, expected_version=number)
    versions, following = queries.history(made)
    assert [version.number for version in versions] == [3, 2, 1]
    assert following is None
    assert [(s.kind, s.text.strip()) for s in versions[1].segments if s.kind != "same"] == [("insert", "neuer")]
    assert "".join(s.text for s in versions[2].segments) == "Ein Weg"
    assert versions[2].written_at == made.created_at


def test_a_long_history_comes_in_pages(app):
    made = dialogue.comment(body="0")
    for number in range(1, 8):
        edit_comment(made.author, made, str(number), expected_version=number)
    seen, before = [], None
    for _ in range(5):
        versions, before = queries.history(made, before=before, size=3)
        seen += [version.number for version in versions]
        if before is None:
            break
    assert seen == [8, 7, 6, 5, 4, 3, 2, 1]


def test_what_is_not_shown_has_no_history(app):
    made = dialogue.comment(body="Geheim")
    edit_comment(made.author, made, "Ganz geheim", expected_version=1)
    withdraw_comment(made.author, made)
    assert queries.history(made) == ([], None)


def test_what_a_person_wrote(app):
    author, thread = accounts.user(), dialogue.thread()
    group = accounts.initiative(author)
    first = dialogue.comment(thread, author)
    second = dialogue.comment(thread, author, initiative_id=group.id)
    gone = dialogue.comment(thread, author)
    withdraw_comment(author, gone)
    dialogue.comment(thread)
    assert [c.id for c in queries.comments_of(None, author_id=author.id).comments] == [second.id, first.id]
    own = queries.comments_of(author, author_id=author.id).comments
    assert (own[0].id, own[0].state) == (gone.id, CommentState.WITHDRAWN)
    assert {c.thread_id for c in own} == {thread.id}
    assert [c.id for c in queries.comments_of(author, initiative_id=group.id).comments] == [second.id]
    page = queries.comments_of(None, author_id=author.id, size=1)
    following = queries.comments_of(None, author_id=author.id, after=page.next, size=1)
    assert [c.id for c in (*page.comments, *following.comments)] == [second.id, first.id]
    assert following.next is None


def test_recent_threads(app):
    quiet = dialogue.thread()
    older = dialogue.comment().thread_id
    newer = dialogue.comment().thread_id
    rows = queries.recent_threads(5)
    assert [row.id for row in rows][:2] == [newer, older]
    assert quiet.id not in {row.id for row in rows}
    assert len(queries.recent_threads(1)) == 1


def reads(thread: Thread, root: int, user: User) -> dict[str, Callable[[], object]]:
    """Return every way of reading, by name."""

    def page(**rest: object) -> Callable[[], object]:
        return partial(thread_page, thread, user, **rest)

    here = str(Cursor(Sort.NEWEST, root))
    return {
        "anonymous": partial(thread_page, thread, None, size=100),
        **{sort.name: page(sort=sort, after=str(Cursor(sort, root, 3))) for sort in Sort},
        "kind": page(kind=CommentKind.AGAINST, after=here),
        "kind, supported": page(kind=CommentKind.AGAINST, sort=Sort.SUPPORTED),
        "replies": partial(queries.replies_page, root, user, after=root),
        "permanent link": partial(queries.comment_with_parent, root, user),
        "place": partial(queries.place_in_thread, thread.id, root, None),
        "author": partial(queries.comments_of, None, author_id=user.id, after=root),
        "initiative": partial(queries.comments_of, None, initiative_id=1, after=root),
        "tallies": partial(queries.tallies, thread.id),
        "recent": partial(queries.recent_threads, 10),
    }


@pytest.fixture
def large(app):
    """Fill a database with forty conversations, and tell the planner."""
    author, reader = accounts.user(), accounts.user()
    crowd = [accounts.user().id for _ in range(200)]
    threads = [dialogue.thread() for _ in range(40)]
    for thread in threads:
        ids = dialogue.many(thread, 100, 3, author=author)
        dialogue.ratings(ids, reader)
        cast_vote(reader, db.session.get(Thread, thread.id), Stance.YES)
        ballot = {"thread_id": thread.id, "stance": Stance.NO, "region": Region.SACHSEN, "round": 1}
        db.session.execute(insert(Ballot), [ballot | {"voter_id": person} for person in crowd])
    db.session.execute(text("ANALYZE"))
    thread = db.session.get(Thread, threads[20].id)
    return thread, thread_page(thread, None).comments[10].id, reader


def explained(work) -> str:
    """Do some reading; return the plan of each statement."""
    plans: list[str] = []
    prefix = "EXPLAIN " if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "

    def ask(connection, cursor, statement, parameters, *_rest):
        if statement.startswith(("SELECT", "WITH")):
            plan = connection.connection.cursor()
            plan.execute(prefix + statement, parameters)
            plans.append("\n".join(str(row[-1]) for row in plan.fetchall()))

    event.listen(Engine, "before_cursor_execute", ask)
    try:
        work()
    finally:
        event.remove(Engine, "before_cursor_execute", ask)
    assert plans
    return "\n".join(plans)


TABLES = r"(comments|comment_votes|ballots|reply|nth|parent)"


def test_no_reading_goes_through_a_whole_table(large):
    thread, root, user = large
    for name, work in reads(thread, root, user).items():
        plan = explained(work)
        assert not re.search(rf"\bSCAN {TABLES}\b(?! USING)", plan), f"{name}:\n{plan}"
        assert not re.search(rf"Seq Scan on {TABLES}\b", plan), f"{name}:\n{plan}"
        # One kind by score has no index of its own; the database sorts what there is of that kind.
        assert name == "kind, supported" or "TEMP B-TREE FOR ORDER BY" not in plan, f"{name}:\n{plan}"
