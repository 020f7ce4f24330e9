"""Tables of proposals, their history and their supporters."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, case
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import Initiative, User
from participation.attachments.models import Attachment
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.base.triggers import create_with
from participation.dialogue.models import Thread, WaitingState
from participation.places.models import Place
from participation.proposals import guards
from participation.strategy.models import Node


class ProposalType(enum.Enum):
    """What a proposal asks for; the values are the content's vocabulary."""

    TEXT = "textaenderung"
    MEASURE = "neue-massnahme"
    ADDITION = "ergaenzung"
    DELETION = "streichung"
    MERGE = "zusammenfuehrung"
    SPLIT = "teilung"


class ProposalState(enum.Enum):
    """Where a proposal stands in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    OPEN = "open"
    SYNTHESIS = "synthesis"
    RECOMMENDED = "recommended"
    NOT_RECOMMENDED = "not_recommended"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    REJECTED = "rejected"
    INCORPORATED = "incorporated"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


UNSETTLED = frozenset(
    {
        ProposalState.SUBMITTED,
        ProposalState.OPEN,
        ProposalState.SYNTHESIS,
        ProposalState.RECOMMENDED,
        ProposalState.ACCEPTED,
    }
)
"""States in which a proposal still waits for something."""


class VersionReason(enum.Enum):
    """Why a proposal has a new version."""

    SUBMITTED = "eingereicht"
    REVISED = "ueberarbeitet"
    """Rewritten by its author, before the formal check or after it was given back."""
    REBASED = "angepasst"
    """Brought onto a new wording of its passage, because both edits fit together."""
    ADOPTED = "uebernommen"
    """Brought onto a new wording by its author, where both edits collided."""


class StepKind(enum.Enum):
    """What a step tells when the state stayed the same."""

    REVISED = "ueberarbeitet"
    REBASED = "angepasst"
    ADOPTED = "uebernommen"
    CONFLICT = "grundlage-veraltet"
    """A revision changed the same words, or the passage went."""
    FULFILLED = "erfuellt"
    """A revision says what the proposal wanted."""
    FITS = "passt-wieder"
    """A later revision brought back the wording that the proposal rests on."""


class Proposal(Base):
    """What someone wants the Leitbild to say."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("(state = 'draft' AND submitted_at IS NULL) OR number IS NOT NULL", name="numbered"),
        CheckConstraint("type <> 'zusammenfuehrung' OR other_node_id IS NOT NULL", name="merge_has_other"),
        CheckConstraint("other_node_id IS NULL OR other_node_id <> node_id", name="other_is_other"),
        CheckConstraint("supporter_count >= 0", name="supporters"),
        CheckConstraint("state = 'draft' OR version >= 1", name="versioned"),
        CheckConstraint("waits_until IS NULL OR state = 'draft'", name="waits_as_draft"),
        CheckConstraint("conflict_revision IS NULL OR fulfilled_revision IS NULL", name="collides_or_fulfilled"),
        UniqueConstraint("author_id", "submission_key"),
        Index("ix_proposals_state_number", "state", "number"),
        Index("ix_proposals_supporter_count_number", "supporter_count", "number"),
        Index("ix_proposals_node_id_number", "node_id", "number"),
        Index("ix_proposals_author_id_id", "author_id", "id"),
        Index("ix_proposals_initiative_id_id", "initiative_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)
    """Given at the first submission, shown as V-n, never reused."""
    type: Mapped[ProposalType] = mapped_column(choice(ProposalType))
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState), default=ProposalState.DRAFT)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"))
    """The node to change, or the one under which something new belongs."""
    other_node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """For a merge: the node that this one is to become part of."""
    base_revision: Mapped[int]
    """The number of the revision the author had before them."""
    before: Mapped[str] = mapped_column(Text, default="")
    """The node's wording at that time; empty when something new is asked for."""
    other_before: Mapped[str] = mapped_column(Text, default="")
    """For a merge: the wording of the other node at that time."""
    title: Mapped[str] = mapped_column(String(160))
    wording: Mapped[str] = mapped_column(Text, default="")
    """The wanted wording; for a split the parts, separated by lines of ---; empty for a deletion."""
    diff_html: Mapped[str] = mapped_column(Text, default="")
    """Before and wording compared word by word, made when the proposal was saved."""
    reason: Mapped[str] = mapped_column(Text)
    reason_html: Mapped[str] = mapped_column(Text)
    benefit: Mapped[str] = mapped_column(Text, default="")
    """The benefit beyond one's own place."""
    culture: Mapped[str] = mapped_column(Text, default="")
    """The effect on cultural traditions."""
    lang: Mapped[str] = mapped_column(String(8), default="de")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"), unique=True)
    supporter_count: Mapped[int] = mapped_column(default=0)
    """Signatures under the present version; those under earlier ones stay with these."""
    version: Mapped[int] = mapped_column(default=0)
    """Of what is public, from 1; 0 for a draft that nobody has seen."""
    conflict_revision: Mapped[int | None]
    """The revision that changed what the proposal rests on, so that its author has to look at it."""
    fulfilled_revision: Mapped[int | None]
    """The revision that already says what the proposal wants."""
    waits_until: Mapped[datetime | None]
    """Of a new account's draft that was handed in: until when a moderator should have read it; until then it is one."""
    check_due_at: Mapped[datetime | None]
    open_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    """Why it was taken up or not; shown as the receipt."""
    revision_number: Mapped[int | None]
    """The revision it went into."""
    submission_key: Mapped[str | None] = mapped_column(String(64))
    hidden_for: Mapped[str | None] = mapped_column(Text)
    """The ground that moderators hid it for, shown in its placeholder; empty while everybody can read it."""
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]

    node: Mapped[Node] = relationship(foreign_keys=[node_id])
    other_node: Mapped[Node | None] = relationship(foreign_keys=[other_node_id])
    author: Mapped[User] = relationship()
    initiative: Mapped[Initiative | None] = relationship()
    thread: Mapped[Thread | None] = relationship()
    merged_into: Mapped[Proposal | None] = relationship(remote_side="Proposal.id")
    coauthors: Mapped[list[CoAuthor]] = relationship(order_by="CoAuthor.id", viewonly=True)

    @property
    def reference(self) -> str:
        """The name people use: V-12, or empty for a draft."""
        return f"V-{self.number}" if self.number else ""

    @property
    def shown_title(self) -> str:
        """The title as everybody may read it."""
        return self.title if self.hidden_for is None else HIDDEN_TITLE


