"""Reading minutes. What is not approved exists for moderators only; of withdrawn ones, number and reason stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.attachments.models import Attachment
from participation.attachments.queries import Sight
from participation.base.db import db
from participation.base.diff import Segment, compare
from participation.base.text import fold
from participation.dialogue.models import Comment, Occasion
from participation.dialogue.rows import COLUMNS, CommentView, comment_views
from participation.minutes.models import Minutes, MinutesFile, MinutesState, MinutesVersion, VersionState, Voice
from participation.minutes.policy import may_read
from participation.places.models import Place
from participation.strategy.models import Node

SIZE = 30


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """Minutes in the public list."""

    number: int
    state: MinutesState
    title: str
    place: str
    held_on: date
    participants: int
    voices: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that is being written or waits for approval; for moderators."""

    minutes_id: int
    number: int | None
    version: int
    state: VersionState
    title: str
    place: str
    held_on: date
    author_id: int
    author: str
    submitted_at: datetime | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A contribution of minutes as its thread shows it, and where that is."""

    comment: CommentView
    node_id: str
    node: str


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """All that the page of minutes shows. Of withdrawn ones, nothing that they said."""

    minutes: Minutes
    version: MinutesVersion
    files: Sequence[Attachment]
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Step:
    """One approved version, compared with the one before."""

    version: int
    approved_at: datetime
    reason: str
    fields: Sequence[tuple[str, Sequence[Segment]]]
    """The names of the fields that changed, with what changed in them."""
    added: int
    corrected: int
    left_out: int
    files_changed: bool


def listing(*, after: int | None = None, size: int = SIZE) -> tuple[list[MinutesRow], int | None]:
    """Return published minutes, the newest first, and where the next page begins; one statement."""
    voices = (
        select(func.count())
        .where(Voice.minutes_id == Minutes.id, Voice.version == Minutes.version)
        .correlate(Minutes)
        .scalar_subquery()
    )
    chosen = (
        select(
            Minutes.number,
            Minutes.state,
            MinutesVersion.title,
            Occasion.place,
            Occasion.held_on,
            MinutesVersion.participants,
            voices,
        )
        .join(MinutesVersion, (MinutesVersion.minutes_id == Minutes.id) & (MinutesVersion.version == Minutes.version))
        .join(Occasion, Occasion.number == Minutes.number)
        .order_by(Minutes.number.desc())
        .limit(size + 1)
    )
    if after is not None:
        chosen = chosen.where(Minutes.number < after)
    rows = [MinutesRow(*row) for row in db.session.execute(chosen)]
    return rows[:size], rows[size - 1].number if len(rows) > size else None


def unpublished(viewer: User | None) -> list[Waiting]:
    """Return what is being written or waits for approval, what waits longest first; for moderators, else nothing."""
    if not may_moderate(viewer):
        return []
    rows = db.session.execute(
        select(
            MinutesVersion.minutes_id,
            Minutes.number,
            MinutesVersion.version,
            MinutesVersion.state,
            MinutesVersion.title,
            Place.name,
            MinutesVersion.held_on,
            MinutesVersion.author_id,
            User.display_name,
            MinutesVersion.submitted_at,
            MinutesVersion.saved_at,
        )
        .join(Minutes, Minutes.id == MinutesVersion.minutes_id)
        .join(Place, Place.id == MinutesVersion.place_id)
        .join(User, User.id == MinutesVersion.author_id)
        .where(MinutesVersion.state != VersionState.APPROVED, Minutes.state != MinutesState.WITHDRAWN)
        .order_by(MinutesVersion.submitted_at.is_(None), MinutesVersion.submitted_at, MinutesVersion.saved_at)
        .limit(200)
    )
    return [Waiting(*row) for row in rows]


def draft(minutes_id: int, viewer: User | None) -> MinutesVersion | None:
    """Return the version of minutes that is not approved yet; for moderators."""
    if not may_moderate(viewer):
        return None
    return db.session.scalar(
        select(MinutesVersion)
        .where(MinutesVersion.minutes_id == minutes_id, MinutesVersion.state != VersionState.APPROVED)
        .options(
            joinedload(MinutesVersion.minutes),
            joinedload(MinutesVersion.place),
            joinedload(MinutesVersion.author),
        )
    )


def voices(version: MinutesVersion) -> Sequence[Voice]:
    """Return the contributions of a version with their nodes, in the order they were written down."""
    mine = (Voice.minutes_id == version.minutes_id, Voice.version == version.version)
    return db.session.scalars(select(Voice).where(*mine).options(joinedload(Voice.node)).order_by(Voice.position)).all()


def files(version: MinutesVersion) -> Sequence[Attachment]:
    """Return the files of a version; whoever asks has to look who may read it."""
    mine = (MinutesFile.minutes_id == version.minutes_id, MinutesFile.version == version.version)
    return db.session.scalars(
        select(Attachment)
        .join(MinutesFile, MinutesFile.attachment_id == Attachment.id)
        .where(*mine)
        .order_by(Attachment.id)
    ).all()


def by_number(number: int) -> Minutes | None:
    """Return published minutes, also withdrawn ones."""
    return db.session.scalar(select(Minutes).where(Minutes.number == number).options(joinedload(Minutes.occasion)))


def page(number: int, viewer: User | None) -> MinutesPage | None:
    """Return the page of published minutes; at most five statements."""
    found = db.session.execute(
        select(Minutes, MinutesVersion)
        .join(MinutesVersion, (MinutesVersion.minutes_id == Minutes.id) & (MinutesVersion.version == Minutes.version))
        .where(Minutes.number == number)
        .options(joinedload(Minutes.occasion), joinedload(MinutesVersion.author), joinedload(MinutesVersion.approver))
    ).first()
    if found is None:
        return None
    minutes, version = found
    if not may_read(viewer, minutes):
        return MinutesPage(minutes, version, (), ())
    return MinutesPage(minutes, version, files(version), _told(version, viewer))


def history(minutes: Minutes) -> list[Step]:
    """Return the approved versions, the newest first, each compared with the one before.

    Of single contributions only how many changed: their texts and versions stand in their threads, where hidden ones
    are hidden.
    """
    approved = (MinutesVersion.minutes_id == minutes.id, MinutesVersion.state == VersionState.APPROVED)
    versions = db.session.scalars(
        select(MinutesVersion)
        .where(*approved)
        .options(joinedload(MinutesVersion.place))
        .order_by(MinutesVersion.version)
    ).all()
    said: dict[int, dict[int, str]] = {}
    for number, comment_id, body in db.session.execute(
        select(Voice.version, Voice.comment_id, Voice.body).where(Voice.minutes_id == minutes.id)
    ):
        said.setdefault(number, {})[comment_id or 0] = body
    attached: dict[int, set[int]] = {}
    for number, attachment_id in db.session.execute(
        select(MinutesFile.version, MinutesFile.attachment_id).where(MinutesFile.minutes_id == minutes.id)
    ):
        attached.setdefault(number, set()).add(attachment_id)
    steps = []
    for before, this in zip((None, *versions), versions, strict=False):
        old, new = said.get(before.version, {}) if before else {}, said.get(this.version, {})
        steps.append(
            Step(
                this.version,
                this.approved_at or this.saved_at,
                this.reason,
                _changes(before, this) if before else (),
                added=len(new.keys() - old.keys()),
                corrected=sum(old[key] != new[key] for key in old.keys() & new.keys()),
                left_out=len(old.keys() - new.keys()),
                files_changed=before is not None
                and attached.get(before.version, set()) != attached.get(this.version, set()),
            )
        )
    return steps[::-1]


def sight(viewer: User | None, attachment_id: int) -> Sight | None:
    """Say whether a viewer sees a file because it belongs to minutes, and whether everybody does.

    Everybody sees the files of the public version; moderators those of drafts, earlier versions and withdrawn minutes.
    """
    rows = db.session.execute(
        select(Minutes.state, Minutes.version, MinutesFile.version)
        .join(MinutesFile, MinutesFile.minutes_id == Minutes.id)
        .where(MinutesFile.attachment_id == attachment_id)
    ).all()
    if any(state is MinutesState.PUBLIC and public == version for state, public, version in rows):
        return Sight.PUBLIC
    return Sight.PRIVATE if rows and may_moderate(viewer) else None


def talked_about() -> list[tuple[str, str, str]]:
    """Return every current node that has a thread of its own: cluster's title, id, label, in reading order."""
    cluster = select(Node.id, Node.title).where(Node.kind_id == "cluster").subquery("cluster")
    found = db.session.execute(
        select(Node, cluster.c.title)
        .outerjoin(cluster, cluster.c.id == Node.cluster_id)
        .where(Node.has_thread)
        .order_by(Node.reading_order)
    )
    return [(title or "", node.id, node.label) for node, title in found if node.is_current]


