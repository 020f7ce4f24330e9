"""The nginx of deploy/nginx.conf with addresses of a test."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.programs import missing

ROOT = Path(__file__).resolve().parents[1]


def nginx() -> str:
    """Return the program; without it the test is skipped, but not in CI."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        missing("nginx")
    return found


def configured(folder: Path, port: int, servers: list[int]) -> str:
    """Write the configuration for application servers on ports of this machine, and return its path."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for name, server in zip(("app1:8000", "app2:8000"), servers, strict=True):
        assert name in text
        text = text.replace(name, f"127.0.0.1:{server}")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("/srv/static/", f"{ROOT}/static/")
    text = re.sub(r"/tmp/nginx", str(folder / "nginx"), text).replace("/dev/stdout", str(folder / "access.log"))
    # One test client is many people.
    text = text.replace("rate=30r/s", "rate=5000r/s").replace(
        "limit_conn connections 60", "limit_conn connections 1000"
    )
    path = folder / "nginx.conf"
    path.write_text(f"daemon off;\n{text}")
    return str(path)
