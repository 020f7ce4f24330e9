"""The visible table of every place in the database that names a person, and what becomes of it.

A test compares it with the schema: a column that refers to `users.id` and has no line here fails. So whoever adds a
table decides at once what its owner is shown, and what happens to it when they leave.

What is shown of a row: all columns, except those that name other people, secrets (SECRET), bytes, and HTML that was
made from a text which is shown anyway.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, LargeBinary, Table

from participation.base.db import Base

SECRET = re.compile(r"hash|digest|secret|token|salt|(^|_)keys?$|credential")
"""Columns with such a name are never exported."""

MACHINERY = frozenset({"sanitiser", "fingerprint", "attempts", "claimed_until", "last_error", "html"})


class Leaving(enum.Enum):
    """What becomes of rows when the account they name is deleted."""

    DELETED = "deleted"
    """Always, by the generic sweep in `departures`."""
    BY_ROOM = "by room"
    """A function of their own room takes care of it (`leaving.py`), since counters or texts of others hang on them."""
    STAYS = "stays"
    """The row stays and names an account that has no name any more."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A column that names a person."""

    table: str
    column: str
    section: str
    """Under which name the rows are exported; empty: not at all, see `why`."""
    leaving: Leaving
    why: str = ""
    """Why rows are not exported, or stay."""
    only: tuple[str, ...] = ()
    """Where not every column is about the person: those that are."""

    @property
    def source(self) -> Table:
        """The table."""
        return Base.metadata.tables[self.table]


@dataclass(frozen=True, slots=True)
class Attached:
    """A table whose rows belong to rows of a holding, and are exported with them."""

    table: str
    column: str
    """Names the row it belongs to."""
    holding: tuple[str, str]
    """Table and column of that holding."""
    section: str
    only: tuple[str, ...] = ()

    @property
    def source(self) -> Table:
        """The table."""
        return Base.metadata.tables[self.table]


_DUTY = "Amtshandlung: Sie gehört zum öffentlichen Protokoll und bleibt ohne Namen stehen."
_OTHERS = "Sagt, wer über etwas entschieden hat; die Zeile handelt von anderen."
_CASE = "Gehört zu einem Fall der Moderation: Die Begründung bleibt überprüfbar, ohne Namen."
_FILES = "Gehört zu einem Vorschlag oder Protokoll und geht mit ihm; unbenutzte Dateien gehen nach einem Tag."
_RECORDED = ("minutes_id", "version", "state", "saved_at", "approved_at")
_WAITED = ("proposal_id", "state", "handed_in_at", "decided_at")
_SECURITY = "Sicherheitslog: nur Nummern, keine Texte; es wird nach seiner Frist von selbst gelöscht."
_EVENT = ("at", "kind", "facts")
_SIGNED = ("id", "number", "state", "created_at", "published_at", "at", "updated_at")

