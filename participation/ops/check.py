"""Everything an operator wants to know at once, in plain words.

Each check looks at one thing and says whether it is well, worth a look, or broken, and what to do. None changes
anything, and one that fails by itself is a finding like any other.
"""

from __future__ import annotations

import enum
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from participation.attachments.storage import Storage, Unreachable
from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import database_now, db
from participation.base.outage import says
from participation.jobs.models import RunOutcome
from participation.jobs.queries import State, standings
from participation.ledger import keys, queries
from participation.ledger.models import LogEntry
from participation.ledger.operations import Signer
from participation.ledger.signing import Forked, RolledBack, signed_checkpoint
from participation.ops import backlog, counters, state
from participation.privacy.models import RetentionRun

CLOCK = timedelta(seconds=2)
"""How far the clocks of database and process may be apart."""
ROOM, LITTLE_ROOM = 200 * 1024 * 1024, 1024 * 1024 * 1024
"""Bytes below which a disk is full, or worth a look."""
STALE = timedelta(minutes=15)
"""How long work may wait before nobody seems to do it."""
UNSIGNED = timedelta(days=1)
SWEPT = timedelta(days=2)


class Level(enum.Enum):
    """How serious a finding is."""

    WELL = "well"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    about: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """What the checks must know of the settings."""

    mode: str
    public_url: str
    mail_url: str
    proxy_hops: int
    unnamed: tuple[str, ...]
    """Settings without which the pages that the law asks for have gaps."""
    instance: Path
    signer: Signer
    migrations: Path
    reach_mail: Callable[[], None]
    """Connects to the mail server and logs in, or raises."""
    storage: Storage
    reach_redis: Callable[[], bool] | None
    """Tells whether Redis answers; None if there should be none."""


def examine(site: Site) -> list[Finding]:
    """Run every check; those that need the database say so once if it does not answer."""
    found = [*_guarded("settings", lambda: settings(site)), *_guarded("disk", lambda: disk(site))]
    found += [*_guarded("files", lambda: permissions(site)), *_guarded("mail", lambda: mail(site))]
    found += [*_guarded("uploads", lambda: uploads(site)), *_guarded("redis", lambda: redis(site))]
    reached = list(_guarded("database", database))
    found += reached
    if any(one.level is Level.BROKEN for one in reached):
        return found
    for about, look in (
        ("migrations", lambda: migrations(site)),
        ("clock", clock),
        ("log", lambda: log(site)),
        ("counters", counted),
        ("work", work),
        ("jobs", jobs),
    ):
        found += _guarded(about, look)
    return found


def settings(site: Site) -> Iterator[Finding]:
    """Look at settings that are allowed, but hardly meant."""
    odd = []
    if site.mode == "production":
        if not site.public_url.startswith("https://"):
            odd.append("PUBLIC_URL has no https: log-ins travel in the open")
        if urlsplit(site.mail_url).scheme == "file":
            odd.append("MAIL_URL writes mails into files: nobody gets any")
        if not site.proxy_hops:
            odd.append("PROXY_HOPS is 0: behind a proxy all people count as one for the limits")
        if site.unnamed:
            odd.append(f"{', '.join(site.unnamed)} not set: /impressum and /datenschutz do not say who runs this")
    yield from (Finding("settings", Level.LOOK, one) for one in odd)
    if not odd:
        yield Finding("settings", Level.WELL, f"complete for {site.mode}")


def disk(site: Site) -> Iterator[Finding]:
    """Look whether files can be written and how much room is left."""
    if not state.writable(site.instance):
        yield Finding("disk", Level.BROKEN, f"nothing can be written to {site.instance}: full, or not ours")
        return
    free = state.free_bytes(site.instance)
    level = Level.BROKEN if free < ROOM else Level.LOOK if free < LITTLE_ROOM else Level.WELL
    yield Finding("disk", level, f"{free / 1024**3:.1f} GB free")


