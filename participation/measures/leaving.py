"""What becomes of a person's reports about measures when their account is deleted. None of it commits."""

from __future__ import annotations

from sqlalchemy import delete

from participation.base.db import db
from participation.measures.models import ReportState, StatusReport


def drop_reports(user_id: int) -> None:
    """Delete what a person reported and nobody confirmed; a confirmed report carries a measure's state and stays."""
    db.session.execute(
        delete(StatusReport).where(StatusReport.reporter_id == user_id, StatusReport.decision != ReportState.CONFIRMED)
    )
