"""The postman: takes waiting letters one by one and sends them.

He is an edge of his own and commits between taking and sending, because a mail cannot be rolled back. A letter that was
taken belongs to one process; if that one dies, the letter is free again after `operations.CLAIM`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from participation.base.db import transaction
from participation.notify.models import Letter
from participation.notify.operations import claim_next, record_failure, record_sent
from participation.notify.transport import Message, Transport

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Round:
    """What one round of the postman did."""

    sent: int = 0
    failed: int = 0


def deliver(render: Callable[[Letter], Message], send: Transport) -> Round:
    """Send every letter that is due; one that fails waits for its next try and holds up no other."""
    done = Round()
    while True:
        with transaction():
            letter = claim_next()
        if letter is None:
            return done
        try:
            send(render(letter))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one letter must not stop the others
            # Neither recipient nor text: they are nobody's business in a log.
            log.warning("letter %s (%s) not sent: %s", letter.id, letter.template, type(error).__name__)
            with transaction():
                record_failure(letter.id, letter.attempts, f"{type(error).__name__}: {error}")
            done.failed += 1
        else:
            with transaction():
                record_sent(letter.id)
            done.sent += 1
