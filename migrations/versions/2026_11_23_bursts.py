"""Bursts of votes and accounts from one network; votes counted apart; fingerprints of texts; looks in the watch book."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from participation.base.similar import fingerprint

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = ("login", "login_failed", "factor_failed", "factor", "password", "refused", "role", "decision")
"""What the watch book held before."""
BURST_KINDS = ("votes", "accounts", "contributions")
BURST_STATES = ("open", "harmless", "apart", "followed")
OPEN_VOTES = sa.text("state = 'open' AND kind = 'votes'")
OPEN_OTHERS = sa.text("state = 'open' AND kind <> 'votes'")
BATCH = 500


def moment() -> sa.DateTime:
    """Return the type of a moment."""
    return sa.DateTime(timezone=True)


def choice(*values: str, name: str) -> sa.Enum:
    """Return the type of a choice."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Expand."""
    # A CHECK of the column itself: SQLite adds it without copying the table.
    op.execute(
        "ALTER TABLE threads ADD COLUMN apart INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_threads_apart CHECK (apart >= 0)"
    )
    op.add_column("outcomes", sa.Column("votes_apart", sa.Integer(), server_default="0", nullable=False))
    op.add_column("users", sa.Column("single_keys", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("comments", sa.Column("fingerprint", sa.String(length=16), server_default="", nullable=False))
    op.create_index("ix_comments_fingerprint", "comments", ["fingerprint"])
    _take_fingerprints()
    _create()
    _watch(KINDS, (*KINDS, "look"))


def downgrade() -> None:
    """Contract; votes that counted apart count among all others again."""
    op.execute("DELETE FROM security_events WHERE kind = 'look'")
    _watch((*KINDS, "look"), KINDS)
    _take_in()
    for table in ("burst_rulings", "burst_members", "bursts", "sightings", "apart_votes"):
        op.drop_table(table)
    op.drop_index("ix_comments_fingerprint", table_name="comments")
    for table, column in (
        ("comments", "fingerprint"),
        ("users", "single_keys"),
        ("outcomes", "votes_apart"),
        ("threads", "apart"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _take_fingerprints() -> None:
    comments = sa.table("comments", sa.column("id"), sa.column("body"), sa.column("fingerprint"))
    connection, last = op.get_bind(), 0
    chosen = sa.select(comments.c.id, comments.c.body).order_by(comments.c.id).limit(BATCH)
    while rows := connection.execute(chosen.where(comments.c.id > last)).all():
        last = rows[-1].id
        marks = [{"ident": row.id, "mark": fingerprint(row.body)} for row in rows]
        if told := [one for one in marks if one["mark"]]:
            changing = comments.update().where(comments.c.id == sa.bindparam("ident"))
            connection.execute(changing.values(fingerprint=sa.bindparam("mark")), told)


def _take_in() -> None:
    """Count stances again that counted apart; a region that has no tally yet gets one."""
    here = "FROM ballots b JOIN apart_votes a ON a.thread_id = b.thread_id AND a.voter_id = b.voter_id"
    op.execute(
        f"INSERT INTO tallies (thread_id, region, yes, no, abstain) SELECT DISTINCT b.thread_id, b.region, 0, 0, 0 {here} "  # noqa: S608 - names of this file
        "WHERE NOT EXISTS (SELECT 1 FROM tallies t WHERE t.thread_id = b.thread_id AND t.region = b.region)"
    )
    for column, stance in (("yes", "zustimmung"), ("no", "ablehnung"), ("abstain", "enthaltung")):
        op.execute(
            f"UPDATE threads SET {column} = {column} + (SELECT COUNT(*) {here} "  # noqa: S608 - names of this file
            f"WHERE b.thread_id = threads.id AND b.stance = '{stance}')"
        )
        op.execute(
            f"UPDATE tallies SET {column} = {column} + (SELECT COUNT(*) {here} "  # noqa: S608 - names of this file
            f"WHERE b.thread_id = tallies.thread_id AND b.region = tallies.region AND b.stance = '{stance}')"
        )


def _watch(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    table = sa.Table(
        "security_events",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(_one_of(before), name=op.f("ck_security_events_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
        sa.Index(op.f("ix_security_events_at"), "at"),
        sa.Index(op.f("ix_security_events_kind"), "kind"),
    )
    with op.batch_alter_table("security_events", copy_from=table) as batch:
        batch.drop_constraint(op.f("ck_security_events_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_security_events_kind"), _one_of(after))


def _one_of(kinds: tuple[str, ...]) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def _create() -> None:
    op.create_table(
        "apart_votes",
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_apart_votes_thread_id_threads")),
        sa.ForeignKeyConstraint(["voter_id"], ["users.id"], name=op.f("fk_apart_votes_voter_id_users")),
        sa.PrimaryKeyConstraint("thread_id", "voter_id", name=op.f("pk_apart_votes")),
    )
    op.create_index(op.f("ix_apart_votes_voter_id"), "apart_votes", ["voter_id"])
    op.create_table(
        "sightings",
        sa.Column("network", sa.String(length=16), nullable=False),
        sa.Column("kind", choice(*BURST_KINDS, name="burstkind"), nullable=False),
        sa.Column("thread_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.CheckConstraint("(kind = 'votes') = (thread_id <> 0)", name=op.f("ck_sightings_thread_of_votes")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sightings_user_id_users")),
        sa.PrimaryKeyConstraint("network", "kind", "thread_id", "user_id", name=op.f("pk_sightings")),
    )
    op.create_index("ix_sightings_at", "sightings", ["at"])
    op.create_index("ix_sightings_user_id", "sightings", ["user_id"])
    op.create_table(
        "bursts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", choice(*BURST_KINDS, name="burstkind"), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("network", sa.String(length=16), nullable=True),
        sa.Column("first_at", moment(), nullable=False),
        sa.Column("last_at", moment(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("young", sa.Integer(), nullable=False),
        sa.Column("state", choice(*BURST_STATES, name="burststate"), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.Column("opened_at", moment(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_until", moment(), nullable=True),
        sa.CheckConstraint("(kind = 'votes') = (thread_id IS NOT NULL)", name=op.f("ck_bursts_thread_of_votes")),
        sa.CheckConstraint("state <> 'apart' OR kind = 'votes'", name=op.f("ck_bursts_only_votes_apart")),
        sa.CheckConstraint("state <> 'followed' OR kind <> 'votes'", name=op.f("ck_bursts_votes_not_followed")),
        sa.CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name=op.f("ck_bursts_taken_until")),
        sa.CheckConstraint("last_at >= first_at", name=op.f("ck_bursts_in_order")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_bursts_taken_by_id_users")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_bursts_thread_id_threads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bursts")),
    )
    for name, columns, where in (
        ("uq_bursts_open_votes", ["network", "thread_id"], OPEN_VOTES),
        ("uq_bursts_open_others", ["network", "kind"], OPEN_OTHERS),
    ):
        op.create_index(name, "bursts", columns, unique=True, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_bursts_state_due_at", "bursts", ["state", "due_at"])
    op.create_index("ix_bursts_last_at", "bursts", ["last_at"])
    op.create_table(
        "burst_members",
        sa.Column("burst_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["burst_id"], ["bursts.id"], name=op.f("fk_burst_members_burst_id_bursts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_burst_members_user_id_users")),
        sa.PrimaryKeyConstraint("burst_id", "user_id", name=op.f("pk_burst_members")),
    )
    op.create_index(op.f("ix_burst_members_user_id"), "burst_members", ["user_id"])
    op.create_table(
        "burst_rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("burst_id", sa.Integer(), nullable=False),
        sa.Column("result", choice(*BURST_STATES, name="burststate"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_burst_rulings_has_reason")),
        sa.CheckConstraint("result <> 'open'", name=op.f("ck_burst_rulings_decides")),
        sa.ForeignKeyConstraint(["burst_id"], ["bursts.id"], name=op.f("fk_burst_rulings_burst_id_bursts")),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_burst_rulings_moderator_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_burst_rulings")),
    )
    op.create_index("ix_burst_rulings_burst_id_id", "burst_rulings", ["burst_id", "id"])
