"""The first schema.

Revision: 0001, after nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What was published never changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'published rows never change: revisions'); END",
        "CREATE TRIGGER passages_no_update BEFORE UPDATE ON passages BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER passages_no_delete BEFORE DELETE ON passages BEGIN SELECT RAISE(ABORT, 'published rows never change: passages'); END",
        "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries BEGIN SELECT RAISE(ABORT, 'published rows never change: log_entries'); END",
        "CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries BEGIN SELECT RAISE(ABORT, 'published rows never change: log_entries'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER revisions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER passages_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON passages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER log_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
REMOVAL = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS revisions_no_update",
        "DROP TRIGGER IF EXISTS revisions_no_delete",
        "DROP TRIGGER IF EXISTS passages_no_update",
        "DROP TRIGGER IF EXISTS passages_no_delete",
        "DROP TRIGGER IF EXISTS log_entries_no_update",
        "DROP TRIGGER IF EXISTS log_entries_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS revisions_immutable ON revisions",
        "DROP TRIGGER IF EXISTS passages_immutable ON passages",
        "DROP TRIGGER IF EXISTS log_entries_immutable ON log_entries",
        "DROP FUNCTION IF EXISTS refuse_change()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "actors",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
    )
    op.create_table(
        "content_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_imports")),
    )
    op.create_table(
        "kinds",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("plural", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("votable", sa.Boolean(), nullable=False),
        sa.Column("has_status", sa.Boolean(), nullable=False),
        sa.Column("proposal_types", sa.JSON(), nullable=False),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinds")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("official", sa.JSON(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("land", sa.String(), nullable=True),
        sa.Column("kreis", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("in_lausitz", sa.Boolean(), nullable=False),
        sa.Column("sorbian_area", sa.Boolean(), nullable=False),
        sa.Column("on_map", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_table(
        "residences",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column(
            "region",
            sa.Enum(
                "brandenburg",
                "sachsen",
                "nachbarn",
                "anderswo",
                name="region",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_residences_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residences")),
    )
    op.create_table(
        "threads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "evaluating", name="threadstate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("votable", sa.Boolean(), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("root_count", sa.Integer(), nullable=False),
        sa.Column("frage", sa.Integer(), nullable=False),
        sa.Column("dafuer", sa.Integer(), nullable=False),
        sa.Column("dagegen", sa.Integer(), nullable=False),
        sa.Column("ergaenzung", sa.Integer(), nullable=False),
        sa.Column("erfahrung", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("last_comment_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "yes >= 0 AND no >= 0 AND abstain >= 0 AND comment_count >= 0", name=op.f("ck_threads_counters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "resident", "moderator", "operator", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("residence_id", sa.String(length=120), nullable=True),
        sa.Column(
            "region",
            sa.Enum(
                "brandenburg",
                "sachsen",
                "nachbarn",
                "anderswo",
                name="region",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("residence_label", sa.String(length=160), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_key", sa.String(length=32), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["residence_id"], ["residences.id"], name=op.f("fk_users_residence_id_residences")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "account_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("confirm", "reset", name="tokenpurpose", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_tokens_digest")),
    )
    op.create_table(
        "ballots",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "zustimmung",
                "ablehnung",
                "enthaltung",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "region",
            sa.Enum(
                "brandenburg",
                "sachsen",
                "nachbarn",
                "anderswo",
                name="region",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_ballots_thread_id_threads")),
        sa.ForeignKeyConstraint(["voter_id"], ["users.id"], name=op.f("fk_ballots_voter_id_users")),
        sa.PrimaryKeyConstraint("thread_id", "voter_id", name=op.f("pk_ballots")),
    )
    op.create_table(
        "initiatives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seat", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "verified",
                "refused",
                name="initiativestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state = 'applied' OR decided_by_id IS NOT NULL", name=op.f("ck_initiatives_decided")),
        sa.ForeignKeyConstraint(["applicant_id"], ["users.id"], name=op.f("fk_initiatives_applicant_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_initiatives_decided_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiatives")),
        sa.UniqueConstraint("name", name=op.f("uq_initiatives_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_initiatives_slug")),
    )
    op.create_table(
        "nodes",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("kind_id", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.String(length=120), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reading_order", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.String(length=120), nullable=True),
        sa.Column("horizon", sa.String(length=24), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("thread_title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("has_thread", sa.Boolean(), nullable=False),
        sa.Column("thread_node_id", sa.String(length=120), nullable=True),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=24), nullable=True),
        sa.Column(
            "text_state",
            sa.Enum(
                "unveraendert",
                "neu",
                "geaendert",
                "zusammengefuehrt",
                "geteilt",
                "gestrichen",
                name="textstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("moved_to_id", sa.String(length=120), nullable=True),
        sa.Column("since_revision", sa.Integer(), nullable=False),
        sa.Column("open_proposals", sa.Integer(), nullable=False),
        sa.CheckConstraint("has_thread = (thread_node_id = id)", name=op.f("ck_nodes_thread_owner")),
        sa.ForeignKeyConstraint(["kind_id"], ["kinds.id"], name=op.f("fk_nodes_kind_id_kinds")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["nodes.id"], name=op.f("fk_nodes_moved_to_id_nodes")),
        sa.ForeignKeyConstraint(["parent_id"], ["nodes.id"], name=op.f("fk_nodes_parent_id_nodes")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_nodes_thread_id_threads")),
        sa.ForeignKeyConstraint(
            ["thread_node_id"],
            ["nodes.id"],
            name=op.f("fk_nodes_thread_node_id_nodes"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_nodes_thread_id")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "type",
            sa.Enum(
                "textaenderung",
                "neue-massnahme",
                "ergaenzung",
                "streichung",
                "zusammenfuehrung",
                "teilung",
                name="proposaltype",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "open",
                "synthesis",
                "recommended",
                "not_recommended",
                "accepted",
                "postponed",
                "rejected",
                "incorporated",
                "withdrawn",
                "merged",
                name="proposalstate",
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
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("diff_html", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_html", sa.Text(), nullable=False),
        sa.Column("benefit", sa.Text(), nullable=False),
        sa.Column("culture", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=True),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("supporter_count", sa.Integer(), nullable=False),
        sa.Column("check_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft' AND submitted_at IS NULL) OR number IS NOT NULL", name=op.f("ck_proposals_numbered")
        ),
        sa.CheckConstraint(
            "type <> 'zusammenfuehrung' OR other_node_id IS NOT NULL", name=op.f("ck_proposals_merge_has_other")
        ),
        sa.CheckConstraint(
            "other_node_id IS NULL OR other_node_id <> node_id", name=op.f("ck_proposals_other_is_other")
        ),
        sa.CheckConstraint("supporter_count >= 0", name=op.f("ck_proposals_supporters")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_proposals_author_id_users")),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_proposals_initiative_id_initiatives")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["proposals.id"], name=op.f("fk_proposals_merged_into_id_proposals")
        ),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_proposals_node_id_nodes")),
        sa.ForeignKeyConstraint(["other_node_id"], ["nodes.id"], name=op.f("fk_proposals_other_node_id_nodes")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_proposals_thread_id_threads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("author_id", "submission_key", name=op.f("uq_proposals_author_id_submission_key")),
        sa.UniqueConstraint("number", name=op.f("uq_proposals_number")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_proposals_thread_id")),
    )
    op.create_table(
        "relations",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("other_id", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_relations_node_id_nodes")),
        sa.ForeignKeyConstraint(["other_id"], ["nodes.id"], name=op.f("fk_relations_other_id_nodes")),
        sa.PrimaryKeyConstraint("node_id", "other_id", name=op.f("pk_relations")),
    )
    op.create_table(
        "revisions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_html", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("author_id IS NULL OR author_id <> approver_id", name=op.f("ck_revisions_four_eyes")),
        sa.CheckConstraint(
            "number = 1 OR (author_id IS NOT NULL AND approver_id IS NOT NULL)", name=op.f("ck_revisions_signed")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_revisions_approver_id_users")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_revisions_author_id_users")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "tallies",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column(
            "region",
            sa.Enum(
                "brandenburg",
                "sachsen",
                "nachbarn",
                "anderswo",
                name="region",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0", name=op.f("ck_tallies_counters")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_tallies_thread_id_threads")),
        sa.PrimaryKeyConstraint("thread_id", "region", name=op.f("pk_tallies")),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=True),
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
            nullable=True,
        ),
        sa.Column("anchor", sa.String(length=120), nullable=True),
        sa.Column("anchor_text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sanitiser", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "visible",
                "withdrawn",
                "hidden",
                name="commentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("unhelpful", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reply_count", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(parent_id IS NULL) = (root_id IS NULL)", name=op.f("ck_comments_reply_has_root")),
        sa.CheckConstraint("root_id IS NOT NULL OR kind IS NOT NULL", name=op.f("ck_comments_root_has_kind")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_comments_author_id_users")),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_comments_initiative_id_initiatives")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["comments.id"], name=op.f("fk_comments_parent_id_comments")),
        sa.ForeignKeyConstraint(["root_id"], ["comments.id"], name=op.f("fk_comments_root_id_comments")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comments_thread_id_threads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("author_id", "submission_key", name=op.f("uq_comments_author_id_submission_key")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum("hide", "restore", name="action", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("ground", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("facts <> ''", name=op.f("ck_decisions_has_facts")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_decisions_comment_id_comments")),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_decisions_moderator_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "delegates",
        sa.Column("initiative_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_delegates_initiative_id_initiatives")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_delegates_user_id_users")),
        sa.PrimaryKeyConstraint("initiative_id", "user_id", name=op.f("pk_delegates")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "submitted",
                "published",
                "dropped",
                name="draftstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_drafts_author_id_users")),
        sa.ForeignKeyConstraint(["base_number"], ["revisions.number"], name=op.f("fk_drafts_base_number_revisions")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_drafts_revision_number_revisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("revision_number", name=op.f("uq_drafts_revision_number")),
    )
    op.create_table(
        "log_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "revision",
                "resolution",
                "correction",
                "redaction",
                "key-rotation",
                name="leaftype",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_log_entries_revision_number_revisions")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("hash", name=op.f("uq_log_entries_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_log_entries_previous_hash")),
    )
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entries_revision_number"), ["revision_number"], unique=False)
    op.create_table(
        "log_openings",
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["log_entries.number"], name=op.f("fk_log_openings_entry_number_log_entries")
        ),
        sa.PrimaryKeyConstraint("entry_number", "field", "position", name=op.f("pk_log_openings")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "node_actors",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_node_actors_actor_id_actors")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_node_actors_node_id_nodes")),
        sa.PrimaryKeyConstraint("node_id", "actor_id", name=op.f("pk_node_actors")),
    )
    op.create_table(
        "node_notes",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column("title_source", sa.String(length=24), nullable=True),
        sa.Column("seed_heading", sa.Text(), nullable=True),
        sa.Column("seed_lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_node_notes_node_id_nodes")),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_node_notes")),
    )
    op.create_table(
        "node_places",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_node_places_node_id_nodes")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_node_places_place_id_places")),
        sa.PrimaryKeyConstraint("node_id", "place_id", name=op.f("pk_node_places")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "abandoned",
                name="outcomestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "bestaetigt",
                "textaenderung",
                "neue-massnahme",
                "streichung",
                "zusammenfuehrung",
                "teilung",
                "pruefauftrag",
                "kein-konsens",
                name="outcomekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_html", sa.Text(), nullable=False),
        sa.Column("pros", sa.Text(), nullable=False),
        sa.Column("pros_html", sa.Text(), nullable=False),
        sa.Column("cons", sa.Text(), nullable=False),
        sa.Column("cons_html", sa.Text(), nullable=False),
        sa.Column("minority", sa.Text(), nullable=False),
        sa.Column("minority_html", sa.Text(), nullable=False),
        sa.Column("votes_yes", sa.Integer(), nullable=False),
        sa.Column("votes_no", sa.Integer(), nullable=False),
        sa.Column("votes_abstain", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR (approver_id IS NOT NULL AND number IS NOT NULL AND approved_at IS NOT NULL)",
            name=op.f("ck_outcomes_approved_is_complete"),
        ),
        sa.CheckConstraint("(node_id IS NULL) <> (proposal_id IS NULL)", name=op.f("ck_outcomes_one_subject")),
        sa.CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name=op.f("ck_outcomes_four_eyes")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_outcomes_approver_id_users")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_outcomes_author_id_users")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_outcomes_node_id_nodes")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_outcomes_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_outcomes_thread_id_threads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("number", name=op.f("uq_outcomes_number")),
    )
    op.create_table(
        "proposal_places",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_proposal_places_place_id_places")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_places_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "place_id", name=op.f("pk_proposal_places")),
    )
    op.create_table(
        "proposal_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "open",
                "synthesis",
                "recommended",
                "not_recommended",
                "accepted",
                "postponed",
                "rejected",
                "incorporated",
                "withdrawn",
                "merged",
                name="proposalstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("as_moderator", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_proposal_steps_actor_id_users")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_steps_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_steps")),
    )
    op.create_table(
        "proposal_supports",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_supports_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_proposal_supports_user_id_users")),
        sa.PrimaryKeyConstraint("proposal_id", "user_id", name=op.f("pk_proposal_supports")),
    )
    # A change and its outcomes refer to each other. SQLite wants such a key at once, PostgreSQL once both tables exist.
    sqlite = op.get_bind().dialect.name == "sqlite"
    has_outcome = sa.ForeignKeyConstraint(
        ["id", "first_outcome_id"],
        ["change_outcomes.change_id", "change_outcomes.outcome_id"],
        name="fk_changes_has_outcome",
        initially="DEFERRED",
        deferrable=True,
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "textaenderung",
                "ergaenzung",
                "streichung",
                "zusammenfuehrung",
                "teilung",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "published",
                "dropped",
                name="changestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("node_id", sa.String(length=120), nullable=True),
        sa.Column("new_node_id", sa.String(length=120), nullable=True),
        sa.Column("new_title", sa.Text(), nullable=False),
        sa.Column("new_kind_id", sa.String(length=120), nullable=True),
        sa.Column("parent_id", sa.String(length=120), nullable=True),
        sa.Column("target_id", sa.String(length=120), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("diff_html", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("culture", sa.Text(), nullable=False),
        sa.Column("cross_border", sa.Text(), nullable=False),
        sa.Column("first_outcome_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'ergaenzung') = (new_node_id IS NOT NULL)", name=op.f("ck_changes_addition_names_node")
        ),
        sa.CheckConstraint(
            "(state = 'published') = (revision_number IS NOT NULL)", name=op.f("ck_changes_published_in_revision")
        ),
        sa.CheckConstraint(
            "kind <> 'ergaenzung' OR parent_id IS NOT NULL", name=op.f("ck_changes_addition_has_parent")
        ),
        sa.CheckConstraint(
            "kind <> 'zusammenfuehrung' OR target_id IS NOT NULL", name=op.f("ck_changes_merge_has_target")
        ),
        sa.CheckConstraint("node_id IS NOT NULL OR kind = 'ergaenzung'", name=op.f("ck_changes_has_node")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'published') OR approver_id IS NOT NULL", name=op.f("ck_changes_approver")
        ),
        sa.CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name=op.f("ck_changes_four_eyes")),
        sa.CheckConstraint("before <> after", name=op.f("ck_changes_changes_something")),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_changes_approver_id_users")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_changes_author_id_users")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_changes_draft_id_drafts")),
        sa.ForeignKeyConstraint(["new_kind_id"], ["kinds.id"], name=op.f("fk_changes_new_kind_id_kinds")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_changes_node_id_nodes")),
        sa.ForeignKeyConstraint(["parent_id"], ["nodes.id"], name=op.f("fk_changes_parent_id_nodes")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_changes_revision_number_revisions")
        ),
        sa.ForeignKeyConstraint(["target_id"], ["nodes.id"], name=op.f("fk_changes_target_id_nodes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        *([has_outcome] if sqlite else []),
    )
    op.create_table(
        "comment_versions",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_versions_comment_id_comments")),
        sa.PrimaryKeyConstraint("comment_id", "version", name=op.f("pk_comment_versions")),
    )
    op.create_table(
        "comment_votes",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_votes_comment_id_comments")),
        sa.ForeignKeyConstraint(["voter_id"], ["users.id"], name=op.f("fk_comment_votes_voter_id_users")),
        sa.PrimaryKeyConstraint("comment_id", "voter_id", name=op.f("pk_comment_votes")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("comment_version", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column(
            "fate",
            sa.Enum(
                "adopted", "partly", "considered", name="fate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fate = 'adopted' OR answer <> ''", name=op.f("ck_evidence_no_without_reason")),
        sa.CheckConstraint("(comment_id IS NULL) <> (proposal_id IS NULL)", name=op.f("ck_evidence_one_source")),
        sa.CheckConstraint(
            "comment_id IS NULL OR comment_version IS NOT NULL", name=op.f("ck_evidence_comment_is_pinned")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_evidence_comment_id_comments")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name=op.f("fk_evidence_outcome_id_outcomes")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_evidence_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("outcome_id", "comment_id", name=op.f("uq_evidence_outcome_id_comment_id")),
        sa.UniqueConstraint("outcome_id", "proposal_id", name=op.f("uq_evidence_outcome_id_proposal_id")),
    )
    op.create_table(
        "passages",
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.String(length=120), nullable=True),
        sa.Column("cluster_id", sa.String(length=120), nullable=True),
        sa.Column("horizon", sa.String(length=24), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column(
            "text_state",
            sa.Enum(
                "unveraendert",
                "neu",
                "geaendert",
                "zusammengefuehrt",
                "geteilt",
                "gestrichen",
                name="textstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_passages_change_id_changes")),
        sa.ForeignKeyConstraint(["kind_id"], ["kinds.id"], name=op.f("fk_passages_kind_id_kinds")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_passages_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_passages_revision_number_revisions")
        ),
        sa.PrimaryKeyConstraint("revision_number", "node_id", name=op.f("pk_passages")),
    )
    op.create_table(
        "change_outcomes",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_change_outcomes_change_id_changes")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcomes.id"], name=op.f("fk_change_outcomes_outcome_id_outcomes")),
        sa.PrimaryKeyConstraint("change_id", "outcome_id", name=op.f("pk_change_outcomes")),
    )
    if not sqlite:
        op.create_foreign_key(
            "fk_changes_has_outcome",
            "changes",
            "change_outcomes",
            ["id", "first_outcome_id"],
            ["change_id", "outcome_id"],
            initially="DEFERRED",
            deferrable=True,
        )
    op.create_index(
        "ix_letters_waiting",
        "letters",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_index("ix_threads_last_comment_at", "threads", ["last_comment_at", "id"], unique=False)
    op.create_index(op.f("ix_account_tokens_user_id"), "account_tokens", ["user_id"], unique=False)
    op.create_index("ix_ballots_voter_id_thread_id", "ballots", ["voter_id", "thread_id"], unique=False)
    op.create_index("ix_initiatives_state_created_at", "initiatives", ["state", "created_at"], unique=False)
    op.create_index("ix_nodes_cluster_id_kind_id", "nodes", ["cluster_id", "kind_id"], unique=False)
    op.create_index("ix_nodes_parent_id_position", "nodes", ["parent_id", "position"], unique=False)
    op.create_index("ix_nodes_reading_order", "nodes", ["reading_order"], unique=False)
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_notifications_user_id_id", "notifications", ["user_id", "id"], unique=False)
    op.create_index("ix_proposals_author_id_id", "proposals", ["author_id", "id"], unique=False)
    op.create_index("ix_proposals_initiative_id_id", "proposals", ["initiative_id", "id"], unique=False)
    op.create_index(op.f("ix_proposals_merged_into_id"), "proposals", ["merged_into_id"], unique=False)
    op.create_index("ix_proposals_node_id_number", "proposals", ["node_id", "number"], unique=False)
    op.create_index("ix_proposals_state_number", "proposals", ["state", "number"], unique=False)
    op.create_index("ix_proposals_supporter_count_number", "proposals", ["supporter_count", "number"], unique=False)
    op.create_index(op.f("ix_relations_other_id"), "relations", ["other_id"], unique=False)
    op.create_index("ix_comments_author_id_id", "comments", ["author_id", "id"], unique=False)
    op.create_index("ix_comments_initiative_id_id", "comments", ["initiative_id", "id"], unique=False)
    op.create_index("ix_comments_root_id_id", "comments", ["root_id", "id"], unique=False)
    op.create_index(
        "ix_comments_thread_id_id",
        "comments",
        ["thread_id", "id"],
        unique=False,
        sqlite_where=sa.text("root_id IS NULL"),
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index(
        "ix_comments_thread_id_kind",
        "comments",
        ["thread_id", "kind", "id"],
        unique=False,
        sqlite_where=sa.text("root_id IS NULL"),
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index(
        "ix_comments_thread_id_reply_count",
        "comments",
        ["thread_id", "reply_count", "id"],
        unique=False,
        sqlite_where=sa.text("root_id IS NULL"),
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index(
        "ix_comments_thread_id_score",
        "comments",
        ["thread_id", "score", "id"],
        unique=False,
        sqlite_where=sa.text("root_id IS NULL"),
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index("ix_decisions_comment_id_id", "decisions", ["comment_id", "id"], unique=False)
    op.create_index(op.f("ix_delegates_user_id"), "delegates", ["user_id"], unique=False)
    op.create_index(
        "uq_drafts_running",
        "drafts",
        [sa.literal_column("(1)")],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'submitted')"),
        postgresql_where=sa.text("state IN ('open', 'submitted')"),
    )
    op.create_index(op.f("ix_node_actors_actor_id"), "node_actors", ["actor_id"], unique=False)
    op.create_index(op.f("ix_node_places_place_id"), "node_places", ["place_id"], unique=False)
    op.create_index("ix_outcomes_node_id_id", "outcomes", ["node_id", "id"], unique=False)
    op.create_index("ix_outcomes_proposal_id_id", "outcomes", ["proposal_id", "id"], unique=False)
    op.create_index("ix_outcomes_state_due_at", "outcomes", ["state", "due_at"], unique=False)
    op.create_index("ix_outcomes_thread_id_id", "outcomes", ["thread_id", "id"], unique=False)
    op.create_index(
        "uq_outcomes_open_thread",
        "outcomes",
        ["thread_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted')"),
    )
    op.create_index(op.f("ix_proposal_places_place_id"), "proposal_places", ["place_id"], unique=False)
    op.create_index("ix_proposal_steps_proposal_id_id", "proposal_steps", ["proposal_id", "id"], unique=False)
    op.create_index(op.f("ix_proposal_supports_user_id"), "proposal_supports", ["user_id"], unique=False)
    op.create_index("ix_changes_draft_id_id", "changes", ["draft_id", "id"], unique=False)
    op.create_index("ix_changes_node_id_id", "changes", ["node_id", "id"], unique=False)
    op.create_index("ix_changes_revision_number_id", "changes", ["revision_number", "id"], unique=False)
    op.create_index("ix_changes_state_id", "changes", ["state", "id"], unique=False)
    op.create_index(op.f("ix_comment_votes_voter_id"), "comment_votes", ["voter_id"], unique=False)
    op.create_index("ix_evidence_comment_id", "evidence", ["comment_id"], unique=False)
    op.create_index("ix_evidence_proposal_id", "evidence", ["proposal_id"], unique=False)
    op.create_index("ix_passages_node_id_revision_number", "passages", ["node_id", "revision_number"], unique=False)
    op.create_index("ix_passages_revision_number_position", "passages", ["revision_number", "position"], unique=False)
    op.create_index(op.f("ix_change_outcomes_outcome_id"), "change_outcomes", ["outcome_id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Leave nothing."""
    for statement in REMOVAL[op.get_bind().dialect.name]:
        op.execute(statement)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_changes_has_outcome", "changes", type_="foreignkey")
    op.drop_table("change_outcomes")
    op.drop_table("passages")
    op.drop_table("evidence")
    op.drop_table("comment_votes")
    op.drop_table("comment_versions")
    op.drop_table("changes")
    op.drop_table("proposal_supports")
    op.drop_table("proposal_steps")
    op.drop_table("proposal_places")
    op.drop_table("outcomes")
    op.drop_table("node_places")
    op.drop_table("node_notes")
    op.drop_table("node_actors")
    op.drop_table("log_checkpoints")
    op.drop_table("log_openings")
    op.drop_table("log_entries")
    op.drop_table("drafts")
    op.drop_table("delegates")
    op.drop_table("decisions")
    op.drop_table("comments")
    op.drop_table("tallies")
    op.drop_table("revisions")
    op.drop_table("relations")
    op.drop_table("proposals")
    op.drop_table("notifications")
    op.drop_table("nodes")
    op.drop_table("initiatives")
    op.drop_table("ballots")
    op.drop_table("account_tokens")
    op.drop_table("users")
    op.drop_table("threads")
    op.drop_table("residences")
    op.drop_table("places")
    op.drop_table("letters")
    op.drop_table("kinds")
    op.drop_table("content_imports")
    op.drop_table("actors")
