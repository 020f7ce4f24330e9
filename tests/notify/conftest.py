"""Every request of a test begins with an empty `g`, as in real life.

The fixture `app` holds one application context for the whole test, and requests inside it would share what Flask-Login
and Flask-WTF remember there: the second client would act as the first.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g, request_started


@pytest.fixture(autouse=True)
def fresh_g(request: pytest.FixtureRequest) -> Iterator[None]:
    if "app" not in request.fixturenames:
        yield
        return

    def empty(_sender: Flask, **_rest: object) -> None:
        g.__dict__.clear()

    with request_started.connected_to(empty):
        yield
