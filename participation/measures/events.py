"""What happened to reports."""

from __future__ import annotations

from dataclasses import dataclass

from participation.accounts.models import User
from participation.measures.models import StatusReport


@dataclass(frozen=True)
class ReportDecided:
    """A moderator confirmed a report, asked back, or refused it; the report says which."""

    report: StatusReport
    actor: User
