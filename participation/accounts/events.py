"""What happened to accounts and initiatives.

The events with a `token` carry the secret of a mailed link; their handlers put it into a letter and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass


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
class NobodyAsked:
    """A link was asked for, for an address that gets none."""


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A person has a new password; all other sessions ended."""

    email: str
    name: str
    locale: str


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


@dataclass(frozen=True, slots=True)
class InitiativeRefused:
    """A moderator refused an application."""

    initiative_id: int
    name: str
    slug: str
    applicant_id: int
    reason: str


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
