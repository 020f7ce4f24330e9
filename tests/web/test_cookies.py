"""A session made by a machine whose clock is fast is one for the others, too; an old or forged one never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import session

from participation.base.clock import now
from participation.web import cookies

pytestmark = pytest.mark.one_database


def name_after(app, monkeypatch, later: timedelta, forge: str = "") -> str | None:
    """Put a name into a session and read it by a clock that is so much later."""
    signed = app.session_interface.get_signing_serializer(app).dumps({"name": "Anna"}) + forge
    monkeypatch.setattr(cookies, "now", lambda: now() + later)
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={signed}"
    with app.test_request_context("/", headers={"Cookie": cookie}):
        return session.get("name")


@pytest.mark.parametrize("minutes", [0, 5, 10, -5, -10, -14])
def test_clocks_may_be_apart(app, monkeypatch, minutes):
    assert name_after(app, monkeypatch, timedelta(minutes=minutes)) == "Anna"


@pytest.mark.parametrize("later", [timedelta(minutes=-16), timedelta(days=14, seconds=2)])
def test_the_far_future_and_the_past_count_for_nothing(app, monkeypatch, later):
    assert name_after(app, monkeypatch, later) is None


def test_it_lasts_until_its_end(app, monkeypatch):
    assert name_after(app, monkeypatch, timedelta(days=13, hours=23)) == "Anna"


def test_a_forged_one_counts_for_nothing(app, monkeypatch):
    assert name_after(app, monkeypatch, timedelta(), forge="x") is None


def test_no_cookie_is_an_empty_session(app):
    with app.test_request_context("/"):
        assert dict(session) == {}
