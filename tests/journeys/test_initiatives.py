"""The story of two organisations: one is asked and answers in the thread; both hand a proposal in together.

Once with JavaScript and axe, and once without.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.initiatives import apply_initiative, verify_initiative
from participation.accounts.models import User
from participation.accounts.operations import create_account
from participation.base.db import db, transaction
from tests.journeys.conftest import PASSWORD, Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "/strategie/lce-sofort-industrieparks"
ASKED = "Wann fährt der erste Zug nach Posen?"
ANSWER = "Im Mai, alle zwei Stunden."


@pytest.fixture
def groups(site: Site) -> None:
    """Add two people who speak for an organisation each."""
    with site.app.app_context():
        with transaction():
            wendt = db.session.scalars(select(User).where(User.email == "wendt@example.org")).one()
            for name, group in (("mira", "Radbrücke"), ("jan", "Pendlerbund")):
                person = create_account(
                    email=f"{name}@example.org", display_name=name.capitalize(), password=PASSWORD, residence_id="guben"
                )
                made = apply_initiative(person, name=group, seat="Guben", purpose="Verbindet.", contact="k@example.org")
                verify_initiative(wendt, made, "Im Vereinsregister nachgesehen.")
        db.session.remove()
        db.engine.dispose()


def visit(browser: Browser, site: Site, name: str, script: bool) -> Page:
    context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    return page


@pytest.mark.usefixtures("groups")
def test_a_question_is_answered(site: Site, browser: Browser, script: bool, backend: str) -> None:
    anna = visit(browser, site, "anna", script)
    anna.goto(f"{NODE}#schreiben")
    anna.get_by_text("Frage", exact=True).click()
    anna.get_by_label("Ihr Text").fill(ASKED)
    anna.get_by_role("button", name="Um Antwort bitten").click()
    expect(anna.get_by_label("Ihr Text")).to_have_value(ASKED)
    look(anna, script)
    anna.get_by_label("Pendlerbund").check()
    anna.get_by_role("button", name="Beitrag abschicken").click()
    expect(anna.locator(".ld-asks")).to_have_text("Antwort erbeten von Pendlerbund")

    jan = visit(browser, site, "jan", script)
    jan.goto("/nachrichten")
    jan.get_by_text("bittet „Pendlerbund“ um eine Antwort").click()
    expect(jan.locator("main")).to_contain_text(ASKED)
    jan.get_by_role("link", name="Antworten", exact=True).first.click()
    jan.get_by_label("Ihr Text").fill(ANSWER)
    jan.get_by_label("Sie schreiben").select_option(label="für Pendlerbund")
    jan.get_by_role("button", name="Antwort abschicken").click()

    anna.goto(NODE)
    expect(anna.locator(".ld-asks")).to_have_text("Antwort von Pendlerbund")
    anna.locator(".ld-asks").get_by_role("link", name="Antwort").click()
    expect(anna.locator("main")).to_contain_text(ANSWER)
    anna.goto("/initiativen/pendlerbund?ansicht=fragen")
    expect(anna.locator("main")).to_contain_text("beantwortet (1)")
    expect(anna.locator("main")).to_contain_text(ASKED)
    look(anna, script)


@pytest.mark.usefixtures("groups")
def test_a_proposal_is_handed_in_together(site: Site, browser: Browser, script: bool, backend: str) -> None:
    mira = visit(browser, site, "mira", script)
    mira.goto(f"{NODE}/vorschlagen?typ=textaenderung")
    mira.get_by_label("Titel").fill("Auch den Zug nennen")
    mira.get_by_label("Neuer Wortlaut").fill("Entwicklung der Kraftwerkstandorte mit einem Zug nach Posen")
    mira.get_by_label("Begründung").fill("Ohne Zug kommt niemand zur Arbeit in den Parks.")
    mira.get_by_label("Nutzen über den eigenen Ort hinaus").fill("Er nützt beiden Ufern der Neiße.")
    mira.get_by_label("Auswirkung auf kulturelle Traditionen").fill("Keine Auswirkung, denn die Strecke gibt es schon.")
    mira.get_by_text("für Radbrücke", exact=True).click()
    mira.get_by_role("button", name="Weiter zur Prüfung").click()
    mira.get_by_role("link", name="Jemanden einladen").click()
    mira.get_by_label("Organisation").select_option(label="Pendlerbund")
    mira.get_by_role("button", name="Organisation einladen").click()
    mira.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    mira.get_by_role("button", name="Person einladen").click()
    look(mira, script)
    mira.get_by_role("link", name="Noch einmal ansehen und einreichen").click()
    expect(mira.locator("main")).to_contain_text("Noch haben nicht alle zugestimmt")
    expect(mira.get_by_role("button", name="Einreichen")).to_have_count(0)

    anna = visit(browser, site, "anna", script)
    anna.goto(site.mailed_link("anna@example.org", "einladung"))
    look(anna, script)
    anna.get_by_role("button", name="Mitmachen und zustimmen").click()
    expect(anna.locator("main")).to_contain_text("Sie haben diesem Text zugestimmt.")

    jan = visit(browser, site, "jan", script)
    jan.goto("/nachrichten")
    jan.get_by_text("lädt „Pendlerbund“ ein").click()
    jan.get_by_role("button", name="Diesem Text zustimmen").click()
    expect(jan.locator("main")).to_contain_text("Sie haben diesem Text zugestimmt.")

    mira.reload()
    mira.get_by_role("button", name="Einreichen").click()
    expect(mira.locator("main header").first).to_contain_text("gemeinsam mit Pendlerbund, Anna")
    expect(mira.locator("#gemeinsam")).to_have_text("Alle Mitautor:innen stimmen diesem Wortlaut zu.")
    look(mira, script)

    # A later wording says who consented to it.
    mira.get_by_role("link", name="Bearbeiten").click()
    mira.get_by_label("Neuer Wortlaut").fill("Entwicklung der Kraftwerkstandorte mit Zügen nach Posen und Breslau")
    mira.get_by_role("button", name="Änderung speichern").click()
    expect(mira.locator("#gemeinsam")).to_contain_text("Ohne Zustimmung bisher: Pendlerbund, Anna.")
    anna.goto("/nachrichten")
    anna.get_by_text("Stimmen Sie ihm als Mitautor:in zu?").click()
    anna.get_by_role("button", name="Diesem Wortlaut zustimmen").click()
    expect(anna.locator("#gemeinsam")).to_contain_text("Diesem Wortlaut stimmen als Mitautor:innen zu: Anna.")
    look(anna, script)
