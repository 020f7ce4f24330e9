"""Two servers behind nginx are changed one after the other, and nobody who reads notices."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections import Counter

from tests.faults.servers import AppServer, free_port, tell
from tests.nginx import configured, nginx

PATHS = ("/leitbild", "/strategie/lce-sofort-industrieparks", "/vorschlaege")
READERS = 3


class Reader(threading.Thread):
    """Reads one page after the other and notes what it was answered."""

    def __init__(self, port: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.stop = port, stop
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", PATHS[number % len(PATHS)])
                answer = connection.getresponse()
                whole = answer.read().rstrip().endswith(b"</html>")
                self.seen[f"{answer.status}" if whole else "cut off"] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
            finally:
                connection.close()


def test_a_rolling_restart_fails_no_reader(sites, tmp_path):
    port = free_port()
    database = sites.database()
    servers = [AppServer(tmp_path / f"instance{n}", database, port, workers=1) for n in (1, 2)]
    servers[0].run("dev", "prepare", "--no-accounts")
    path = configured(tmp_path, port, [one.port for one in servers])
    proxy = None
    stop = threading.Event()
    readers = [Reader(port, stop) for _ in range(READERS)]
    try:
        for one in servers:
            one.start()
        with (tmp_path / "nginx.log").open("wb") as said:
            proxy = subprocess.Popen([nginx(), "-c", path], stderr=said)
        time.sleep(0.5)
        for one in readers:
            one.start()
        for one in servers:
            time.sleep(3)
            one.stop()
            time.sleep(1)
            one.start()
        time.sleep(1)
        servers[0].kill()  # and once without any grace
        time.sleep(2)
    finally:
        stop.set()
        for one in readers:
            one.join(40)
        if proxy is not None:
            proxy.terminate()
            proxy.wait()
        for one in servers:
            one.stop()
    seen = sum((one.seen for one in readers), Counter())
    tell(f"rolling restart: {dict(seen)}")
    assert set(seen) == {"200"}
    assert seen["200"] > 50
