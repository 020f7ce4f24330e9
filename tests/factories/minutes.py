"""Minutes of events for tests: written by one moderator, approved by another."""

from __future__ import annotations

from datetime import date

from participation.accounts.models import User
from participation.dialogue.models import CommentKind
from participation.minutes import operations
from participation.minutes.models import Minutes, MinutesVersion
from participation.minutes.writing import Header
from tests.factories import accounts

NODE = "lce-leit-kraftwerkslabor"
TODAY = date(2026, 11, 20)


def header(**rest: object) -> Header:
    """Return what minutes say about a workshop in Jänschwalde."""
    values = {
        "place_id": "jaenschwalde",
        "held_on": date(2026, 11, 12),
        "participants": 34,
        "title": "Werkstatt im Dorfhaus",
        "summary": "Es ging um Arbeit nach der Kohle.",
        "languages": ("de", "dsb"),
        **rest,
    }
    return Header(**values)  # type: ignore[arg-type]


def draft(author: User | None = None, voices: tuple[str, ...] = ("Der Bus fährt zu selten.",)) -> MinutesVersion:
    """Write minutes down that nobody was given yet."""
    author = author or accounts.moderator()
    version = operations.begin(author, header(), today=TODAY)
    for body in voices:
        say(author, version, body)
    return version


def say(author: User, version: MinutesVersion, body: str, **rest: object) -> None:
    """Write one contribution down."""
    values = {"node_id": NODE, "kind": CommentKind.EXPERIENCE, "lang": "de", **rest}
    operations.add_voice(author, version, body=body, expected_edit=version.edit, **values)  # type: ignore[arg-type]


def approve(version: MinutesVersion, author: User, approver: User | None = None) -> Minutes:
    """Hand a draft over and approve it as somebody else."""
    operations.submit(author, version, expected_edit=version.edit)
    return operations.approve(approver or accounts.moderator(), version, expected_edit=version.edit)


def minutes(author: User | None = None, voices: tuple[str, ...] = ("Der Bus fährt zu selten.",)) -> Minutes:
    """Publish minutes."""
    author = author or accounts.moderator()
    return approve(draft(author, voices), author)
