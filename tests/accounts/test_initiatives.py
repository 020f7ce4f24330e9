"""Applying, deciding, mandates."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from participation.accounts import initiatives as operations
from participation.accounts.models import Delegate, InitiativeState, OrganisationKind
from participation.accounts.queries import delegates, initiatives, mandates
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.queries import single
from participation.notify.models import Notification
from tests.factories import dialogue
from tests.factories.accounts import initiative, moderator, user

ABOUT = {"seat": "Guben", "purpose": "Radwege an der Neiße", "contact": "kontakt@example.org"}


def notes(person) -> list[str]:
    return [note.kind for note in db.session.query(Notification).filter_by(user_id=person.id)]


def test_the_applicant_becomes_the_first_delegate_when_verified(app):
    anna = user()
    group = operations.apply_initiative(anna, name="Neiße-Radweg e. V.", **ABOUT)
    assert group.slug == "neisse-radweg-e-v"
    assert mandates(anna.id) == []
    operations.verify_initiative(moderator(), group, "Im Vereinsregister nachgesehen.")
    assert [mandate.slug for mandate in mandates(anna.id)] == ["neisse-radweg-e-v"]
    assert notes(anna) == ["initiative_verified"]


def test_names_are_unique_and_slugs_differ(app):
    anna = user()
    operations.apply_initiative(anna, name="Žitny kwas", **ABOUT)
    assert operations.apply_initiative(anna, name="Zitny Kwas!", **ABOUT).slug == "zitny-kwas-2"
    with pytest.raises(operations.NameTaken):
        operations.apply_initiative(anna, name="Žitny kwas", **ABOUT)


def test_nobody_decides_on_their_own_application_or_twice(app):
    mod = moderator()
    group = operations.apply_initiative(mod, name="Eigene", **ABOUT)
    with pytest.raises(Denied):
        operations.verify_initiative(mod, group, "Kenne ich.")
    operations.verify_initiative(moderator(), group, "Im Vereinsregister nachgesehen.")
    with pytest.raises(operations.AlreadyDecided):
        operations.refuse_initiative(moderator(), group, "zu spät")
    assert group.state is InitiativeState.VERIFIED


def test_a_refusal_needs_a_reason_and_gives_no_mandate(app):
    anna = user()
    group = operations.apply_initiative(anna, name="Unklar", **ABOUT)
    with pytest.raises(operations.ReasonMissing):
        operations.refuse_initiative(moderator(), group, "  ")
    operations.refuse_initiative(moderator(), group, "Der Kontakt kennt Sie nicht.")
    assert group.state is InitiativeState.REFUSED
    assert mandates(anna.id) == []
    assert notes(anna) == ["initiative_refused"]


def test_delegates_add_others_and_end_mandates(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    operations.add_delegate(anna, group, tomasz.id)
    operations.add_delegate(anna, group, tomasz.id)
    assert [row.user_id for row in delegates(group.id)] == [anna.id, tomasz.id]
    assert notes(tomasz) == ["delegate_added"]
    operations.end_mandate(tomasz, group, anna.id)
    assert mandates(anna.id) == []
    with pytest.raises(Denied):
        operations.add_delegate(anna, group, user().id)
    with pytest.raises(operations.NoSuchMandate):
        operations.end_mandate(tomasz, group, anna.id)
    operations.add_delegate(tomasz, group, anna.id)
    assert len(mandates(anna.id)) == 1


def test_strangers_and_unconfirmed_people_get_no_mandate(app):
    anna = user()
    group = initiative(anna)
    with pytest.raises(Denied):
        operations.add_delegate(user(), group, user().id)
    for number in (user(confirmed=False).id, 999_999):
        with pytest.raises(operations.NobodyThere):
            operations.add_delegate(anna, group, number)


def test_the_list_holds_verified_initiatives_by_name(app):
    initiative(user(), name="Zwei")
    initiative(user(), name="Eins")
    initiative(user(), name="Offen", state=InitiativeState.APPLIED)
    assert [row.name for row in initiatives()] == ["Eins", "Zwei"]
    assert [row.name for row in initiatives(after="Eins")] == ["Zwei"]
    assert initiatives()[0].delegate_count == 1


def test_an_application_says_what_it_is_and_which_languages_it_speaks(app):
    group = operations.apply_initiative(
        user(), name="Stadtwerke", kind=OrganisationKind.CARRIER, languages=["pl", "de", "pl"], **ABOUT
    )
    db.session.expire_all()
    assert (group.kind, group.languages) == (OrganisationKind.CARRIER, ["pl", "de"])
    assert operations.apply_initiative(user(), name="Verein", **ABOUT).kind is OrganisationKind.INITIATIVE


def test_the_database_knows_three_kinds(app):
    group = initiative(user())
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE initiatives SET kind = 'partei' WHERE id = :id"), {"id": group.id})


def test_a_verification_needs_its_reason_too(app):
    group = operations.apply_initiative(user(), name="Unbelegt", **ABOUT)
    with pytest.raises(operations.ReasonMissing):
        operations.verify_initiative(moderator(), group, " ")
    assert group.state is InitiativeState.APPLIED
    assert delegates(group.id) == []


def test_a_mandate_has_a_text_and_a_period(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    begin, end = now() + timedelta(days=2), now() + timedelta(days=9)
    operations.add_delegate(anna, group, tomasz.id, mandate="Radwege", since=begin, until=end)
    assert mandates(tomasz.id) == []
    row = delegates(group.id)[-1]
    assert (row.user_id, row.mandate, row.since, row.until) == (tomasz.id, "Radwege", begin, end)
    with time_machine.travel(begin + timedelta(hours=1)):
        assert [one.initiative_id for one in mandates(tomasz.id)] == [group.id]
    with time_machine.travel(end):
        assert mandates(tomasz.id) == []
        assert [one.user_id for one in delegates(group.id)] == [anna.id]


def test_a_running_mandate_takes_new_terms_without_a_second_note(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    operations.add_delegate(anna, group, tomasz.id, mandate="Radwege")
    since, end = delegates(group.id)[-1].since, now() + timedelta(days=1)
    operations.add_delegate(anna, group, tomasz.id, mandate="Fähren", until=end)
    row = delegates(group.id)[-1]
    assert (row.mandate, row.until, row.since) == ("Fähren", end, since)
    assert notes(tomasz) == ["delegate_added"]


def test_a_period_that_ends_before_it_begins_is_refused(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    with pytest.raises(operations.UnfitPeriod):
        operations.add_delegate(
            anna, group, tomasz.id, since=now() + timedelta(days=3), until=now() + timedelta(days=2)
        )
    assert len(delegates(group.id)) == 1
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(
            Delegate(initiative_id=group.id, user_id=tomasz.id, since=now(), until=now() - timedelta(days=1))
        )


def test_a_mandate_that_has_not_begun_can_be_taken_back(app):
    anna, tomasz = user(), user()
    group = initiative(anna)
    operations.add_delegate(anna, group, tomasz.id, since=now() + timedelta(days=3))
    operations.end_mandate(anna, group, tomasz.id)
    assert [one.user_id for one in delegates(group.id)] == [anna.id]
    with time_machine.travel(now() + timedelta(days=4)):
        assert mandates(tomasz.id) == []


def test_an_ended_mandate_stops_at_once_and_keeps_what_was_written(app):
    anna, tomasz = user("Anna"), user("Tomasz")
    group = initiative(anna)
    operations.add_delegate(anna, group, tomasz.id, until=now() + timedelta(days=1))
    made = dialogue.comment(author=tomasz, initiative_id=group.id)
    with time_machine.travel(now() + timedelta(days=2)), pytest.raises(Denied):
        dialogue.comment(author=tomasz, initiative_id=group.id)
    shown = single(made.id, None)
    assert (shown.author, shown.initiative) == ("Tomasz", group.name)
