"""Tables of moderation: rules, cases with their reports, decisions, appeals."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.base.triggers import create_with
from participation.dialogue.models import Comment
from participation.moderation import guards
from participation.proposals.models import Proposal


class Category(enum.Enum):
    """What a report says is wrong, the most pressing first."""

    THREAT = "threat"
    ILLEGAL = "illegal"
    PERSONAL = "personal_data"
    RULES = "rules"
    OTHER = "other"


class CaseState(enum.Enum):
    """Whether a case waits for a moderator."""

    OPEN = "open"
    DECIDED = "decided"
    APPEALED = "appealed"


class Measure(enum.Enum):
    """What a decision does."""

    NONE = "none"
    EDIT = "request_edit"
    HIDE = "hide"
    REMOVE = "remove"
    WARN = "warn"
    SUSPEND = "suspend"
    CLOSE = "close"
    RESTORE = "restore"
    """Shows hidden content again without an appeal."""


class EuCategory(enum.Enum):
    """The categories of the EU's harmonised reports: Implementing Regulation (EU) 2024/2835, annex I."""

    SPEECH = "speech"
    DATA = "data_protection"
    VIOLENCE = "violence"
    SECURITY = "public_security"
    CIVIC = "civic_discourse"
    MINORS = "minors"
    CYBER = "cyber_violence"
    CYBER_WOMEN = "cyber_violence_women"
    SELF_HARM = "self_harm"
    SCAMS = "scams"
    PROPERTY = "intellectual_property"
    CONSUMERS = "consumer_information"
    PRODUCTS = "products"
    ANIMALS = "animal_welfare"
    TERMS = "other_terms"


class AppealState(enum.Enum):
    """What became of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Rulebook(Base):
    """A version of the rules of the conversation; once in force it never changes."""

    __tablename__ = "rulebooks"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[date]

    rules: Mapped[list[Rule]] = relationship(order_by="Rule.number", lazy="selectin")


class Rule(Base):
    """One rule of one version."""

    __tablename__ = "rules"

    version: Mapped[int] = mapped_column(ForeignKey("rulebooks.version"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


_OPEN = text("state = 'open'")


class Case(Base):
    """What is said to be wrong with one contribution; all reports about it join the open case."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("(comment_id IS NULL) <> (proposal_id IS NULL)", name="one_target"),
        CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name="taken_until"),
        UniqueConstraint("id", "author_id"),
        Index("uq_cases_open_comment", "comment_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_cases_open_proposal", "proposal_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_cases_state_due_at", "state", "due_at"),
        Index("ix_cases_comment_id", "comment_id"),
        Index("ix_cases_proposal_id", "proposal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Who wrote the contribution; copied, so that the database can keep them from deciding."""
    category: Mapped[Category | None] = mapped_column(choice(Category))
    """The most pressing one of its reports; empty where a moderator opened it of their own accord."""
    state: Mapped[CaseState] = mapped_column(choice(CaseState), default=CaseState.OPEN)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_until: Mapped[datetime | None]

    comment: Mapped[Comment | None] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])


