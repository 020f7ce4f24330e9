"""The main job, in a real browser: from registering to reading one's own comment as evidence in version 2.

Once with JavaScript, where axe looks at every page on the way, and once without, where every step is a plain form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lce-sofort-energieforschungsinstitut"
BEFORE = "Ansiedlung eines Energieforschungsinstitutes (Fraunhofer Institut)"
AFTER = f"{BEFORE} in Cottbus"
COMMENT = "Das Institut gehört nach Cottbus, dort sitzt die Hochschule."
Visit = Callable[..., Page]


@pytest.fixture
def person(browser: Browser, site: Site, script: bool) -> Iterator[Visit]:
    """Open a browser of one's own for each person; with JavaScript every loaded page is looked at by axe."""
    contexts = []

    def enter(email: str | None = None) -> Page:
        context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.faults = faults  # type: ignore[attr-defined]
        if email:
            log_in(page, email)
        return page

    yield enter
    for context in contexts:
        for page in context.pages:
            assert page.faults == []  # type: ignore[attr-defined]
        context.close()


def log_in(page: Page, email: str) -> None:
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("button", name="Abmelden").first).to_be_attached()


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=re.compile(f"^{name}")).first.click()


def register(page: Page, site: Site, script: bool) -> None:
    page.goto("/")
    look(page, script)
    page.get_by_role("link", name="Registrieren").first.click()
    look(page, script)
    page.get_by_label("E-Mail-Adresse").fill("frieda@example.org")
    page.get_by_label("Name, der bei Ihren Beiträgen steht").fill("Frieda Krautz")
    page.get_by_label("Passwort", exact=True).fill("kurz")
    press(page, "Konto anlegen")
    expect(page).to_have_title(re.compile("^Fehler:"))
    expect(page.get_by_label("Name, der bei Ihren Beiträgen steht")).to_have_value("Frieda Krautz")
    look(page, script)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Wohnort").select_option(label="Guben")
    press(page, "Konto anlegen")
    page.goto(site.mailed_link("frieda@example.org", "bestaetigen"))
    look(page, script)
    page.locator("main").get_by_role("button").first.click()
    log_in(page, "frieda@example.org")


