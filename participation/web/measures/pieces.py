"""What the views of this corridor share: finding a measure or a report, and today's date."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import to_user_timezone

from participation.base.clock import now
from participation.base.verdict import NotFound
from participation.measures import queries
from participation.measures.models import StatusReport
from participation.strategy import queries as strategy
from participation.strategy.models import Node
from participation.web.shell import viewer


def measure(node_id: str) -> Node:
    """Return a measure; anything else has no state."""
    found = strategy.node(node_id)
    if found is None or not found.kind.has_status:
        raise NotFound
    return found


def shown(report_id: int) -> StatusReport:
    """Return a report as far as the viewer may see it."""
    found = queries.report(report_id, viewer())
    if found is None:
        raise NotFound(_("Diese Standmeldung ist nicht öffentlich, oder es gibt sie nicht."))
    return found


def today() -> date:
    """Return the day it is for the people here."""
    local: date = to_user_timezone(now()).date()
    return local
