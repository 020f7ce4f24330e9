"""Writing minutes, handing them over, approving, correcting and withdrawing them. None of it commits."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise, render
from participation.base.verdict import Conflict, DomainError, NotFound, require
from participation.dialogue import recording
from participation.dialogue.comments import LANGUAGES, UnknownLanguage, checked_body
from participation.dialogue.models import Comment, CommentKind, Occasion
from participation.minutes.events import MinutesApproved, MinutesWithdrawn
from participation.minutes.models import Minutes, MinutesFile, MinutesState, MinutesVersion, VersionState, Voice
from participation.minutes.policy import may_approve, may_correct, may_record, may_return, may_withdraw, may_write
from participation.minutes.writing import MOST_FILES, MOST_VOICES, REASON_LIMIT, Header, Incomplete, problems
from participation.places.models import Place
from participation.places.queries import second_name
from participation.strategy.models import Node
from participation.strategy.operations import contribute_to

_ATTEMPTS = 50


class MinutesEdited(Conflict):
    """Somebody changed the draft since it was read."""

    default = _l(
        "Inzwischen hat jemand das Protokoll geändert. Ihr Text ist noch da. Lesen Sie "
        "nach und senden Sie ihn noch einmal ab."
    )


class CorrectionRunning(Conflict):
    """A correction is being written already."""

    default = _l("Eine Berichtigung dieses Protokolls ist schon in Arbeit.")


class ReasonMissing(DomainError):
    """A correction, a return or a withdrawal without a reason."""

    default = _l("Schreiben Sie den Grund in einem Satz.")


class Full(DomainError):
    """More contributions or files than minutes may have."""

    default = _l("Mehr passt nicht in ein Protokoll: höchstens 100 Beiträge und 5 Dateien.")


class UnknownNode(DomainError):
    """A contribution is about nothing that is talked about."""

    default = _l("Wählen Sie aus der Liste, wozu der Beitrag gehört.")


def begin(actor: User, header: Header, *, today: date, submission_key: str | None = None) -> MinutesVersion:
    """Begin minutes; the same form sent twice is one draft.

    Raises:
        Incomplete: naming everything that is missing.
    """
    require(may_record(actor))
    if submission_key and (first := _by_key(submission_key)) is not None:
        return first
    header = _complete(header, today)
    minutes = Minutes(submission_key=submission_key or None)
    try:
        with db.session.begin_nested():
            db.session.add(minutes)
    except IntegrityError:
        faster = _by_key(submission_key) if submission_key else None
        if faster is None:
            raise
        return faster
    version = MinutesVersion(minutes_id=minutes.id, version=1, author_id=actor.id, **_columns(header))
    db.session.add(version)
    db.session.flush()
    return version


def rewrite(actor: User, version: MinutesVersion, header: Header, *, expected_edit: int, today: date) -> None:
    """Change what a draft says about the event.

    Raises:
        Incomplete, MinutesEdited: as they say.
    """
    _hold(actor, version, expected_edit)
    for name, value in _columns(_complete(header, today)).items():
        setattr(version, name, value)
    _saved(actor, version)


def add_voice(
    actor: User, version: MinutesVersion, *, node_id: str, kind: CommentKind, lang: str, body: str, expected_edit: int
) -> Voice:
    """Add a single contribution to a draft.

    Raises:
        Full, UnknownNode, MinutesEdited, and what a comment's text is refused for.
    """
    _hold(actor, version, expected_edit)
    last, number = db.session.execute(
        select(func.coalesce(func.max(Voice.position), 0), func.count()).where(_of(Voice, version))
    ).one()
    if number >= MOST_VOICES:
        raise Full
    voice = Voice(minutes_id=version.minutes_id, version=version.version, position=last + 1)
    _say(voice, node_id, kind, lang, body)
    db.session.add(voice)
    _saved(actor, version)
    return voice


def change_voice(
    actor: User,
    version: MinutesVersion,
    position: int,
    *,
    node_id: str,
    kind: CommentKind,
    lang: str,
    body: str,
    expected_edit: int,
) -> Voice:
    """Change a contribution of a draft; of one that was published before only the text: people answered it there."""
    _hold(actor, version, expected_edit)
    voice = _voice(version, position)
    if voice.comment_id is None:
        _say(voice, node_id, kind, lang, body)
    else:
        voice.body = checked_body(body)
    _saved(actor, version)
    return voice


def drop_voice(actor: User, version: MinutesVersion, position: int, *, expected_edit: int) -> None:
    """Leave a contribution out; one that was published before is taken back with the approval."""
    _hold(actor, version, expected_edit)
    db.session.delete(_voice(version, position))
    _saved(actor, version)


def attach(actor: User, version: MinutesVersion, attachment: Attachment) -> None:
    """Add a described file to a draft."""
    _hold(actor, version, None)
    if (db.session.scalar(select(func.count()).where(_of(MinutesFile, version))) or 0) >= MOST_FILES:
        raise Full
    db.session.add(MinutesFile(minutes_id=version.minutes_id, version=version.version, attachment_id=attachment.id))
    _saved(actor, version)


def detach(actor: User, version: MinutesVersion, attachment_id: int) -> None:
    """Take a file away from a draft; earlier versions keep it."""
    _hold(actor, version, None)
    link = db.session.get(MinutesFile, (version.minutes_id, version.version, attachment_id))
    if link is None:
        raise NotFound
    db.session.delete(link)
    db.session.flush()
    _drop_loose([attachment_id])
    _saved(actor, version)


def submit(actor: User, version: MinutesVersion, *, expected_edit: int) -> None:
    """Hand a draft over to be approved by somebody else."""
    _hold(actor, version, expected_edit)
    version.state, version.submitted_at, version.author_id, version.returned = (
        VersionState.SUBMITTED,
        now(),
        actor.id,
        "",
    )
    db.session.flush()


def send_back(actor: User, version: MinutesVersion, reason: str) -> None:
    """Give a version back to be changed; who handed it over may take it back without a reason."""
    _lock(version)
    require(may_return(actor, version))
    text = normalise(reason, limit=REASON_LIMIT)
    if not text and actor.id != version.author_id:
        raise ReasonMissing
    version.state, version.submitted_at, version.returned = VersionState.DRAFT, None, text
    version.edit += 1
    db.session.flush()


def approve(actor: User, version: MinutesVersion, *, expected_edit: int) -> Minutes:
    """Publish a version as a second moderator: its contributions appear in their threads, corrections are carried out.

    Raises:
        Denied: if the same person handed it over, or a node is no longer part of the Leitbild.
        MinutesEdited: if it is not the state that was read.
    """
    _lock(version)
    require(may_approve(actor, version))
    if version.edit != expected_edit:
        raise MinutesEdited
    minutes = version.minutes
    occasion = _occasion(version)
    before = minutes.version
    for voice in _voices(version):
        if voice.comment_id is None:
            thread = contribute_to(voice.node)
            voice.comment_id = recording.record(occasion, thread, body=voice.body, kind=voice.kind, lang=voice.lang).id
        else:
            recording.correct(db.session.get_one(Comment, voice.comment_id), voice.body)
    db.session.flush()
    for comment in _left_out(version, before):
        recording.take_back(comment)
    minutes.number, minutes.state, minutes.version = occasion.number, MinutesState.PUBLIC, version.version
    version.state, version.approver_id, version.approved_at = VersionState.APPROVED, actor.id, now()
    db.session.flush()
    emit(MinutesApproved(version))
    return minutes


def correct(actor: User, minutes: Minutes, reason: str) -> MinutesVersion:
    """Begin the next version as a copy of the public one; it replaces that one when a second moderator approves it."""
    _hold_minutes(minutes)
    require(may_correct(actor, minutes))
    text = normalise(reason, limit=REASON_LIMIT)
    if not text:
        raise ReasonMissing
    if db.session.get(MinutesVersion, (minutes.id, minutes.version + 1)) is not None:
        raise CorrectionRunning
    public = db.session.get_one(MinutesVersion, (minutes.id, minutes.version))
    kept = ("place_id", "held_on", "participants", "title", "summary", "summary_html", "sanitiser", "languages")
    fresh = MinutesVersion(
        minutes_id=minutes.id,
        version=minutes.version + 1,
        author_id=actor.id,
        reason=text,
        **{name: getattr(public, name) for name in kept},
    )
    db.session.add(fresh)
    db.session.flush()
    said = ("position", "node_id", "kind", "lang", "body", "comment_id")
    for voice in _voices(public):
        copied = {name: getattr(voice, name) for name in said}
        db.session.add(Voice(minutes_id=minutes.id, version=fresh.version, **copied))
    for attachment_id in db.session.scalars(select(MinutesFile.attachment_id).where(_of(MinutesFile, public))).all():
        db.session.add(MinutesFile(minutes_id=minutes.id, version=fresh.version, attachment_id=attachment_id))
    db.session.flush()
    return fresh


def discard(actor: User, version: MinutesVersion) -> None:
    """Throw a draft away: minutes that were never published with everything, a correction alone."""
    _hold(actor, version, None)
    minutes = version.minutes
    attached = list(db.session.scalars(select(MinutesFile.attachment_id).where(_of(MinutesFile, version))))
    for model in (Voice, MinutesFile):
        db.session.execute(delete(model).where(_of(model, version)))
    db.session.delete(version)
    db.session.flush()
    _drop_loose(attached)
    if minutes.state is MinutesState.DRAFT:
        db.session.delete(minutes)
    db.session.flush()


def withdraw(actor: User, minutes: Minutes, reason: str) -> None:
    """Withdraw public minutes: page and number stay with the reason, contributions become placeholders.

    What outcomes pinned of them stays pinned. A correction that was being written ends.
    """
    _hold_minutes(minutes)
    require(may_withdraw(actor, minutes))
    text = normalise(reason, limit=REASON_LIMIT)
    if not text:
        raise ReasonMissing
    public = db.session.get_one(MinutesVersion, (minutes.id, minutes.version))
    for voice in _voices(public):
        if voice.comment_id is not None:
            recording.take_back(db.session.get_one(Comment, voice.comment_id))
    minutes.state, minutes.withdrawal_reason = MinutesState.WITHDRAWN, text
    minutes.withdrawn_at, minutes.withdrawn_by_id = now(), actor.id
    db.session.flush()
    emit(MinutesWithdrawn(minutes))


def _complete(header: Header, today: date) -> Header:
    header = header.tidied()
    known = db.session.get(Place, header.place_id) is not None
    if found := problems(header, place_is_known=known, today=today):
        raise Incomplete(found)
    return header


def _columns(header: Header) -> dict[str, object]:
    rendered = render(header.summary)
    return {
        "place_id": header.place_id,
        "held_on": header.held_on,
        "participants": header.participants,
        "title": header.title,
        "summary": header.summary,
        "summary_html": rendered.html,
        "sanitiser": rendered.sanitiser,
        "languages": list(header.languages),
    }


def _say(voice: Voice, node_id: str, kind: CommentKind, lang: str, body: str) -> None:
    node = db.session.get(Node, node_id)
    if node is None or not node.is_current or node.thread_node_id is None:
        raise UnknownNode
    if lang not in LANGUAGES:
        raise UnknownLanguage
    voice.node_id, voice.kind, voice.lang, voice.body = node.id, kind, lang, checked_body(body)


def _lock(version: MinutesVersion) -> None:
    """Lock minutes, then the version, and read both anew."""
    _hold_minutes(version.minutes)
    db.session.refresh(version, with_for_update={"of": MinutesVersion})


def _hold_minutes(minutes: Minutes) -> None:
    """Lock minutes and read them anew; only their row, since PostgreSQL locks nothing that is joined from outside."""
    db.session.refresh(minutes, with_for_update={"of": Minutes})


def _hold(actor: User, version: MinutesVersion, expected_edit: int | None) -> None:
    _lock(version)
    require(may_write(actor, version))
    if expected_edit is not None and version.edit != expected_edit:
        raise MinutesEdited


def _saved(actor: User, version: MinutesVersion) -> None:
    version.edit += 1
    version.author_id, version.saved_at = actor.id, now()
    db.session.flush()


def _of(model: type[Voice | MinutesFile], version: MinutesVersion) -> ColumnElement[bool]:
    return and_(model.minutes_id == version.minutes_id, model.version == version.version)


def _voice(version: MinutesVersion, position: int) -> Voice:
    found = db.session.get(Voice, (version.minutes_id, version.version, position))
    if found is None:
        raise NotFound
    return found


def _voices(version: MinutesVersion) -> list[Voice]:
    return list(db.session.scalars(select(Voice).where(_of(Voice, version)).order_by(Voice.node_id, Voice.position)))


def _left_out(version: MinutesVersion, before: int) -> list[Comment]:
    """Return what the version before said and this one does not."""
    kept = select(Voice.comment_id).where(_of(Voice, version), Voice.comment_id.is_not(None))
    earlier = select(Voice.comment_id).where(Voice.minutes_id == version.minutes_id, Voice.version == before)
    chosen = select(Comment).where(Comment.id.in_(earlier), Comment.id.not_in(kept)).order_by(Comment.id)
    return list(db.session.scalars(chosen))


def _occasion(version: MinutesVersion) -> Occasion:
    """Return the occasion of a version's minutes with the place and day it names; the first time with a new number."""
    label = _label(version.place)
    if version.minutes.number is not None:
        return recording.hold_occasion(version.minutes.number, place=label, held_on=version.held_on)
    for attempt in range(_ATTEMPTS):
        number = (db.session.scalar(select(func.max(Occasion.number))) or 0) + 1
        try:
            with db.session.begin_nested():
                return recording.hold_occasion(number, place=label, held_on=version.held_on)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def _label(place: Place) -> str:
    """Return Jänschwalde/Janšojce where the Sorbian name is official, else the German one."""
    second, _lang = second_name(place.names, place.official, sorbian=place.sorbian_area)
    return f"{place.name}/{second}" if second else place.name


def _drop_loose(attachment_ids: list[int]) -> None:
    """Delete files that no version names any more."""
    loose = Attachment.id.in_(attachment_ids) & ~Attachment.id.in_(select(MinutesFile.attachment_id))
    db.session.execute(delete(Attachment).where(loose))


def _by_key(key: str) -> MinutesVersion | None:
    return db.session.scalar(
        select(MinutesVersion)
        .join(Minutes, Minutes.id == MinutesVersion.minutes_id)
        .where(Minutes.submission_key == key, MinutesVersion.version == 1)
    )
