"""Tables of people, initiatives and the secrets in mailed links."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.base.clock import now
from participation.base.db import Base, Slug, choice
from participation.places.models import Region, Residence


class Role(enum.Enum):
    """What a person is entrusted with; one role each, so powers stay separate."""

    RESIDENT = "resident"
    MODERATOR = "moderator"
    OPERATOR = "operator"


class User(UserMixin, Base):
    """A person with an account."""

    __tablename__ = "users"

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
    session_key: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(8))
    """Part of every log-in; a new one ends all sessions."""
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    residence: Mapped[Residence | None] = relationship()

    def get_id(self) -> str:
        """Return what the session remembers: id and session key."""
        return f"{self.id}.{self.session_key}"

    @property
    def is_moderator(self) -> bool:
        """Whether the person moderates."""
        return self.role is Role.MODERATOR

    @property
    def is_operator(self) -> bool:
        """Whether the person runs the platform."""
        return self.role is Role.OPERATOR

    @property
    def is_confirmed(self) -> bool:
        """Whether the e-mail address was confirmed."""
        return self.confirmed_at is not None


class InitiativeState(enum.Enum):
    """How far an initiative's verification is."""

    APPLIED = "applied"
    VERIFIED = "verified"
    REFUSED = "refused"


class Initiative(Base):
    """An organisation that takes part through delegates; it comments and proposes but never votes."""

    __tablename__ = "initiatives"
    __table_args__ = (
        CheckConstraint("state = 'applied' OR decided_by_id IS NOT NULL", name="decided"),
        Index("ix_initiatives_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[Slug] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    seat: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    website: Mapped[str] = mapped_column(String(200), default="")
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

    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiatives.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]

    initiative: Mapped[Initiative] = relationship()
    user: Mapped[User] = relationship()


class TokenPurpose(enum.Enum):
    """What a mailed link is for."""

    CONFIRM = "confirm"
    RESET = "reset"


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
