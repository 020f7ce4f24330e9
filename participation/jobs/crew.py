"""The threads that work in one process: one for each job that has something to do, and one that looks around."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)

AROUND = 60.0
"""Seconds between two looks around, more or less: many processes shall not look at the same moment."""


class Crew:
    """Does jobs. A job that hangs holds up no other one."""

    def __init__(self, due: Callable[[], Iterable[str]], work: Callable[[str], None]) -> None:
        """`due` reads which jobs have something to do; `work` does one of them. Both come with what they need."""
        self.due = due
        self.work = work
        self.ending = threading.Event()
        self.looker: threading.Thread | None = None
        self.look_now = threading.Event()
        self.lock = threading.Lock()
        self.at_work: dict[str, threading.Thread] = {}
        self.again: set[str] = set()

    def start(self) -> None:
        """Begin to look around."""
        with self.lock:
            if self.looker is None and not self.ending.is_set():
                self.looker = threading.Thread(target=self._look_around, name="jobs", daemon=True)
                self.looker.start()

    def begin(self, name: str) -> None:
        """Have a job looked at now; if it is being done, once more afterwards."""
        with self.lock:
            if self.ending.is_set():
                return
            if name in self.at_work:
                self.again.add(name)
                return
            thread = threading.Thread(target=self._do, args=(name,), name=f"job {name}", daemon=True)
            self.at_work[name] = thread
            thread.start()

    def stop(self, patience: float) -> bool:
        """Begin nothing more and wait so many seconds for what is being done; say whether all of it ended."""
        self.ending.set()
        self.look_now.set()
        last = time.monotonic() + patience
        with self.lock:
            working = list(self.at_work.values())
        for thread in working:
            thread.join(max(last - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in working)

    def _do(self, name: str) -> None:
        while True:
            try:
                self.work(name)
            except Exception:
                log.exception("the job %s stumbled", name)
            with self.lock:
                if name not in self.again or self.ending.is_set():
                    del self.at_work[name]
                    return
                self.again.discard(name)

    def _look_around(self) -> None:
        while not self.ending.is_set():
            try:
                for name in self.due():
                    # Who is at it will see the rest, too; only a bell asks for another look.
                    if name not in self.at_work:
                        self.begin(name)
            except Exception:
                log.exception("could not look what there is to do")
            self.look_now.wait(AROUND * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing
            self.look_now.clear()
