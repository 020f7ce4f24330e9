"""What a person typed survives a session that ended meanwhile, with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lcm-handlung-batterie-zellproduktion"
TEXT = "Wer Zellen baut, muss auch sagen, wohin sie danach gehen.\n\nSonst steht der Schrott bei uns."


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_comment_survives_the_end_of_a_session(browser: Browser, site: Site, script: bool, backend: str) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=script)
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    page.goto(f"/strategie/{NODE}")
    page.locator("input[name=kind][value=frage]").check()
    page.get_by_label("Ihr Text").fill(TEXT)
    context.clear_cookies()
    page.get_by_role("button", name="Beitrag abschicken").click()
    expect(page.locator("main")).to_contain_text("Sonst steht der Schrott bei uns.")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sonst steht der Schrott bei uns.")
    page.get_by_role("button", name="Jetzt absenden").click()
    expect(page).to_have_url(re.compile(f"/strategie/{NODE}"))
    expect(page.get_by_role("article").filter(has_text="Sonst steht der Schrott bei uns.")).to_have_count(1)
    context.close()
