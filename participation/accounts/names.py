"""Names that could be taken for somebody else's: letters of two alphabets in one word, and look-alikes of those who
hold a power or speak for an initiative.

Which characters look alike is told by Unicode's list (`confusable_homoglyphs`).
"""

from __future__ import annotations

from confusable_homoglyphs import categories, confusables
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from participation.accounts.models import Initiative, InitiativeState, Role, User
from participation.base.db import db
from participation.base.text import fold
from participation.base.verdict import DomainError

OURS = {"LATIN", "CYRILLIC", "GREEK"}


class NameRefused(DomainError):
    """A display name could serve as a link, or is too short."""

    default = _l("Der Name braucht mindestens 2 Zeichen und darf nicht wie eine Internet-Adresse aussehen.")


class MixedLetters(NameRefused):
    """A word of a name mixes letters of several alphabets that look alike."""

    default = _l(
        "In diesem Namen stehen Buchstaben verschiedener Schriften, die gleich aussehen. Tippen Sie ihn bitte neu."
    )


class LookAlike(NameRefused):
    """A name looks like that of a moderator, an operator or an initiative."""

    default = _l(
        "So ähnlich heißt hier schon jemand aus der Moderation oder eine Initiative. "
        "Ergänzen Sie etwas, zum Beispiel Ihren Ort."
    )


def demand_own(name: str, person_id: int | None = None, initiative_id: int | None = None) -> None:
    """Refuse a name that could be taken for somebody else's; `person_id` and `initiative_id` are whose it will be.

    The same name as another resident's is nobody's business: people are called alike.

    Raises:
        MixedLetters, LookAlike: as they say.
    """
    if any(map(_mixed, name.split())):
        raise MixedLetters
    wanted = _looks(name)
    people = select(User.id, User.display_name).where(User.role != Role.RESIDENT, User.left_at.is_(None))
    groups = select(Initiative.id, Initiative.name).where(Initiative.state == InitiativeState.VERIFIED)
    taken = [other for ident, other in db.session.execute(people) if ident != person_id]
    taken += [other for ident, other in db.session.execute(groups) if ident != initiative_id]
    if any(wanted & _looks(other) for other in taken):
        raise LookAlike


def _mixed(word: str) -> bool:
    """Say whether a word puts letters beside ours that only look like ours; Japanese has two scripts and is none."""
    return bool(OURS & categories.unique_aliases(word)) and bool(confusables.is_dangerous(word))


def _looks(name: str) -> set[str]:
    """Return how a name looks, with and without case and diacritics, and all in capitals."""
    letters = "".join(char for char in name if char.isalnum() or char == "|")
    return {fold(_shapes(letters)), _shapes(fold(letters)), fold(_shapes(fold(letters).upper()))}


def _shapes(text: str) -> str:
    """Return the text with each character replaced by the one that Unicode's list puts first among its likes."""
    return "".join(map(_shape, text))


def _shape(char: str) -> str:
    known = confusables.confusables_data
    alike = [char, *(str(one["c"]) for one in known.get(char, ()) if len(one["c"]) == 1)]
    return max(alike, key=lambda one: (len(known.get(one, ())), one))
