"""Every job, in one place. A new one is a line here; what it does lies in its room or corridor."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from participation.base.clock import now
from participation.documents import operations as documents
from participation.jobs.job import Ended, Job, Result
from participation.ledger import queries as ledger
from participation.notify import operations as letters
from participation.notify.operations import POSTED
from participation.privacy import departures, exports, retention
from participation.web import postman, printer
from participation.web.ledger.publishing import may_sign, sign_now
from participation.web.privacy import keeper

HOUR = timedelta(hours=1)


def deliver(ended: Ended) -> Result:
    """Send mails."""
    done = postman.deliver_now(ended)
    return Result(done.sent, done.failed + done.unknown)


def build(ended: Ended) -> Result:
    """Make documents."""
    done = printer.print_now(ended)
    return Result(done.built, done.failed)


def gather(ended: Ended) -> Result:
    """Make exports."""
    return Result(keeper.make_exports(ended))


def delete(_ended: Ended) -> Result:
    """Delete accounts whose day has come, and what is left of others.

    Raises:
        Stays: if one is still there.
    """
    gone = keeper.delete_due()
    keeper.sweep_leavings()
    if departures.due(now()):
        raise keeper.Stays
    return Result(gone)


def retain(_ended: Ended) -> Result:
    """Delete what the retention rules name."""
    done = keeper.sweep_now()
    failed = sum(count < 0 for count in done.values())
    return Result(sum(max(count, 0) for count in done.values()), failed, retention.AGAIN if failed else None)


def flag(_ended: Ended) -> Result:
    """Flag bursts."""
    return Result(keeper.flag_bursts())


def sign(_ended: Ended) -> Result:
    """Sign the log."""
    return Result(int(sign_now()))


def signature_waits() -> bool:
    """Tell whether entries wait for a signature that this process may give; else `flask log sign` does it."""
    return may_sign() and ledger.unsigned()


JOBS: tuple[Job, ...] = (
    Job("letters", _l("Mails verschicken"), deliver, letters.any_due),
    # Laying out a version takes seconds and a hundred megabytes that Python would not give back.
    Job("documents", _l("Dokumente bauen"), build, documents.any_due, apart=True),
    Job("exports", _l("Auskünfte zusammenstellen"), gather, exports.any_due),
    Job(
        "departures",
        _l("Konten löschen"),
        delete,
        lambda: bool(departures.due(now())),
        every=HOUR,
        alone=True,
    ),
    Job("bursts", _l("Häufungen melden"), flag, every=HOUR, alone=True),
    Job("retention", _l("Löschfristen einhalten"), retain, every=retention.EVERY, bound=HOUR, alone=True),
    Job("checkpoints", _l("Protokoll unterschreiben"), sign, signature_waits, alone=True),
)

BELLS = {POSTED: ("letters",), documents.QUEUED: ("documents",), exports.ASKED: ("exports", "departures")}
"""Which jobs a session's marks ring for."""
