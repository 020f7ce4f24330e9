"""The production server: `python deploy/server.py`, with its settings in this one place.

Ends gracefully: on SIGTERM it takes no new connections, answers what it has begun, and goes. Several of these behind a
proxy that asks /readyz can be changed one after the other without a failed request (docs/operations.md).
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # it stays small: only the worker processes load the platform

import config  # noqa: E402

COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""Tells the processes to count together; read by prometheus_client when they load it."""
GRACE = 10
"""Seconds for requests that have begun; longer than any statement may take would be of no use."""


def main() -> None:
    """Serve until told to stop."""
    try:
        settings, where = config.load(), config.server()
    except config.ConfigError as error:
        sys.exit(error.message)
    os.environ[COUNTS] = str(counts(settings.INSTANCE, where))
    Granian(
        "participation.wsgi:app",
        address=where.host,
        port=where.port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=where.workers,
        blocking_threads=where.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        working_dir=ROOT,
        # It warns about 16 threads on few cores, but ours mostly wait for the database.
        log_level=LogLevels.error,
    ).serve()


def counts(instance: Path, where: config.Server) -> Path:
    """Return an empty folder in which the processes of this server count together.

    Each server has its own, also where several machines share INSTANCE: their process numbers may be the same.
    """
    folder = instance / "metrics" / f"{socket.gethostname()}-{where.port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


if __name__ == "__main__":
    main()
