"""Documents made of each version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FORMATS = ("pdf", "docx", "odt", "md", "json", "xlsx", "csv")
STATES = ("waiting", "ready", "failed")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("earlier_number", sa.Integer()),
        sa.Column(
            "format",
            sa.Enum(*FORMATS, name="format", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="documentstate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("built_at", sa.DateTime(timezone=True)),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.CheckConstraint("earlier_number < revision_number", name=op.f("ck_documents_earlier_first")),
        sa.CheckConstraint(
            "(state = 'ready') = "
            "(content IS NOT NULL AND sha256 IS NOT NULL AND size IS NOT NULL AND built_at IS NOT NULL)",
            name=op.f("ck_documents_ready_has_content"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_documents_attempts")),
        sa.ForeignKeyConstraint(
            ["revision_number"],
            ["revisions.number"],
            name=op.f("fk_documents_revision_number_revisions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["earlier_number"],
            ["revisions.number"],
            name=op.f("fk_documents_earlier_number_revisions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    single, compared = sa.text("earlier_number IS NULL"), sa.text("earlier_number IS NOT NULL")
    op.create_index(
        "uq_documents_revision_number_format",
        "documents",
        ["revision_number", "format"],
        unique=True,
        sqlite_where=single,
        postgresql_where=single,
    )
    op.create_index(
        "uq_documents_revision_number_earlier_number_format",
        "documents",
        ["revision_number", "earlier_number", "format"],
        unique=True,
        sqlite_where=compared,
        postgresql_where=compared,
    )
    op.create_index("ix_documents_earlier_number", "documents", ["earlier_number"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_documents_waiting", "documents", ["id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    """Take back; the entries of documents are lost, and the documents are made again."""
    op.drop_table("documents")
