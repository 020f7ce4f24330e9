"""Who runs the platform, as the settings tell it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app


@dataclass(frozen=True, slots=True)
class Operator:
    """Whom the law wants named; what nobody set is empty, and the pages say so."""

    name: str
    address: tuple[str, ...]
    """Line by line."""
    mail: str
    processors: tuple[str, ...]
    """Who works with the data on the operator's behalf: a data centre, a service for mail."""
    providers: tuple[str, ...]
    """Where people can log in from."""


def operator() -> Operator:
    """Return who runs the platform."""
    config = current_app.config
    mail = config["CONTACT_MAIL"]
    return Operator(
        name=config["OPERATOR_NAME"],
        address=config["OPERATOR_ADDRESS"],
        # The address that stands there before anybody set one reaches nobody.
        mail="" if mail.endswith("@localhost") else mail,
        processors=config["OPERATOR_PROCESSORS"],
        providers=tuple(one.label for one in config["OIDC_PROVIDERS"]),
    )
