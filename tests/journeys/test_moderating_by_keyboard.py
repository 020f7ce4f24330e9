"""A moderator works by keyboard alone: open, decide, next. With single keys and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.dialogue.models import Stance
from participation.dialogue.votes import cast_vote
from participation.moderation.models import Category
from participation.moderation.targets import of_comment
from tests.factories import bursts, moderation
from tests.factories.outcomes import node_comment
from tests.journeys.conftest import Site, look, someone

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

FOCUSED = """() => {
  const e = document.activeElement;
  const label = e.labels && e.labels.length ? e.labels[0].textContent : '';
  return (label || e.textContent || e.value || '').trim();
}"""


def tab_to(page: Page, text: str, *, most: int = 120) -> None:
    """Press Tab until what has the focus is called so, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(text):
            return
    raise AssertionError(f"{text!r} cannot be reached by Tab")


@pytest.fixture
def waiting(site: Site) -> None:
    """A threat, a broken rule, and ten votes from one network, in this order of due dates."""
    with site.app.app_context():
        with transaction():
            anna = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
            text = "In der Hauptstraße 3 wohnt der Bürgermeister, dem zeigen wir es."
            moderation.report(of_comment(node_comment(anna, body=text)), Category.THREAT)
            moderation.report(of_comment(node_comment(anna, body="Kaufen Sie Sonnencreme.")), Category.RULES)
            cast_vote(anna, bursts.thread(), Stance.NO)
            bursts.burst()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("script", [True, False], ids=["with single keys", "without JavaScript"])
def test_open_decide_next(browser: Browser, site: Site, waiting: None, script: bool, backend: str) -> None:
    wendt = someone(browser, site, "wendt", script)
    wendt.goto("/moderation")
    keys = wendt.keyboard
    if script:
        tab_to(wendt, "Einzelne Tasten einschalten")
        keys.press("Enter")
        expect(wendt.locator("main")).to_contain_text("Einzelne Tasten ausschalten")
        wendt.wait_for_load_state()
        keys.press("?")
        expect(wendt.get_by_role("dialog")).to_contain_text("nächsten Vorgang holen")
        look(wendt, script)
        keys.press("Escape")
        keys.press("j")
        assert wendt.evaluate(FOCUSED).startswith("Gefahr für ein Leben")
        keys.press("j")
        keys.press("k")
        assert wendt.evaluate(FOCUSED).startswith("Gefahr für ein Leben")
        keys.press("n")
    else:
        tab_to(wendt, "Nächster Vorgang")
        keys.press("Enter")
    expect(wendt.locator("main")).to_contain_text("Sie haben diesen Fall bis")

    tab_to(wendt, "Nichts zu tun")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(wendt.get_by_label("Ausblenden", exact=True)).to_be_checked()
    tab_to(wendt, "Textbaustein")
    for _ in range(4):
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(wendt.get_by_label("Begründung")).to_contain_text("[welche Angabe]")
    look(wendt, script)
    tab_to(wendt, "Begründung")
    keys.press("Control+End")
    keys.type(" Und n und j gehören zum Text.")
    tab_to(wendt, "Entscheiden")
    keys.press("Enter")
    expect(wendt.locator("main")).to_contain_text("Passen Sie den Textbaustein an")
    expect(wendt.get_by_label("Begründung")).to_contain_text("Und n und j gehören zum Text.")
    tab_to(wendt, "Begründung: Passen Sie")
    keys.press("Enter")
    expect(wendt.get_by_label("Begründung")).to_be_focused()
    keys.press("Control+A")
    keys.type("Nennt die Wohnung eines Menschen und droht ihm.")
    tab_to(wendt, "Entscheiden")
    keys.press("Enter")
    expect(wendt.get_by_role("heading", level=1)).to_contain_text("Entscheidung über Beitrag")

    go_on(wendt, script)
    expect(wendt.get_by_role("heading", level=1)).to_contain_text("Viele Stimmen aus einem Netz")
    look(wendt, script)
    tab_to(wendt, "Unauffällig")
    keys.press("ArrowDown")
    expect(wendt.get_by_label("Getrennt ausgewiesen")).to_be_checked()
    tab_to(wendt, "Woran erkennen Sie das?")
    keys.type("Zehn neue Konten in zehn Minuten, sonst schreiben sie nichts.")
    tab_to(wendt, "Entscheiden")
    keys.press("Enter")
    expect(wendt.locator("main")).to_contain_text("10 Stimmen betroffen")
    look(wendt, script)

    go_on(wendt, script)
    expect(wendt.locator("main")).to_contain_text("Kaufen Sie Sonnencreme.")
    tab_to(wendt, "Verlauf des Kontos")
    keys.press("Enter")
    expect(wendt.locator("main")).to_contain_text("steht im Sicherheitslog")
    look(wendt, script)

    guest = someone(browser, site, "", script)
    guest.goto(f"/strategie/{bursts.NODE}")
    expect(guest.locator("#abstimmung")).to_contain_text("10 Stimmen aus einer auffälligen Häufung, getrennt gezählt.")
    look(guest, script)
    guest.goto("/moderationslog")
    expect(guest.locator("main")).to_contain_text("getrennt ausgewiesen: 10 Stimmen")


def go_on(page: Page, script: bool) -> None:
    """Take the next item: by its key, or by the button."""
    if script:
        page.wait_for_load_state()
        page.locator("body").press("n")
    else:
        tab_to(page, "Nächster Vorgang")
        page.keyboard.press("Enter")