HIDDEN_TITLE = "Ausgeblendeter Vorschlag"
"""Stands in lists in the place of a title that moderators hid; content, and so German."""

SHOWN_TITLE = case((Proposal.hidden_for.is_(None), Proposal.title), else_=HIDDEN_TITLE)
"""The title as everybody may read it; what public lists select."""


class FirstProposal(Base):
    """That a proposal of a new account waits, or waited, for a moderator: who is reading it, and what came of it.

    Whether it waits now is said by the proposal itself (`waits_until`); its author may take it up and hand it in anew.
    """

    __tablename__ = "first_proposals"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name="taken_until"),
        Index("ix_first_proposals_decided_at", "decided_at"),
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True)
    """It goes with a draft that its author throws away."""
    state: Mapped[WaitingState] = mapped_column(choice(WaitingState), default=WaitingState.WAITING)
    handed_in_at: Mapped[datetime] = mapped_column(default=now)
    """The last time."""
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    taken_by: Mapped[User | None] = relationship()


class CoAuthor(Base):
    """Somebody who is invited to hand a draft in together with its author, or has joined: a person, or an organisation.

    An invitation by mail names an address until somebody follows its link; one to an organisation is taken up by any of
    its delegates. What is declined or taken back is deleted.
    """

    __tablename__ = "proposal_coauthors"
    __table_args__ = (
        CheckConstraint("(joined_at IS NULL) = (user_id IS NULL)", name="joined"),
        CheckConstraint("joined_at IS NOT NULL OR ((initiative_id IS NULL) = (digest IS NOT NULL))", name="invited"),
        CheckConstraint("joined_at IS NULL OR (email = '' AND digest IS NULL)", name="address_forgotten"),
        CheckConstraint("agreed_digest = '' OR joined_at IS NOT NULL", name="agreed_as_author"),
        UniqueConstraint("proposal_id", "initiative_id", name="uq_proposal_coauthors_initiative"),
        UniqueConstraint("proposal_id", "user_id", name="uq_proposal_coauthors_user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """Who joined; for an organisation, the delegate who did."""
    email: Mapped[str] = mapped_column(String(254), default="")
    """Where the invitation went; empty once somebody joined."""
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the secret in the mailed link."""
    invited_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    """Until when the invitation can be taken up."""
    joined_at: Mapped[datetime | None]
    agreed_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the text that was agreed to last; any other text needs a new consent."""

    initiative: Mapped[Initiative | None] = relationship()
    user: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        """Who it is, as everybody may read it; empty for an invitation by mail."""
        if self.initiative is not None:
            return self.initiative.name
        return self.user.display_name if self.user is not None else ""


class ProposalConsent(Base):
    """A co-author's consent to one version of a proposal; who gives none stands beside it without."""

    __tablename__ = "proposal_consents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "version"],
            ["proposal_versions.proposal_id", "proposal_versions.version"],
            name="fk_proposal_consents_version",
        ),
    )

    proposal_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"))
    """The organisation that it was given for."""
    at: Mapped[datetime] = mapped_column(default=now)


