"""Reports, cases, decisions, appeals, rules.

Decisions that were made before become decisions of a case of their own, with the version of the rules they cited.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

# fmt: off
FIRST_RULES = (
    ("Bei der Sache bleiben", "Schreiben Sie zu dem Satz, unter dem Sie schreiben. Für anderes gibt es eine andere Stelle in der Strategie, oder einen Vorschlag."),
    ("Menschen achten", "Greifen Sie Argumente an, nicht Menschen. Beleidigungen, Drohungen und Hass haben hier keinen Platz, auch nicht als Scherz."),
    ("Nichts über Private", "Keine Namen, Adressen oder Geschichten von Menschen, die nicht öffentlich auftreten. Von sich selbst dürfen Sie erzählen, was Sie möchten."),
    ("Mit eigener Stimme sprechen", "Ein Mensch, ein Konto. Wer für eine Initiative schreibt, sagt es. Wer bezahlt wird, auch."),
    ("Wahres von Vermutetem trennen", "Nennen Sie Quellen, wenn Sie Zahlen nennen. Sagen Sie dazu, wenn Sie etwas nur gehört haben."),
    ("Jede Sprache der Lausitz zählt", "Schreiben Sie Deutsch, Obersorbisch, Niedersorbisch, Polnisch oder Tschechisch. Niemand wird wegen seiner Sprache zurechtgewiesen."),
    ("Keine Werbung", "Keine Anzeigen, keine Aufrufe zur Wahl oder Abwahl, keine Massenbeiträge."),
    ("Im Rahmen der Gesetze", "Was strafbar ist oder fremde Rechte verletzt, entfernen wir. Bei Gefahr für Leib und Leben benachrichtigen wir die Polizei."),
)
# fmt: on
"""Version 1 as it stood in the code; an import of the content finds it unchanged."""
CITED = re.compile(r"Regel ([1-8]), ")
REDRESS = (
    "Sie können bis sechs Monate nach der Entscheidung kostenlos widersprechen. Darüber entscheidet ein anderer Mensch "
    "aus der Moderation."
)


def upgrade() -> None:
    """Expand: new tables; the old decisions move into cases."""
    for column in (
        sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restricted_for", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("users", column)
    op.add_column("proposals", sa.Column("hidden_for", sa.Text(), nullable=True))
    old = _read(
        "SELECT d.id, d.comment_id, d.action, d.ground, d.facts, d.moderator_id, d.at, c.author_id "
        "FROM decisions d JOIN comments c ON c.id = d.comment_id ORDER BY d.id"
    )
    op.drop_table("decisions")
    _create()
    if old:
        _carry_over(old)


def downgrade() -> None:
    """Take back: what the old table can say stays, hiding and restoring of comments."""
    kept = _read(
        "SELECT d.id, c.comment_id, d.measure, d.hides, d.ground, d.facts, d.moderator_id, d.at "
        "FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.comment_id IS NOT NULL "
        "AND (d.hides OR d.measure = 'restore') ORDER BY d.id"
    )
    for table in ("appeal_links", "appeals", "decisions", "reports", "cases", "rules", "rulebooks"):
        op.drop_table(table)
    decisions = op.create_table(
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
    op.create_index("ix_decisions_comment_id_id", "decisions", ["comment_id", "id"], unique=False)
    if kept:
        op.bulk_insert(
            decisions,
            [
                {
                    "id": row["id"],
                    "comment_id": row["comment_id"],
                    "action": "restore" if row["measure"] == "restore" else "hide",
                    "ground": row["ground"][:120],
                    "facts": row["facts"],
                    "moderator_id": row["moderator_id"],
                    "at": _moment(row["at"]),
                }
                for row in kept
            ],
        )
        _go_on_counting("decisions")
    op.drop_column("proposals", "hidden_for")
    for column in ("restricted_for", "closed_at", "suspended_until"):
        op.drop_column("users", column)


def _carry_over(old: list[dict[str, Any]]) -> None:
    rulebooks, rules, cases, decisions = (
        sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
        for name in ("rulebooks", "rules", "cases", "decisions")
    )
    op.bulk_insert(rulebooks, [{"version": 1, "since": date(2026, 11, 22)}])
    op.bulk_insert(
        rules,
        [
            {"version": 1, "number": number, "title": title, "text": text}
            for number, (title, text) in enumerate(FIRST_RULES, 1)
        ],
    )
    # The key of an old decision is the key of its case, so that nothing has to be looked up again.
    op.bulk_insert(
        cases,
        [
            {
                "id": row["id"],
                "comment_id": row["comment_id"],
                "author_id": row["author_id"],
                "state": "decided",
                "due_at": _moment(row["at"]),
                "opened_at": _moment(row["at"]),
            }
            for row in old
        ],
    )
    op.bulk_insert(decisions, [_decision(row) for row in old])
    for table in ("cases", "decisions"):
        _go_on_counting(table)


def _decision(row: dict[str, Any]) -> dict[str, Any]:
    hides = row["action"] == "hide"
    cited = CITED.match(row["ground"]) if hides else None
    return {
        "id": row["id"],
        "case_id": row["id"],
        "author_id": row["author_id"],
        "measure": row["action"],
        "hides": hides,
        "ground": row["ground"] if hides else "",
        "rule_version": 1 if cited else None,
        "rule_number": int(cited[1]) if cited else None,
        "eu_category": "other_terms" if hides else None,
        "facts": row["facts"],
        "passage": "",
        "automated": False,
        "redress": REDRESS if hides else "",
        "moderator_id": row["moderator_id"],
        "at": _moment(row["at"]),
    }


def _read(statement: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(statement)).mappings()]


def _moment(value: Any) -> datetime:
    """Return a moment as the column takes it; SQLite hands out text without a zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if op.get_bind().dialect.name == "sqlite":
        return found.replace(tzinfo=None)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _go_on_counting(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608 - names of this file


def _create() -> None:
    op.create_table(
        "rulebooks",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rulebooks")),
    )
    op.create_table(
        "rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["rulebooks.version"], name=op.f("fk_rules_version_rulebooks")),
        sa.PrimaryKeyConstraint("version", "number", name=op.f("pk_rules")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "threat",
                "illegal",
                "personal_data",
                "rules",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "decided", "appealed", name="casestate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(comment_id IS NULL) <> (proposal_id IS NULL)", name=op.f("ck_cases_one_target")),
        sa.CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name=op.f("ck_cases_taken_until")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_cases_author_id_users")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_cases_comment_id_comments")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_cases_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_cases_taken_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("id", "author_id", name=op.f("uq_cases_id_author_id")),
    )
    op.create_index("ix_cases_comment_id", "cases", ["comment_id"], unique=False)
    op.create_index("ix_cases_proposal_id", "cases", ["proposal_id"], unique=False)
    op.create_index("ix_cases_state_due_at", "cases", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_cases_open_comment",
        "cases",
        ["comment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_cases_open_proposal",
        "cases",
        ["proposal_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "threat",
                "illegal",
                "personal_data",
                "rules",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("explanation <> ''", name=op.f("ck_reports_has_explanation")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reports_case_id_cases")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_reports_reporter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("reference", name=op.f("uq_reports_reference")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_reports_submission_key")),
    )
    op.create_index("ix_reports_at", "reports", ["at"], unique=False)
    op.create_index("ix_reports_case_id_id", "reports", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_reports_reporter_id"), "reports", ["reporter_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "none",
                "request_edit",
                "hide",
                "remove",
                "warn",
                "suspend",
                "close",
                "restore",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("rule_number", sa.Integer(), nullable=True),
        sa.Column(
            "eu_category",
            sa.Enum(
                "speech",
                "data_protection",
                "violence",
                "public_security",
                "civic_discourse",
                "minors",
                "cyber_violence",
                "cyber_violence_women",
                "self_harm",
                "scams",
                "intellectual_property",
                "consumer_information",
                "products",
                "animal_welfare",
                "other_terms",
                name="eucategory",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("automated", sa.Boolean(), nullable=False),
        sa.Column("redress", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(measure = 'suspend') = (until IS NOT NULL)", name=op.f("ck_decisions_suspended_until")),
        sa.CheckConstraint("facts <> ''", name=op.f("ck_decisions_has_facts")),
        sa.CheckConstraint("measure IN ('none', 'restore') OR ground <> ''", name=op.f("ck_decisions_has_ground")),
        sa.CheckConstraint("measure IN ('none', 'restore') OR redress <> ''", name=op.f("ck_decisions_has_redress")),
        sa.CheckConstraint("measure NOT IN ('hide', 'remove') OR hides", name=op.f("ck_decisions_hiding_hides")),
        sa.CheckConstraint(
            "measure NOT IN ('none', 'restore', 'request_edit') OR NOT hides", name=op.f("ck_decisions_others_do_not")
        ),
        sa.CheckConstraint("(rule_version IS NULL) = (rule_number IS NULL)", name=op.f("ck_decisions_whole_rule")),
        sa.CheckConstraint("moderator_id <> author_id", name=op.f("ck_decisions_not_ones_own")),
        sa.ForeignKeyConstraint(["case_id", "author_id"], ["cases.id", "cases.author_id"], name="fk_decisions_case"),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_decisions_moderator_id_users")),
        sa.ForeignKeyConstraint(
            ["rule_version", "rule_number"], ["rules.version", "rules.number"], name="fk_decisions_rule"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("id", "moderator_id", name=op.f("uq_decisions_id_moderator_id")),
    )
    op.create_index("ix_decisions_at", "decisions", ["at"], unique=False)
    op.create_index("ix_decisions_author_id_id", "decisions", ["author_id", "id"], unique=False)
    op.create_index("ix_decisions_case_id_id", "decisions", ["case_id", "id"], unique=False)
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("first_moderator_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "upheld", "rejected", name="appealstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_appeals_decided_at")),
        sa.CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name=op.f("ck_appeals_decided_by")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_appeals_has_reason")),
        sa.CheckConstraint("state = 'open' OR answer <> ''", name=op.f("ck_appeals_has_answer")),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> first_moderator_id", name=op.f("ck_appeals_another_moderator")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_appeals_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["decision_id", "first_moderator_id"], ["decisions.id", "decisions.moderator_id"], name="fk_appeals_first"
        ),
        sa.ForeignKeyConstraint(["follow_up_id"], ["decisions.id"], name=op.f("fk_appeals_follow_up_id_decisions")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_appeals_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("decision_id", "report_id", name=op.f("uq_appeals_decision_id_report_id")),
    )
    op.create_index("ix_appeals_at", "appeals", ["at"], unique=False)
    op.create_index("ix_appeals_state_due_at", "appeals", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_appeals_by_author",
        "appeals",
        ["decision_id"],
        unique=True,
        sqlite_where=sa.text("report_id IS NULL"),
        postgresql_where=sa.text("report_id IS NULL"),
    )
    op.create_table(
        "appeal_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_appeal_links_decision_id_decisions")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_appeal_links_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_appeal_links_digest")),
    )
    op.create_index(op.f("ix_appeal_links_decision_id"), "appeal_links", ["decision_id"], unique=False)
