"""The story of a person who takes their data along and leaves, while the log stays sound.

Once with JavaScript and with axe on every page, and once without.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.dialogue.counters import recount
from participation.dialogue.models import CommentKind, Stance
from participation.dialogue.operations import cast_vote, write_comment
from participation.strategy.operations import thread_of
from tests.factories import leitbild as make
from tests.journeys.conftest import PASSWORD, ROOT, Site, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

WORDS = "In Mühlrose stand das Haus meiner Großeltern."


@pytest.fixture
def path(site: Site) -> str:
    """Publish a version that rests on a comment of Anna's, and have her vote; return the path of her conversation."""
    with site.app.app_context():
        with transaction():
            anna = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
            node = make.measure()
            thread = thread_of(node)
            comment = write_comment(anna, thread, body=WORDS, kind=CommentKind.EXPERIENCE)
            cast_vote(anna, thread, Stance.YES)
            outcome = make.outcome(comment, node_id=make.owner(node.id))
            make.revision(make.approved(node, outcome))
        address = f"/strategie/{node.id}"
        db.session.remove()
        db.engine.dispose()
    return address


def verified(site: Site) -> str:
    """Run `flask leitbild verify` beside the server and return what it says."""
    command = [sys.executable, "-m", "flask", "--app", "participation", "leitbild", "verify"]
    environment = {**os.environ, **site.environment}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_person_takes_their_data_along_and_leaves(
    site: Site, browser: Browser, path: str, script: bool, tmp_path: Path, backend: str
) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=script, locale="de-DE")
    context.set_default_timeout(15_000)
    page = context.new_page()

    def look(at: Page = page) -> None:
        if script:
            assert_accessible(at)

    page.goto("/konto/anmelden?next=/konto/profil")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    page.get_by_role("link", name="Ihre Daten").click()
    look()

    # Everything about oneself, once, and by a letter that holds no secret.
    page.get_by_role("button", name="Meine Daten zusammenstellen").click()
    assert site.mailed_link("anna@example.org", "/konto/daten").endswith("/konto/daten")
    page.goto("/konto/daten")
    look()
    with page.expect_download() as download:
        page.get_by_role("button", name="Herunterladen").click()
    download.value.save_as(tmp_path / "daten.zip")
    with zipfile.ZipFile(tmp_path / "daten.zip") as archive:
        account = json.loads(archive.read("auskunft.json"))
        (tmp_path / "auskunft.html").write_bytes(archive.read("auskunft.html"))
    assert [row["body"] for row in account["sections"]["comments"]] == [WORDS]
    assert len(account["sections"]["votes"]) == 1
    readable = context.new_page()
    readable.goto((tmp_path / "auskunft.html").as_uri())
    expect(readable.get_by_role("main")).to_contain_text(WORDS)
    look(readable)
    readable.close()
    page.goto("/konto/daten")
    expect(page.get_by_role("button", name="Herunterladen")).to_have_count(0)

    # Leaving, with the contributions.
    page.get_by_role("link", name=re.compile("^Konto löschen")).click()
    look()
    page.get_by_label(re.compile("^Sie gehen mit")).check()
    page.get_by_label("Ihr Passwort").fill("bestimmt das falsche")
    page.get_by_role("button", name="Konto löschen").click()
    expect(page.get_by_role("alert")).to_contain_text("nicht Ihr jetziges Passwort")
    expect(page.get_by_label(re.compile("^Sie gehen mit"))).to_be_checked()
    look()
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Konto löschen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto ist gelöscht")
    look()

    # Nothing of her is left, a placeholder is, and the proofs hold.
    page.goto(path)
    expect(page.locator("main")).to_contain_text("gelöscht, zusammen mit dem Konto")
    expect(page.locator("main")).not_to_contain_text("Mühlrose")
    expect(page.locator("main")).not_to_contain_text("Anna")
    assert verified(site)
    with site.app.app_context():
        assert recount() == []
        db.session.remove()
        db.engine.dispose()
    page.goto("/konto/anmelden")
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    context.close()
