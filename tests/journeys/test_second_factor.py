"""A moderator sets up a passkey and logs in with it; another does all of it without JavaScript, by an app."""

from __future__ import annotations

import re
from dataclasses import replace

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, Site, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the site as an operator would: whoever holds a power needs a second factor."""
    monkeypatch.setenv("SECOND_FACTOR", "required")


@pytest.fixture
def strict(required: None, site: Site) -> Site:
    """The site under its name: browsers make no passkeys for numbers."""
    return replace(site, url=site.url.replace("127.0.0.1", "localhost"))


def with_password(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.url}/konto/anmelden?next=/moderation")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def add_authenticator(page: Page) -> None:
    """Give the browser a device that makes passkeys and always recognises its owner."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_moderator_sets_up_a_passkey_and_logs_in_with_it_alone(strict: Site, page: Page) -> None:
    add_authenticator(page)
    with_password(page, strict, "wendt")
    expect(page.get_by_role("heading", name="Ein zweiter Schritt fehlt")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Weiter zum zweiten Schritt").click()
    expect(page.get_by_role("heading", name="Sicher anmelden")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Name für diesen Passkey").fill("Dienstrechner")
    page.get_by_role("button", name="Passkey einrichten").click()
    expect(page.get_by_role("heading", name="Ihre Ersatzcodes")).to_be_visible()
    assert page.get_by_role("listitem").filter(has_text=re.compile(r"^(\w{4}-){3}\w{4}$")).count() == 10
    assert_accessible(page)
    page.goto(f"{strict.url}/moderation")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Ein zweiter Schritt fehlt")
    page.get_by_role("button", name="Abmelden").click()

    page.goto(f"{strict.url}/konto/anmelden?next=/moderation")
    assert_accessible(page)
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page).to_have_url(f"{strict.url}/moderation")
    page.goto(f"{strict.url}/konto/profil")
    expect(page.get_by_text("mit Passkey, in zwei Schritten")).to_be_visible()
    page.get_by_role("button", name="Abmelden").first.click()

    # After the password the same passkey is the second step.
    with_password(page, strict, "wendt")
    expect(page.get_by_role("heading", name="Noch ein Schritt")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Passkey benutzen").click()
    expect(page).to_have_url(f"{strict.url}/moderation")


def test_an_app_works_without_javascript(strict: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with_password(page, strict, "nowak")
    page.get_by_role("button", name="Weiter zum zweiten Schritt").click()
    expect(page.get_by_role("button", name="Passkey einrichten")).to_be_hidden()
    page.get_by_role("button", name="App einrichten").click()
    expect(page.get_by_role("img", name="Bild zum Scannen")).to_be_visible()
    totp = pyotp.TOTP((page.locator("code").text_content() or "").replace(" ", ""))
    page.get_by_label("Code aus der App").fill(totp.now())
    page.get_by_role("button", name="Fertig").click()
    expect(page.get_by_role("heading", name="Ihre Ersatzcodes")).to_be_visible()
    spare = page.locator("code").first.text_content() or ""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Als Datei speichern").click()
    assert spare in waiting.value.path().read_text()
    page.get_by_role("button", name="Abmelden").click()

    with_password(page, strict, "nowak")
    used = page.get_by_label("Code aus der App")
    used.fill(totp.now())
    page.get_by_role("button", name="Anmelden", exact=True).click()
    if page.get_by_text("wurde schon benutzt").count():  # still the half minute of the first code
        page.get_by_label("Code aus der App").fill(spare)
        page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page).to_have_url(f"{strict.url}/moderation")
    context.close()
