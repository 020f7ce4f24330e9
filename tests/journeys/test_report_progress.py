"""Someone reports how far a measure has come, a moderator asks back and confirms, and everybody reads it.

With JavaScript at a desk, where axe looks at every page on the way, and without it on a phone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, look, someone

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lcg-sofort-kulturhauptstadt"
SOURCE = "Auswahl der Jury am 12. Dezember 2019: Zittau ist nicht dabei."


def decide(page: Page, script: bool, choice: str, answer: str = "") -> None:
    page.goto("/moderation")
    page.get_by_role("link", name=re.compile("Kulturhauptstadt")).click()
    look(page, script)
    page.get_by_label(re.compile(choice)).check()
    page.get_by_label("Frage oder Begründung").fill(answer)
    page.get_by_role("button", name="Entscheiden").click()
    expect(page).to_have_url(re.compile("/moderation$"))


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_progress_is_reported_asked_about_and_confirmed(
    browser: Browser, site: Site, script: bool, backend: str
) -> None:
    anna, wendt = someone(browser, site, "anna", script), someone(browser, site, "wendt", script)
    anna.goto("/massnahmen")
    look(anna, script)
    anna.get_by_role("link", name=re.compile("Verlauf von .*Kulturhauptstadt")).click()
    anna.get_by_role("link", name="Stand melden").click()
    anna.get_by_label(re.compile("^überholt")).check()
    anna.get_by_label("Seit wann?").fill("2019-12-12")
    anna.get_by_role("button", name="Meldung abgeben").click()
    expect(anna.locator("main")).to_contain_text("Nennen Sie eine Quelle")
    expect(anna.get_by_label(re.compile("^überholt"))).to_be_checked()
    look(anna, script)
    anna.get_by_label("Quelle in Worten").fill("Stand in der Zeitung.")
    anna.get_by_role("button", name="Meldung abgeben").click()
    expect(anna.locator("main")).to_contain_text("liegt zur Prüfung")
    look(anna, script)

    decide(wendt, script, "Nachfragen", "In welcher, und wann?")
    anna.goto(f"/strategie/{NODE}/stand")
    anna.get_by_role("link", name="Antworten").click()
    expect(anna.get_by_label("Quelle in Worten")).to_have_value("Stand in der Zeitung.")
    anna.get_by_label("Ihre Antwort auf die Rückfrage").fill("Ich habe die Entscheidung selbst nachgelesen.")
    anna.get_by_label("Quelle in Worten").fill(SOURCE)
    anna.get_by_role("button", name="Meldung abgeben").click()
    decide(wendt, script, "Bestätigen")

    visitor = someone(browser, site, "", script)
    visitor.goto("/massnahmen?stand=ueberholt")
    expect(visitor.locator(".ld-measures > li")).to_have_count(1)
    visitor.get_by_role("link", name=re.compile("Verlauf")).click()
    expect(visitor.locator("main")).to_contain_text(SOURCE)
    expect(visitor.locator("main")).not_to_contain_text("selbst nachgelesen")
    look(visitor, script)
    visitor.goto(f"/strategie/{NODE}")
    expect(visitor.get_by_role("complementary").filter(has_text="Umsetzungsstand")).to_contain_text("überholt")
    visitor.goto("/leitbild/fassung/1/massnahmen")
    expect(visitor.locator("main")).to_contain_text("kein Stand gemeldet")
    look(visitor, script)
    for page in (anna, wendt, visitor):
        page.context.close()
