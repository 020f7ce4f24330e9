"""Reading attached files. Whether somebody may see one is asked where it is attached."""

from __future__ import annotations

import enum

from sqlalchemy import select

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.base.db import db


class Sight(enum.Enum):
    """Who sees a file that the asker may see."""

    PUBLIC = "public"
    PRIVATE = "private"
    """The asker, and not everybody."""


def attachment(attachment_id: int) -> Attachment | None:
    """Return a file's row, whoever may see it."""
    return db.session.get(Attachment, attachment_id)


def pending(actor: User, attachment_id: int) -> Attachment | None:
    """Return a file that a person uploaded and did not describe yet."""
    mine = (Attachment.id == attachment_id, Attachment.uploaded_by_id == actor.id, Attachment.kept_at.is_(None))
    return db.session.scalar(select(Attachment).where(*mine))


def hashes() -> set[str]:
    """Return the SHA-256 of everything that some row names."""
    return set(db.session.scalars(select(Attachment.sha256).distinct()))
