"""The whole strategy on a phone: clusters are folded, and an address still leads to every line in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Site, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lce-sofort-industrieparks"
PHONE = {"width": 375, "height": 812}


def test_clusters_unfold_by_keyboard_and_by_address(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE)
    page = context.new_page()
    page.goto("/strategie")
    line = page.locator(f"#{NODE}")
    fold = page.locator("details.ld-fold").filter(has=line)
    expect(line).to_be_hidden()
    assert_accessible(page)
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(line).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"/strategie/{NODE}")
    page.get_by_role("navigation", name="Sie sind hier").get_by_role("link", name="Strategie").click()
    expect(line).to_be_in_viewport()

    # Where the browser itself unfolds nothing, our script does.
    fold.evaluate("fold => { fold.open = false }")
    expect(line).to_be_hidden()
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    expect(line).to_be_in_viewport()
    context.close()


def test_without_javascript_every_line_is_one_link_away(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/strategie#{NODE}")
    expect(page.locator(f"#{NODE}")).to_be_in_viewport()
    page.goto("/strategie")
    page.get_by_role("link", name="Alle Cluster aufklappen").click()
    expect(page.locator(f"#{NODE}")).to_be_visible()
    context.close()