def places() -> list[tuple[str, str]]:
    """Return the places that minutes can name, by name."""
    named = [(row.id, row.name) for row in db.session.execute(select(Place.id, Place.name))]
    return sorted(named, key=lambda one: fold(one[1]))


def _told(version: MinutesVersion, viewer: User | None) -> list[Told]:
    mine = (Voice.minutes_id == version.minutes_id, Voice.version == version.version)
    rows = db.session.execute(
        select(Voice.comment_id, Node.id, func.coalesce(Node.thread_title, Node.title))
        .join(Node, Node.id == Voice.node_id)
        .where(*mine, Voice.comment_id.is_not(None))
        .order_by(Voice.position)
    ).all()
    chosen = select(*COLUMNS).join(Voice, Voice.comment_id == Comment.id).where(*mine)
    views = {view.id: view for view in comment_views(chosen, viewer)} if rows else {}
    return [Told(views[ident], node_id, label) for ident, node_id, label in rows if ident is not None]


def _changes(before: MinutesVersion, this: MinutesVersion) -> list[tuple[str, Sequence[Segment]]]:
    pairs = [
        ("title", before.title, this.title),
        ("place_id", before.place.name, this.place.name),
        ("held_on", before.held_on.isoformat(), this.held_on.isoformat()),
        ("participants", str(before.participants), str(this.participants)),
        ("languages", ", ".join(before.languages), ", ".join(this.languages)),
        ("summary", before.summary, this.summary),
    ]
    return [(name, compare(old, new)) for name, old, new in pairs if old != new]
