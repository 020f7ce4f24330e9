"""Keys of forms that create."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from participation.base.db import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "form_keys",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.String(120), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("location", sa.String(2000), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("length(digest) = 64 AND length(body) = 64", name=op.f("ck_form_keys_hashed")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_form_keys")),
    )
    op.create_index(op.f("ix_form_keys_created_at"), "form_keys", ["created_at"])


def downgrade() -> None:
    """Contract; a form that was sent before may be taken once more."""
    op.drop_table("form_keys")
