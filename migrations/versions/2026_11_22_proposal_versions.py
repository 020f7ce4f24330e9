"""Versions of proposals and what supporters signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Plain SQL, the same on both databases: a batch would drop and recreate `proposals`, and SQLite refuses to drop a table
# that others point to.
STEP_KINDS = "'ueberarbeitet', 'angepasst', 'uebernommen', 'grundlage-veraltet', 'erfuellt', 'passt-wieder'"
VERSIONED = "CONSTRAINT ck_proposals_versioned CHECK (state = 'draft' OR version >= 1)"
EITHER = "CONSTRAINT ck_proposals_collides_or_fulfilled CHECK (conflict_revision IS NULL OR fulfilled_revision IS NULL)"
COLUMNS = (
    ("proposals", "version", f"INTEGER DEFAULT 1 NOT NULL {VERSIONED}"),
    ("proposals", "conflict_revision", "INTEGER"),
    ("proposals", "fulfilled_revision", f"INTEGER {EITHER}"),
    ("proposals", "other_before", "TEXT DEFAULT '' NOT NULL"),
    ("proposal_steps", "what", f"VARCHAR(24) CONSTRAINT ck_proposal_steps_stepkind CHECK (what IN ({STEP_KINDS}))"),
    ("proposal_steps", "version", "INTEGER"),
    ("proposal_steps", "revision", "INTEGER"),
)

FILL = """
-- Drafts that nobody has seen have no version yet.
UPDATE proposals SET version = 0 WHERE number IS NULL;

UPDATE proposals SET other_before = COALESCE(
    (SELECT body FROM passages
     WHERE passages.node_id = proposals.other_node_id AND passages.revision_number = proposals.base_revision), '')
WHERE other_node_id IS NOT NULL;

INSERT INTO proposal_versions (
    proposal_id, version, why, node_id, other_node_id, base_revision, before, other_before, title, wording, diff_html,
    reason, reason_html, benefit, culture, lang, by_id, at)
SELECT id, 1, 'eingereicht', node_id, other_node_id, base_revision, before, other_before, title, wording, diff_html,
    reason, reason_html, benefit, culture, lang, author_id, COALESCE(submitted_at, updated_at)
FROM proposals WHERE number IS NOT NULL;

-- What was told by two equal states in a row until now.
UPDATE proposal_steps SET what = 'ueberarbeitet' WHERE state = (
    SELECT earlier.state FROM proposal_steps earlier
    WHERE earlier.proposal_id = proposal_steps.proposal_id AND earlier.id < proposal_steps.id
    ORDER BY earlier.id DESC LIMIT 1);

UPDATE proposal_steps SET version = 1
WHERE id IN (SELECT MIN(id) FROM proposal_steps WHERE state = 'submitted' GROUP BY proposal_id);

-- Proposals whose passage changed before anybody was told.
UPDATE proposals SET conflict_revision = (SELECT since_revision FROM nodes WHERE nodes.id = proposals.node_id)
WHERE state IN ('submitted', 'open', 'synthesis', 'recommended', 'accepted') AND EXISTS (
    SELECT 1 FROM nodes WHERE nodes.id = proposals.node_id AND (
        nodes.text_state IN ('gestrichen', 'zusammengefuehrt')
        OR (proposals.type NOT IN ('neue-massnahme', 'ergaenzung') AND nodes.body <> proposals.before)))
"""


def upgrade() -> None:
    """Expand."""
    for table, name, definition in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {definition}")
    op.create_table(
        "proposal_versions",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "eingereicht",
                "ueberarbeitet",
                "angepasst",
                "uebernommen",
                name="versionreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("other_node_id", sa.String(length=120), nullable=True),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("other_before", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("diff_html", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_html", sa.Text(), nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("culture", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_proposal_versions_counted")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_proposal_versions_by_id_users")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_proposal_versions_node_id_nodes")),
        sa.ForeignKeyConstraint(["other_node_id"], ["nodes.id"], name=op.f("fk_proposal_versions_other_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_versions_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "version", name=op.f("pk_proposal_versions")),
    )
    op.create_index(op.f("ix_proposal_versions_node_id"), "proposal_versions", ["node_id"], unique=False)
    for statement in FILL.split(";\n"):
        op.execute(statement)
    # Nothing points to the signatures, so that they can be rebuilt with their new key.
    with op.batch_alter_table("proposal_supports") as supports:
        supports.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        supports.add_column(sa.Column("kept_at", sa.Integer(), nullable=True))
    with op.batch_alter_table("proposal_supports") as supports:
        supports.alter_column("version", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
        supports.create_foreign_key(
            "fk_proposal_supports_version",
            "proposal_versions",
            ["proposal_id", "version"],
            ["proposal_id", "version"],
        )
    op.create_index(
        "ix_proposal_supports_proposal_id_version", "proposal_supports", ["proposal_id", "version"], unique=False
    )


def downgrade() -> None:
    """Take back; earlier wordings are lost, and signatures under them count for the newest again."""
    op.drop_index("ix_proposal_supports_proposal_id_version", table_name="proposal_supports")
    with op.batch_alter_table("proposal_supports") as supports:
        supports.drop_constraint("fk_proposal_supports_version", type_="foreignkey")
        supports.drop_column("kept_at")
        supports.drop_column("version")
    # Without versions the counter counts every signature again.
    op.execute(
        "UPDATE proposals SET supporter_count = "
        "(SELECT COUNT(*) FROM proposal_supports WHERE proposal_supports.proposal_id = proposals.id)"
    )
    op.drop_table("proposal_versions")
    for table, name, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
