"""Somebody without an account reports a comment; decision, statement of reasons, appeal, reversal.

With JavaScript at a desk, where axe looks at every page on the way, and without it on a phone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from tests.factories.outcomes import node_comment
from tests.journeys.conftest import Site, look, someone

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

TEXT = "Das Rathaus steht in der Hauptstraße 3."


@pytest.fixture
def comment(site: Site) -> int:
    with site.app.app_context():
        with transaction():
            anna = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
            ident = node_comment(anna, body=TEXT).id
        db.session.remove()
        db.engine.dispose()
    return ident


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_reported_hidden_objected_and_shown_again(
    browser: Browser, site: Site, comment: int, script: bool, backend: str
) -> None:
    guest = someone(browser, site, "", script)
    guest.goto(f"/beitrag/{comment}")
    guest.get_by_role("link", name="Melden", exact=True).click()
    look(guest, script)
    guest.get_by_label("Verrät etwas über einen Menschen").check()
    guest.get_by_label("Was ist daran nicht in Ordnung?").fill("Kurz")
    guest.get_by_role("button", name="Meldung abgeben").click()
    expect(guest.locator("main")).to_contain_text("10 bis 4000")
    look(guest, script)
    guest.get_by_label("Was ist daran nicht in Ordnung?").fill("Nennt eine Adresse mit Hausnummer.")
    guest.get_by_label("Ihre E-Mail-Adresse").fill("gast@example.net")
    guest.get_by_role("button", name="Meldung abgeben").click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Meldung M-")
    look(guest, script)
    assert guest.url.endswith(site.mailed_link("gast@example.net", "/meldung/").rsplit("/", 1)[1])

    wendt, nowak = someone(browser, site, "wendt", script), someone(browser, site, "nowak", script)
    wendt.goto("/moderation")
    look(wendt, script)
    wendt.get_by_role("link", name=re.compile("Beitrag")).first.click()
    look(wendt, script)
    wendt.get_by_role("button", name="Fall übernehmen").click()
    nowak.goto(wendt.url)
    expect(nowak.locator("main")).to_contain_text("Wendt hat diesen Fall übernommen")
    wendt.get_by_label("Ausblenden", exact=True).check()
    wendt.get_by_label("Grund", exact=True).select_option(label="Regel 3: Nichts über Private")
    wendt.get_by_label("Die Stelle, um die es geht").fill("Hauptstraße 3")
    wendt.get_by_label("Begründung").fill("Eine Adresse gehört nicht hierher.")
    wendt.get_by_role("button", name="Entscheiden").click()
    expect(wendt.get_by_role("heading", level=1)).to_contain_text("Entscheidung über Beitrag")
    look(wendt, script)

    guest.goto(f"/beitrag/{comment}")
    expect(guest.locator("main")).to_contain_text("Regel 3, Nichts über Private")
    expect(guest.locator("main")).not_to_contain_text("Rathaus")
    guest.goto("/moderationslog")
    expect(guest.locator("main")).to_contain_text("ausgeblendet")
    look(guest, script)
    guest.goto(site.mailed_link("gast@example.net", "/widerspruch/"))
    expect(guest.locator("main")).to_contain_text("ausgeblendet")
    look(guest, script)

    anna = someone(browser, site, "anna", script)
    assert site.mailed_link("anna@example.org", "/widerspruch/")
    anna.goto("/nachrichten")
    anna.get_by_role("button", name=re.compile("Über Ihren Beitrag ist entschieden")).or_(
        anna.get_by_role("link", name=re.compile("Über Ihren Beitrag ist entschieden"))
    ).first.click()
    expect(anna.locator("main")).to_contain_text("Eine Adresse gehört nicht hierher.")
    look(anna, script)
    anna.get_by_label("Warum ist die Entscheidung falsch?").fill("Es ist das Rathaus, keine Wohnung.")
    anna.get_by_role("button", name="Widerspruch einlegen").click()
    expect(anna.locator("main")).to_contain_text("Widerspruch läuft")

    wendt.goto("/moderation")
    expect(wendt.locator("main")).to_contain_text("Sie haben zuerst entschieden")
    nowak.goto("/moderation")
    nowak.get_by_role("link", name=re.compile("Beitrag")).first.click()
    look(nowak, script)
    nowak.get_by_label("Ja, die Entscheidung wird aufgehoben").check()
    nowak.get_by_label("Antwort an beide Seiten").fill("Das Rathaus ist öffentlich.")
    nowak.get_by_role("button", name="Entscheiden").click()
    expect(nowak.locator("main")).to_contain_text("Beide Seiten erfahren es")

    guest.goto(f"/beitrag/{comment}")
    expect(guest.locator("main")).to_contain_text("Das Rathaus steht")
    guest.goto("/moderationslog")
    expect(guest.locator("main")).to_contain_text("Widerspruch hatte Erfolg")
    guest.goto("/transparenz")
    guest.get_by_role("link", name=re.compile("Halbjahr")).first.click()
    look(guest, script)
    guest.goto("/spielregeln")
    look(guest, script)
    for page in (guest, wendt, nowak, anna):
        page.context.close()