def permissions(site: Site) -> Iterator[Finding]:
    """Look whether other users of the machine can read what is none of their business."""
    open_ones = [
        path
        for path in (site.instance, *sorted(site.instance.glob("*.db")), *_secrets(site))
        if path.exists() and _reachable(path, site.instance) and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_ones:
        mode = 0o700 if path.is_dir() else 0o600
        yield Finding("files", Level.BROKEN, f"{path} is open to other users: chmod {mode:o} {path}")
    key = site.signer.key_file
    if key.exists():
        try:
            keys.load(key)
        except keys.BadKeyFile as error:
            yield Finding("files", Level.BROKEN, f"the log's key: {error}")
        else:
            if site.mode == "production":
                yield Finding(
                    "files", Level.LOOK, "this user can read the log's key; keep it with another user (README, Signing)"
                )
    if not open_ones:
        yield Finding("files", Level.WELL, "closed to other users")


def mail(site: Site) -> Iterator[Finding]:
    """Connect to the mail server, without sending anything."""
    try:
        site.reach_mail()
    except OSError as error:
        # smtplib's exceptions are OSErrors, too; their words come from the server.
        yield Finding("mail", Level.BROKEN, f"the mail server does not take us: {type(error).__name__}; see MAIL_URL")
    else:
        yield Finding("mail", Level.WELL, f"{urlsplit(site.mail_url).scheme} is ready")


def uploads(site: Site) -> Iterator[Finding]:
    """Ask where uploaded files lie for the first of them."""
    try:
        next(iter(site.storage.all()), None)
    except Unreachable as error:
        words = f"the storage of uploaded files does not take us ({error}): nothing can be uploaded; see UPLOADS_URL"
        yield Finding("uploads", Level.BROKEN, words)
    else:
        yield Finding("uploads", Level.WELL, "the storage answers")


def redis(site: Site) -> Iterator[Finding]:
    """Ask Redis, if there should be one."""
    if site.reach_redis is not None:
        there = site.reach_redis()
        words = "answers" if there else "does not answer: each machine counts its own limits meanwhile; see REDIS_URL"
        yield Finding("redis", Level.WELL if there else Level.LOOK, words)


def database() -> Iterator[Finding]:
    """Ask the database whether it works and keeps what it acknowledges."""
    name = db.engine.dialect.name
    asked = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "quick_check": "ok"}
    if name != "sqlite":
        asked = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
        if (version := int(db.session.scalar(text("SHOW server_version_num")) or 0)) < 150000:
            yield Finding("database", Level.LOOK, f"PostgreSQL {version // 10000}: 15 or newer is what we test with")
    wrong = []
    for setting, expected in asked.items():
        found = str(db.session.scalar(text(f"{'PRAGMA' if name == 'sqlite' else 'SHOW'} {setting}")))
        if found != expected:
            wrong.append(f"{setting} is {found}, not {expected}: acknowledged contributions may get lost")
    yield from (Finding("database", Level.LOOK, one) for one in wrong)
    if not wrong:
        yield Finding("database", Level.WELL, f"{name} answers and keeps what it acknowledges")


def migrations(site: Site) -> Iterator[Finding]:
    """Compare the tables with what this code expects."""
    wrong = state.migrations(state.applied(db.engine), site.migrations)
    words = f"the tables are {wrong}: run `flask db upgrade`" if wrong else "the tables are up to date"
    yield Finding("migrations", Level.BROKEN if wrong else Level.WELL, words)


def clock() -> Iterator[Finding]:
    """Compare the clock of the database, which decides about deadlines, with ours."""
    before = now()
    theirs = db.session.scalar(select(database_now()))
    apart = max(before - theirs, theirs - now(), timedelta()) if theirs else CLOCK * 2
    words = f"database and process are {apart.total_seconds():.1f} s apart"
    yield Finding("clock", Level.WELL if apart <= CLOCK else Level.BROKEN, words)


