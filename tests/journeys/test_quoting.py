"""A person speaks of some words: selected with the mouse and the keyboard, or copied into the form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, Site, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lce-sofort-industrieparks"
QUOTE = "Gaskraftwerke mit Wärmekopplung"


def enter(page: Page) -> None:
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    page.goto(f"/strategie/{NODE}")


def test_selected_words_become_a_quote(browser: Browser, site: Site, backend: str) -> None:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    enter(page)
    button = page.get_by_role("button", name="Dazu kommentieren")
    expect(button).to_have_count(0)
    point = page.locator(".ld-wording li").first
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 12, steps=4)
    page.mouse.up()
    words = str(page.evaluate("String(getSelection())")).strip()
    assert words in point.inner_text()
    expect(button).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihr Text")).to_be_focused()
    expect(page.get_by_label("Zitat")).to_have_value(words)
    expect(page.get_by_label("Bezieht sich auf")).to_have_value(f"{NODE}-versorgungssicherheit")
    expect(button).to_have_count(0)
    page.locator("input[name=kind][value=frage]").check()
    page.get_by_label("Ihr Text").fill("Warum gerade hier?")
    page.get_by_role("button", name="Beitrag abschicken").click()
    mine = page.get_by_role("article").filter(has_text="Warum gerade hier?")
    expect(mine).to_contain_text(f"zu „{words}“")
    context.close()


def test_copied_words_become_a_quote_without_javascript(browser: Browser, site: Site, backend: str) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    enter(page)
    page.locator("input[name=kind][value=frage]").check()
    page.get_by_label("Ihr Text").fill("Warum gerade hier?")
    page.get_by_label("Zitat").fill("Gaskraftwerk mit der Wärmekopplung")
    page.get_by_role("button", name="Beitrag abschicken").click()
    expect(page.locator("#schreiben")).to_contain_text("Diese Worte stehen nicht im heutigen Wortlaut.")
    expect(page.get_by_label("Ihr Text")).to_have_value("Warum gerade hier?")
    expect(page.locator("#schreiben")).to_contain_text(f"Am nächsten kommt im Wortlaut: „{QUOTE}“")
    page.get_by_role("button", name="Mit diesem Zitat abschicken").click()
    mine = page.get_by_role("article").filter(has_text="Warum gerade hier?")
    expect(mine).to_contain_text(f"zu „{QUOTE}“")
    context.close()
