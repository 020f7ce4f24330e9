"""Background work: which runs there were, and letters of which nobody knows whether they are out."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand; of letters that are being sent just now the old processes go on to know."""
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(f"ALTER TABLE letters ADD COLUMN handed_at {moment}")


def downgrade() -> None:
    """Contract: letters that may be out are sent again."""
    op.drop_column("letters", "handed_at")
