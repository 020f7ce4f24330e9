"""Background work: which runs there were, and letters of which nobody knows whether they are out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OUTCOMES = ("running", "done", "failed", "lost")
RUNNING = sa.text("outcome = 'running'")


def upgrade() -> None:
    """Expand; what old processes are at just now they go on to know."""
    # Added one by one and by hand: recreating a table would hold everybody up.
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(f"ALTER TABLE letters ADD COLUMN handed_at {moment}")
    op.execute(
        "ALTER TABLE chores ADD COLUMN failures INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_chores_failures CHECK (failures >= 0)"
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="runoutcome", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'running') = (finished_at IS NULL)", name=op.f("ck_job_runs_finished")),
        sa.CheckConstraint("done >= 0 AND failed >= 0 AND attempt >= 1", name=op.f("ck_job_runs_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("ix_job_runs_name_id", "job_runs", ["name", "id"])
    op.create_index("ix_job_runs_finished_at", "job_runs", ["finished_at"])
    op.create_index("ix_job_runs_running", "job_runs", ["id"], sqlite_where=RUNNING, postgresql_where=RUNNING)


def downgrade() -> None:
    """Contract: letters that may be out are sent again."""
    op.drop_table("job_runs")
    op.drop_column("chores", "failures")
    op.drop_column("letters", "handed_at")
