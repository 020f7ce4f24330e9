"""Hand files out: always as a download, to whoever may see what they are attached to."""

from __future__ import annotations

import logging

from flask import Blueprint, send_file

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.attachments.queries import Sight, attachment
from participation.base.verdict import NotFound
from participation.minutes import queries as minutes
from participation.proposals import attaching as proposals
from participation.proposals.queries import invited_draft
from participation.proposals.together import invited_by
from participation.web.access import public, resident
from participation.web.attachments.shelf import storage
from participation.web.shell import Answer, viewer

log = logging.getLogger(__name__)

attachments = Blueprint("attachments", __name__)

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CACHE = {Sight.PUBLIC: "public, max-age=86400", Sight.PRIVATE: "private, no-store"}
"""A day: what is hidden later must not stay in caches for long."""


@attachments.get("/anhang/<int:attachment_id>")
@public
def download(attachment_id: int) -> Answer:
    """Hand out a file; for whoever may not see it, it does not exist."""
    found = attachment(attachment_id)
    seen = sight(viewer(), found) if found is not None else None
    if found is None or seen is None:
        raise NotFound
    return hand_out(found, seen)


@attachments.get("/vorschlaege/einladung/<token>/anhang/<int:attachment_id>")
@resident
def invited(token: str, attachment_id: int) -> Answer:
    """Hand out a file of a draft to whoever holds the mailed invitation to it: they are asked to consent to it."""
    draft, found = invited_draft(invited_by(token)), attachment(attachment_id)
    if found is None or not proposals.belongs(draft, attachment_id):
        raise NotFound
    return hand_out(found, Sight.PRIVATE)


def hand_out(found: Attachment, seen: Sight) -> Answer:
    """Return a file as a download."""
    try:
        stored = storage().open(found.sha256)
    except FileNotFoundError:
        log.exception("the bytes of attachment %s are missing", found.id)
        raise NotFound from None
    response = send_file(
        stored,
        mimetype=found.media_type.value,
        as_attachment=True,
        download_name=found.name,
        conditional=True,
        etag=found.sha256,
    )
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = CACHE[seen]
    return response


def sight(person: User | None, found: Attachment) -> Sight | None:
    """Say whether a person sees a file: by what it is attached to; a pending one, whoever uploaded it."""
    if found.kept_at is None:
        return Sight.PRIVATE if person is not None and person.id == found.uploaded_by_id else None
    return proposals.sight(person, found.id) or minutes.sight(person, found.id)
