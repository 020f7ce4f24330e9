"""Where files lie, and which views take one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

from participation.attachments.models import MAX_SIZE
from participation.attachments.place import storage_at
from participation.attachments.storage import Storage

View = TypeVar("View", bound=Callable[..., Any])

REQUEST_SIZE = MAX_SIZE + 1024 * 1024
"""Bytes of a whole form with a file: so that one that is a little too large is told so in the form."""


def storage() -> Storage:
    """Return where files lie; a bucket keeps its connection for the next."""
    shelf: Storage | None = current_app.extensions.get("shelf")
    if shelf is None:
        shelf = storage_at(current_app.config["UPLOADS_URL"], current_app.config["INSTANCE"])
        current_app.extensions["shelf"] = shelf
    return shelf


def takes_file(view: View) -> View:
    """Mark a view whose form brings a file; people who are logged in may send it more than others."""
    view.takes = REQUEST_SIZE  # type: ignore[attr-defined]
    return view
