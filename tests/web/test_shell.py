"""What the frame around every page does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories.accounts import log_in, moderator

pytestmark = pytest.mark.one_database


def test_htmx_puts_a_whole_page_in_the_place_of_the_page(client: FlaskClient) -> None:
    answer = client.get("/gibt-es-nicht", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "body"
    assert answer.headers["HX-Reswap"].startswith("outerHTML")


def test_others_are_told_nothing_about_htmx(client: FlaskClient) -> None:
    answer = client.get("/gibt-es-nicht")
    assert "HX-Retarget" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/konto/anmelden",
        "/strategie/lce/beitrag",
        "/moderation/ergebnisse/1",
        "/vorschlaege/entwurf/1",
        "/gibt-es-nicht",
    ],
)
@pytest.mark.parametrize("who", [None, "moderator"])
def test_a_form_that_is_too_large_is_answered_kindly(client: FlaskClient, path: str, who: str | None) -> None:
    if who:
        log_in(client, moderator())
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post(path, data={"body": "a" * 300_000}, content_type=kind)
        assert answer.status_code == 413
        assert "Das ist zu groß" in answer.text
