"""Clients that send and read byte by byte end at nginx; everybody else is served meanwhile."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.faults import writers
from tests.faults.servers import AppServer, free_port, tell
from tests.nginx import configured, nginx

SLOW = 150
"""Clients of each kind; more than the server has threads, several times over."""
PATHS = ("/leitbild", writers.NODE, "/vorschlaege")
BEGINNINGS = {
    "headers": b"GET /leitbild HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "body": b"POST /konto/anmelden HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n",
    "reading": b"GET /strategie HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
}


class Crowd(threading.Thread):
    """Many slow clients of one kind; each goes on by a byte a second, and comes again when it was sent away."""

    def __init__(self, port: int, kind: str, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.kind, self.number = port, kind, number
        self.stop, self.ready = threading.Event(), threading.Event()
        self.sockets: list[socket.socket] = []

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                while len(self.sockets) < self.number and not self.stop.is_set():
                    self.sockets.append(self.come())
                self.ready.set()
                self.stop.wait(1)
                self.sockets = [one for one in self.sockets if self.goes_on(one)]
        finally:
            for one in self.sockets:
                one.close()

    def come(self) -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(10)
        client.connect(("127.0.0.1", self.port))
        client.sendall(BEGINNINGS[self.kind])
        client.setblocking(False)
        return client

    def goes_on(self, client: socket.socket) -> bool:
        """Send or read one byte; whether the client is still let."""
        try:
            if self.kind == "reading":
                return client.recv(1) != b""
            client.send(b"x")
        except BlockingIOError:
            return True
        except OSError:
            client.close()
            return False
        return True


@pytest.fixture
def site(start: Callable[..., AppServer], tmp_path: Path) -> Iterator[AppServer]:
    """A platform behind nginx, with as many processes and threads as a small machine has."""
    port = free_port()
    server = start("sqlite", public_port=port, RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0")
    path = configured(tmp_path, port, [server.port, server.port])
    with (tmp_path / "nginx.log").open("wb") as said:
        proxy = subprocess.Popen([nginx(), "-c", path], stderr=said)
    server.port, inner = port, server.port
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            requests.get(f"{server.base}/leitbild", timeout=10)
            break
        except OSError:
            time.sleep(0.1)
    yield server
    server.port = inner
    proxy.terminate()
    proxy.wait()


def test_slow_clients_hold_up_nobody(site: AppServer, full):
    seconds = 120 if full else 20
    crowds = [Crowd(site.port, kind, SLOW) for kind in BEGINNINGS]
    begun = writers.writers(site)
    for one in crowds:
        one.start()
    try:
        for one in crowds:
            assert one.ready.wait(60), "the slow ones do not even get in"
        seen: Counter[int] = Counter()
        slowest, end = 0.0, time.monotonic() + seconds
        writers.wait_for(begun, 20)
        while time.monotonic() < end or sum(seen.values()) < 30:
            began = time.monotonic()
            seen[requests.get(f"{site.base}{PATHS[sum(seen.values()) % 3]}", timeout=30).status_code] += 1
            slowest = max(slowest, time.monotonic() - began)
        writers.wait_for(begun, 20)
        held = {one.kind: len(one.sockets) for one in crowds}
    finally:
        for one in crowds:
            one.stop.set()
        for one in crowds:
            one.join()
    writers.finish(begun)
    found = writers.balance(begun, site.environment["DATABASE_URL"], f"slow clients {held}")
    tell(f"read meanwhile: {dict(seen)}, the slowest page took {slowest:.2f} s")
    writers.assert_nothing_is_lost(found, begun, site)
    assert set(seen) == {200}
    assert not found.unheard
