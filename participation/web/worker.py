"""Work that no request waits for: a thread of this process, woken after an answer that left something to do."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask, Response

from participation.base.db import db


class Worker:
    """One thread for each process, started when it is first woken."""

    def __init__(self, app: Flask, name: str, work: Callable[[], float | None], *, after_failure: float) -> None:
        """`work` runs in an application context and returns after how many seconds to look again by itself, if at all.

        When it fails as a whole, it is tried again after so many seconds.
        """
        self.app = app
        self.name = name
        self.work = work
        self.after_failure = after_failure
        self.signal = threading.Event()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the work done soon."""
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.run, name=self.name, daemon=True)
                self.thread.start()
        self.signal.set()

    def run(self) -> None:
        """Work whenever woken, and after the pause that the work itself asks for."""
        pause: float | None = None
        while True:
            self.signal.wait(pause)
            self.signal.clear()
            try:
                with self.app.app_context():
                    pause = self.work()
            except Exception:
                self.app.logger.exception("the %s stumbled", self.name)
                pause = self.after_failure


def wake_at_start(app: Flask, worker: Worker) -> None:
    """Wake a worker after the first request of a process: what a command or a dead process left waits for no click."""
    started: list[bool] = []

    @app.after_request
    def begin(response: Response) -> Response:
        if not started:
            started.append(True)
            response.call_on_close(worker.wake)
        return response


def wake_after(app: Flask, mark: str, worker: Worker) -> None:
    """Wake a worker after each request whose session carries the mark."""

    @app.after_request
    def wake(response: Response) -> Response:
        if db.session.info.pop(mark, False):
            response.call_on_close(worker.wake)
        return response
