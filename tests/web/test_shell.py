"""What the frame around every page does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.one_database


def test_htmx_puts_a_whole_page_in_the_place_of_the_page(client: FlaskClient) -> None:
    answer = client.get("/gibt-es-nicht", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "body"
    assert answer.headers["HX-Reswap"].startswith("outerHTML")


def test_others_are_told_nothing_about_htmx(client: FlaskClient) -> None:
    answer = client.get("/gibt-es-nicht")
    assert "HX-Retarget" not in answer.headers
