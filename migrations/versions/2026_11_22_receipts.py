"""Contributions that wait for an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD = ("adopted", "partly", "considered")
NEW = (*OLD, "open")


def evidence(fates: tuple[str, ...], unless: str, *columns: sa.Column | sa.CheckConstraint) -> sa.Table:
    """Return the table as it stands, since SQLite tells nothing of its CHECKs."""
    kinds = sa.Enum(*fates, name="fate", native_enum=False, create_constraint=False, length=24)
    listed = ", ".join(f"'{fate}'" for fate in fates)
    return sa.Table(
        "evidence",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("comment_version", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("fate", kinds, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.CheckConstraint(f"fate IN ({listed})", name="ck_evidence_fate"),
        sa.CheckConstraint(unless, name="ck_evidence_no_without_reason"),
        sa.CheckConstraint("(comment_id IS NULL) <> (proposal_id IS NULL)", name="ck_evidence_one_source"),
        sa.CheckConstraint("comment_id IS NULL OR comment_version IS NOT NULL", name="ck_evidence_comment_is_pinned"),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name="fk_evidence_comment_id_comments"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name="fk_evidence_outcome_id_outcomes"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_evidence_proposal_id_proposals"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint("outcome_id", "comment_id", name="uq_evidence_outcome_id_comment_id"),
        sa.UniqueConstraint("outcome_id", "proposal_id", name="uq_evidence_outcome_id_proposal_id"),
        sa.Index("ix_evidence_comment_id", "comment_id"),
        sa.Index("ix_evidence_proposal_id", "proposal_id"),
    )


def upgrade() -> None:
    """Let evidence be open, and say who answered it later, and when."""
    before = evidence(OLD, "fate = 'adopted' OR answer <> ''")
    with op.batch_alter_table("evidence", copy_from=before) as batch:
        batch.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        batch.drop_constraint(op.f("ck_evidence_fate"), type_="check")
        batch.create_check_constraint(op.f("ck_evidence_fate"), "fate IN ('adopted', 'partly', 'considered', 'open')")
        batch.drop_constraint(op.f("ck_evidence_no_without_reason"), type_="check")
        batch.create_check_constraint(
            op.f("ck_evidence_no_without_reason"), "fate IN ('adopted', 'open') OR answer <> ''"
        )
        batch.create_check_constraint(
            op.f("ck_evidence_answered_by_someone"), "(answered_at IS NULL) = (answered_by_id IS NULL)"
        )
        batch.create_check_constraint(op.f("ck_evidence_answered_is_not_open"), "answered_at IS NULL OR fate <> 'open'")
        batch.create_foreign_key(op.f("fk_evidence_answered_by_id_users"), "users", ["answered_by_id"], ["id"])


def downgrade() -> None:
    """Take back; what is still open counts as considered, since the older schema knows no waiting."""
    op.execute("UPDATE evidence SET fate = 'considered', answer = 'Die Antwort steht noch aus.' WHERE fate = 'open'")
    after = evidence(
        NEW,
        "fate IN ('adopted', 'open') OR answer <> ''",
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="ck_evidence_answered_by_someone"),
        sa.CheckConstraint("answered_at IS NULL OR fate <> 'open'", name="ck_evidence_answered_is_not_open"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name="fk_evidence_answered_by_id_users"),
    )
    with op.batch_alter_table("evidence", copy_from=after) as batch:
        batch.drop_constraint(op.f("fk_evidence_answered_by_id_users"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_evidence_answered_by_someone"), type_="check")
        batch.drop_constraint(op.f("ck_evidence_answered_is_not_open"), type_="check")
        batch.drop_column("answered_at")
        batch.drop_column("answered_by_id")
        batch.drop_constraint(op.f("ck_evidence_fate"), type_="check")
        batch.create_check_constraint(op.f("ck_evidence_fate"), "fate IN ('adopted', 'partly', 'considered')")
        batch.drop_constraint(op.f("ck_evidence_no_without_reason"), type_="check")
        batch.create_check_constraint(op.f("ck_evidence_no_without_reason"), "fate = 'adopted' OR answer <> ''")
