"""A Redis server of a test's own, which it may stop, let hang, and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time

import redis

from tests.programs import missing


class Redis:
    """A server on a free port of this machine; without the program the test is skipped."""

    def __init__(self) -> None:
        """Choose a port; it is not started yet."""
        if not shutil.which("redis-server"):
            missing("redis-server")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port)
        for _ in range(400):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        client.close()

    def tell(self, what: signal.Signals) -> None:
        """Send its process a signal: SIGSTOP lets it hang, SIGCONT go on."""
        os.kill(self.process.pid, what)

    def kill(self) -> None:
        """`kill -9` it; what it counted is gone."""
        self.process.kill()
        self.process.wait()
