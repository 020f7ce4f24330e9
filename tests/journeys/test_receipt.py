"""The story of a receipt: an answer that is missing holds up a version; given, it reaches the one who wrote.

Once with JavaScript and axe, and once without.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.outcomes.models import Fate
from tests.factories import leitbild
from tests.factories.outcomes import node_comment, outcome
from tests.journeys.conftest import PASSWORD, Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

SAID = "Im Winter fehlt uns die Wärme."
ANSWER = "Die Wärme steht jetzt mit im Satz."


@pytest.fixture
def title(site: Site) -> str:
    """Have Anna comment, an outcome leave her answer open, and a draft rest on it; return the passage's title."""
    with site.app.app_context():
        with transaction():
            anna = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
            node = leitbild.measure()
            talk = leitbild.owner(node.id)
            record = outcome(node_comment(anna, node_id=talk, body=SAID), node_id=talk, fate=Fate.OPEN)
            record.evidence[0].answer = ""
            leitbild.draft(leitbild.approved(node, record))
            found = node.title
        db.session.remove()
        db.engine.dispose()
    return found


def visit(browser: Browser, site: Site, name: str, script: bool) -> Page:
    context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    return page


def test_no_version_without_an_answer(site: Site, browser: Browser, title: str, script: bool, backend: str) -> None:
    anna = visit(browser, site, "anna", script)
    anna.goto("/meine-beitraege")
    expect(anna.locator("main")).to_contain_text("Noch offen.")

    # The draft names who waits, and leads to where the answer is given.
    wendt = visit(browser, site, "wendt", script)
    wendt.goto("/moderation/entwurf")
    wendt.get_by_role("button", name="Zur Veröffentlichung geben").click()
    missing = wendt.get_by_role("link", name="Der Beitrag von Anna wartet auf eine Antwort.")
    expect(missing.first).to_be_visible()
    missing.first.click()
    expect(wendt.locator("blockquote")).to_contain_text(SAID)
    look(wendt, script)
    wendt.get_by_label("Was wird daraus?").select_option("partly")
    wendt.get_by_role("button", name="Antworten geben").click()
    expect(wendt.locator("main")).to_contain_text("Schreiben Sie dazu, warum.")
    look(wendt, script)
    wendt.get_by_label("Antwort", exact=True).fill(ANSWER)
    wendt.get_by_role("button", name="Antworten geben").click()
    expect(wendt.locator("main")).to_contain_text(ANSWER)

    wendt.goto("/moderation/entwurf")
    wendt.get_by_role("button", name="Zur Veröffentlichung geben").click()
    nowak = visit(browser, site, "nowak", script)
    nowak.goto("/moderation/entwurf")
    nowak.get_by_role("button", name="Fassung 2 veröffentlichen").click()

    # Anna reads it twice: in her notes, and for ever beside her comment.
    anna.goto("/meine-beitraege")
    receipt = anna.locator(".ld-receipt")
    expect(receipt).to_contain_text("Teilweise eingeflossen in Fassung 2.")
    expect(receipt).to_contain_text(f"Passage „{title[:40]}")
    expect(receipt).to_contain_text(ANSWER)
    anna.goto("/nachrichten")
    expect(anna.locator("main")).to_contain_text("teilweise eingeflossen")
    look(anna, script)
