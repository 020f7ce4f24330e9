"""A revision meets two open proposals: one goes along by itself, one asks its author, and whoever signed is asked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.proposals import operations
from tests.conftest import Databases
from tests.factories import leitbild, proposals
from tests.journeys.conftest import PASSWORD, Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def prepare(databases: Databases, site: Site) -> tuple[int, int]:
    """Have Anna propose twice, Wendt sign one of them, and a revision change the passage."""
    app = site.app
    with app.app_context():
        with transaction():
            people = {user.display_name: user for user in db.session.scalars(select(User))}
            node = leitbild.measure()
            anna, start = people["Anna"], node.body.split()[0]
            fits = proposals.proposal(anna, node, wording=f"{node.body}, auch im Winter", title="Auch im Winter")
            collides = proposals.proposal(
                anna, node, wording=node.body.replace(start, "Vorschlagswort", 1), title="Ein anderes erstes Wort"
            )
            operations.support(people["Wendt"], fits)
            leitbild.revision(leitbild.approved(node, after=node.body.replace(start, "Fassungswort", 1)))
            assert fits.number is not None
            assert collides.number is not None
            numbers = fits.number, collides.number
        db.engine.dispose()
    return numbers


def visit(browser: Browser, site: Site, name: str, *, script: bool) -> Page:
    page = browser.new_context(base_url=site.url, java_script_enabled=script).new_page()
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("button", name="Abmelden").first).to_be_attached()
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_author_adopts_and_the_supporter_carries_over(
    browser: Browser, databases: Databases, site: Site, script: bool, backend: str
) -> None:
    fits, collides = prepare(databases, site)
    author = visit(browser, site, "anna", script=script)
    author.goto("/nachrichten")
    author.get_by_role("link", name=re.compile(f"auf der V-{collides} beruht")).or_(
        author.get_by_role("button", name=re.compile(f"auf der V-{collides} beruht"))
    ).first.click()
    expect(author.get_by_role("heading", name="Drei Wortlaute")).to_be_visible()
    look(author, script)
    expect(author.locator(".ld-collisions")).to_contain_text("Vorschlagswort")
    expect(author.locator(".ld-collisions")).to_contain_text("Fassungswort")
    author.get_by_role("button", name="Diesen Wortlaut übernehmen").click()
    expect(author.locator("main")).to_contain_text("bezieht sich jetzt auf den heutigen Wortlaut")
    author.get_by_role("link", name="Alle 2 Versionen").click()
    expect(author.get_by_role("heading", name="Versionen von")).to_be_visible()
    look(author, script)
    author.get_by_role("link", name="Version 1", exact=True).click()
    expect(author.locator("main")).to_contain_text("Das ist eine frühere Version.")
    look(author, script)

    supporter = visit(browser, site, "wendt", script=script)
    supporter.goto(f"/vorschlaege/{fits}")
    panel = supporter.locator("#mitzeichnen")
    expect(panel).to_contain_text("Sie haben die frühere Version 1 unterstützt.")
    look(supporter, script)
    panel.get_by_role("button", name="Auch Version 2 mitzeichnen").click()
    expect(panel).to_contain_text("Sie auch")
    expect(panel).not_to_contain_text("Sie haben die frühere")
    author.context.close()
    supporter.context.close()
