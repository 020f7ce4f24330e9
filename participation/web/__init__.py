"""Pages. Every room has a corridor of the same name here: its views and forms. Views are thin; rooms hold the rules.

shell      log-in, context of every template, filters, errors as pages
access     who may call a route; a route without a declaration answers nobody
security   headers, content security policy, rate limits
kept       what a person typed survives log-in, an expired form, a refusal
freshness  ETags for visitors
assets     style sheet and scripts under hashed addresses
"""

from __future__ import annotations

from flask import Blueprint

from participation.web.accounts.views import accounts
from participation.web.notify.views import notify
from participation.web.places.views import places
from participation.web.strategy.views import strategy

BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts,
    notify,
    places,
    strategy,
)
