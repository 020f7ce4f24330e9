"""Where files lie, and which views take one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

from participation.attachments.models import MAX_SIZE
from participation.attachments.storage import Folder

View = TypeVar("View", bound=Callable[..., Any])

REQUEST_SIZE = MAX_SIZE + 1024 * 1024
"""Bytes of a whole form with a file: so that one that is a little too large is told so in the form."""


def storage() -> Folder:
    """Return the folder of files: beside the database, outside of everything that is served."""
    return Folder(current_app.config["INSTANCE"] / "attachments")


def takes_file(view: View) -> View:
    """Mark a view whose form brings a file; people who are logged in may send it more than others."""
    view.takes = REQUEST_SIZE  # type: ignore[attr-defined]
    return view
