"""Filing, revising, confirming, asking back, refusing: what happens, and what the room and the database refuse."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role
from participation.base.db import db
from participation.base.verdict import Denied
from participation.measures.models import ReportState, StatusReport
from participation.measures.operations import (
    AlreadyReported,
    AnswerMissing,
    ReportEdited,
    ask_back,
    confirm_report,
    file_report,
    refuse_report,
    revise_report,
)
from participation.measures.writing import Incomplete
from participation.notify.queries import notifications
from participation.strategy.models import Node, Status
from tests import races
from tests.factories.accounts import moderator, user
from tests.factories.measures import NODE, TODAY, confirmed, fields, report


def node() -> Node:
    return db.session.get_one(Node, NODE)


def told(person) -> list[tuple[str, str]]:
    db.session.flush()
    return [(note.text, note.link) for note in notifications(person)]


def confirm(made: StatusReport, by=None) -> StatusReport:
    return confirm_report(by or moderator(), made, expected_edit=made.edit, today=TODAY)


def test_a_report_changes_nothing_until_it_is_confirmed(app):
    anna = user("Anna")
    made = report(anna)
    assert (node().status, node().status_since, made.decision) == (Status.PROPOSED, None, ReportState.WAITING)
    confirm(made)
    assert (node().status, node().status_since) == (Status.EXAMINED, date(2026, 3, 1))
    assert node().status_reported_at == made.decided_at
    assert told(anna) == [
        (
            f"Ihre Standmeldung zu „{node().label}“ ist bestätigt. Sie steht jetzt öffentlich im Verlauf.",
            f"/stand/{made.id}",
        )
    ]


def test_nobody_confirms_their_own_report(app):
    boss = moderator()
    made = report(boss)
    for decide in (
        lambda: confirm(made, boss),
        lambda: ask_back(boss, made, "Wirklich?", expected_edit=1),
        lambda: refuse_report(boss, made, "Nein", expected_edit=1),
    ):
        with pytest.raises(Denied):
            decide()
    assert (made.decision, node().status) == (ReportState.WAITING, Status.PROPOSED)
    own = update(StatusReport).values(moderator_id=boss.id, decided_at=func.now(), decision=ReportState.CONFIRMED)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(own.execution_options(synchronize_session=False))


def test_only_moderators_decide_and_only_confirmed_people_report(app):
    made = report()
    with pytest.raises(Denied):
        confirm(made, user())
    for person in (user(confirmed=False), user(role=Role.OPERATOR)):
        with pytest.raises(Denied):
            report(person)
    with pytest.raises(Denied):
        report(user(), node_id="lce-leitsatz")


@pytest.mark.parametrize(
    "values",
    [
        {"status": "beschlossen", "reference": ""},
        {"status": "verworfen", "reference": ""},
        {"status": "zurueckgestellt", "review_on": None},
        {"source": "", "source_url": ""},
        {"source_url": "javascript:alert(1)"},
        {"next_step": ""},
        {"status": "unbekannt"},
        {"decision": "refused"},
        {"decision": "confirmed"},
    ],
)
def test_the_database_refuses_what_no_report_may_be(app, values):
    report()
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text(f"UPDATE status_reports SET {assignments}"), values)  # names are ours


def test_resolved_without_a_resolution_is_not_even_filed(app):
    with pytest.raises(Incomplete) as refusal:
        report(None, Status.DISCARDED, reference=" ")
    assert set(refusal.value.problems) == {"reference"}
    assert db.session.scalar(select(func.count()).select_from(StatusReport)) == 0


def test_two_reports_of_one_person_about_one_measure_do_not_wait_together(app):
    anna = user()
    made = report(anna)
    with pytest.raises(AlreadyReported):
        report(anna)
    report(user())
    confirm(made)
    assert report(anna, since=date(2026, 5, 1)).decision is ReportState.WAITING


def test_a_question_keeps_everything_and_the_answer_brings_it_back(app):
    anna, boss = user(), moderator()
    made = report(anna, source_url="https://example.org/protokoll")
    ask_back(boss, made, "Welche Sitzung war das?", expected_edit=1)
    assert told(anna)[0] == (
        f"Zu Ihrer Standmeldung „{node().label}“ gibt es eine Rückfrage: Welche Sitzung war das?",
        f"/stand/{made.id}/bearbeiten",
    )
    assert (made.source_url, made.decision) == ("https://example.org/protokoll", ReportState.ASKED)
    with pytest.raises(ReportEdited):
        confirm(made)
    revise_report(anna, made, fields(), reply="Die im März.", expected_edit=1, today=TODAY)
    assert [line["text"] for line in made.talk] == ["Welche Sitzung war das?", "Die im März."]
    assert (made.decision, made.moderator_id, made.edit) == (ReportState.WAITING, None, 2)
    with pytest.raises(ReportEdited):
        confirm_report(boss, made, expected_edit=1, today=TODAY)
    assert confirm(made, boss).decision is ReportState.CONFIRMED


def test_no_without_a_reason(app):
    made = report()
    for refuse in (ask_back, refuse_report):
        with pytest.raises(AnswerMissing):
            refuse(moderator(), made, " \n", expected_edit=1)
    anna = made.reporter
    refuse_report(moderator(), made, "Die Seite sagt nichts davon.", expected_edit=1)
    assert node().status is Status.PROPOSED
    assert told(anna)[0][0].endswith("ist abgelehnt: Die Seite sagt nichts davon.")
    with pytest.raises(Denied):
        revise_report(anna, made, fields(), expected_edit=1, today=TODAY)


def test_others_do_not_write_on_a_report(app):
    made = report()
    with pytest.raises(Denied):
        revise_report(user(), made, fields(), expected_edit=1, today=TODAY)


def test_a_report_must_still_follow_when_it_is_confirmed(app):
    late = report(None, Status.EXAMINED, since=date(2026, 2, 1))
    confirmed(Status.OVERTAKEN, since=date(2026, 3, 1))
    with pytest.raises(Incomplete) as refusal:
        confirm(late)
    assert set(refusal.value.problems) == {"since", "jump_reason"}
    assert (node().status, late.decision) == (Status.OVERTAKEN, ReportState.WAITING)


def test_the_review_day_may_come_while_the_report_waits(app):
    made = report(None, Status.POSTPONED, review_on=date(2026, 11, 25))
    confirm_report(moderator(), made, expected_edit=1, today=date(2026, 12, 1))
    assert node().status is Status.POSTPONED


def test_what_belongs_to_another_state_is_left_out(app):
    assert report(None, Status.EXAMINED, review_on=date(2027, 1, 1)).review_on is None


def test_of_two_moderators_at_once_one_decides(separate_app):
    app = separate_app
    with app.app_context():
        made, one, two = report(), moderator(), moderator()
        ids = (made.id, one.id, two.id)
        db.session.commit()
        db.session.remove()

    def decide(person_id: int):
        def work():
            from participation.accounts.models import User

            found = db.session.get_one(StatusReport, ids[0])
            person = db.session.get_one(User, person_id)
            return confirm_report(person, found, expected_edit=1, today=TODAY).decision

        return work

    results = races.together(app, [decide(ids[1]), decide(ids[2])])
    assert sum(result is ReportState.CONFIRMED for result in results) == 1
    assert sum(isinstance(result, ReportEdited) for result in results) == 1


def test_a_double_click_files_once(separate_app):
    app = separate_app
    with app.app_context():
        anna_id = user().id
        db.session.commit()
        db.session.remove()

    def send():
        from participation.accounts.models import User

        return file_report(db.session.get_one(User, anna_id), node(), fields(), today=TODAY).id

    results = races.together(app, [send, send, send])
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, AlreadyReported) for result in results) == 2
