"""What tests of pages need beyond a client."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def form_token(client: FlaskClient, path: str) -> str:
    """Return the CSRF token of the first form on a page."""
    page = client.get(path).get_data(as_text=True)
    return token_in(page)


def token_in(page: str) -> str:
    """Return the CSRF token of the first form in a page's text."""
    found = _TOKEN.search(page)
    assert found, "no form with a token on this page"
    return found[1]