class ProposalPlace(Base):
    """A place that a proposal concerns."""

    __tablename__ = "proposal_places"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"), primary_key=True, index=True)

    place: Mapped[Place] = relationship()


class ProposalStep(Base):
    """One entry of a proposal's public history."""

    __tablename__ = "proposal_steps"
    __table_args__ = (Index("ix_proposal_steps_proposal_id_id", "proposal_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState))
    """The state entered with this step."""
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    as_moderator: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=now)
    what: Mapped[StepKind | None] = mapped_column(choice(StepKind))
    """What happened where the state stayed the same."""
    version: Mapped[int | None]
    """The version that came with this step."""
    revision: Mapped[int | None]
    """The revision that led to this step."""

    actor: Mapped[User] = relationship()


class ProposalVersion(Base):
    """A proposal as it was public once; never changed afterwards."""

    __tablename__ = "proposal_versions"
    __table_args__ = (CheckConstraint("version >= 1", name="counted"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[VersionReason] = mapped_column(choice(VersionReason))
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), index=True)
    """Where the proposal belonged then; the first version's names its origin."""
    other_node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    base_revision: Mapped[int]
    before: Mapped[str] = mapped_column(Text)
    other_before: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(160))
    wording: Mapped[str] = mapped_column(Text)
    diff_html: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    reason_html: Mapped[str] = mapped_column(Text)
    benefit: Mapped[str] = mapped_column(Text)
    culture: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(8))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who wrote it; empty where it was brought onto a new wording by itself."""
    at: Mapped[datetime] = mapped_column(default=now)

    node: Mapped[Node] = relationship(foreign_keys=[node_id])
    by: Mapped[User | None] = relationship()


class ProposalSupport(Base):
    """One person's Mitzeichnung: of one version, until they carry it over themselves."""

    __tablename__ = "proposal_supports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "version"],
            ["proposal_versions.proposal_id", "proposal_versions.version"],
            name="fk_proposal_supports_version",
        ),
        Index("ix_proposal_supports_proposal_id_version", "proposal_id", "version"),
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    version: Mapped[int]
    """What the person had before them when they signed."""
    kept_at: Mapped[int | None]
    """The later version that the person does not want to sign; they are not asked about it again."""
    at: Mapped[datetime] = mapped_column(default=now)


MAX_FILES = 3
"""Files that a proposal may have."""


class ProposalAttachment(Base):
    """A file of a proposal: added and taken away while it is a draft, fixed with the text once it is handed in."""

    __tablename__ = "proposal_attachments"
    __table_args__ = (
        CheckConstraint(f"position BETWEEN 1 AND {MAX_FILES}", name="few"),
        UniqueConstraint("proposal_id", "position"),
    )

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    position: Mapped[int]

    attachment: Mapped[Attachment] = relationship()


create_with(ProposalAttachment.__table__, guards.statements)
