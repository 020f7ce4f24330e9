"""The page on which files are added to a draft, whatever the draft is.

A browser cannot fill in a file again. So what was uploaded is kept as pending even where its form is refused; the form
comes back with the number of the file, and the file goes after a day if nobody finishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from participation.attachments import operations, queries
from participation.attachments.examine import FileTooLarge, NoFile, examine
from participation.attachments.models import MAX_SIZE, Attachment
from participation.attachments.operations import Undescribed
from participation.attachments.policy import may_upload
from participation.base.db import db, transaction
from participation.base.verdict import Denied, DomainError, require
from participation.web.attachments.forms import AttachmentForm
from participation.web.attachments.shelf import storage
from participation.web.numbers import number
from participation.web.shell import Answer, member


@dataclass(frozen=True, slots=True)
class Desk:
    """A draft to which files are added."""

    url: str
    """The page's own address; `<url>/<id>/weg` takes a file away."""
    back: str
    title: str
    crumbs: Sequence[tuple[str, str]]
    limit: int
    files: Callable[[], Sequence[Attachment]]
    attach: Callable[[Attachment], None]
    """Called inside of the transaction, with a described file."""
    note: str = ""
    """What a change of the files brings with it."""


def handle(desk: Desk) -> Answer:
    """Show the files of a draft and the form for one more; take that form."""
    form = AttachmentForm()
    if not form.is_submitted():
        return _page(desk, form, None)
    waiting: Attachment | None = None
    try:
        waiting = _uploaded(form)
        with transaction():
            operations.describe(waiting, title=form.title.data or "", summary=form.summary.data or "")
            desk.attach(waiting)
    except Denied:
        raise
    except Undescribed as error:
        form.blame(error.problems)
        return _refused(desk, form, waiting, error)
    except DomainError as error:
        form.blame({"file": error.message})
        return _refused(desk, form, waiting, error)
    flash(_("„%(name)s“ ist angehängt.", name=waiting.name), "success")
    return redirect(desk.url, 303)


def _uploaded(form: AttachmentForm) -> Attachment:
    """Return the file that came with the form, stored and pending; without one, the file of an earlier try."""
    person, sent = member(), request.files.get("file")
    earlier = queries.pending(person, number(form.pending.data) or 0)
    if sent is None or not sent.filename:
        if earlier is None:
            raise NoFile
        return earlier
    require(may_upload(person))
    data = sent.stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise FileTooLarge
    # Let others write while the file is looked at and written to the disk.
    db.session.rollback()
    checked = examine(data, sent.filename)
    sha256 = storage().save(checked.data)
    # A transaction of its own: the file stays even if its description is refused.
    with transaction():
        if earlier is not None:
            operations.let_go(earlier)
        return operations.take_in(member(), checked, sha256)


def _refused(desk: Desk, form: AttachmentForm, waiting: Attachment | None, error: DomainError) -> Answer:
    if waiting is None:
        waiting = queries.pending(member(), number(form.pending.data) or 0)
    return _page(desk, form, waiting), error.status


def _page(desk: Desk, form: AttachmentForm, waiting: Attachment | None) -> str:
    waiting = queries.pending(member(), waiting.id) if waiting is not None else None
    form.pending.data, form.pending.raw_data = str(waiting.id) if waiting else "", None
    return render_template(
        "attachments/page.html", desk=desk, form=form, waiting=waiting, files=desk.files(), failed=form.is_submitted()
    )
