"""The postman: takes waiting letters one by one and sends them, each at most once.

He is an edge of his own and commits between the steps, because a mail cannot be rolled back: take, hand over, note what
the mail server said. A letter that was taken belongs to one process; if that one dies before handing it over, the
letter is free again after `operations.CLAIM`. If it dies after that, nobody knows: it stays, is counted as unknown, and
goes out again only when somebody says so (`flask notify unknown --send-again`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from participation.base.db import transaction
from participation.notify.models import Letter
from participation.notify.operations import claim_next, hand_over, record_failure, record_sent, record_unknown
from participation.notify.transport import Message, Transport, Unknown

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Round:
    """What one round of the postman did."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0


def deliver(render: Callable[[Letter], Message], send: Transport, ended: Callable[[], bool] = lambda: False) -> Round:
    """Send every letter that is due, until `ended`; one that fails waits for its next try and holds up no other."""
    done = Round()
    while not ended():
        with transaction():
            letter = claim_next()
        if letter is None:
            break
        try:
            message = render(letter)
            with transaction():
                mine = hand_over(letter)
            if mine:
                send(message)
        except Unknown as error:
            log.warning("letter %s (%s) perhaps sent: %s", letter.id, letter.template, error)
            with transaction():
                record_unknown(letter.id, str(error))
            done.unknown += 1
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one letter must not stop the others
            # Neither recipient nor text: they are nobody's business in a log.
            log.warning("letter %s (%s) not sent: %s", letter.id, letter.template, type(error).__name__)
            with transaction():
                record_failure(letter.id, letter.attempts, f"{type(error).__name__}: {error}")
            done.failed += 1
        else:
            if mine:
                with transaction():
                    record_sent(letter.id)
                done.sent += 1
    return done
