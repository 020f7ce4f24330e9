"""Tables of bodies, their members, and what they decided."""

from __future__ import annotations

import enum
from datetime import date as day
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import Base, Slug, choice
from participation.base.triggers import create_with
from participation.leitbild.models import Change, Revision
from participation.places.models import Region
from participation.resolutions import guards

Index("uq_users_id_role", User.id, User.role, unique=True)
"""So that a seat can name the person together with the role that goes with it."""


class Decision(enum.Enum):
    """What a body decides about a revision."""

    ADOPTED = "adopted"
    RETURNED = "returned"


class ResolutionState(enum.Enum):
    """A resolution is drafted by one member and signed by another."""

    DRAFTED = "drafted"
    SIGNED = "signed"


class Body(Base):
    """A body that adopts versions of the Leitbild, or returns them."""

    __tablename__ = "bodies"

    id: Mapped[Slug] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short: Mapped[str] = mapped_column(String(40), unique=True)
    """For lists and tables: Brandenburg."""
    region: Mapped[Region | None] = mapped_column(choice(Region))
    """For whom it decides, if that is a region."""
    position: Mapped[int]
    since: Mapped[datetime | None]
    """It decides about revisions published from then on; empty: about all."""
    until: Mapped[datetime | None]
    """Revisions published before this moment still need it: giving a body up never adopts anything."""


class Seat(Base):
    """A person's membership of a body. As long as it lasts they moderate nothing and run nothing."""

    __tablename__ = "body_members"
    __table_args__ = (
        # A new role of the person is carried here by ON UPDATE, where the CHECK refuses it.
        ForeignKeyConstraint(
            ["user_id", "role"],
            ["users.id", "users.role"],
            name="fk_body_members_user_id_role_users",
            onupdate="CASCADE",
        ),
        CheckConstraint("role IS NULL OR role = 'resident'", name="only_residents"),
        CheckConstraint("(until IS NULL) = (role IS NOT NULL)", name="role_while_it_lasts"),
        Index(
            "uq_body_members_one_body",
            "user_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    body_id: Mapped[str] = mapped_column(ForeignKey("bodies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[Role | None] = mapped_column(choice(Role))
    """The person's role, kept equal by the foreign key while the seat lasts; empty afterwards."""
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]

    body: Mapped[Body] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Resolution(Base):
    """What a body decides about a revision. Once signed it never changes; a changed text is a new revision."""

    __tablename__ = "resolutions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "drafted_by_id"],
            ["body_members.body_id", "body_members.user_id"],
            name="fk_resolutions_drafted_by_member",
        ),
        ForeignKeyConstraint(
            ["body_id", "signed_by_id"],
            ["body_members.body_id", "body_members.user_id"],
            name="fk_resolutions_signed_by_member",
        ),
        UniqueConstraint("body_id", "revision_number"),
        CheckConstraint("revision_number > 1", name="not_the_first"),
        CheckConstraint("signed_by_id <> drafted_by_id", name="two_people"),
        CheckConstraint(
            "(state = 'signed') = (signed_by_id IS NOT NULL AND signed_at IS NOT NULL AND subject_hash IS NOT NULL "
            "AND entry_number IS NOT NULL)",
            name="signed",
        ),
        Index("ix_resolutions_revision_number", "revision_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[str] = mapped_column(ForeignKey("bodies.id"))
    revision_number: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    state: Mapped[ResolutionState] = mapped_column(choice(ResolutionState), default=ResolutionState.DRAFTED)
    decision: Mapped[Decision] = mapped_column(choice(Decision))
    date: Mapped[day]
    """Of the meeting."""
    reference: Mapped[str] = mapped_column(String(120))
    """Under which the body files it."""
    text: Mapped[str] = mapped_column(Text, default="")
    """In the body's own words; plain text."""
    drafted_by_id: Mapped[int]
    """Who wrote on it last; another member must sign."""
    edit: Mapped[int] = mapped_column(default=1)
    """Counts saves; a save or a signature must name the one it was based on."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    signed_by_id: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    subject_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the revision's leaf in the log: the very text that was decided about."""
    entry_number: Mapped[int | None] = mapped_column(ForeignKey("log_entries.number"), unique=True)

    body: Mapped[Body] = relationship()
    revision: Mapped[Revision] = relationship()
    drafted_by: Mapped[User] = relationship(primaryjoin="foreign(Resolution.drafted_by_id) == User.id", viewonly=True)
    signed_by: Mapped[User | None] = relationship(
        primaryjoin="foreign(Resolution.signed_by_id) == User.id", viewonly=True
    )
    reasons: Mapped[list[Reason]] = relationship(order_by="Reason.change_id", viewonly=True)


class Reason(Base):
    """Why a body returns a revision because of one change."""

    __tablename__ = "resolution_reasons"
    __table_args__ = (CheckConstraint("reason <> ''", name="given"),)

    resolution_id: Mapped[int] = mapped_column(ForeignKey("resolutions.id"), primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(Text)

    change: Mapped[Change] = relationship()


create_with(Reason.__table__, guards.statements)
