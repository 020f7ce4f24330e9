"""What new accounts write first waits: who waits, how long the row lives, and that nobody else can read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import InitiativeState, Role, User
from participation.accounts.policy import Mandate
from participation.base.clock import now
from participation.base.db import Base, db, transaction
from participation.base.quotes import Selector
from participation.base.verdict import Denied
from participation.dialogue import waiting
from participation.dialogue.anchors import Passage, Reference, forget
from participation.dialogue.comments import BodyMissing, ChangedMeanwhile, KeyReused, KindMissing, OtherThread
from participation.dialogue.counters import recount
from participation.dialogue.models import ENOUGH, Comment, CommentKind, Thread, WaitingComment, WaitingState
from participation.dialogue.policy import must_wait
from participation.dialogue.waiting import MOST, TooManyWaiting, contribute, edit_waiting, waiting_of, withdraw_waiting
from participation.notify.models import Letter, Notification
from participation.privacy.gathering import gather
from tests.factories import accounts, dialogue, privacy
from tests.factories.accounts import initiative, moderator, user
from tests.races import together

DAY = timedelta(days=1)


def write(author: User, thread: Thread | None = None, *, needed: int = 1, **rest: object) -> Comment | WaitingComment:
    rest.setdefault("body", "Mein erster Beitrag")
    rest.setdefault("kind", None if rest.get("parent") else CommentKind.FOR)
    return contribute(author, thread or dialogue.thread(), needed=needed, period=DAY, **rest)


class TestWhoWaits:
    @pytest.mark.parametrize(
        ("role", "admitted", "needed", "mandates", "seated", "waits"),
        [
            (Role.RESIDENT, 0, 1, (), False, True),
            (Role.RESIDENT, 1, 1, (), False, False),
            (Role.RESIDENT, 1, 2, (), False, True),
            (Role.RESIDENT, 0, 0, (), False, False),
            (Role.RESIDENT, 0, 1, (Mandate(1, "Radweg", "radweg"),), False, False),
            (Role.RESIDENT, 0, 1, (), True, False),
            (Role.MODERATOR, 0, 1, (), False, False),
        ],
    )
    def test_the_rule(self, role, admitted, needed, mandates, seated, waits):
        person = User(role=role, admitted=admitted)
        person.seated = seated
        assert must_wait(person, needed, mandates) is waits

    def test_the_first_waits_and_is_no_comment(self, app):
        thread = dialogue.thread()
        before = now()
        made = write(user(), thread)
        assert isinstance(made, WaitingComment)
        assert before + DAY <= made.due_at <= now() + DAY
        assert db.session.scalar(select(func.count()).where(Comment.thread_id == thread.id)) == 0
        db.session.refresh(thread)
        assert (thread.comment_count, thread.root_count, thread.dafuer, thread.last_comment_at) == (0, 0, 0, None)
        assert recount() == []

    def test_the_next_does_not_wait_once_one_was_shown(self, app):
        person = user()
        assert isinstance(write(person, needed=0), Comment)
        db.session.refresh(person)
        assert person.admitted == 1
        assert isinstance(write(person, needed=1), Comment)

    def test_counting_ends_where_nobody_asks_any_more(self, app):
        person = user(admitted=ENOUGH)
        write(person)
        db.session.refresh(person)
        assert person.admitted == ENOUGH

    def test_moderators_and_delegates_write_at_once(self, app):
        assert isinstance(write(moderator()), Comment)
        delegate = user()
        group = initiative(delegate)
        assert isinstance(write(delegate, initiative_id=group.id), Comment)
        other = user()
        initiative(other)
        assert isinstance(write(other), Comment)

    def test_an_initiative_that_is_not_verified_gives_no_trust(self, app):
        person = user()
        initiative(person, state=InitiativeState.APPLIED)
        assert isinstance(write(person), WaitingComment)

    def test_who_may_not_write_does_not_wait_either(self, app):
        person = user(confirmed=False)
        with pytest.raises(Denied):
            write(person)
        with pytest.raises(Denied):
            write(user(), initiative_id=initiative().id)

    def test_what_is_refused_at_once_stays_refused(self, app):
        thread, elsewhere = dialogue.thread(), dialogue.comment()
        for error, fields in (
            (BodyMissing, {"body": "  "}),
            (KindMissing, {"kind": None}),
            (OtherThread, {"parent": elsewhere}),
        ):
            with pytest.raises(error):
                write(user(), thread, **fields)


class TestBounds:
    def test_a_second_waits_as_well_and_a_fourth_is_not_taken(self, app):
        person, thread = user(), dialogue.thread()
        assert all(isinstance(write(person, thread), WaitingComment) for _ in range(MOST))
        with pytest.raises(TooManyWaiting):
            write(person, thread)

    def test_the_database_refuses_a_fourth(self, app):
        fourth = update(User).where(User.id == user().id).values(waiting=MOST + 1)
        with pytest.raises(IntegrityError, match="waiting"), db.session.begin_nested():
            db.session.execute(fourth)

    def test_the_same_form_twice_is_one(self, app):
        person, thread = user(), dialogue.thread()
        first = write(person, thread, submission_key="k")
        assert write(person, thread, submission_key="k") is first
        db.session.refresh(person)
        assert person.waiting == 1
        with pytest.raises(KeyReused):
            write(person, thread, submission_key="k", body="Etwas anderes")

    def test_sixteen_at_once(self, separate_app):
        with separate_app.app_context():
            with transaction():
                person, thread = user().id, dialogue.thread().id

            def work() -> object:
                return write(db.session.get(User, person), db.session.get(Thread, thread))

            done = together(separate_app, [work] * 8)
            assert sum(isinstance(one, WaitingComment) for one in done) == MOST
            assert sum(isinstance(one, TooManyWaiting) for one in done) == 8 - MOST
            assert db.session.scalar(select(func.count()).select_from(WaitingComment)) == MOST


class TestWhileItWaits:
    def test_its_author_edits_and_nothing_of_the_earlier_text_stays(self, app):
        made = dialogue.waiting(body="Zuerst so")
        edit_waiting(made.author, made, "Dann so", expected_version=1)
        assert (made.body, made.version) == ("Dann so", 2)
        assert "Dann so" in made.html
        with pytest.raises(ChangedMeanwhile):
            edit_waiting(made.author, made, "Wieder anders", expected_version=1)
        edit_waiting(made.author, made, "Dann so", expected_version=1)
        assert made.version == 2

    def test_nobody_else_edits_or_withdraws(self, app):
        made = dialogue.waiting()
        for other in (user(), moderator()):
            with pytest.raises(Denied):
                edit_waiting(other, made, "Fremd", expected_version=1)
            with pytest.raises(Denied):
                withdraw_waiting(other, made)

    def test_withdrawn_it_is_gone_and_makes_room(self, app):
        person = user()
        made = dialogue.waiting(person)
        withdraw_waiting(person, made)
        assert waiting.find(made.id) is None
        db.session.refresh(person)
        assert person.waiting == 0
        with pytest.raises(waiting.NotWaiting):
            withdraw_waiting(person, made)

    def test_only_its_author_has_it_listed(self, app, statements):
        person, thread = user(), dialogue.thread()
        parent = dialogue.comment(thread)
        reply = dialogue.waiting(person, parent=parent)
        elsewhere = dialogue.waiting(person)
        assert [one.id for one in waiting_of(person, thread_id=thread.id)] == [reply.id]
        assert waiting_of(person, thread_id=thread.id)[0].root_id == parent.id
        assert [one.id for one in waiting_of(person)] == [elsewhere.id, reply.id]
        stranger = user()
        with statements() as counted:
            assert not waiting_of(stranger, thread_id=thread.id)
            assert not waiting_of(None)
        assert counted.number == 0

    def test_no_table_but_its_own_holds_a_word_of_it(self, app):
        word = "Quittenbaumkrone"
        person, thread = user(), dialogue.thread()
        parent = dialogue.comment(thread, body="Eine Frage")
        dialogue.waiting(person, thread, f"Ein {word} blüht")
        dialogue.waiting(person, parent=parent, body=f"Noch ein {word}")
        db.session.flush()
        holding = set()
        for table in Base.metadata.tables.values():
            for column in table.columns:
                found = f'SELECT 1 FROM "{table.name}" WHERE CAST("{column.name}" AS TEXT) LIKE :word LIMIT 1'
                if db.session.execute(text(found), {"word": f"%{word}%"}).first():
                    holding.add(table.name)
        assert holding == {"waiting_comments"}

    def test_nobody_is_told(self, app):
        before = [db.session.scalar(select(func.count()).select_from(one)) for one in (Notification, Letter)]
        parent = dialogue.comment()
        dialogue.waiting(parent=parent)
        assert [db.session.scalar(select(func.count()).select_from(one)) for one in (Notification, Letter)] == before

    def test_erased_words_are_erased_in_its_quote(self, app):
        selector = Selector("das Moor trocknet", "wo ", " aus")
        reference = Reference(Passage("lce", "wo das Moor trocknet aus"), 1, selector)
        made = dialogue.waiting(reference=reference, anchor="lce", anchor_text="Moor")
        forget("lce", "wo das Moor trocknet aus", "Ein neuer Satz", "[getilgt]")
        assert (made.exact, made.prefix, made.suffix) == ("[getilgt]", "", "")


class TestTheDatabaseIsTheLastGuard:
    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("root_has_kind", {"kind": None}),
            ("text_while_waiting", {"body": ""}),
            ("decided_by", {"decided_by_id": "moderator"}),
            ("decided_at", {"decided_at": "now"}),
            ("comment_once_decided", {"state": WaitingState.RELEASED, "body": ""}),
            ("taken_until", {"taken_until": "now"}),
            ("subject_has_words", {"subject": "lce"}),
        ],
    )
    def test_constraints(self, app, name, change):
        values = {
            "thread_id": dialogue.thread().id,
            "author_id": user().id,
            "kind": CommentKind.FOR,
            "body": "Text",
            "html": "<p>Text</p>",
            "sanitiser": 1,
            "due_at": now(),
        }
        stand_ins = {"moderator": moderator().id, "now": now()}
        values |= {
            key: stand_ins.get(value, value) if isinstance(value, str) else value for key, value in change.items()
        }
        with pytest.raises(IntegrityError, match="waiting_comments"), db.session.begin_nested():
            db.session.execute(insert(WaitingComment), [values])


class TestLeaving:
    @pytest.mark.parametrize("remove", [True, False])
    def test_what_waits_goes_with_the_account(self, app, remove):
        person, *_rest = privacy.busy()
        dialogue.waiting(person)
        privacy.gone(person, remove=remove)
        assert db.session.scalar(select(func.count()).where(WaitingComment.author_id == person.id)) == 0
        assert person.waiting == 0

    def test_its_author_gets_it_exported(self, app):
        made = dialogue.waiting(body="Das gehört mir")
        assert "Das gehört mir" in str(gather(made.author, "x"))
        assert "Das gehört mir" not in str(gather(accounts.user(), "x"))
