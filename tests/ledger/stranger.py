"""The two files a stranger takes along, loaded for a closer look or run as they would run them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

STATIC = Path(__file__).resolve().parents[2] / "static"


def load(name: str) -> ModuleType:
    """Return static/<name>.py as a module."""
    spec = importlib.util.spec_from_file_location(f"stranger_{name}", STATIC / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file alone in a folder: no package of ours within reach."""
    shutil.copy(STATIC / f"{name}.py", folder)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, "-s", f"{name}.py", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
