"""Bodies decide: two members of the same body, about one very text, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from participation.accounts.models import Role, User
from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.ledger.leaf import LeafType, read
from participation.ledger.models import LogEntry
from participation.leitbild.models import Change
from participation.resolutions import guards
from participation.resolutions.bodies import (
    BodyExists,
    NotAResident,
    SeatTaken,
    add_body,
    retire_body,
    seat_member,
    unseat_member,
)
from participation.resolutions.models import Decision, Reason, Resolution, ResolutionState, Seat
from participation.resolutions.operations import (
    AlreadySigned,
    IncompleteResolution,
    ResolutionEdited,
    drop_resolution,
    save_resolution,
    sign_resolution,
)
from tests.factories import leitbild
from tests.factories import resolutions as make
from tests.factories.accounts import moderator, user

TODAY = now().date()


@pytest.fixture
def both(app: Flask):
    return make.bodies()


@pytest.fixture
def revision(both):
    return leitbild.revision()


def changes_of(revision) -> list[int]:
    return list(db.session.scalars(select(Change.id).where(Change.revision_number == revision.number)))


def test_signing_appends_an_entry_about_the_revision(both, revision):
    (change,) = changes_of(revision)
    made = make.signed(revision, both[0], Decision.RETURNED, reasons={change: "Das Wasser fehlt."}, text="Zurück.")
    entry = db.session.get(LogEntry, made.entry_number)
    about = db.session.scalars(select(LogEntry).where(LogEntry.revision_number == revision.number)).one()
    leaf = read(entry.payload)
    assert (entry.type, entry.revision_number) == (LeafType.RESOLUTION, None)
    assert leaf.extra == {"subject": about.number, "subject_hash": about.hash}
    assert set(leaf.commitments) == {"body", "decision", "date", "reference", "text", "reasons"}
    assert set(leaf.sealed) == {"drafter", "drafter_name", "signer", "signer_name"}
    assert made.signed_by.display_name not in entry.payload
    assert made.subject_hash == about.hash
    assert verify().broken == ()


def test_both_must_adopt_the_same_text(both, revision):
    assert not make.standing(revision.number).adopted
    make.signed(revision, both[0])
    stands = make.standing(revision.number)
    assert (stands.adopted, stands.in_force, [vote.decision for vote in stands.votes]) == (
        False,
        None,
        [Decision.ADOPTED, None],
    )
    make.signed(revision, both[1])
    stands = make.standing(revision.number)
    assert (stands.adopted, stands.is_in_force, stands.adopted_on) == (True, True, TODAY)


def test_a_new_version_supersedes_only_once_all_adopted_it(both, revision):
    for body in both:
        make.signed(revision, body)
    later = leitbild.revision(leitbild.approved(leitbild.measure(3)))
    make.signed(later, both[1])
    assert make.standing(revision.number).is_in_force
    make.signed(later, both[0])
    old, new = make.standing(revision.number), make.standing(later.number)
    assert (old.superseded_by, old.adopted, new.is_in_force) == (later.number, True, True)


def test_returned_is_never_adopted(both, revision):
    (change,) = changes_of(revision)
    make.signed(revision, both[0])
    make.signed(revision, both[1], Decision.RETURNED, reasons={change: "Noch zu unklar."})
    stands = make.standing(revision.number)
    assert (stands.adopted, stands.returned, stands.in_force) == (False, True, None)


def test_a_decision_about_another_text_does_not_count(both, revision):
    for body in both:
        made = make.signed(revision, body)
    for statement in guards.removal(db.engine.dialect.name):
        db.session.execute(text(statement))
    db.session.execute(update(Resolution).where(Resolution.id == made.id).values(subject_hash="0" * 64))
    db.session.expire_all()
    stands = make.standing(revision.number)
    assert (stands.adopted, stands.in_force, stands.vote_of("sachsen").decision) == (False, None, None)
    assert [finding.text for finding in verify().broken] == ["it was about another text"]


def test_silence_never_counts_as_consent(both, revision):
    make.signed(revision, both[0])
    from participation.resolutions import queries

    late = queries.standing(revision.number, period=make.PERIOD, at=now() + timedelta(days=91))
    assert (late.vote_of("sachsen").overdue, late.adopted, late.in_force) == (True, False, None)
    assert not late.vote_of("brandenburg").overdue
    never = queries.standing(revision.number, period=timedelta(0), at=now() + timedelta(days=900))
    assert (never.vote_of("sachsen").overdue, never.vote_of("sachsen").due_at) == (False, None)


def test_without_bodies_nothing_is_ever_adopted(app: Flask):
    revision = leitbild.revision()
    stands = make.standing(revision.number)
    assert (stands.votes, stands.adopted, stands.in_force) == ((), False, None)


def test_nobody_decides_about_the_first_version(both, app: Flask):
    assert make.standing(1).votes == ()
    from participation.leitbild.queries import revision

    with pytest.raises(Denied):
        make.draft(revision(1), make.member(both[0]))


def test_a_body_decides_about_what_was_published_while_it_was_in_office(both, revision):
    added = add_body(ident="bund", name="Lenkungsgremium Bund", short="Bund", region=None)
    make.signed(revision, both[0])
    retire_body("sachsen")
    assert [vote.body_id for vote in make.standing(revision.number).votes] == ["brandenburg", "sachsen"]
    assert not make.standing(revision.number).adopted, "giving a body up must not adopt anything"
    with pytest.raises(Denied):
        make.draft(revision, make.member(added))
    later = leitbild.revision(leitbild.approved(leitbild.measure(3)))
    assert [vote.body_id for vote in make.standing(later.number).votes] == ["brandenburg", "bund"]
    with pytest.raises(BodyExists):
        add_body(ident="bund2", name="Lenkungsgremium Bund", short="Zwei", region=None)


def test_one_person_cannot_do_both(both, revision):
    author = make.member(both[0])
    made = make.draft(revision, author)
    with pytest.raises(Denied):
        sign_resolution(author, made, expected_edit=made.edit)
    # Whoever writes on it takes over the part of the drafter.
    second = make.member(both[0])
    save_resolution(second, revision, make.fields(), expected_edit=made.edit, today=TODAY)
    with pytest.raises(Denied):
        sign_resolution(second, made, expected_edit=2)
    assert sign_resolution(author, made, expected_edit=2).state is ResolutionState.SIGNED


def test_only_members_of_the_same_body_sign(both, revision):
    made = make.draft(revision, make.member(both[0]))
    for outsider in (make.member(both[1]), moderator(), user(), user(role=Role.OPERATOR)):
        with pytest.raises(Denied):
            sign_resolution(outsider, made, expected_edit=made.edit)
    assert made.state is ResolutionState.DRAFTED


def test_who_left_signs_no_more(both, revision):
    made = make.draft(revision, make.member(both[0]))
    leaver = make.member(both[0])
    unseat_member("brandenburg", leaver)
    with pytest.raises(Denied):
        sign_resolution(leaver, made, expected_edit=made.edit)
    seat_member("brandenburg", leaver)
    assert sign_resolution(leaver, made, expected_edit=made.edit).signed_by_id == leaver.id


def test_who_published_a_version_does_not_decide_about_it(both, revision):
    publisher = db.session.get(User, revision.approver_id)
    publisher.role = Role.RESIDENT
    db.session.flush()
    seat_member("sachsen", publisher)
    with pytest.raises(Denied):
        make.draft(revision, publisher)


def test_everything_missing_is_named_at_once(both, revision):
    author = make.member(both[0])
    empty = make.fields(None, date=None, reference="  ")
    with pytest.raises(IncompleteResolution) as refused:
        save_resolution(author, revision, empty, expected_edit=0, today=TODAY)
    assert set(refused.value.missing) == {"decision", "date", "reference"}
    for wrong in (
        {"decision": Decision.RETURNED},
        {"decision": Decision.RETURNED, "reasons": {changes_of(revision)[0]: "   "}},
        {"decision": Decision.RETURNED, "reasons": {999_999: "Gehört nicht dazu."}},
    ):
        with pytest.raises(IncompleteResolution) as refused:
            save_resolution(author, revision, make.fields(**wrong), expected_edit=0, today=TODAY)
        assert set(refused.value.missing) == {"reasons"}
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=2)):
        with pytest.raises(IncompleteResolution) as refused:
            save_resolution(author, revision, make.fields(date=day), expected_edit=0, today=TODAY)
        assert set(refused.value.missing) == {"date"}
    assert db.session.scalars(select(Resolution)).all() == []


def test_who_adopts_gives_no_reasons(both, revision):
    (change,) = changes_of(revision)
    made = make.draft(revision, make.member(both[0]), Decision.ADOPTED, reasons={change: "Vergessen."})
    assert made.reasons == []


def test_a_body_decides_once(both, revision):
    made = make.signed(revision, both[0])
    again = make.member(both[0])
    with pytest.raises(Denied):
        save_resolution(again, revision, make.fields(), expected_edit=made.edit, today=TODAY)
    with pytest.raises(AlreadySigned):
        sign_resolution(again, made, expected_edit=made.edit)
    with pytest.raises(Denied):
        drop_resolution(again, made, expected_edit=made.edit)


def test_nothing_is_signed_that_was_not_read(both, revision):
    first, second = make.member(both[0]), make.member(both[0])
    made = make.draft(revision, first)
    save_resolution(first, revision, make.fields(reference="anders"), expected_edit=1, today=TODAY)
    with pytest.raises(ResolutionEdited):
        sign_resolution(second, made, expected_edit=1)
    with pytest.raises(ResolutionEdited):
        save_resolution(second, revision, make.fields(), expected_edit=0, today=TODAY)
    drop_resolution(second, made, expected_edit=2)
    assert db.session.scalars(select(Resolution)).all() == []
    assert make.draft(revision, second).edit == 1


def test_no_decision_about_what_was_superseded(both, revision):
    later = leitbild.revision(leitbild.approved(leitbild.measure(3)))
    for body in both:
        make.signed(later, body)
    with pytest.raises(Denied):
        make.draft(revision, make.member(both[0]))


# --- what the database holds ------------------------------------------------------------------------------------------


def refused(statement) -> None:
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(statement)


def test_the_database_keeps_signed_resolutions(both, revision):
    (change,) = changes_of(revision)
    made = make.signed(revision, both[0], Decision.RETURNED, reasons={change: "Unklar."})
    refused(text("UPDATE resolutions SET decision = 'adopted'"))
    refused(text("DELETE FROM resolutions"))
    refused(text("UPDATE resolution_reasons SET reason = 'anders'"))
    refused(text("DELETE FROM resolution_reasons"))
    other = leitbild.change(leitbild.measure(5))
    refused(insert(Reason).values(resolution_id=made.id, change_id=other.id, reason="Nachgeschoben."))


def test_the_database_wants_two_people_of_the_body(both, revision):
    author, other = make.member(both[0]), make.member(both[1])
    made = make.draft(revision, author)
    entry = db.session.scalars(select(LogEntry.number)).first()
    values = {"state": "signed", "signed_at": now(), "subject_hash": "0" * 64, "entry_number": entry}
    columns = Resolution.__table__
    for signer in (author, other, user()):
        refused(update(columns).where(columns.c.id == made.id).values(**values, signed_by_id=signer.id))
    refused(update(columns).where(columns.c.id == made.id).values(state="signed"))


def test_the_database_wants_a_reason_for_returning(both, revision):
    (change,) = changes_of(revision)
    made = make.draft(revision, make.member(both[0]), Decision.RETURNED, reasons={change: "Unklar."})
    db.session.execute(text("DELETE FROM resolution_reasons"))
    entry = db.session.scalars(select(LogEntry.number)).first()
    second = make.member(both[0])
    columns = Resolution.__table__
    values = {"state": "signed", "signed_at": now(), "subject_hash": "0" * 64, "entry_number": entry}
    with pytest.raises(DBAPIError, match="only with a reason"), db.session.begin_nested():
        db.session.execute(update(columns).where(columns.c.id == made.id).values(**values, signed_by_id=second.id))


def test_nobody_moderates_and_decides(both):
    with pytest.raises(NotAResident):
        seat_member("brandenburg", moderator())
    with pytest.raises(NotAResident):
        seat_member("brandenburg", user(role=Role.OPERATOR))
    person = make.member(both[0])
    for role in (Role.MODERATOR, Role.OPERATOR):
        refused(update(User).where(User.id == person.id).values(role=role))
    boss = moderator()
    refused(insert(Seat).values(body_id="brandenburg", user_id=boss.id, role=Role.RESIDENT, since=now()))
    refused(insert(Seat).values(body_id="brandenburg", user_id=boss.id, role=Role.MODERATOR, since=now()))
    unseat_member("brandenburg", person)
    db.session.execute(update(User).where(User.id == person.id).values(role=Role.MODERATOR))


def test_nobody_sits_in_two_bodies(both):
    person = make.member(both[0])
    for body in both:
        with pytest.raises(SeatTaken):
            seat_member(body.id, person)
