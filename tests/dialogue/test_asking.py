"""Contributions that ask organisations for an answer: whom, how often, and what became of it."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.initiatives import add_delegate, end_mandate
from participation.accounts.models import Initiative, InitiativeState, OrganisationKind, User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.dialogue import asking, operations
from participation.dialogue.leaving import blank_comments
from participation.dialogue.models import AnswerRequest, AnswerState, Comment, CommentKind, CommentState
from participation.dialogue.queries import single, thread_page
from participation.notify.models import Notification
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories import dialogue
from tests.factories.accounts import initiative, log_in, moderator, user

NODE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{NODE}"
S = AnswerState


def asked(comment: Comment) -> list[tuple[str, AnswerState]]:
    return [(one.name, one.state) for one in single(comment.id, None).asked]


def notes(person: User) -> list[Notification]:
    return db.session.query(Notification).filter_by(user_id=person.id).order_by(Notification.id).all()


def answer(to: Comment, person: User, group: Initiative, body: str = "Ab Mai.") -> Comment:
    return dialogue.comment(parent=to, author=person, body=body, initiative_id=group.id)


# --- asking -------------------------------------------------------------------------------------------------------


def test_up_to_three_are_asked_in_the_order_of_the_author(app):
    groups = [initiative(user(), name=name) for name in ("Zeche", "Aue", "Moor")]
    made = dialogue.comment(asked=[group.id for group in groups])
    assert asked(made) == [("Zeche", S.OPEN), ("Aue", S.OPEN), ("Moor", S.OPEN)]
    with pytest.raises(asking.TooManyAddressees):
        dialogue.comment(asked=[group.id for group in (*groups, initiative(user()))])


def test_naming_one_twice_asks_once(app):
    group = initiative(user())
    made = dialogue.comment(asked=[group.id, group.id])
    assert asked(made) == [(group.name, S.OPEN)]


@pytest.mark.parametrize("state", [InitiativeState.APPLIED, InitiativeState.REFUSED])
def test_only_verified_organisations_are_asked(app, state):
    waiting = initiative(user(), state=state)
    for number in (waiting.id, 999_999):
        with pytest.raises(asking.UnknownAddressee):
            dialogue.comment(asked=[number])
    assert db.session.scalar(select(func.count()).select_from(AnswerRequest)) == 0


def test_an_organisation_does_not_ask_itself(app):
    anna = user()
    group = initiative(anna)
    with pytest.raises(asking.UnknownAddressee):
        dialogue.comment(author=anna, initiative_id=group.id, asked=[group.id])
    assert asked(dialogue.comment(author=anna, asked=[group.id])) == [(group.name, S.OPEN)]


def test_the_database_takes_three_and_each_once(app):
    made, groups = dialogue.comment(), [initiative(user()) for _ in range(4)]

    def add(group: Initiative, position: int) -> None:
        with db.session.begin_nested():
            row = {"comment_id": made.id, "initiative_id": group.id, "position": position}
            db.session.add(AnswerRequest(**row, due_at=now() + timedelta(days=30)))

    add(groups[0], 1)
    for group, position in ((groups[1], 1), (groups[1], 4), (groups[1], 0), (groups[0], 2)):
        with pytest.raises(IntegrityError):
            add(group, position)
    add(groups[1], 3)


def test_a_person_asks_ten_times_a_day(app):
    anna, groups = user(), [initiative(user()) for _ in range(3)]
    ids = [group.id for group in groups]
    for _ in range(3):
        dialogue.comment(author=anna, asked=ids)
    with pytest.raises(asking.AskedTooOften):
        dialogue.comment(author=anna, asked=ids[:2])
    last = dialogue.comment(author=anna, asked=ids[:1])
    with pytest.raises(asking.AskedTooOften):
        dialogue.comment(author=anna, asked=ids[:1])
    dialogue.comment(author=anna)
    dialogue.comment(asked=ids)
    request = db.session.get(AnswerRequest, (last.id, ids[0]))
    request.asked_at -= timedelta(days=1)
    db.session.flush()
    dialogue.comment(author=anna, asked=ids[:1])


def test_an_organisation_has_a_count_of_its_own_for_all_its_delegates(app):
    anna, tomasz, other = user(), user(), initiative(user())
    group = initiative(anna, tomasz)
    for n in range(10):
        dialogue.comment(author=(anna, tomasz)[n % 2], initiative_id=group.id, asked=[other.id])
    for person in (anna, tomasz):
        with pytest.raises(asking.AskedTooOften):
            dialogue.comment(author=person, initiative_id=group.id, asked=[other.id])
    assert asked(dialogue.comment(author=anna, asked=[other.id]))


def test_the_same_form_sent_twice_asks_once(app):
    anna, group, where = user(), initiative(user()), dialogue.thread()
    first, second = (
        dialogue.comment(where, anna, asked=[group.id], submission_key="einmal", body="Ab wann?") for _ in range(2)
    )
    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(AnswerRequest)) == 1


def test_eleven_at_once_are_ten(separate_app):
    """The person is locked while they are counted, so nobody slips through between counting and storing."""
    with separate_app.app_context():
        with transaction():
            anna, group, where = user(), initiative(user()), dialogue.thread()
            keys = anna.id, group.id, where.id
        db.session.remove()

    def send(_n: int) -> bool:
        with separate_app.app_context():
            try:
                with transaction():
                    person = db.session.get_one(User, keys[0])
                    thread = db.session.get_one(type(where), keys[2])
                    operations.write_comment(
                        person, thread, body="Ab wann?", kind=CommentKind.QUESTION, asked=[keys[1]]
                    )
            except asking.AskedTooOften:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(13))) == [False] * 3 + [True] * 10


# --- what became of it --------------------------------------------------------------------------------------------


def test_a_reply_for_the_organisation_answers(app):
    anna = user()
    group, other = initiative(anna, name="Stadtwerke"), initiative(user(), name="Verein")
    made = dialogue.comment(asked=[group.id, other.id])
    dialogue.comment(parent=made, author=anna, body="Nur als Person.")
    dialogue.comment(author=anna, initiative_id=group.id, body="Anderswo.")
    assert asked(made) == [("Stadtwerke", S.OPEN), ("Verein", S.OPEN)]
    between = dialogue.comment(parent=made)
    given = answer(between, anna, group)
    answer(made, anna, group, "Und noch etwas.")
    view = single(made.id, None).asked
    assert [(one.state, one.answer_id) for one in view] == [(S.ANSWERED, given.id), (S.OPEN, None)]


def test_a_reply_can_ask_and_what_was_said_before_is_no_answer(app):
    anna = user()
    group, root = initiative(anna), dialogue.comment()
    answer(root, anna, group, "Vorher gesagt.")
    made = dialogue.comment(parent=root, asked=[group.id], body="Und im Winter?")
    assert asked(made) == [(group.name, S.OPEN)]
    answer(root, anna, group, "Auch im Winter.")
    assert asked(made) == [(group.name, S.ANSWERED)]


def test_an_answer_that_is_gone_answers_nothing(app):
    anna = user()
    group = initiative(anna)
    made = dialogue.comment(asked=[group.id])
    given = answer(made, anna, group)
    operations.hide_comment(moderator(), given, "Regel 1")
    assert asked(made) == [(group.name, S.OPEN)]
    operations.restore_comment(moderator(), given)
    assert asked(made) == [(group.name, S.ANSWERED)]
    operations.withdraw_comment(anna, given)
    assert asked(made) == [(group.name, S.OPEN)]


def test_after_its_time_it_stands_without_an_answer_until_one_comes(app):
    anna = user()
    group = initiative(anna)
    made = dialogue.comment(asked=[group.id], answer_period=timedelta(0))
    assert asked(made) == [(group.name, S.LAPSED)]
    answer(made, anna, group)
    assert asked(made) == [(group.name, S.ANSWERED)]


def test_of_a_comment_that_is_not_shown_nobody_learns_whom_it_asked(app):
    group = initiative(user())
    made = dialogue.comment(asked=[group.id])
    operations.hide_comment(moderator(), made, "Regel 1")
    for viewer in (None, user(), made.author):
        assert single(made.id, viewer).asked == ()
        assert asking.questions_to(group.id, viewer).comments == ()
    assert set(asking.question_counts(group.id).values()) == {0}


def test_the_list_tells_answered_open_and_without_answer_apart(app):
    anna = user()
    group = initiative(anna)
    where = dialogue.thread()
    plain = dialogue.comment(where, asked=[group.id])
    lapsed = dialogue.comment(where, asked=[group.id], answer_period=timedelta(0))
    answered = dialogue.comment(where, asked=[initiative(user()).id, group.id])
    answer(answered, anna, group)
    dialogue.comment(where, asked=[initiative(user()).id])
    assert asking.question_counts(group.id) == {S.OPEN: 1, S.ANSWERED: 1, S.LAPSED: 1}

    def listed(**rest: object) -> list[int]:
        return [view.id for view in asking.questions_to(group.id, None, **rest).comments]

    assert listed() == [answered.id, lapsed.id, plain.id]
    assert [listed(state=state) for state in (S.OPEN, S.ANSWERED, S.LAPSED)] == [[plain.id], [answered.id], [lapsed.id]]
    first = asking.questions_to(group.id, None, size=2)
    assert listed(after=first.next) == [plain.id]


def test_deleted_texts_ask_nobody_any_more(app):
    anna, group = user(), initiative(user())
    dialogue.comment(author=anna, asked=[group.id])
    blank_comments(anna.id)
    assert db.session.scalar(select(func.count()).select_from(AnswerRequest)) == 0


# --- notes --------------------------------------------------------------------------------------------------------


def test_every_delegate_is_told_once_and_former_ones_are_not(app):
    anna, tomasz, former, asking_person = user("Anna"), user(), user(), user("Mira")
    one, two = initiative(anna, tomasz, former, name="Verein"), initiative(anna, name="Bund")
    end_mandate(anna, one, former.id)
    db.session.execute(delete(Notification))
    made = dialogue.comment(author=asking_person, asked=[one.id, two.id])
    assert [(note.kind, note.params["name"], note.link) for note in notes(anna)] == [
        ("answer_requested", "Verein", f"/beitrag/{made.id}")
    ]
    assert len(notes(tomasz)) == 1
    assert notes(former) == notes(asking_person) == []


def test_who_asks_their_own_organisation_is_not_told(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    add_delegate(anna, group, tomasz.id)
    db.session.execute(delete(Notification))
    dialogue.comment(author=anna, asked=[group.id])
    assert (len(notes(anna)), len(notes(tomasz))) == (0, 1)


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def thread(app):
    return thread_of(db.session.get(Node, NODE))


def text(client: FlaskClient, path: str) -> str:
    found = client.get(path)
    assert found.status_code == 200, found.text[:1000]
    return html.unescape(found.text)


def send(client: FlaskClient, **fields: object):
    page = client.get(PAGE).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    key = re.search(r'name="submission_key" type="hidden" value="([^"]*)"', page)[1]
    typed = {"csrf_token": token, "submission_key": key, "kind": "frage", "body": "Ab wann fährt sie?", "lang": "de"}
    return client.post(f"{PAGE}/beitrag", data={**typed, **fields})


@pytest.mark.one_database
def test_the_form_offers_organisations_on_demand_and_keeps_what_was_typed(client, thread):
    group = initiative(user(), name="Radbrücke")
    works = initiative(user(), name="Stadtwerke")
    works.kind = OrganisationKind.CARRIER
    initiative(user(), name="Ungeprüft", state=InitiativeState.APPLIED)
    log_in(client, user())
    assert 'name="asked"' not in client.get(PAGE).text
    offered = send(client, adressieren="")
    assert offered.status_code == 200
    page = html.unescape(offered.text)
    assert "Ab wann fährt sie?" in page
    assert "Stadtwerke (Träger)" in page
    assert "Ungeprüft" not in page
    assert "<title>Fehler" not in page
    assert "Bitte prüfen" not in page
    assert thread.comment_count == 0
    assert send(client, asked=[str(group.id), str(works.id)]).status_code == 303
    shown = text(client, PAGE)
    assert shown.count("Antwort erbeten von") == 2
    assert f'href="/initiativen/{group.slug}"' in shown


@pytest.mark.one_database
@pytest.mark.parametrize("many", [True, False])
def test_a_choice_that_does_not_work_comes_back_with_every_word(client, thread, many):
    groups = [initiative(user()) for _ in range(4)]
    log_in(client, user())
    db.session.commit()
    chosen = [str(group.id) for group in groups] if many else ["x"]
    refused = send(client, asked=chosen)
    page = html.unescape(refused.text)
    assert refused.status_code == 422
    assert "Ab wann fährt sie?" in page
    assert ("höchstens drei" in page) is many
    assert page.count("checked") >= (4 if many else 0)
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 0


@pytest.mark.one_database
def test_the_eleventh_request_is_refused_kindly(client, thread):
    anna, group = user(), initiative(user())
    for _ in range(10):
        dialogue.comment(thread, anna, asked=[group.id])
    log_in(client, anna)
    db.session.commit()
    refused = send(client, asked=[str(group.id)])
    assert refused.status_code == 429
    assert "schon zehnmal" in refused.text
    assert "Ab wann fährt sie?" in html.unescape(refused.text)
    assert send(client).status_code == 303


@pytest.mark.one_database
def test_the_thread_and_the_organisation_tell_the_same(client, thread):
    anna = user("Anna")
    group = initiative(anna, name="Stadtwerke")
    made = dialogue.comment(thread, user("Mira"), "Ab wann fährt sie?", asked=[group.id])
    lapsed = dialogue.comment(thread, body="Und die Fähre?", asked=[group.id], answer_period=timedelta(0))
    hidden = dialogue.comment(thread, body="Geheim", asked=[group.id])
    operations.hide_comment(moderator(), hidden, "Regel 1")
    page = text(client, PAGE)
    assert page.count("Antwort erbeten von") == page.count("ohne Antwort von") == 1
    given = answer(made, anna, group)
    page = text(client, PAGE)
    assert "Antwort erbeten von" not in page
    assert f'href="/beitrag/{given.id}">Antwort</a>' in page
    home = f"/initiativen/{group.slug}?ansicht=fragen"
    everything = text(client, home)
    assert "Mira" in everything
    assert "Geheim" not in everything
    assert "beantwortet (1)" in everything
    for state, there, elsewhere in (("beantwortet", made, lapsed), ("ohne-antwort", lapsed, made)):
        part = text(client, f"{home}&stand={state}")
        assert f"/beitrag/{there.id}" in part
        assert f'/beitrag/{elsewhere.id}"' not in part
    assert "Davon gibt es hier keine." in text(client, f"{home}&stand=offen")


@pytest.mark.one_database
@pytest.mark.parametrize(("who", "expected"), [("visitor", 6), ("resident", 9)])
def test_requests_cost_no_statement(client, thread, statements, who, expected):
    groups = [initiative(user()) for _ in range(3)]
    for n in range(20):
        dialogue.comment(thread, asked=[group.id for group in groups[: n % 4]])
    if who == "resident":
        log_in(client, user())
    db.session.commit()
    db.session.remove()
    with statements() as counted:
        text(client, PAGE)
    assert counted.number == expected, counted.texts


def test_a_page_of_a_conversation_brings_them_along(app, statements):
    where, group = dialogue.thread(votable=False), initiative(user())
    for _ in range(3):
        dialogue.comment(where, asked=[group.id])
    db.session.flush()
    with statements() as counted:
        page = thread_page(where, None)
    assert [one.name for view in page.comments for one in view.asked] == [group.name] * 3
    assert counted.number == 1
    assert page.comments[0].state is CommentState.VISIBLE
