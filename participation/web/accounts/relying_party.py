"""Our side of OpenID Connect, by Authlib; loaded only where the settings name a provider, for it is slow to load."""

from __future__ import annotations

from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, current_app
from joserfc.errors import JoseError
from requests import RequestException

from config import Provider

WAIT = 5
"""Seconds for each question to a provider; somebody is waiting for the page."""


class ProviderFailed(Exception):
    """A provider did not answer, or not as it should."""


def prepare(app: Flask) -> None:
    """Register the providers of the settings; they are asked nothing before somebody logs in by them."""
    oauth = OAuth(app)
    for one in app.config["OIDC_PROVIDERS"]:
        oauth.register(
            one.name,
            client_id=one.client_id,
            client_secret=one.client_secret,
            server_metadata_url=one.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": one.scopes, "code_challenge_method": "S256", "default_timeout": WAIT},
        )
    app.extensions["oidc"] = oauth


def way_there(provider: Provider, back: str) -> Response:
    """Return the redirect to a provider, which leads back to the address `back`.

    Raises:
        ProviderFailed: if the provider does not answer.
    """
    try:
        answer: Response = _client(provider).authorize_redirect(back)
    except (AuthlibBaseError, RequestException, ValueError, RuntimeError) as error:
        raise ProviderFailed from error
    return answer


def told_by(provider: Provider) -> dict[str, Any]:
    """Return the claims about whoever this request brings back from a provider.

    Raises:
        ProviderFailed: if the provider does not vouch, or the person did not set out in this browser.
    """
    try:
        return _client(provider).authorize_access_token().get("userinfo") or {}
    except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError) as error:
        raise ProviderFailed from error


def _client(provider: Provider) -> Any:
    return current_app.extensions["oidc"].create_client(provider.name)
