"""What bodies decide stands beside a version's frozen list of measures, on its page and in its documents."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from participation.base.db import db
from participation.documents import annexes
from participation.documents.models import Document, DocumentState
from participation.documents.printer import print_due
from participation.resolutions.models import Decision
from tests.factories import leitbild, resolutions

pytestmark = pytest.mark.one_database


def said(number: int) -> list[list[str]]:
    return [[cell[0].text for cell in row] for part in annexes.resolutions(number) for row in part.blocks[0].rows]


def test_nobody_decides_about_the_first_version(app):
    resolutions.bodies()
    assert said(1) == []


def test_documents_say_who_decided_what_and_who_has_not(app):
    brandenburg, _sachsen = resolutions.bodies()
    revision = leitbild.revision()
    made = resolutions.signed(revision, brandenburg)
    (one, two) = said(2)
    assert one[:2] == ["Lenkungsgremium Brandenburg", "angenommen"]
    assert one[2].endswith("LG 12/2026")
    assert one[3] == f"Eintrag {made.entry_number}"
    assert two == ["Lenkungsgremium Sachsen", "noch offen", "–", "–"]


def test_a_resolution_has_the_documents_made_anew(app):
    brandenburg, _sachsen = resolutions.bodies()
    revision = leitbild.revision()
    print_due(lambda _claim: b"Vor dem Beschluss")
    resolutions.signed(revision, brandenburg)
    db.session.expire_all()
    states = {(row.revision_number, row.state) for row in db.session.scalars(select(Document))}
    assert states == {(1, DocumentState.READY), (2, DocumentState.WAITING)}


def test_the_list_of_measures_shows_resolutions_in_as_many_statements(client, statements):
    brandenburg, sachsen = resolutions.bodies()
    revision = leitbild.revision()
    path = "/leitbild/fassung/2/massnahmen"
    client.get(path)
    with statements() as before:
        page = client.get(path).get_data(as_text=True)
    assert "Beschluss Brandenburg" in page
    resolutions.signed(revision, brandenburg)
    resolutions.signed(revision, sachsen, Decision.RETURNED, reasons={revision_change(): "Zu teuer."})
    with statements() as after:
        page = client.get(path).get_data(as_text=True)
    assert "angenommen am" in page
    assert "zurückverwiesen am" in page
    assert before.number == after.number <= 3
    assert "Beschluss Brandenburg" not in client.get("/leitbild/fassung/1/massnahmen").get_data(as_text=True)


def revision_change() -> int:
    from participation.leitbild.models import Change

    return db.session.scalars(select(Change.id).where(Change.revision_number == 2)).one()
