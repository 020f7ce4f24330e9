"""The keeper: flags bursts, makes exports, deletes accounts that are due, and once a day what retention rules name.

Its works are jobs (see web/jobs); `flask privacy …` does the same for a timer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app, render_template
from flask_babel import force_locale

from participation.accounts.models import User
from participation.attachments.queries import hashes
from participation.attachments.storage import sweep
from participation.base.clock import now
from participation.base.db import clear_log_of_changes, db, transaction
from participation.base.verdict import DomainError
from participation.moderation.sightings import Thresholds, detect
from participation.privacy import departures, exports, gathering, retention
from participation.privacy.exports import Claim
from participation.privacy.models import Departure
from participation.privacy.retention import RULES, Rule
from participation.web.attachments.shelf import storage
from participation.web.ledger.publishing import drop_exports, sign_if_possible
from participation.web.limit_file import LimitFile
from participation.web.privacy import words
from participation.web.security import limiter
from participation.web.shared_limits import SharedLimits

log = logging.getLogger(__name__)


class Stays(Exception):
    """An account cannot be deleted yet, for a reason that somebody has to look at; the log says which."""


def prepare(app: Flask) -> None:
    """Let commands do it, too."""
    app.extensions["keeper_due"] = work_now
    app.extensions["keeper_bursts"] = flag_bursts


def make_exports(ended: Callable[[], bool] = lambda: False) -> int:
    """Make every export that is due, until `ended`; return how many. One that fails waits for its next try."""
    made = 0
    while not ended():
        with transaction():
            claim = exports.claim_next()
        if claim is None:
            break
        try:
            content = _make(claim)
        except Exception as error:
            log.exception("export %s not made", claim.id)
            db.session.rollback()
            with transaction():
                exports.record_failure(claim, type(error).__name__)
        else:
            # Gathering only read; the reading ends before the writing begins.
            db.session.rollback()
            with transaction():
                made += exports.record_made(claim, content, current_app.config["PERIODS"]["export"])
    return made


def delete_due() -> int:
    """Delete the accounts whose day has come, each in a transaction of its own; return how many."""
    gone = 0
    # Reading in a transaction of its own: one that began by reading cannot write in SQLite while others do.
    with transaction():
        waiting = [departure.user_id for departure in departures.due(now())]
    for user_id in waiting:
        try:
            with transaction():
                gone += departures.leave(db.session.get_one(Departure, user_id))
        except DomainError as error:
            log.warning("account %s not deleted yet: %s", user_id, type(error).__name__)
    if gone:
        after_leaving()
    return gone


def after_leaving() -> None:
    """Clean up outside of the tables after an account was deleted: sign the log, drop copies kept as files."""
    sign_if_possible()
    drop_exports()
    clear_log_of_changes()


def rules() -> tuple[Rule, ...]:
    """Return the rules of the rooms, and that of the file of rate limits, which is no table."""
    files = Rule("attached_files", words.FILES, "attachment", sweep_files)
    return (*RULES, files, Rule("limits", words.LIMITS, "", sweep_limits))


def sweep_files(before: datetime) -> int:
    """Delete the bytes of attachments that no row names any more, a while after they were last saved."""
    # Never what is being uploaded just now, whatever the period.
    return sweep(storage(), hashes(), min(before, now() - retention.AGAIN))


def sweep_limits(before: datetime) -> int:
    """Delete counted requests whose window is over from the file of limits; Redis forgets by itself."""
    storage = limiter.limiter.storage if current_app.config["RATELIMIT_ENABLED"] else None
    return storage.sweep(before.timestamp()) if isinstance(storage, LimitFile | SharedLimits) else 0


def sweep_now() -> dict[str, int]:
    """Apply every retention rule; return what each deleted, -1 where it failed."""
    return retention.sweep(current_app.config["PERIODS"], rules())


def _make(claim: Claim) -> bytes:
    person = db.session.get_one(User, claim.user_id)
    account = gathering.gather(person, current_app.config["PUBLIC_URL"])
    schema = (Path(str(current_app.static_folder)) / "auskunft.schema.json").read_bytes()
    return gathering.pack(account, _page, schema)


def _page(account: gathering.Account) -> str:
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - Flask's proxy has no public way
    with app.test_request_context("/", base_url=app.config["PUBLIC_URL"]), force_locale("de"):
        return render_template("privacy/export.html", account=account, words=words)


def work_now() -> tuple[int, int]:
    """Make the exports and delete the accounts that are due; return how many of each."""
    done = make_exports(), delete_due()
    sweep_leavings()
    return done


def sweep_leavings() -> None:
    """Delete what accounts left behind that were deleted while somebody was still at work in them."""
    with transaction():
        departures.sweep_after(now() - retention.AGAIN)


def flag_bursts() -> int:
    """Flag what came from one network in a short time, for moderators to look at; return how many are new."""
    with transaction():
        return detect(now(), Thresholds(**current_app.config["BURST"]), current_app.config["PERIODS"]["burst"])
