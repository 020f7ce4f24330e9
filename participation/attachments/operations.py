"""Taking files in, describing them, letting them go. The bytes are stored before; nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, func, select

from participation.accounts.models import User
from participation.attachments.examine import Checked
from participation.attachments.models import Attachment, MediaType
from participation.attachments.policy import may_upload
from participation.base.clock import now
from participation.base.db import db
from participation.base.text import normalise
from participation.base.verdict import DomainError, Message, require

TITLE_LIMIT = 200
SUMMARY_LIMIT = 5_000


class Undescribed(DomainError):
    """Whoever cannot see the file would not learn what it is."""

    default = _l("Beschreiben Sie die Datei auch für Menschen, die sie nicht sehen können.")

    def __init__(self, problems: Mapping[str, Message]) -> None:
        super().__init__()
        self.problems = problems


def take_in(actor: User, file: Checked, sha256: str) -> Attachment:
    """Add a file, pending: its bytes are in the storage, its description is still to come."""
    waiting = select(func.count()).where(Attachment.uploaded_by_id == actor.id, Attachment.kept_at.is_(None))
    require(may_upload(actor, db.session.scalar(waiting) or 0))
    taken = Attachment(
        sha256=sha256,
        media_type=file.media_type,
        size=len(file.data),
        width=file.width,
        height=file.height,
        name=file.name,
        uploaded_by_id=actor.id,
    )
    db.session.add(taken)
    db.session.flush()
    return taken


def describe(attachment: Attachment, *, title: str, summary: str) -> Attachment:
    """Say what a file is, so that it can be attached.

    Raises:
        Undescribed: without what a picture or a PDF needs.
    """
    title, summary = " ".join(normalise(title).split()), normalise(summary)
    problems: dict[str, Message] = {}
    if not title:
        problems["title"] = (
            _l("Schreiben Sie in einem Satz, was auf dem Bild zu sehen ist.")
            if attachment.is_image
            else _l("Geben Sie dem Dokument einen Titel.")
        )
    elif len(title) > TITLE_LIMIT:
        problems["title"] = _l("Höchstens %(max)d Zeichen.", max=TITLE_LIMIT)
    if attachment.media_type is MediaType.PDF and not summary:
        problems["summary"] = _l("Fassen Sie zusammen, was in dem PDF steht. Nicht alle können PDF lesen.")
    elif len(summary) > SUMMARY_LIMIT:
        problems["summary"] = _l("Höchstens %(max)d Zeichen.", max=SUMMARY_LIMIT)
    if problems:
        raise Undescribed(problems)
    attachment.title, attachment.summary, attachment.kept_at = title, summary, now()
    db.session.flush()
    return attachment


def let_go(attachment: Attachment) -> None:
    """Delete a file's row; its bytes go with the next sweep, unless another row names them."""
    db.session.delete(attachment)
    db.session.flush()


def drop_pending(before: datetime) -> int:
    """Delete what was uploaded before a moment and never attached; return how many."""
    stale = delete(Attachment).where(Attachment.kept_at.is_(None), Attachment.created_at < before)
    result = db.session.execute(stale, execution_options={"synchronize_session": False})
    return int(result.rowcount) if isinstance(result, CursorResult) else 0
