"""Two moderators merge three Textänderungen in a real browser, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.proposals.models import Proposal
from participation.strategy.models import Node
from tests.conftest import Databases
from tests.factories import proposals
from tests.journeys.conftest import PASSWORD, Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lce-sofort-energieforschungsinstitut"
BEFORE = "Ansiedlung eines Energieforschungsinstitutes (Fraunhofer Institut)"
WISHES = {
    "Cottbus nennen": f"{BEFORE} in Cottbus",
    "Zittau nennen": f"{BEFORE} in Zittau",
    "Baldige Ansiedlung": BEFORE.replace("Ansiedlung", "Rasche Ansiedlung"),
}
PATH = f"/moderation/zusammenfuehren/{NODE}"


@pytest.fixture
def wishes(site: Site, databases: Databases) -> dict[str, str]:
    """Three open Textänderungen of one measure; return their references by title."""
    app = site.app
    with app.app_context():
        with transaction():
            author = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
            author.confirmed_at = author.confirmed_at or author.created_at
            about = db.session.get_one(Node, NODE)
            for title, wording in WISHES.items():
                proposals.proposal(author, about, title=title, wording=wording)
        found = {row.title: row.reference for row in db.session.scalars(select(Proposal))}
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.fixture
def moderators(browser: Browser, site: Site, wishes: dict[str, str], script: bool) -> Iterator[list[Page]]:
    """Two browsers, each with a moderator on the merge view."""
    pages = []
    for name in ("wendt", "nowak"):
        context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
        context.set_default_timeout(10_000)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
        page.faults = faults  # type: ignore[attr-defined]
        page.goto("/konto/anmelden")
        page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
        page.goto(PATH)
        pages.append(page)
    yield pages
    for page in pages:
        assert page.faults == []  # type: ignore[attr-defined]
        page.context.close()


def disputed(page: Page):
    return page.locator("fieldset.is-disputed")


def save(page: Page, script: bool, step: int) -> None:
    """Press save where there is no script; with it, wait until the page has saved by itself."""
    if not script:
        disputed(page).get_by_role("button", name="Speichern").click()
    expect(page.locator("#stand")).to_contain_text(f"Schritt {step},")


def test_two_moderators_merge_and_nothing_is_lost(
    moderators: list[Page], wishes: dict[str, str], script: bool, backend: str
) -> None:
    first, second = moderators
    look(first, script)
    for title, reference in wishes.items():
        expect(first.locator("form fieldset").get_by_text(title)).to_be_visible()
        expect(first.locator(".ld-inplace")).to_contain_text(reference)
    expect(first.locator(".ld-inplace")).to_contain_text("uneinig")

    # What nobody disputes in one click, then a choice where they collide; the preview follows.
    first.get_by_role("button", name="Alle offenen übernehmen").click()
    expect(first.locator("#vorschau ins")).to_contain_text("Rasche")
    disputed(first).get_by_label(re.compile(f"^Wie {wishes['Cottbus nennen']}:")).check()
    save(first, script, 2)
    expect(first.locator("#vorschau")).to_contain_text("in Cottbus")
    look(first, script)

    # Back and forth.
    first.get_by_role("button", name="Rückgängig").click()
    expect(first.locator("#vorschau")).not_to_contain_text("in Cottbus")
    first.get_by_role("button", name="Wiederholen").click()
    expect(first.locator("#vorschau")).to_contain_text("in Cottbus")
    first.reload()
    expect(first.locator("#vorschau")).to_contain_text("in Cottbus")

    # The second one still has the page of the beginning, and writes by hand.
    disputed(second).get_by_label("Selbst formulieren").check()
    disputed(second).get_by_label("Eigener Text").fill("in Cottbus oder Zittau")
    if not script:
        disputed(second).get_by_role("button", name="Speichern").click()
    expect(second.get_by_role("heading", name="Inzwischen hat Wendt hier entschieden")).to_be_visible()
    expect(second.locator(".ld-conflict")).to_contain_text("in Cottbus oder Zittau")
    expect(second.locator(".ld-conflict")).to_contain_text("Damit begannen Sie")
    look(second, script)
    second.locator(".ld-conflict").get_by_role("button", name="Meine Wahl nehmen").last.click()
    expect(second.locator("#vorschau")).to_contain_text("in Cottbus oder Zittau")
    expect(second.locator("#vorschau ins").first).to_contain_text("Rasche")
    look(second, script)

    # The first one sees it after a reload, and the way leads to a change.
    first.reload()
    expect(first.locator("#vorschau")).to_contain_text("in Cottbus oder Zittau")
    expect(first.locator("#stand")).to_contain_text("von Nowak")
    first.get_by_role("button", name="Als Änderung übernehmen").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Als Änderung übernehmen")
    expect(first.locator("main")).to_contain_text("Noch trägt kein freigegebenes Ergebnis")
    look(first, script)


def test_it_works_on_a_narrow_screen(moderators: list[Page], script: bool, backend: str) -> None:
    page = moderators[0]
    page.set_viewport_size({"width": 320, "height": 700})
    page.reload()
    wide = page.evaluate("document.documentElement.scrollWidth") if script else 320
    assert wide <= 320
    expect(page.get_by_role("button", name="Alle offenen übernehmen")).to_be_visible()
