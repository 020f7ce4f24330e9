"""Doing several things at the same moment, with real threads and real commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from participation.base.db import db, transaction
from participation.base.verdict import DomainError


def together(app: Flask, works: list[Callable[[], object]]) -> list[object]:
    """Do all of it at once, each in a transaction of its own; return what came of each, a refusal as the error."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        with app.app_context():
            db.session.execute(select(1))
            db.session.rollback()
            start.wait()
            try:
                with transaction():
                    return work()
            except DomainError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
