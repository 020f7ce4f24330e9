"""Quoted passages that comments are about."""

from __future__ import annotations

import re
from html import unescape

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BLOCK = re.compile(r"</?(?:p|br|ul|ol|li|blockquote|pre)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def upgrade() -> None:
    """Expand; what comments were about so far is taken down from the revision that was current then."""
    op.create_table(
        "anchors",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_quote", sa.Boolean(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "gilt",
                "geaendert",
                "entfallen",
                name="anchorstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("changed_in", sa.Integer(), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.CheckConstraint("exact <> ''", name=op.f("ck_anchors_has_words")),
        sa.CheckConstraint("(state = 'gilt') = (changed_in IS NULL)", name=op.f("ck_anchors_changed_in_revision")),
        sa.CheckConstraint("found = '' OR state = 'geaendert'", name=op.f("ck_anchors_found_only_if_changed")),
        sa.CheckConstraint(
            "is_quote OR (prefix = '' AND suffix = '' AND found = '')", name=op.f("ck_anchors_only_quotes_select")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_anchors_comment_id_comments")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_anchors")),
    )
    op.create_index("ix_anchors_subject", "anchors", ["subject"])
    op.create_index("ix_nodes_moved_to_id", "nodes", ["moved_to_id"])
    op.create_index("ix_changes_target_id", "changes", ["target_id"])
    _take_down()


def downgrade() -> None:
    """Take back; comments keep the point they name."""
    op.drop_index("ix_changes_target_id", "changes")
    op.drop_index("ix_nodes_moved_to_id", "nodes")
    op.drop_table("anchors")


def _take_down() -> None:
    """Give every comment on a point its anchor: the wording of that time, and whether it still holds."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT comments.id, comments.anchor, passages.revision_number, passages.html AS before, "
            "nodes.html AS now, nodes.since_revision "
            "FROM comments JOIN nodes ON nodes.id = comments.anchor "
            "JOIN passages ON passages.node_id = comments.anchor AND passages.revision_number = coalesce("
            "(SELECT max(number) FROM revisions WHERE published_at <= comments.created_at), 1) "
            "WHERE comments.anchor IS NOT NULL"
        )
    ).all()
    found = []
    for row in rows:
        before, now = _shown(row.before), _shown(row.now)
        state = "entfallen" if not now else "gilt" if before == now else "geaendert"
        if before:
            found.append(
                {
                    "comment_id": row.id,
                    "subject": row.anchor,
                    "revision": row.revision_number,
                    "is_quote": False,
                    "exact": before,
                    "prefix": "",
                    "suffix": "",
                    "state": state,
                    "changed_in": None if state == "gilt" else row.since_revision,
                    "found": "",
                }
            )
    if found:
        columns = (sa.column(name) for name in found[0])
        connection.execute(sa.insert(sa.table("anchors", *columns)), found)


def _shown(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", html))).split())