def log(site: Site) -> Iterator[Finding]:
    """Recompute the whole log, and compare it with what its signer remembers."""
    report = verify()
    if report.first is not None:
        yield Finding(
            "log", Level.BROKEN, f"entry {report.first.number}: {report.first.text} (`flask leitbild verify`)"
        )
        return
    try:
        if (last := site.signer.last()) is not None:
            signed_checkpoint(queries.tree(), site.signer.origin, last, ())
    except (RolledBack, Forked) as error:
        yield Finding("log", Level.BROKEN, f"the log was set back or rewritten: {error}")
        return
    except OSError:
        pass  # the signer's memory belongs to another user
    yield Finding("log", Level.WELL, f"{report.entries} entries, all sound")
    newest = queries.newest()
    waiting = select(func.min(LogEntry.at)).where(LogEntry.number > (newest.size if newest else 0))
    since: datetime | None = db.session.scalar(waiting)
    if since is not None and now() - since > UNSIGNED:
        yield Finding("log", Level.LOOK, "entries wait for a signature for more than a day: does `flask log sign` run?")


def counted() -> Iterator[Finding]:
    """Count again what the counters say."""
    wrong = counters.wrong()
    for one in wrong[:5]:
        yield Finding("counters", Level.BROKEN, f"{one.row}: {one.counter} says {one.stored}, counted {one.counted}")
    if wrong:
        yield Finding("counters", Level.BROKEN, f"{len(wrong)} in all are wrong: run `flask ops recount --fix`")
    else:
        yield Finding("counters", Level.WELL, "all as counted")


def work() -> Iterator[Finding]:
    """Look whether what waits is being done."""
    for queue in backlog.queues():
        stale = queue.oldest_seconds > STALE.total_seconds()
        if stale:
            minutes = int(queue.oldest_seconds // 60)
            words = f"{queue.waiting} {queue.name} wait, the oldest for {minutes} minutes: does anybody do the work?"
            yield Finding("work", Level.BROKEN, words)
        if queue.given_up:
            yield Finding("work", Level.LOOK, f"{queue.given_up} {queue.name} were given up after many tries")
        if not stale and not queue.given_up:
            yield Finding("work", Level.WELL, f"{queue.waiting} {queue.name} wait")
    swept = db.session.scalar(select(func.max(RetentionRun.at)))
    if swept is None or now() - swept > SWEPT:
        yield Finding("work", Level.LOOK, "nothing was deleted for two days: does `flask privacy retain` run?")


def jobs() -> Iterator[Finding]:
    """Look whether a job is stuck, late or failing."""
    found = standings()
    for one in found:
        if one.state is State.STUCK:
            words = f"{one.name} is stuck, at work for {one.minutes} minutes: start the process anew that does it"
            yield Finding("jobs", Level.BROKEN, words)
        elif one.state is State.LATE:
            words = f"{one.name} is late by {one.minutes} minutes: does anybody do the work? See JOBS"
            yield Finding("jobs", Level.BROKEN, words)
        elif one.state is State.FAILING and one.last is not None:
            lost = one.last.outcome is RunOutcome.LOST
            words = one.last.error or ("its process went away" if lost else f"{one.last.failed} could not be done")
            yield Finding("jobs", Level.LOOK, f"{one.name} failed: {words}")
    if all(one.state in (State.WELL, State.RUNNING) for one in found):
        yield Finding("jobs", Level.WELL, "none is stuck, late or failing")


def _guarded(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Run a check; if it fails itself, say so."""
    try:
        yield from list(look())
    except SQLAlchemyError as error:
        db.session.rollback()
        code = f" ({says(error)})" if says(error) else ""
        yield Finding(about, Level.BROKEN, f"the database does not answer that{code}: {type(error).__name__}")
    except OSError as error:
        yield Finding(about, Level.BROKEN, f"could not look: {error.strerror or type(error).__name__}")


def _secrets(site: Site) -> tuple[Path, ...]:
    return site.instance / "secret-key", site.signer.key_file, site.signer.memory


def _reachable(path: Path, instance: Path) -> bool:
    """Tell whether others get as far as a file: below a closed folder nobody else does."""
    inside = path != instance and path.is_relative_to(instance)
    return not inside or bool(stat.S_IMODE(instance.stat().st_mode) & 0o077)
