"""Take revision 1 back while nothing rests on it: the only way a published row ever goes."""

from __future__ import annotations

from sqlalchemy import delete, exists, or_, select, text

from participation.base.db import db
from participation.base.verdict import Conflict
from participation.dialogue.models import Thread
from participation.ledger.models import LogCheckpoint, LogEntry, LogOpening, LogRedacted
from participation.leitbild import guards
from participation.leitbild.models import AnnexEntry, Draft, Passage, Revision
from participation.leitbild.sentence_models import TABLES
from participation.measures.models import StatusReport
from participation.proposals.models import Proposal


class InUse(Conflict):
    """Somebody contributed, proposed or reported, or the next revision is being prepared or exists."""


def discard_first() -> None:
    """Delete revision 1 and all that belongs to it, before any dialogue; do nothing where there is none.

    What was signed of it goes, too; whoever signs remembers, and refuses to sign another beginning with the same key.
    The guards of the database are lifted and set again in the same transaction, so nobody ever sees them open.
    """
    later = select(Revision.number).where(Revision.number > 1)
    rests_on_it = (
        exists(select(Thread.id)),
        exists(select(Proposal.id)),
        exists(select(StatusReport.id)),
        exists(select(Draft.id)),
        exists(later),
    )
    if db.session.scalar(select(or_(*rests_on_it))):
        raise InUse
    dialect = db.session.get_bind().dialect.name
    for statement in guards.removal(dialect):
        db.session.execute(text(statement))
    for table in (*TABLES, LogCheckpoint, LogRedacted, LogOpening, LogEntry, AnnexEntry, Passage, Revision):
        db.session.execute(delete(table).execution_options(synchronize_session=False))
    db.session.expire_all()
    for statement in guards.statements(dialect):
        db.session.execute(text(statement.replace(":", "\\:")))
