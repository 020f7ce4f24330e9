"""Where the work is done: in the web process, elsewhere, or nowhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from participation.app import create_app
from participation.base.db import db, transaction
from participation.notify.models import Letter
from participation.notify.operations import post
from participation.web.access import public
from tests.jobs.test_bell import wait_for


@public
def write() -> str:
    with transaction():
        post("a@example.org", "accounts/already", {"name": "Anna"})
    return "written"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("how", "works", "rings"), [("embedded", True, True), ("worker", False, True), ("off", False, False)]
)
def test_a_request_rings_and_only_an_embedded_process_works(databases, backend, how, works, rings):
    settings = databases.settings(databases.copy(backend))
    settings.JOBS = how
    app = create_app(settings)
    app.add_url_rule("/schreiben", view_func=write)
    office = app.extensions["jobs"]
    with app.test_client().get("/schreiben") as answer:
        assert answer.text == "written"

    def sent() -> bool:
        with app.app_context():
            return db.session.scalars(select(Letter.sent_at)).one() is not None

    assert (office.crew.looker is not None) is works
    assert (settings.INSTANCE / "jobs.db").exists() is rings
    if works:
        assert wait_for(sent)
        assert office.stop(20)
    else:
        assert not sent()
        assert not office.crew.at_work
    with app.app_context():
        db.engine.dispose()
