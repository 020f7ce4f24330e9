"""What somebody new writes waits, visibly to them alone, until a moderator releases it for all.

With JavaScript at a desk, where axe looks at every page on the way, and without it on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Site, look, someone

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PAGE = "/strategie/lce-sofort-industrieparks"
TEXT = "Die Hallen am Bahnhof stehen seit Jahren leer."


@pytest.fixture
def more_settings() -> Mapping[str, str]:
    return {"FIRST_CONTRIBUTION_WAITS": "1"}


def test_waits_and_is_released(browser: Browser, site: Site, script: bool, backend: str) -> None:
    anna = someone(browser, site, "anna", script)
    anna.goto(PAGE)
    expect(anna.locator("#schreiben")).to_contain_text("Sie schreiben hier zum ersten Mal.")
    look(anna, script)
    anna.get_by_label("Erfahrung").check()
    anna.get_by_label("Ihr Text").fill(TEXT)
    anna.get_by_role("button", name="Beitrag abschicken").click()
    expect(anna.locator("body")).to_contain_text("Er wartet jetzt auf die Moderation")
    mine = anna.locator(".ld-waiting")
    expect(mine).to_contain_text(TEXT)
    expect(mine).to_contain_text("Bis dahin sehen es nur Sie und die Moderation.")
    look(anna, script)

    guest = someone(browser, site, "", script)
    guest.goto(PAGE)
    expect(guest.locator("main")).to_contain_text("Hier hat noch niemand geschrieben.")
    expect(guest.locator("main")).not_to_contain_text("Hallen am Bahnhof")

    mine.get_by_role("link", name="Bearbeiten").click()
    look(anna, script)
    anna.get_by_label("Ihr Text").fill(f"{TEXT} Ich habe dort gelernt.")
    anna.get_by_role("button", name="Änderung speichern").click()
    expect(anna.locator("main")).to_contain_text("Ich habe dort gelernt.")
    anna.get_by_role("link", name="Beitrag zurückziehen").click()
    look(anna, script)
    anna.get_by_role("link", name="Warten lassen").click()

    wendt, nowak = someone(browser, site, "wendt", script), someone(browser, site, "nowak", script)
    wendt.goto("/moderation")
    look(wendt, script)
    wendt.get_by_role("link", name="Beitrag von Anna").click()
    expect(wendt.locator("main")).to_contain_text("Ich habe dort gelernt.")
    look(wendt, script)
    nowak.goto(wendt.url)
    wendt.get_by_role("button", name="Beitrag freigeben").click()
    expect(wendt.locator("body")).to_contain_text("Freigegeben.")
    nowak.get_by_role("button", name="Beitrag freigeben").click()
    expect(nowak.locator("main")).to_contain_text("Jemand war schneller")
    look(nowak, script)

    guest.goto(PAGE)
    expect(guest.locator("#gespraech")).to_contain_text("Ich habe dort gelernt.")
    anna.goto("/nachrichten")
    expect(anna.locator("main")).to_contain_text("Ihr Beitrag ist freigegeben.")
    anna.goto(PAGE)
    expect(anna.locator(".ld-waiting")).to_have_count(0)
    expect(anna.locator("#schreiben")).not_to_contain_text("zum ersten Mal")
