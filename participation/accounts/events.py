"""What happened to accounts and initiatives.

The events with a `token` carry the secret of a mailed link; their handlers put it into a letter and nowhere else.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from participation.accounts.models import LoginMethod, Role


@dataclass(frozen=True, slots=True)
class Registered:
    """Someone registered, or asked for the link once more; the address is not confirmed yet."""

    email: str
    name: str
    locale: str
    token: str


@dataclass(frozen=True, slots=True)
class RegisteredAgain:
    """Someone registered with an address that already has a confirmed account."""

    email: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class ResetRequested:
    """Someone asked for a link to choose a new password."""

    email: str
    name: str
    locale: str
    token: str


@dataclass(frozen=True, slots=True)
class LoginRequested:
    """Someone asked for a link that logs in."""

    email: str
    name: str
    locale: str
    token: str


@dataclass(frozen=True, slots=True)
class NobodyAsked:
    """A link was asked for, for an address that gets none."""


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A person has a new password; all other sessions ended."""

    user_id: int
    email: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A person is logged in, with or without a second factor."""

    user_id: int
    method: LoginMethod
    strong: bool


@dataclass(frozen=True, slots=True)
class FactorFailed:
    """The first proof of a log-in was right, the second was not."""

    user_id: int


class FactorChange(enum.Enum):
    """What can change about how a person proves who they are."""

    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_RENEWED = "codes_renewed"
    CODE_USED = "code_used"
    RESET = "reset"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"


@dataclass(frozen=True, slots=True)
class FactorChanged:
    """Something changed about how a person proves who they are."""

    user_id: int
    email: str
    name: str
    locale: str
    change: FactorChange


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A person has another role now; their log-ins ended."""

    user_id: int
    role: Role
    by_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class InitiativeApplied:
    """A person asked for an initiative to be verified."""

    initiative_id: int
    name: str
    applicant_id: int


@dataclass(frozen=True, slots=True)
class InitiativeVerified:
    """A moderator verified an initiative; the applicant is its first delegate."""

    initiative_id: int
    name: str
    slug: str
    applicant_id: int
    by_id: int


@dataclass(frozen=True, slots=True)
class InitiativeRefused:
    """A moderator refused an application."""

    initiative_id: int
    name: str
    slug: str
    applicant_id: int
    reason: str
    by_id: int


@dataclass(frozen=True, slots=True)
class DelegateAdded:
    """A person may write for an initiative from now on."""

    name: str
    slug: str
    user_id: int
    by_id: int


@dataclass(frozen=True, slots=True)
class MandateEnded:
    """A person no longer writes for an initiative."""

    name: str
    slug: str
    user_id: int
    by_id: int
