"""Writing notifications and letters. Nothing is sent here: the postman works through the outbox later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, delete, insert, or_, select, update

from participation.accounts.models import User
from participation.accounts.voices import VOICES
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import NotFound
from participation.notify.models import Letter, Notification

POSTED = "letters_posted"
"""Marks a session in which a letter was posted, so that the edge can wake the postman."""

CLAIM = timedelta(minutes=5)
"""How long a letter belongs to the process that took it; longer than any sending."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""How long to wait after the first, second … failure; after the last one the letter stays where it is."""


def notify(user_id: int, kind: str, params: dict[str, Any], link: str) -> None:
    """Leave a note for a person; `wording` turns kind and parameters into a sentence when it is read."""
    if user_id == VOICES:
        return  # Nobody reads what is sent to the account of voices.
    db.session.add(Notification(user_id=user_id, kind=kind, params=params, link=link))


def forget(texts: Collection[str], mark: str) -> None:
    """Replace texts that were erased elsewhere in the notes that repeat them."""
    for note in db.session.scalars(select(Notification).execution_options(yield_per=500)):
        if any(value in texts for value in note.params.values()):
            note.params = {name: mark if value in texts else value for name, value in note.params.items()}


def forget_person(email: str, name: str, mark: str, replies: Collection[int]) -> None:
    """Delete the letters to somebody whose account goes, and put a mark in the place of their name in others' notes.

    `replies` are the ids of the comments they wrote: a note about a reply or a question names its author.
    """
    db.session.execute(delete(Letter).where(Letter.recipient == email))
    named = select(Notification).where(Notification.params["by"].as_string() == name)
    links = {f"/beitrag/{number}" for number in replies}
    for note in db.session.scalars(named.execution_options(yield_per=500)):
        if note.kind not in ("reply", "answer_requested") or note.link in links:
            note.params = {**note.params, "by": mark}


def notify_all(notes: Sequence[tuple[int, str, dict[str, Any], str]]) -> None:
    """Leave many notes, each as `notify` takes it, in one statement."""
    rows = [{"user_id": user_id, "kind": kind, "params": params, "link": link} for user_id, kind, params, link in notes]
    rows = [row for row in rows if row["user_id"] != VOICES]
    if rows:
        db.session.execute(insert(Notification), rows)


def mark_all_read(actor: User) -> None:
    """Mark every note of a person as read."""
    unread = update(Notification).where(Notification.user_id == actor.id, Notification.read_at.is_(None))
    db.session.execute(unread.values(read_at=now()).execution_options(synchronize_session=False))


def mark_read(actor: User, notification_id: int) -> str:
    """Mark one of a person's notes as read and return where it leads.

    Raises:
        NotFound: if it is not theirs.
    """
    note = db.session.get(Notification, notification_id)
    if note is None or note.user_id != actor.id:
        raise NotFound
    note.read_at = note.read_at or now()
    db.session.flush()
    return note.link


def post(recipient: str, template: str, params: dict[str, Any], locale: str = "de") -> None:
    """Put a letter into the outbox; `template` is accounts/confirm for templates/emails/accounts/confirm.txt."""
    db.session.add(Letter(recipient=recipient, template=template, params=params, locale=locale))
    db.session.info[POSTED] = True


def post_nothing() -> None:
    """Write a letter to nobody that counts as sent, so that an answer takes as long as one that sends a letter."""
    db.session.add(Letter(recipient="", template="", params={}, sent_at=now()))
    db.session.info[POSTED] = True


def claim_next() -> Letter | None:
    """Take the next waiting letter for this process alone; commit before sending it."""
    moment = now()
    while True:
        number = db.session.scalar(select(Letter.id).where(*_due(moment)).order_by(Letter.id).limit(1))
        if number is None:
            return None
        taken = update(Letter).where(Letter.id == number, *_due(moment))
        if _changed(taken.values(claimed_until=moment + CLAIM, attempts=Letter.attempts + 1)) == 1:
            return db.session.get(Letter, number, populate_existing=True)


def hand_over(letter: Letter) -> bool:
    """Note that a claimed letter goes to the mail server now; commit before it does.

    From here on a letter is never sent again by itself unless the server refuses it: whoever dies in between leaves
    one that may be out. Returns False if the claim ran out meanwhile, and with it the right to send.
    """
    mine = update(Letter).where(
        Letter.id == letter.id,
        Letter.sent_at.is_(None),
        Letter.handed_at.is_(None),
        Letter.claimed_until == letter.claimed_until,
    )
    moment = now()
    return _changed(mine.values(handed_at=moment, claimed_until=moment + CLAIM)) == 1


def record_sent(letter_id: int) -> None:
    """Note that a letter is out, and wipe the secrets in it."""
    sent = update(Letter).where(Letter.id == letter_id)
    _changed(sent.values(sent_at=now(), claimed_until=None, handed_at=None, params={}, last_error=""))


def record_failure(letter_id: int, attempts: int, error: str) -> None:
    """Note why a letter was not sent, and when to try again."""
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    failed = update(Letter).where(Letter.id == letter_id)
    _changed(failed.values(claimed_until=now() + pause, handed_at=None, last_error=error[:2000]))


def record_unknown(letter_id: int, error: str) -> None:
    """Note that the mail server never said whether it took a letter; it is not sent again by itself."""
    _changed(update(Letter).where(Letter.id == letter_id).values(claimed_until=None, last_error=error[:2000]))


def send_unknown_again() -> int:
    """Queue the letters again of which nobody knows whether they are out; return how many. Some may arrive twice."""
    count = _changed(update(Letter).where(*unknown(now())).values(handed_at=None, claimed_until=None))
    if count:
        db.session.info[POSTED] = True
    return count


def unknown(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return which letters were given to the mail server by somebody who never told what it said."""
    silent = or_(Letter.claimed_until.is_(None), Letter.claimed_until < moment)
    return Letter.sent_at.is_(None), Letter.handed_at.is_not(None), silent


def any_due() -> bool:
    """Tell whether a letter can be sent now."""
    return db.session.scalar(select(Letter.id).where(*_due(now())).limit(1)) is not None


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.sent_at.is_(None),
        Letter.handed_at.is_(None),
        Letter.attempts <= len(PAUSES),
        or_(Letter.claimed_until.is_(None), Letter.claimed_until < moment),
    )


def _changed(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[None]", result).rowcount