HOLDINGS: tuple[Holding, ...] = (
    # accounts
    Holding("users", "id", "account", Leaving.BY_ROOM),
    Holding("logins", "user_id", "logins", Leaving.DELETED),
    Holding("account_tokens", "user_id", "mailed_links", Leaving.DELETED),
    Holding("totps", "user_id", "factor_apps", Leaving.DELETED, only=("created_at", "confirmed_at")),
    Holding("passkeys", "user_id", "passkeys", Leaving.DELETED, only=("name", "created_at", "used_at")),
    Holding("recovery_codes", "user_id", "recovery_codes", Leaving.DELETED, only=("id", "used_at")),
    Holding("identities", "user_id", "accounts_elsewhere", Leaving.DELETED),
    Holding("role_grants", "user_id", "role_grants", Leaving.STAYS, _DUTY),
    Holding("role_grants", "requested_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("role_grants", "decided_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("security_events", "actor_id", "security_events", Leaving.STAYS, _SECURITY, _EVENT),
    Holding("security_events", "subject_id", "security_events_about_you", Leaving.STAYS, _SECURITY, _EVENT),
    Holding("initiatives", "applicant_id", "initiative_applications", Leaving.BY_ROOM),
    Holding("initiatives", "decided_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("delegates", "user_id", "mandates", Leaving.BY_ROOM),
    # dialogue
    Holding("comments", "author_id", "comments", Leaving.BY_ROOM),
    Holding("waiting_comments", "author_id", "waiting_contributions", Leaving.BY_ROOM),
    Holding("waiting_comments", "taken_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("waiting_comments", "decided_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("ballots", "voter_id", "votes", Leaving.BY_ROOM),
    Holding("comment_votes", "voter_id", "ratings", Leaving.BY_ROOM),
    Holding("apart_votes", "voter_id", "votes_counted_apart", Leaving.BY_ROOM),
    # proposals
    Holding("proposals", "author_id", "proposals", Leaving.BY_ROOM),
    Holding("first_proposals", "taken_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("proposal_versions", "by_id", "proposal_versions_written", Leaving.BY_ROOM),
    Holding("proposal_steps", "actor_id", "proposal_steps_taken", Leaving.BY_ROOM),
    Holding("proposal_supports", "user_id", "supports", Leaving.BY_ROOM),
    Holding("proposal_coauthors", "user_id", "joint_proposals", Leaving.BY_ROOM),
    Holding("proposal_consents", "user_id", "consents", Leaving.BY_ROOM),
    # measures, errata
    Holding("status_reports", "reporter_id", "status_reports", Leaving.BY_ROOM),
    Holding("status_reports", "moderator_id", "", Leaving.STAYS, _OTHERS),
    Holding("objections", "author_id", "objections", Leaving.BY_ROOM),
    Holding("objections", "answered_by_id", "", Leaving.STAYS, _OTHERS),
    # notify
    Holding("notifications", "user_id", "notifications", Leaving.DELETED),
    # privacy
    Holding("personal_exports", "user_id", "exports", Leaving.DELETED),
    Holding("privacy_links", "user_id", "privacy_links", Leaving.DELETED),
    Holding("departures", "user_id", "departures", Leaving.STAYS, "Hält fest, wie das Konto gelöscht wurde."),
    # work of moderators and of bodies
    Holding("attachments", "uploaded_by_id", "attachments", Leaving.STAYS, _FILES),
    Holding("minutes", "withdrawn_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("minutes_versions", "author_id", "minutes_written", Leaving.STAYS, _DUTY, _RECORDED),
    Holding("minutes_versions", "approver_id", "minutes_approved", Leaving.STAYS, _DUTY, _RECORDED),
    Holding("body_members", "user_id", "seats", Leaving.STAYS, _DUTY),
    Holding("resolutions", "drafted_by_id", "resolutions_drafted", Leaving.STAYS, _DUTY, ("id", "created_at")),
    Holding("resolutions", "signed_by_id", "resolutions_signed", Leaving.STAYS, _DUTY, ("id", "signed_at")),
    Holding("cases", "author_id", "cases_about_you", Leaving.STAYS, _CASE, ("id", "category", "state", "opened_at")),
    Holding("cases", "taken_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("reports", "reporter_id", "reports_made", Leaving.STAYS, _CASE),
    Holding("decisions", "author_id", "decisions_about_you", Leaving.STAYS, _CASE),
    Holding("decisions", "moderator_id", "decisions_made", Leaving.STAYS, _DUTY, ("id", "at", "measure")),
    Holding("appeals", "first_moderator_id", "", Leaving.STAYS, _OTHERS),
    Holding("appeals", "decided_by_id", "appeals_decided", Leaving.STAYS, _DUTY, ("id", "decided_at", "state")),
    Holding("sightings", "user_id", "networks", Leaving.DELETED, only=("kind", "thread_id", "at")),
    Holding("burst_members", "user_id", "bursts", Leaving.DELETED),
    Holding("bursts", "taken_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("burst_rulings", "moderator_id", "bursts_decided", Leaving.STAYS, _DUTY, ("id", "at", "result")),
    Holding("outcomes", "author_id", "outcomes_written", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("outcomes", "approver_id", "outcomes_approved", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("evidence", "answered_by_id", "", Leaving.STAYS, _OTHERS),
    Holding("changes", "author_id", "changes_written", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("changes", "approver_id", "changes_approved", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("drafts", "author_id", "drafts_written", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("revisions", "author_id", "revisions_compiled", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("revisions", "approver_id", "revisions_published", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("merge_steps", "author_id", "merge_steps", Leaving.STAYS, _DUTY, ("node_id", "number", "at")),
    Holding("erasures", "author_id", "erasures_requested", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("erasures", "approver_id", "erasures_done", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("corrections", "author_id", "corrections_proposed", Leaving.STAYS, _DUTY, _SIGNED),
    Holding("corrections", "approver_id", "corrections_confirmed", Leaving.STAYS, _DUTY, _SIGNED),
)

ATTACHED: tuple[Attached, ...] = (
    Attached("comment_versions", "comment_id", ("comments", "author_id"), "comment_versions"),
    Attached("anchors", "comment_id", ("comments", "author_id"), "comment_quotes"),
    Attached("answer_requests", "comment_id", ("comments", "author_id"), "answers_requested"),
    Attached("appeals", "decision_id", ("decisions", "author_id"), "appeals_about_you"),
    Attached(
        "evidence",
        "comment_id",
        ("comments", "author_id"),
        "what_became_of_your_comments",
        ("comment_id", "comment_version", "fate", "answer", "pinned_at", "answered_at"),
    ),
    Attached("proposal_versions", "proposal_id", ("proposals", "author_id"), "proposal_versions"),
    Attached("first_proposals", "proposal_id", ("proposals", "author_id"), "first_proposals", _WAITED),
    Attached("proposal_places", "proposal_id", ("proposals", "author_id"), "proposal_places"),
    Attached("proposal_steps", "proposal_id", ("proposals", "author_id"), "proposal_history"),
    Attached(
        "evidence",
        "proposal_id",
        ("proposals", "author_id"),
        "what_became_of_your_proposals",
        ("proposal_id", "fate", "answer", "pinned_at", "answered_at"),
    ),
)
"""Statements of reasons, history and results of what a person contributed."""


def names_a_person(column: Column[object]) -> bool:
    """Say whether a column refers to `users.id`, directly or by a name that says so where the key is composite."""
    if any(key.target_fullname == "users.id" for key in column.foreign_keys):
        return True
    if column.table.name == "security_events" and column.name in ("actor_id", "subject_id"):
        return True  # without a key, so that they outlive the account until their period is over
    return bool(re.search(r"(^|_)(user|voter|author|approver|applicant|by|moderator|reporter)_id$", column.name))


def shown(holding: Holding | Attached) -> Iterator[Column[object]]:
    """Yield the columns of a table that its owner is shown."""
    own = holding.column if isinstance(holding, Holding) else ""
    for column in holding.source.columns:
        if holding.only and column.name not in holding.only:
            continue
        if column.name == own and own != "id":
            continue
        hidden = (
            (names_a_person(column) and column.name != own)
            or SECRET.search(column.name)
            or column.name in MACHINERY
            or column.name.endswith("_html")
            or isinstance(column.type, LargeBinary)
        )
        if not hidden:
            yield column
