"""Two requests at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import select

from participation.accounts import operations
from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.base.verdict import DomainError
from participation.notify.models import Letter
from tests.factories.accounts import PASSWORD

ADDRESS = "lausitzerin@example.org"


def at_once(app, work: Callable[[], object], times: int = 4) -> list[object]:
    """Run the same thing in several threads and return what came out, errors included."""
    results: list[object] = []
    start = threading.Barrier(times)

    def one() -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    work()
                results.append("done")
            except DomainError as error:
                results.append(type(error).__name__)

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def register() -> None:
    operations.register(email=ADDRESS, password=PASSWORD, display_name="Anna", residence_id=None, locale="de")


def test_a_form_sent_four_times_makes_one_account_whose_last_link_works(separate_app):
    assert at_once(separate_app, register) == ["done"] * 4
    with separate_app.app_context():
        assert len(db.session.scalars(select(User)).all()) == 1
        tokens = [letter.params["token"] for letter in db.session.scalars(select(Letter)) if letter.params]
        worked = 0
        for token in tokens:
            try:
                operations.confirm(token)
                worked += 1
            except operations.InvalidLink:
                continue
        assert worked == 1


def test_a_link_used_four_times_at_once_works_once(separate_app):
    with separate_app.app_context():
        with transaction():
            register()
        token = db.session.scalars(select(Letter)).one().params["token"]
    results = at_once(separate_app, lambda: operations.confirm(token))
    assert results == ["InvalidLink"] * 3 + ["done"]
