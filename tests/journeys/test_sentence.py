"""The story "Woher kommt dieser Satz?": from a mark in the text to its reason, its older wording, and a citation.

Once with JavaScript, by keyboard and with axe on every page, and once without.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from participation.base.db import db, transaction
from participation.leitbild.sentences import sentences_of
from tests.factories import leitbild as make
from tests.journeys.conftest import Site, look

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

STAYS = "Wir bauen Radwege an der Neiße."
BEFORE = "Die Brücke in Guben bleibt offen."
AFTER = "Die Brücke in Guben bleibt für alle offen."


@pytest.fixture
def told(site: Site) -> tuple[str, list[int]]:
    """Publish a passage of two sentences, and a change of the second one; return the node and the sentences' ids."""
    with site.app.app_context():
        with transaction():
            node = make.measure()
            make.revision(make.approved(node, after=f"{STAYS} {BEFORE}"))
            make.revision(make.approved(node, after=f"{STAYS} {AFTER}"))
        ids = [one.id for one in sentences_of(node.id, 3)]
        db.session.remove()
        db.engine.dispose()
    return node.id, ids


def test_where_a_sentence_comes_from(
    site: Site, browser: Browser, told: tuple[str, list[int]], script: bool, backend: str
) -> None:
    node_id, ids = told
    context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    # A mark behind the sentence opens the panel below it, without leaving the text.
    page.goto("/leitbild")
    line = page.locator(f"#{node_id}")
    mark = line.locator(f"#s-{ids[1]}")
    expect(mark).to_have_accessible_name(re.compile("Woher kommt dieser Satz"))
    look(page, script)
    mark.focus()
    mark.press("Enter")
    panel = line.get_by_role("region", name="Woher kommt dieser Satz?")
    expect(panel).to_contain_text("Frühere Wortlaute")
    expect(panel).to_contain_text("Das Gespräch hat es gezeigt.")
    expect(panel).to_contain_text("Minderheit")
    expect(panel.locator("ins").first).to_contain_text("für alle")
    if not script:
        expect(page).to_have_url(re.compile(rf"herkunft=satz-{ids[1]}"))
    look(page, script)
    panel.get_by_role("link", name="Schließen").click()
    expect(line.get_by_role("region")).to_have_count(0)

    # The other view: every sentence leads to its own page, new words carry the number of their version.
    page.get_by_role("link", name="Woher kommt welcher Satz?").click()
    expect(page.locator(".ld-legend")).to_contain_text("F2 heißt: mit Fassung 2")
    expect(line).to_contain_text("für alleF3")
    look(page, script)
    line.get_by_role("link", name=re.compile("^Die Brücke")).click()

    # The permanent address: wording, way, citation; and the older wording for ever.
    expect(page).to_have_url(re.compile(rf"/leitbild/satz/{ids[1]}$"))
    expect(page.get_by_label("Zum Kopieren")).to_have_value(
        re.compile(rf"{AFTER}.*/leitbild/satz/{ids[1]} ", re.DOTALL)
    )
    look(page, script)
    page.get_by_role("region", name="Frühere Wortlaute").get_by_role("link", name=re.compile("^Satz")).last.click()
    expect(page.locator("main")).to_contain_text("Dieser Wortlaut steht nicht mehr im Leitbild")
    expect(page.locator(".ld-wording")).to_contain_text(BEFORE)
    look(page, script)
    assert faults == []
    context.close()
