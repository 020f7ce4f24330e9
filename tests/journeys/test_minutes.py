"""What people said in a village hall: written down, approved by a second moderator, public, used as evidence.

With JavaScript at a desk, where axe looks at every page on the way, and without it on a phone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.attachments import pdf, picture
from tests.journeys.conftest import Site, look, someone

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

NODE = "lce-leit-kraftwerkslabor"
SAID = "Im Kraftwerk stehen Hallen leer. Da kann man forschen."


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def write(page: Page, script: bool) -> None:
    page.goto("/moderation")
    page.locator("main").get_by_role("link", name="Protokolle von Veranstaltungen").click()
    look(page, script)
    page.get_by_role("link", name="Protokoll schreiben").click()
    look(page, script)
    page.get_by_label("Titel der Veranstaltung").fill("Werkstatt im Dorfhaus")
    page.get_by_label("Ort", exact=True).select_option(label="Jänschwalde")
    page.get_by_label("Tag", exact=True).fill("2026-11-12")
    page.get_by_label("Wie viele Menschen waren da?").fill("34")
    press(page, "Weiter zu den Beiträgen")
    expect(page).to_have_title(re.compile("^Fehler:"))
    expect(page.get_by_label("Titel der Veranstaltung")).to_have_value("Werkstatt im Dorfhaus")
    look(page, script)
    page.get_by_label("Zusammenfassung").fill("Es ging um Arbeit nach der Kohle.")
    press(page, "Weiter zu den Beiträgen")
    page.get_by_label("Wozu gehört der Beitrag?").select_option(NODE)
    page.locator("input[name=kind][value=ergaenzung]").check()
    page.get_by_label("Was wurde gesagt?").fill(SAID)
    press(page, "Beitrag speichern")
    expect(page.locator("main")).to_contain_text(SAID)
    look(page, script)


def attach(page: Page, script: bool) -> None:
    page.get_by_role("link", name="Dateien bearbeiten").click()
    photo = {"name": "Stellwand.exe", "mimeType": "application/octet-stream", "buffer": picture(size=(1200, 700))}
    page.get_by_label("Datei", exact=True).set_input_files(photo)
    press(page, "Anhängen")
    expect(page.locator("main")).to_contain_text("Bereits hochgeladen: „Stellwand.png“")
    look(page, script)
    page.get_by_label("Titel oder Bildbeschreibung").fill("Stellwand mit zwölf Karten zum Thema Bus")
    press(page, "Anhängen")
    expect(page.get_by_role("img", name="Stellwand mit zwölf Karten zum Thema Bus")).to_be_visible()
    notes = {"name": "Mitschrift.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.get_by_label("Datei", exact=True).set_input_files(notes)
    page.get_by_label("Titel oder Bildbeschreibung").fill("Mitschrift")
    page.get_by_label("Zusammenfassung").fill("Wer was gefragt hat, ohne Namen.")
    press(page, "Anhängen")
    expect(page.locator(".ld-files > li")).to_have_count(2)
    look(page, script)
    page.get_by_role("link", name="Zurück zum Entwurf").click()


def evaluate(first: Page, second: Page) -> None:
    first.goto(f"/strategie/{NODE}")
    press(first, "Auswertung beginnen")
    first.locator("input[name=kind][value=bestaetigt]").check()
    first.get_by_label("Zusammenfassung").fill("In Jänschwalde wünscht man sich Forschung in den Hallen.")
    first.get_by_label("Was dafür spricht").fill("Die Hallen stehen leer.")
    first.get_by_label("Was dagegen spricht").fill("Nichts wurde genannt.")
    first.get_by_label("Meinung der Minderheit").fill("keine")
    first.locator("input[name=beleg][value^=k]").check()
    first.locator("select[name^=ausgang-k]").select_option("considered")
    first.locator("textarea[name^=antwort-k]").fill("Das steht schon so im Satz.")
    press(first, "Zur Freigabe geben")
    second.goto("/moderation")
    second.locator("main").get_by_role("link", name=re.compile(", Runde 1")).click()
    press(second, "Freigeben")
    expect(second).to_have_url(re.compile("/ergebnisse/1$"))


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_what_was_said_in_a_village_hall_becomes_evidence(
    browser: Browser, site: Site, script: bool, backend: str
) -> None:
    wendt, nowak = someone(browser, site, "wendt", script), someone(browser, site, "nowak", script)
    visitor = someone(browser, site, "", script)
    write(wendt, script)
    attach(wendt, script)
    press(wendt, "Zur Freigabe geben")
    look(wendt, script)
    visitor.goto("/protokolle")
    expect(visitor.locator("main")).to_contain_text("Noch gibt es kein Protokoll.")
    look(visitor, script)

    nowak.goto("/moderation")
    nowak.get_by_role("link", name="Werkstatt im Dorfhaus, Jänschwalde").click()
    look(nowak, script)
    press(nowak, "Freigeben und veröffentlichen")
    expect(nowak).to_have_url(re.compile("/protokolle/1$"))

    visitor.goto(f"/strategie/{NODE}")
    voice = visitor.get_by_role("article").filter(has_text=SAID)
    expect(voice).to_contain_text("vor Ort erfasst, Jänschwalde/Janšojce, 12. November 2026")
    look(visitor, script)
    voice.get_by_role("link", name=re.compile("vor Ort erfasst")).click()
    expect(visitor.locator("main")).to_contain_text("34")
    with visitor.expect_download() as taken:
        visitor.get_by_role("link", name="Mitschrift.pdf herunterladen").click()
    assert taken.value.suggested_filename == "Mitschrift.pdf"
    look(visitor, script)

    evaluate(wendt, nowak)
    visitor.goto("/ergebnisse/1")
    expect(visitor.locator("main")).to_contain_text("Menschen vor Ort")
    visitor.goto("/protokolle/1")
    expect(visitor.locator("main")).to_contain_text("Das steht schon so im Satz.")
    look(visitor, script)
    for page in (wendt, nowak, visitor):
        page.context.close()
