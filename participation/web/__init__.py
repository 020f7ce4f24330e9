"""Pages. Every room has a corridor of the same name here: its views and forms. Views are thin; rooms hold the rules.

shell      log-in, context of every template, filters, errors as pages
access     who may call a route; a route without a declaration answers nobody
security   headers, content security policy, rate limits
bounds     how much may come in, and that its text is tidied
origin     what other sites send is refused
cookies    sessions, also from machines whose clocks are fast
once       forms that create do so once
watch      refusals and failed log-ins on their way into the watch book
kept       what a person typed survives log-in, an expired form, a refusal
attachments/shelf  where files lie, and forms that take one
numbers    numbers in addresses, within what a column holds
freshness  ETags for visitors
jobs       work after the answer, never during it: the postman (mails), the printer (documents), the keeper
           (exports, deletions, retention), signing
outage     503 while the database cannot work; every typed word on that page
journal    one line a request for operators, and its id
metrics    figures for Prometheus
assets     style sheet and scripts under hashed addresses
"""

from __future__ import annotations

from flask import Blueprint

from participation.web.accounts.views import accounts
from participation.web.attachments.views import attachments
from participation.web.dialogue.views import dialogue
from participation.web.documents.views import documents
from participation.web.errata.views import errata
from participation.web.info.views import info
from participation.web.insight.views import insight
from participation.web.jobs.views import jobs
from participation.web.ledger.views import ledger
from participation.web.leitbild.views import leitbild
from participation.web.measures.views import measures
from participation.web.merging.views import merging
from participation.web.minutes.views import minutes
from participation.web.moderation.views import moderation
from participation.web.notify.views import notify
from participation.web.ops.views import ops
from participation.web.outcomes.views import outcomes
from participation.web.places.views import places
from participation.web.privacy.views import privacy
from participation.web.proposals.views import proposals
from participation.web.resolutions.views import resolutions
from participation.web.strategy.views import strategy
from participation.web.watchbook.views import watchbook

BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts,
    attachments,
    dialogue,
    documents,
    errata,
    info,
    insight,
    moderation,
    jobs,
    ledger,
    leitbild,
    measures,
    merging,
    minutes,
    notify,
    ops,
    outcomes,
    places,
    privacy,
    proposals,
    resolutions,
    strategy,
    watchbook,
)
