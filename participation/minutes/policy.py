"""Who may do what with minutes. Pure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.verdict import Verdict, no, yes
from participation.minutes.models import Minutes, MinutesState, MinutesVersion, VersionState

_NOT_PUBLIC = no(_l("Dieses Protokoll ist nicht öffentlich."))


def may_record(actor: User | None) -> Verdict:
    """Say whether a person may write minutes: moderators."""
    return may_moderate(actor)


def may_write(actor: User | None, version: MinutesVersion) -> Verdict:
    """Say whether a person may change a version: moderators, until it is handed over."""
    moderating = may_moderate(actor)
    if moderating and version.state is VersionState.APPROVED:
        return no(_l("Dieser Stand ist veröffentlicht. Was falsch ist, berichtigt der nächste."))
    if moderating and version.state is VersionState.SUBMITTED:
        return no(_l("Das Protokoll liegt zur Freigabe. Zum Ändern muss es erst zurückgegeben werden."))
    if moderating and version.minutes.state is MinutesState.WITHDRAWN:
        return _NOT_PUBLIC
    return moderating


def may_approve(actor: User | None, version: MinutesVersion) -> Verdict:
    """Say whether a person may approve a version: a moderator who did not hand it over."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if version.state is not VersionState.SUBMITTED or version.minutes.state is MinutesState.WITHDRAWN:
        return no(_l("Hier wartet nichts auf Freigabe."))
    if actor.id == version.author_id:
        return no(_l("Sie haben das Protokoll selbst übergeben. Freigeben muss es eine zweite Person."))
    return yes


def may_return(actor: User | None, version: MinutesVersion) -> Verdict:
    """Say whether a person may give a version back to be changed; who handed it over may take it back."""
    moderating = may_moderate(actor)
    if moderating and version.state is not VersionState.SUBMITTED:
        return no(_l("Hier wartet nichts auf Freigabe."))
    return moderating


def may_correct(actor: User | None, minutes: Minutes) -> Verdict:
    """Say whether a person may begin a correction of public minutes: moderators."""
    moderating = may_moderate(actor)
    return _NOT_PUBLIC if moderating and minutes.state is not MinutesState.PUBLIC else moderating


def may_withdraw(actor: User | None, minutes: Minutes) -> Verdict:
    """Say whether a person may withdraw public minutes: moderators."""
    return may_correct(actor, minutes)


def may_read(actor: User | None, minutes: Minutes) -> Verdict:
    """Say whether a person may read what minutes say: everybody while they are public, else moderators."""
    if minutes.state is MinutesState.PUBLIC or may_moderate(actor):
        return yes
    return _NOT_PUBLIC
