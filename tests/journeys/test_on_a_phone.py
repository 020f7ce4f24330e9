"""On a phone nothing runs out of the screen, and what stands by itself is high enough for a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PHONE = {"width": 375, "height": 812}
NODE = "/strategie/lce-sofort-industrieparks"
PUBLIC = ("/", "/strategie?alles=1", NODE, "/vorschlaege", "/leitbild", "/massnahmen", "/konto/anmelden", "/fehlt")
OWN = (NODE, f"{NODE}/vorschlagen?typ=textaenderung", "/konto/profil", "/konto/loeschen", "/meine-beitraege")
ALONE = (
    ".kern-btn, summary, a.ld-tag, .ld-tabs a, .ld-sort a, .ld-row > a, .ld-part__head > a, .ld-tree__line > a, "
    ".ld-tree__head > a, .ld-acts a, .ld-comment > footer :is(a, button), .ld-chips label, .ld-check label, "
    ".ld-foot li a"
)
"""What is pressed and no word within a sentence."""
LOW = """(alone) => [...document.querySelectorAll(alone)].filter((one) => one.checkVisibility())
    .map((one) => [one.textContent.trim().slice(0, 40), Math.round(one.getBoundingClientRect().height
        + 2 * (parseFloat(getComputedStyle(one).marginTop) || 0) * one.matches('.ld-check label'))])
    .filter(([, height]) => height < 44)"""


def look(page: Page, path: str) -> list[str]:
    """Open a page; return what does not fit on it."""
    page.goto(path)
    found = [f"{path}: {words} is {height} high" for words, height in page.evaluate(LOW, ALONE)]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"{path}: {wide} too wide"] if wide > 0 else [])


def test_pages_fit_a_phone_and_a_finger(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE)
    page = context.new_page()
    wrong = [finding for path in PUBLIC for finding in look(page, path)]
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    wrong += [finding for path in OWN for finding in look(page, path)]
    context.close()
    assert wrong == []
