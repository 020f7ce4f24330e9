"""A running site and a real browser for whole stories.

The site is the production server on a database of its own, with accounts of known passwords and mails as files.
"""

from __future__ import annotations

import email
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError
from sqlalchemy import update

from participation.accounts.models import Role
from participation.accounts.operations import create_account
from participation.app import create_app
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.documents.models import Document
from tests.conftest import Databases
from tests.programs import missing

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "drei Birken am Tagebausee"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Site:
    """A running site: its address, the folder its mails land in, and the application on its database."""

    url: str
    instance: Path
    environment: Mapping[str, str]
    """Of the server, for commands beside it."""
    app: Flask
    """The same database from inside, for what a story finds there when it begins."""

    def mailed_link(self, recipient: str, containing: str) -> str:
        """Wait for the newest mail to an address and return the link in it that contains a word."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            for path in sorted((self.instance / "mail").glob("*.eml"), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=default)
                if recipient in str(message["To"]):
                    for link in re.findall(r"https?://\S+", message.get_content()):
                        if containing in link:
                            return str(link)
            time.sleep(0.1)
        pytest.fail(f"no mail to {recipient} with a link containing {containing!r}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        missing("Chromium")
    return {"executable_path": path, "args": list(CHROMIUM)}


@pytest.fixture
def more_settings() -> Mapping[str, str]:
    """What a story wants otherwise: most are about people who are known already."""
    return {"FIRST_CONTRIBUTION_WAITS": "0"}


@pytest.fixture
def site(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, more_settings: Mapping[str, str]
) -> Iterator[Site]:
    """Serve a fresh copy of the platform with two moderators and one resident."""
    instance = tmp_path_factory.mktemp("instance")
    url = databases.copy("sqlite")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    app = create_app(databases.settings(url))
    with app.app_context(), transaction():
        for name, role in (("wendt", Role.MODERATOR), ("nowak", Role.MODERATOR), ("anna", Role.RESIDENT)):
            create_account(
                email=f"{name}@example.org",
                display_name=name.capitalize(),
                password=PASSWORD,
                role=role,
                residence_id="cottbus",
            )
    with app.app_context():
        # No story asks for the files of the first version; every server would build all of them.
        with transaction():
            db.session.execute(update(Document).values(claimed_until=now() + timedelta(days=1)))
        db.session.remove()
        db.engine.dispose()
    environment = os.environ | {
        "PARTICIPATION_MODE": "local",
        "SECRET_KEY": "for this story only, thrown away afterwards",
        "INSTANCE": str(instance),
        "DATABASE_URL": url,
        "PUBLIC_URL": address,
        **more_settings,
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "8", "--log-level", "error"),
        # As in ./start: a worker that does not hear the end, or waits for a browser's open connection, is ended.
        *("--workers-kill-timeout", "3", "participation.wsgi:app"),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(address, server)
        yield Site(address, instance, environment, app)
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the site answers."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.fail(f"the server ended with {server.returncode}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("the server does not answer")


def assert_accessible(page: Page) -> None:
    """Let axe look at the page as it stands; where a click led on meanwhile, at the page that came."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()
    # While a form is on its way its buttons are paler, and the page is about to change.
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=15_000)
    try:
        found = Axe().run(page, options=AXE)
    except BrowserError:  # the document left under axe's hands; what is a fault shows again
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    """Whether the story is told with JavaScript; each is told both ways."""
    return bool(request.param)


def someone(browser: Browser, site: Site, name: str, script: bool) -> Page:
    """Return a page in a browser of its own: at a desk with JavaScript, on a phone without; a name is logged in."""
    size = {"width": 1280, "height": 900} if script else {"width": 375, "height": 800}
    page = browser.new_context(base_url=site.url, java_script_enabled=script, viewport=size).new_page()
    if name:
        page.goto("/konto/anmelden")
        page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Anmelden", exact=True).click()
    return page


def look(page: Page, script: bool) -> None:
    """Have axe look at a page; it needs JavaScript."""
    if script:
        assert_accessible(page)
