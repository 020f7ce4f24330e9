"""No mail goes out twice because a process died or a server fell silent; what nobody can know is said."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.notify.models import Letter
from participation.notify.operations import CLAIM, any_due, claim_next, hand_over, post, send_unknown_again
from participation.notify.postman import Round, deliver
from participation.notify.queries import unknown_letters, waiting_letters
from participation.notify.transport import Message, transport
from participation.ops.backlog import queues

LATER = CLAIM + timedelta(minutes=1)


class Died(BaseException):
    """Stands in for the end of the process: nothing of ours may catch it."""


def render(letter: Letter) -> Message:
    return Message(letter.recipient, "Betreff", "Guten Tag")


def die(_anything: object) -> None:
    raise Died


def only() -> Letter:
    return db.session.scalars(select(Letter).execution_options(populate_existing=True)).one()


def test_who_dies_while_the_server_takes_a_letter_leaves_one_that_is_not_sent_again(app):
    post("a@example.org", "x", {"name": "A"})
    with pytest.raises(Died):
        deliver(render, die)
    assert unknown_letters() == 0, "it may still be on its way"
    sent: list[Message] = []
    with time_machine.travel(now() + LATER):
        assert not any_due()
        assert deliver(render, sent.append) == Round()
        assert (unknown_letters(), waiting_letters()) == (1, 0)
        letters = next(queue for queue in queues() if queue.name == "letters")
        assert (letters.waiting, letters.given_up) == (0, 1)


def test_who_dies_before_leaves_one_that_is_sent_later(app):
    post("a@example.org", "x", {"name": "A"})
    with pytest.raises(Died):
        deliver(die, die)
    sent: list[Message] = []
    assert deliver(render, sent.append).sent == 0
    with time_machine.travel(now() + LATER):
        assert deliver(render, sent.append).sent == 1
        assert unknown_letters() == 0


def test_an_operator_has_it_sent_again(app, monkeypatch):
    post("a@example.org", "x", {"name": "A"})
    with pytest.raises(Died):
        deliver(render, die)
    sent: list[Message] = []
    with time_machine.travel(now() + LATER):
        told = app.test_cli_runner().invoke(args=["notify", "unknown"])
        assert told.output.startswith("1 letters may be out or not")
        assert deliver(render, sent.append).sent == 0
        assert send_unknown_again() == 1
        assert deliver(render, sent.append).sent == 1
    assert only().params == {}


def test_a_claim_that_ran_out_gives_no_right_to_send(app):
    post("a@example.org", "x", {"name": "A"})
    sent: list[Message] = []

    def slow(letter: Letter) -> Message:
        """Take so long that another process sends it meanwhile."""
        with time_machine.travel(now() + LATER):
            assert deliver(render, sent.append).sent == 1
        return render(letter)

    assert deliver(slow, sent.append).sent == 0
    assert len(sent) == 1


def test_only_one_of_two_hands_a_letter_over(separate_app):
    with separate_app.app_context():
        with transaction():
            post("a@example.org", "x", {"name": "A"})
        with transaction():
            letter = claim_next()
        with transaction():
            assert [hand_over(letter), hand_over(letter)] == [True, False]


class Server:
    """A mail server with a mood."""

    def __init__(self, *, send: Exception | None = None, leave: Exception | None = None) -> None:
        self.send, self.leave = send, leave
        self.taken = 0

    def __call__(self, *_place, **_rest):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_rest):
        if self.leave:
            raise self.leave

    def ehlo(self):
        pass

    def has_extn(self, name):
        return False

    def send_message(self, mail):
        if self.send:
            raise self.send
        self.taken += 1


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (Server(send=TimeoutError("silence")), Round(unknown=1)),
        (Server(send=smtplib.SMTPServerDisconnected("gone")), Round(unknown=1)),
        (Server(send=smtplib.SMTPDataError(451, b"later")), Round(failed=1)),
        (Server(send=smtplib.SMTPRecipientsRefused({})), Round(failed=1)),
        (Server(leave=smtplib.SMTPResponseException(500, b"what?")), Round(sent=1)),
    ],
)
def test_a_refusal_is_tried_again_silence_is_not_and_a_bad_good_bye_is_no_failure(
    app, monkeypatch, tmp_path, server, expected
):
    monkeypatch.setattr(smtplib, "SMTP", server)
    post("a@example.org", "x", {"name": "A"})
    send = transport("smtp://mail.example", sender="d@example.org", folder=tmp_path)
    assert deliver(render, send) == expected
    with time_machine.travel(now() + LATER):
        assert any_due() is bool(expected.failed)
        assert unknown_letters() == expected.unknown
