"""Pages. Every room has a corridor of the same name here: its views and forms. Views are thin; rooms hold the rules.

shell      log-in, context of every template, filters, errors as pages
access     who may call a route; a route without a declaration answers nobody
security   headers, content security policy, rate limits
kept       what a person typed survives log-in, an expired form, a refusal
numbers    numbers in addresses, within what a column holds
freshness  ETags for visitors
postman    mails leave after the answer, never during it
assets     style sheet and scripts under hashed addresses
"""

from __future__ import annotations

from flask import Blueprint

from participation.web.accounts.views import accounts
from participation.web.dialogue.views import dialogue
from participation.web.info.views import info
from participation.web.insight.views import insight
from participation.web.ledger.views import ledger
from participation.web.leitbild.views import leitbild
from participation.web.moderation.views import moderation
from participation.web.notify.views import notify
from participation.web.outcomes.views import outcomes
from participation.web.places.views import places
from participation.web.proposals.views import proposals
from participation.web.strategy.views import strategy

BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts,
    dialogue,
    info,
    insight,
    moderation,
    ledger,
    leitbild,
    notify,
    outcomes,
    places,
    proposals,
    strategy,
)
