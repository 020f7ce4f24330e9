"""Reports for tests, made through the operations unless a test needs them odd."""

from __future__ import annotations

from datetime import date

from participation.accounts.models import User
from participation.base.db import db
from participation.measures.models import StatusReport
from participation.measures.operations import confirm_report, file_report
from participation.measures.writing import Fields
from participation.strategy.models import Node, Status
from tests.factories.accounts import moderator, user

TODAY = date(2026, 11, 22)
NODE = "lce-leit-kraftwerkslabor"


def fields(status: Status = Status.EXAMINED, **rest: object) -> Fields:
    """Return a complete report; overwrite what the test is about."""
    values: dict[str, object] = {
        "status": status,
        "since": date(2026, 3, 1),
        "source": "Lausitzer Rundschau vom 2. März 2026, Seite 9",
        "next_step": "Der Stadtrat berät im Mai.",
        "reference": "Stadtrat, 1. März 2026, Nr. 12/26" if status in (Status.RESOLVED, Status.DISCARDED) else "",
        "review_on": date(2027, 3, 1) if status is Status.POSTPONED else None,
    }
    return Fields(**{**values, **rest})


def report(
    author: User | None = None, status: Status = Status.EXAMINED, *, node_id: str = NODE, **rest: object
) -> StatusReport:
    """File a report about a measure."""
    node = db.session.get_one(Node, node_id)
    return file_report(author or user(), node, fields(status, **rest), today=TODAY)


def confirmed(status: Status = Status.EXAMINED, *, node_id: str = NODE, **rest: object) -> StatusReport:
    """File a report and have a moderator confirm it."""
    made = report(None, status, node_id=node_id, **rest)
    return confirm_report(moderator(), made, expected_edit=made.edit, today=TODAY)
