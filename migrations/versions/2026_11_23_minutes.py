"""Attachments, and the minutes of workshops."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

GUARDS = {
    "sqlite": (
        "CREATE TRIGGER recordings_unowned_insert BEFORE INSERT ON recordings WHEN (SELECT author_id FROM comments WHERE id = NEW.comment_id) <> -1 BEGIN SELECT RAISE(ABORT, 'what was recorded elsewhere has no author'); END",
        "CREATE TRIGGER recordings_unowned_update BEFORE UPDATE ON recordings WHEN (SELECT author_id FROM comments WHERE id = NEW.comment_id) <> -1 BEGIN SELECT RAISE(ABORT, 'what was recorded elsewhere has no author'); END",
        "CREATE TRIGGER proposal_attachments_fixed_insert BEFORE INSERT ON proposal_attachments WHEN EXISTS (SELECT 1 FROM proposals WHERE id = NEW.proposal_id AND state <> 'draft') BEGIN SELECT RAISE(ABORT, 'the files of a proposal are fixed once it is handed in'); END",
        "CREATE TRIGGER proposal_attachments_fixed_update BEFORE UPDATE ON proposal_attachments WHEN EXISTS (SELECT 1 FROM proposals WHERE id = OLD.proposal_id AND state <> 'draft') OR EXISTS (SELECT 1 FROM proposals WHERE id = NEW.proposal_id AND state <> 'draft') BEGIN SELECT RAISE(ABORT, 'the files of a proposal are fixed once it is handed in'); END",
        "CREATE TRIGGER proposal_attachments_fixed_delete BEFORE DELETE ON proposal_attachments WHEN EXISTS (SELECT 1 FROM proposals WHERE id = OLD.proposal_id AND state NOT IN ('draft', 'withdrawn', 'merged')) BEGIN SELECT RAISE(ABORT, 'the files of a proposal are fixed once it is handed in'); END",
        "CREATE TRIGGER minutes_versions_no_update BEFORE UPDATE ON minutes_versions WHEN OLD.state = 'approved' BEGIN SELECT RAISE(ABORT, 'approved minutes never change'); END",
        "CREATE TRIGGER minutes_versions_no_delete BEFORE DELETE ON minutes_versions WHEN OLD.state = 'approved' BEGIN SELECT RAISE(ABORT, 'approved minutes never change'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_owned_recording() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT author_id FROM comments WHERE id = NEW.comment_id) <> -1 THEN RAISE EXCEPTION 'what was recorded elsewhere has no author'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER recordings_unowned BEFORE INSERT OR UPDATE ON recordings FOR EACH ROW EXECUTE FUNCTION refuse_owned_recording()",
        "CREATE OR REPLACE FUNCTION refuse_fixed_files() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN IF EXISTS (SELECT 1 FROM proposals WHERE id = OLD.proposal_id AND state NOT IN ('draft', 'withdrawn', 'merged')) THEN RAISE EXCEPTION 'the files of a proposal are fixed once it is handed in'; END IF; RETURN OLD; END IF; IF EXISTS (SELECT 1 FROM proposals WHERE id = NEW.proposal_id AND state <> 'draft') THEN RAISE EXCEPTION 'the files of a proposal are fixed once it is handed in'; END IF; IF TG_OP = 'UPDATE' THEN IF EXISTS (SELECT 1 FROM proposals WHERE id = OLD.proposal_id AND state <> 'draft') THEN RAISE EXCEPTION 'the files of a proposal are fixed once it is handed in'; END IF; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER proposal_attachments_fixed BEFORE INSERT OR UPDATE OR DELETE ON proposal_attachments FOR EACH ROW EXECUTE FUNCTION refuse_fixed_files()",
        "CREATE OR REPLACE FUNCTION refuse_approved_minutes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state = 'approved' THEN RAISE EXCEPTION 'approved minutes never change'; END IF; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
        "CREATE TRIGGER minutes_versions_approved BEFORE UPDATE OR DELETE ON minutes_versions FOR EACH ROW EXECUTE FUNCTION refuse_approved_minutes()",
    ),
}


def upgrade() -> None:
    """Expand: files, minutes, and what was said at events; no table that exists changes."""
    op.create_table(
        "occasions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_occasions")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "media_type",
            sa.Enum(
                "application/pdf",
                "image/png",
                "image/jpeg",
                "image/webp",
                name="mediatype",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(media_type = 'application/pdf' AND width IS NULL AND height IS NULL) OR (media_type <> 'application/pdf' AND width BETWEEN 1 AND 1600 AND height BETWEEN 1 AND 1600)",
            name=op.f("ck_attachments_pixels"),
        ),
        sa.CheckConstraint(
            "kept_at IS NULL OR (title <> '' AND (media_type <> 'application/pdf' OR summary <> ''))",
            name=op.f("ck_attachments_described"),
        ),
        sa.CheckConstraint("name <> '' AND name NOT LIKE '%/%'", name=op.f("ck_attachments_named")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_attachments_sha256")),
        sa.CheckConstraint("size BETWEEN 1 AND 10485760", name=op.f("ck_attachments_size")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_attachments_uploaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(
        "ix_attachments_pending",
        "attachments",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("kept_at IS NULL"),
        postgresql_where=sa.text("kept_at IS NULL"),
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"], unique=False)
    op.create_index("ix_attachments_uploaded_by_id", "attachments", ["uploaded_by_id"], unique=False)
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "public",
                "withdrawn",
                name="minutesstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (number IS NULL)", name=op.f("ck_minutes_numbered")),
        sa.CheckConstraint("(state = 'draft') = (version = 0)", name=op.f("ck_minutes_versioned")),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR (withdrawal_reason <> '' AND withdrawn_at IS NOT NULL AND withdrawn_by_id IS NOT NULL)",
            name=op.f("ck_minutes_withdrawn_with_reason"),
        ),
        sa.ForeignKeyConstraint(["number"], ["occasions.number"], name=op.f("fk_minutes_number_occasions")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_minutes_withdrawn_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("number", name=op.f("uq_minutes_number")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_minutes_submission_key")),
    )
    op.create_table(
        "minutes_versions",
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.String(length=120), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_html", sa.Text(), nullable=False),
        sa.Column("sanitiser", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (approver_id IS NOT NULL AND approved_at IS NOT NULL)",
            name=op.f("ck_minutes_versions_approved_by_someone"),
        ),
        sa.CheckConstraint("title <> '' AND summary <> ''", name=op.f("ck_minutes_versions_says_something")),
        sa.CheckConstraint("version = 1 OR reason <> ''", name=op.f("ck_minutes_versions_corrected_with_reason")),
        sa.CheckConstraint(
            "approver_id IS NULL OR approver_id <> author_id", name=op.f("ck_minutes_versions_four_eyes")
        ),
        sa.CheckConstraint("participants BETWEEN 1 AND 100000", name=op.f("ck_minutes_versions_participants")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_minutes_versions_approver_id_users")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_minutes_versions_author_id_users")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_versions_minutes_id_minutes")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_minutes_versions_place_id_places")),
        sa.PrimaryKeyConstraint("minutes_id", "version", name=op.f("pk_minutes_versions")),
    )
    op.create_index(
        "ix_minutes_versions_state_submitted_at", "minutes_versions", ["state", "submitted_at"], unique=False
    )
    op.create_index(
        "uq_minutes_versions_open",
        "minutes_versions",
        ["minutes_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'approved'"),
        postgresql_where=sa.text("state <> 'approved'"),
    )
    op.create_table(
        "minutes_files",
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_minutes_files_attachment_id_attachments")
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id", "version"],
            ["minutes_versions.minutes_id", "minutes_versions.version"],
            name="fk_minutes_files_version",
        ),
        sa.PrimaryKeyConstraint("minutes_id", "version", "attachment_id", name=op.f("pk_minutes_files")),
    )
    op.create_index(op.f("ix_minutes_files_attachment_id"), "minutes_files", ["attachment_id"], unique=False)
    op.create_table(
        "minutes_voices",
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "frage",
                "dafuer",
                "dagegen",
                "ergaenzung",
                "erfahrung",
                name="commentkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_minutes_voices_comment_id_comments")),
        sa.ForeignKeyConstraint(
            ["minutes_id", "version"],
            ["minutes_versions.minutes_id", "minutes_versions.version"],
            name="fk_minutes_voices_version",
        ),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_minutes_voices_node_id_nodes")),
        sa.PrimaryKeyConstraint("minutes_id", "version", "position", name=op.f("pk_minutes_voices")),
        sa.UniqueConstraint(
            "minutes_id", "version", "comment_id", name=op.f("uq_minutes_voices_minutes_id_version_comment_id")
        ),
    )
    op.create_index(op.f("ix_minutes_voices_comment_id"), "minutes_voices", ["comment_id"], unique=False)
    op.create_table(
        "proposal_attachments",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_proposal_attachments_few")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_proposal_attachments_attachment_id_attachments")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_attachments_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_proposal_attachments")),
        sa.UniqueConstraint("proposal_id", "position", name=op.f("uq_proposal_attachments_proposal_id_position")),
    )
    op.create_table(
        "recordings",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("occasion_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_recordings_comment_id_comments")),
        sa.ForeignKeyConstraint(
            ["occasion_number"], ["occasions.number"], name=op.f("fk_recordings_occasion_number_occasions")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_occasion_number"), "recordings", ["occasion_number"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Contract; minutes and attachments are lost, comments taken down in workshops stay."""
    op.drop_table("recordings")
    op.drop_table("proposal_attachments")
    op.drop_table("minutes_voices")
    op.drop_table("minutes_files")
    op.drop_table("minutes_versions")
    op.drop_table("minutes")
    op.drop_table("attachments")
    op.drop_table("occasions")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("refuse_owned_recording", "refuse_fixed_files", "refuse_approved_minutes"):
            op.execute(f"DROP FUNCTION {name}()")
