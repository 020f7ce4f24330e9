"""Applying, deciding, mandates."""

from __future__ import annotations

import pytest

from participation.accounts import initiatives as operations
from participation.accounts.models import InitiativeState
from participation.accounts.queries import delegates, initiatives, mandates
from participation.base.db import db
from participation.base.verdict import Denied
from participation.notify.models import Notification
from tests.factories.accounts import initiative, moderator, user

ABOUT = {"seat": "Guben", "purpose": "Radwege an der Neiße", "contact": "kontakt@example.org"}


def notes(person) -> list[str]:
    return [note.kind for note in db.session.query(Notification).filter_by(user_id=person.id)]


def test_the_applicant_becomes_the_first_delegate_when_verified(app):
    anna = user()
    group = operations.apply_initiative(anna, name="Neiße-Radweg e. V.", **ABOUT)
    assert group.slug == "neisse-radweg-e-v"
    assert mandates(anna.id) == []
    operations.verify_initiative(moderator(), group)
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
        operations.verify_initiative(mod, group)
    operations.verify_initiative(moderator(), group)
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
