"""Tables of people, initiatives and the secrets in mailed links."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.base.clock import now
from participation.base.db import Base, Slug, choice
from participation.places.models import Region, Residence


class Role(enum.Enum):
    """What a person is entrusted with; one role each, so powers stay separate."""

    RESIDENT = "resident"
    MODERATOR = "moderator"
    OPERATOR = "operator"


class LoginMethod(enum.Enum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    LINK = "link"
    PASSKEY = "passkey"
    OIDC = "oidc"


class User(UserMixin, Base):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("admitted >= 0", name="admitted"),
        CheckConstraint("waiting BETWEEN 0 AND 3", name="waiting"),
    )
    __allow_unmapped__ = True
    """For what is known of the log-in that asks, at the end; it has no columns."""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case; never shown to others."""
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(choice(Role), default=Role.RESIDENT)
    residence_id: Mapped[str | None] = mapped_column(ForeignKey("residences.id"))
    region: Mapped[Region] = mapped_column(choice(Region), default=Region.ELSEWHERE)
    """Copied from the residence, so that a vote need not look it up."""
    residence_label: Mapped[str] = mapped_column(String(160), default="")
    """The residence as shown beside a contribution, e.g. "Jänschwalde/Janšojce"; empty when not given."""
    locale: Mapped[str] = mapped_column(String(8), default="de")
    confirmed_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    """Until when the person may only read."""
    closed_at: Mapped[datetime | None]
    """Since when nobody can log in to the account."""
    restricted_for: Mapped[str] = mapped_column(Text, default="")
    """The ground of suspension or closing, as the person is told it."""
    is_example: Mapped[bool] = mapped_column(default=False)
    admitted: Mapped[int] = mapped_column(default=0)
    """How many of their contributions everybody could read, counted up to dialogue.models.ENOUGH and never down."""
    waiting: Mapped[int] = mapped_column(default=0)
    """How many of their contributions wait for a moderator now."""
    single_keys: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the workroom listens to single keys; off unless a moderator wants it (WCAG 2.1.4)."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    left_at: Mapped[datetime | None]
    """When the account was deleted. The row stays without a name, since published contributions refer to it."""

    residence: Mapped[Residence | None] = relationship()

    login_secret: str = ""
    """What the browser of this request or log-in remembers; no column, it is kept nowhere."""
    login_method: LoginMethod | None = None
    """How the person of this log-in proved who they are; no column."""
    login_strong: bool = False
    """Whether a second factor was given in this log-in; no column."""
    login_proven_at: datetime | None = None
    """When the person of this log-in last proved who they are; no column."""
    seated: bool = False
    """Whether the person sits in a body, as far as the reader of the log-in asked; no column."""

    def get_id(self) -> str:
        """Return what the browser remembers of a log-in, as Flask-Login asks for it."""
        return self.login_secret

    @property
    def is_moderator(self) -> bool:
        """Whether the person moderates."""
        return self.role is Role.MODERATOR

    @property
    def is_operator(self) -> bool:
        """Whether the person runs the platform."""
        return self.role is Role.OPERATOR

    @property
    def is_closed(self) -> bool:
        """Whether moderators closed the account."""
        return self.closed_at is not None

    @property
    def is_confirmed(self) -> bool:
        """Whether the e-mail address was confirmed."""
        return self.confirmed_at is not None


class GrantState(enum.Enum):
    """How far the grant of a role is."""

    REQUESTED = "requested"
    IN_FORCE = "in_force"
    REFUSED = "refused"


class RoleGrant(Base):
    """An operator gives a person a role, or takes it; a second operator confirms what gives power. Never deleted."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("requested_by_id <> user_id", name="not_to_oneself"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> user_id", name="not_by_oneself"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> requested_by_id", name="four_eyes"),
        CheckConstraint("(state = 'requested') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("reason <> ''", name="has_reason"),
        Index(
            "uq_role_grants_waiting",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'requested'"),
            postgresql_where=text("state = 'requested'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    before: Mapped[Role] = mapped_column(choice(Role, "role_before"))
    role: Mapped[Role] = mapped_column(choice(Role))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[GrantState] = mapped_column(choice(GrantState))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The second operator; empty where there was none to ask, or where a role was only taken."""
    decided_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class Login(Base):
    """A browser in which a person is logged in, until it ends or is ended; only a digest of its secret is kept."""

    __tablename__ = "logins"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    method: Mapped[LoginMethod] = mapped_column(choice(LoginMethod))
    device: Mapped[str] = mapped_column(String(80), default="")
    """Browser and system as its name tells, e.g. "Firefox, Android"."""
    begun_at: Mapped[datetime] = mapped_column(default=now)
    strong_at: Mapped[datetime | None]
    """When a second factor was given; empty: the log-in has none."""
    proven_at: Mapped[datetime | None]
    """When the person last proved once more who they are; empty: when it began."""
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()


class InitiativeState(enum.Enum):
    """How far an initiative's verification is."""

    APPLIED = "applied"
    VERIFIED = "verified"
    REFUSED = "refused"


class OrganisationKind(enum.Enum):
    """What an organisation is to the strategy."""

    INITIATIVE = "initiative"
    """Clubs, alliances, companies: whoever wants to have a say."""
    CARRIER = "traeger"
    """Carries measures out and reports how far they are."""
    AUTHORITY = "fachstelle"
    """Advises: science, Sorbian affairs, accessibility."""


class Initiative(Base):
    """An organisation that takes part through delegates; it comments and proposes but never votes."""

    __tablename__ = "initiatives"
    __table_args__ = (
        CheckConstraint("state = 'applied' OR decided_by_id IS NOT NULL", name="decided"),
        Index("ix_initiatives_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind), default=OrganisationKind.INITIATIVE)
    slug: Mapped[Slug] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    seat: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    website: Mapped[str] = mapped_column(String(200), default="")
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["de"])
    """In which languages one can write to it; codes as a comment has them."""
    state: Mapped[InitiativeState] = mapped_column(choice(InitiativeState), default=InitiativeState.APPLIED)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    applicant: Mapped[User] = relationship(foreign_keys=[applicant_id])


class Delegate(Base):
    """A person's mandate to write for an initiative; it ends by a date, never by deletion."""

    __tablename__ = "delegates"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="period"),)

    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiatives.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    """From when on; may lie ahead."""
    until: Mapped[datetime | None]
    """The first moment at which it no longer holds; empty: until it is ended."""
    mandate: Mapped[str] = mapped_column(Text, default="")
    """What the person is to speak about, in the organisation's words; public."""

    initiative: Mapped[Initiative] = relationship()
    user: Mapped[User] = relationship()


class TokenPurpose(enum.Enum):
    """What a mailed link is for."""

    CONFIRM = "confirm"
    RESET = "reset"
    LOGIN = "login"


class AccountToken(Base):
    """A single-use secret in a mailed link; only its digest is kept."""

    __tablename__ = "account_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
