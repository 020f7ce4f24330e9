"""The offline check: a stranger takes two files from the site and needs nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import ROOT, Site, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
WORD = "Kulturhauptstadt"


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run what was downloaded, as a stranger would: nothing of ours within reach."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, "-s", "verify.py", "export.json"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "without"])
def test_two_files_and_no_trust(browser: Browser, site: Site, script: bool, backend: str, tmp_path: Path) -> None:
    for verb in ("key", "sign"):
        command = [sys.executable, "-m", "flask", "--app", "participation", "log", verb]
        subprocess.run(command, cwd=ROOT, env=dict(site.environment), check=True, capture_output=True, timeout=60)
    context = browser.new_context(java_script_enabled=script, accept_downloads=True, locale="de-DE")
    page = context.new_page()
    page.goto(f"{site.url}/revisionslog")
    page.get_by_role("link", name="So prüfen Sie es nach.").click()
    if script:
        assert_accessible(page)
    for name in ("export.json", "verify.py"):
        with page.expect_download() as download:
            page.locator(f'a[href$="/log/{name}"]').first.click()
        download.value.save_as(tmp_path / name)
    context.close()
    sound = checked(tmp_path)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "Ergebnis: unversehrt, so weit oben steht." in sound.stdout
    shutil.copy(tmp_path / "export.json", tmp_path / "kept.json")
    text = (tmp_path / "kept.json").read_text(encoding="utf-8")
    assert WORD in text
    (tmp_path / "export.json").write_text(text.replace(WORD, "Kulturhauptdorf", 1), encoding="utf-8")
    broken = checked(tmp_path)
    assert broken.returncode == 1
    assert "Eintrag 1: passages ist nicht das, was zugesagt wurde." in broken.stdout
