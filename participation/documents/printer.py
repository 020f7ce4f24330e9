"""The printer: takes waiting documents one by one and has them made.

Like the postman an edge of its own: it commits between taking and delivering, because making one takes seconds. What
was taken belongs to one press; if that one dies, the document is free again after `operations.CLAIM`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from participation.base.db import db, transaction
from participation.documents.operations import Claim, claim_next, give_back, record_built, record_failure

log = logging.getLogger(__name__)

Press = Callable[[Claim], bytes]


class NotAvailable(Exception):
    """A format cannot be made on this machine; the message says what is missing, in words for readers."""


@dataclass(slots=True)
class Round:
    """What one round of the printer did."""

    built: int = 0
    failed: int = 0


def print_due(press: Press, ended: Callable[[], bool] = lambda: False) -> Round:
    """Make every document that is due, until `ended`; one that fails waits for its next try and holds up no other."""
    done = Round()
    while not ended():
        with transaction():
            claim = claim_next()
        if claim is None:
            break
        try:
            content = press(claim)
        except NotAvailable as missing:
            _record_failure(claim, str(missing), final=True)
            done.failed += 1
        except Exception as error:
            log.exception("document %s (%s of version %s) not made", claim.id, claim.format, claim.revision_number)
            _record_failure(claim, f"{type(error).__name__}: {error}", final=False)
            done.failed += 1
        except BaseException:
            # The process is told to end.
            db.session.rollback()
            with transaction():
                give_back(claim)
            raise
        else:
            # Building only read; the reading ends before the writing begins.
            db.session.rollback()
            with transaction():
                done.built += record_built(claim, content)
    return done


def _record_failure(claim: Claim, error: str, *, final: bool) -> None:
    db.session.rollback()
    with transaction():
        record_failure(claim, error, final=final)