class Report(Base):
    """What one person reports about a contribution, with or without an account."""

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("explanation <> ''", name="has_explanation"),
        Index("ix_reports_case_id_id", "case_id", "id"),
        Index("ix_reports_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What people are told and can look up, e.g. M-7K3QF-9XW2A; not to be guessed."""
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    category: Mapped[Category] = mapped_column(choice(Category))
    explanation: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254), default="")
    """Where receipt and result go; empty if none was given."""
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """From the form: the same key twice is the same report."""
    at: Mapped[datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship()


class Decision(Base):
    """A moderator's decision about a case, with its statement of reasons; never changed, only followed by another.

    Only a removal takes out of it what quotes the removed text (quoting.py).
    """

    __tablename__ = "decisions"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "author_id"], ["cases.id", "cases.author_id"], name="fk_decisions_case"),
        ForeignKeyConstraint(
            ["rule_version", "rule_number"], ["rules.version", "rules.number"], name="fk_decisions_rule"
        ),
        UniqueConstraint("id", "moderator_id"),
        CheckConstraint("moderator_id <> author_id", name="not_ones_own"),
        CheckConstraint("facts <> ''", name="has_facts"),
        CheckConstraint("measure IN ('none', 'restore') OR ground <> ''", name="has_ground"),
        CheckConstraint("(rule_version IS NULL) = (rule_number IS NULL)", name="whole_rule"),
        CheckConstraint("(measure = 'suspend') = (until IS NOT NULL)", name="suspended_until"),
        CheckConstraint("measure NOT IN ('hide', 'remove') OR hides", name="hiding_hides"),
        CheckConstraint("measure NOT IN ('none', 'restore', 'request_edit') OR NOT hides", name="others_do_not"),
        CheckConstraint("measure IN ('none', 'restore') OR redress <> ''", name="has_redress"),
        Index("ix_decisions_case_id_id", "case_id", "id"),
        Index("ix_decisions_author_id_id", "author_id", "id"),
        Index("ix_decisions_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column()
    author_id: Mapped[int] = mapped_column()
    measure: Mapped[Measure] = mapped_column(choice(Measure))
    hides: Mapped[bool] = mapped_column(default=False)
    """Whether the contribution is replaced by a placeholder; may come along with another measure."""
    ground: Mapped[str] = mapped_column(String(200), default="")
    """As it is cited: "Regel 3, Nichts über Private" or "§ 185 StGB, Beleidigung"."""
    rule_version: Mapped[int | None]
    rule_number: Mapped[int | None]
    """The rule that is cited; empty where the ground is the law."""
    eu_category: Mapped[EuCategory | None] = mapped_column(choice(EuCategory))
    facts: Mapped[str] = mapped_column(Text)
    """What the decision rests on; told to the author."""
    passage: Mapped[str] = mapped_column(Text, default="")
    """The words concerned."""
    automated: Mapped[bool] = mapped_column(default=False)
    """Whether a machine found or decided it. Nothing here does; the statement has to say so all the same."""
    redress: Mapped[str] = mapped_column(Text, default="")
    """How to object, as it was told."""
    until: Mapped[datetime | None]
    """Until when an account is suspended."""
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship(foreign_keys=[case_id, author_id])
    moderator: Mapped[User] = relationship(foreign_keys=[moderator_id])


class Sealed(Base):
    """The text that a decision removed, kept for the case that the decision is reversed; then deleted for good."""

    __tablename__ = "sealed_texts"
    __table_args__ = (
        CheckConstraint("(content IS NULL) = (gone_at IS NOT NULL)", name="kept_or_gone"),
        Index("ix_sealed_texts_until", "until"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What `take_text` of the contribution's own room returned; empty once it is deleted."""
    sealed_at: Mapped[datetime]
    until: Mapped[datetime]
    """When the time to object is over."""
    gone_at: Mapped[datetime | None]


_BY_AUTHOR = text("report_id IS NULL")


class Appeal(Base):
    """Somebody objects to a decision; another moderator than the first decides about it."""

    __tablename__ = "appeals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["decision_id", "first_moderator_id"], ["decisions.id", "decisions.moderator_id"], name="fk_appeals_first"
        ),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> first_moderator_id", name="another_moderator"),
        CheckConstraint("(state = 'open') = (decided_by_id IS NULL)", name="decided_by"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("state = 'open' OR answer <> ''", name="has_answer"),
        CheckConstraint("reason <> ''", name="has_reason"),
        UniqueConstraint("decision_id", "report_id"),
        Index("uq_appeals_by_author", "decision_id", unique=True, sqlite_where=_BY_AUTHOR, postgresql_where=_BY_AUTHOR),
        Index("ix_appeals_state_due_at", "state", "due_at"),
        Index("ix_appeals_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column()
    first_moderator_id: Mapped[int] = mapped_column()
    """Who decided; the key ties it to the decision, the CHECK keeps them from deciding again."""
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    """The report whose sender objects; empty where the author does."""
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    state: Mapped[AppealState] = mapped_column(choice(AppealState), default=AppealState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The decision that replaces the first one, where a sender of a report was right."""

    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id, first_moderator_id])
    report: Mapped[Report | None] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    follow_up: Mapped[Decision | None] = relationship(foreign_keys=[follow_up_id])


class AppealLink(Base):
    """A single-use secret in a mail, with which people object without logging in; only its digest is kept."""

    __tablename__ = "appeal_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    """Whose report it answers; empty for the author's link."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    decision: Mapped[Decision] = relationship()
    report: Mapped[Report | None] = relationship()


create_with(Appeal.__table__, guards.statements)