def take_part(page: Page, script: bool) -> None:
    """Read the strategy, vote, comment."""
    page.goto("/strategie")
    look(page, script)
    page.goto(f"/strategie/{NODE}")
    look(page, script)
    page.get_by_role("button", name="Zustimmung").click()
    expect(page.get_by_role("button", name="Zustimmung")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main")).to_contain_text("Stimmungsbild, keine Entscheidung")
    page.locator("input[name=kind][value=ergaenzung]").check()
    press(page, "Beitrag abschicken")
    expect(page.locator("[role=alert]")).to_be_visible()
    look(page, script)
    page.locator("input[name=kind][value=ergaenzung]").check()
    page.get_by_label("Ihr Text").fill(COMMENT)
    press(page, "Beitrag abschicken")
    expect(page.get_by_role("article").filter(has_text=COMMENT)).to_be_visible()
    look(page, script)


def propose(page: Page, script: bool) -> None:
    """Submit a change of the text, seeing similar ones before."""
    page.goto(f"/strategie/{NODE}/vorschlagen")
    look(page, script)
    page.goto(f"/strategie/{NODE}/vorschlagen?typ=textaenderung")
    look(page, script)
    page.get_by_label("Titel").fill("Cottbus als Ort nennen")
    page.get_by_label("Neuer Wortlaut").fill(AFTER)
    if script:
        expect(page.locator("#vorschau ins")).to_contain_text("in Cottbus")
        look(page, script)
    page.get_by_label("Begründung").fill(
        "Die Hochschule sitzt in Cottbus, ein Institut daneben spart Wege und findet Leute."
    )
    press(page, "Weiter zur Prüfung")
    expect(page).to_have_title(re.compile("^Fehler:"))
    expect(page.get_by_label("Neuer Wortlaut")).to_have_value(AFTER)
    page.get_by_label("Nutzen über den eigenen Ort hinaus").fill(
        "Auch Zittau und Senftenberg arbeiten mit dem Institut."
    )
    page.get_by_label("Auswirkung auf kulturelle Traditionen").fill("Keine Auswirkung, es entsteht auf einer Brache.")
    press(page, "Weiter zur Prüfung")
    look(page, script)
    expect(page.locator("main ins").first).to_contain_text("in Cottbus")
    press(page, "Einreichen")
    expect(page.locator("main")).to_contain_text("V-1")
    expect(page.locator("main")).to_contain_text("eingereicht")
    look(page, script)


def evaluate(first: Page, second: Page, script: bool) -> None:
    """One moderator sums the thread up with the comment as evidence, another approves."""
    first.goto("/moderation")
    look(first, script)
    expect(first.locator("main")).to_contain_text("V-1")
    first.goto(f"/strategie/{NODE}")
    press(first, "Auswertung beginnen")
    look(first, script)
    first.locator("input[name=kind][value=textaenderung]").check()
    first.get_by_label("Zusammenfassung").fill("Das Gespräch nennt Cottbus als Ort.")
    first.get_by_label("Was dafür spricht").fill("Die Hochschule ist da.")
    first.get_by_label("Was dagegen spricht").fill("Andere Orte warten auch.")
    press(first, "Zur Freigabe geben")
    expect(first).to_have_title(re.compile("^Fehler:"))
    look(first, script)
    first.get_by_label("Meinung der Minderheit").fill("keine")
    first.locator("input[name=beleg][value^=k]").check()
    first.locator("select[name^=ausgang-k]").select_option("adopted")
    first.locator("textarea[name^=antwort-k]").fill("Der Ort steht jetzt im Satz.")
    press(first, "Zur Freigabe geben")
    second.goto("/moderation")
    second.locator("main").get_by_role("link", name=re.compile("Energieforschungsinstitutes, Runde")).click()
    look(second, script)
    press(second, "Freigeben")
    expect(second).to_have_url(re.compile("/ergebnisse/1$"))
    look(second, script)


def change(first: Page, second: Page, script: bool) -> None:
    """The outcome becomes a change of the wording, approved by the second moderator."""
    first.goto("/ergebnisse/1")
    first.locator("main").get_by_role("link", name="Änderung entwerfen").click()
    look(first, script)
    first.get_by_label("Neuer Wortlaut").fill(AFTER)
    first.get_by_label("Grund", exact=True).fill("Das Gespräch nennt den Ort.")
    first.get_by_label("Kulturcheck").fill("Keine Auswirkung, weil nur der Ort genannt wird.")
    first.get_by_label("Was bedeutet es für die Nachbarn?").fill("Der Weg aus Guben und Gubin wird kurz.")
    press(first, "Zur Freigabe geben")
    second.goto("/moderation")
    second.locator("main").get_by_role("link", name=re.compile("Ä-1")).click()
    look(second, script)
    press(second, "Freigeben")


def publish(first: Page, second: Page, script: bool) -> None:
    """The draft collects the change; the first moderator cannot publish it, the second does."""
    first.goto("/moderation/entwurf")
    look(first, script)
    press(first, "Entwurf eröffnen")
    press(first, "In den Entwurf aufnehmen")
    first.get_by_label("Was ändert sich, und warum?").fill("Der Ort des Instituts steht nun im Text.")
    look(first, script)
    press(first, "Zur Veröffentlichung geben")
    first.goto("/moderation/entwurf")
    assert (
        first.locator("main")
        .get_by_role("button", name=re.compile("^Fassung 2 veröffentlichen|^Veröffentlichen"))
        .count()
        == 0
    )
    second.goto("/moderation/entwurf")
    look(second, script)
    second.locator("main").get_by_role("button", name=re.compile("^Fassung 2 veröffentlichen|^Veröffentlichen")).click()
    expect(second.locator("main")).to_contain_text("Fassung 2")


def trace(page: Page, script: bool) -> None:
    """From the sentence to one's own comment, and from the comment to the version."""
    page.goto("/nachrichten")
    expect(page.locator("main")).to_contain_text("Fassung 2")
    look(page, script)
    page.goto("/meine-beitraege")
    expect(page.locator("main")).to_contain_text("Eingeflossen in Fassung 2")
    look(page, script)
    page.goto("/leitbild")
    look(page, script)
    expect(page.locator(f"#{NODE}")).to_contain_text("in Cottbus")
    page.locator(f"#{NODE}").get_by_role("link", name=re.compile("Ä")).first.click()
    evidence = page.get_by_role("link", name="Beitrag von Frieda Krautz").first
    expect(evidence).to_be_visible()
    look(page, script)
    evidence.click()
    expect(page.locator("main")).to_contain_text(COMMENT)
    expect(page.locator("main")).to_contain_text("Eingeflossen in Fassung 2")
    look(page, script)
    for path in (
        "/leitbild/vergleich/1/2",
        "/leitbild/fassungen",
        "/leitbild/fassung/2/massnahmen",
        "/revisionslog",
        "/revisionslog/2",
    ):
        page.goto(path)
        expect(page.locator("main")).to_contain_text("Fassung 2")
        look(page, script)


def test_from_a_comment_to_version_2(site: Site, person: Visit, script: bool, backend: str) -> None:
    resident = person()
    register(resident, site, script)
    take_part(resident, script)
    propose(resident, script)
    first, second = person("wendt@example.org"), person("nowak@example.org")
    evaluate(first, second, script)
    change(first, second, script)
    publish(first, second, script)
    trace(resident, script)
