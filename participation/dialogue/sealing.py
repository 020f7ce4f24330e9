"""Taking the texts of a hidden comment out of its rows, and putting them back.

Who keeps them meanwhile is not told here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from participation.base.db import db
from participation.dialogue.models import Comment, CommentVersion
from participation.dialogue.votes import locked_comment


def take_text(comment: Comment) -> dict[str, Any]:
    """Empty a comment and its earlier versions, and return what they said, as JSON values."""
    comment = locked_comment(comment)
    earlier = _earlier(comment)
    taken = {
        "body": comment.body,
        "html": comment.html,
        "versions": [{"version": one.version, "body": one.body, "html": one.html} for one in earlier],
    }
    comment.body = comment.html = ""
    for one in earlier:
        one.body = one.html = ""
    db.session.flush()
    return taken


def put_text_back(comment: Comment, taken: dict[str, Any]) -> None:
    """Put back what `take_text` returned."""
    comment = locked_comment(comment)
    comment.body, comment.html = taken["body"], taken["html"]
    said = {one["version"]: one for one in taken["versions"]}
    for one in _earlier(comment):
        if one.version in said:
            one.body, one.html = said[one.version]["body"], said[one.version]["html"]
    db.session.flush()


def _earlier(comment: Comment) -> list[CommentVersion]:
    chosen = select(CommentVersion).where(CommentVersion.comment_id == comment.id).order_by(CommentVersion.version)
    return list(db.session.scalars(chosen.execution_options(populate_existing=True)))
