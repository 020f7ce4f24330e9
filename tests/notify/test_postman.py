"""The outbox: every letter once, failures later, secrets wiped."""

from __future__ import annotations

import email
import smtplib
import threading
import time
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.notify.models import Letter
from participation.notify.operations import PAUSES, post, post_nothing
from participation.notify.postman import deliver
from participation.notify.transport import Message, compose, transport


def render(letter: Letter) -> Message:
    return Message(letter.recipient, "Betreff", f"Guten Tag {letter.params['name']}")


def refuse(message: Message) -> None:
    raise smtplib.SMTPServerDisconnected("gone")


def letters() -> list[Letter]:
    return list(db.session.scalars(select(Letter).order_by(Letter.id).execution_options(populate_existing=True)))


def test_a_letter_is_sent_once_and_its_secrets_are_wiped(app):
    post("a@example.org", "x", {"name": "A", "token": "geheim"})
    post_nothing()
    sent: list[Message] = []
    assert deliver(render, sent.append).sent == 1
    assert deliver(render, sent.append).sent == 0
    assert [message.recipient for message in sent] == ["a@example.org"]
    assert letters()[0].params == {}


def test_a_failed_letter_waits_and_is_tried_again(app):
    post("a@example.org", "x", {"name": "A"})
    assert deliver(render, refuse).failed == 1
    letter = letters()[0]
    assert "SMTPServerDisconnected" in letter.last_error
    assert letter.params == {"name": "A"}
    sent: list[Message] = []
    assert deliver(render, sent.append).sent == 0, "not at once"
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert deliver(render, sent.append).sent == 1


def test_a_hopeless_letter_is_given_up_and_holds_up_nobody(app):
    post("kaputt@example.org", "x", {})
    post("b@example.org", "x", {"name": "B"})
    sent: list[Message] = []
    moment = now()
    for _ in range(len(PAUSES) + 3):
        with time_machine.travel(moment):
            deliver(render, sent.append)
        moment += timedelta(days=2)
    assert [message.recipient for message in sent] == ["b@example.org"]
    assert letters()[0].attempts == len(PAUSES) + 1


def test_postmen_in_parallel_send_each_letter_once(separate_app):
    with separate_app.app_context(), transaction():
        for number in range(12):
            post(f"{number}@example.org", "x", {"name": "A"})
    sent: list[str] = []
    start = threading.Barrier(3)

    def work() -> None:
        with separate_app.app_context():
            start.wait()
            deliver(render, lambda message: sent.append(message.recipient))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(f"{number}@example.org" for number in range(12))


@pytest.mark.one_database
def test_a_mail_keeps_its_umlauts_and_refuses_planted_headers(app):
    mail = compose(Message("a@example.org", "Bestätigen Sie", "Grüße aus Görlitz\n"), "Dialog <dialog@example.org>")
    read = email.message_from_bytes(mail.as_bytes(), policy=default)
    assert read["Subject"] == "Bestätigen Sie"
    assert read.get_content().splitlines() == ["Grüße aus Görlitz"]
    for field in ({"recipient": "a@example.org\nBcc: b@example.org"}, {"subject": "x\r\nBcc: b@example.org"}):
        with pytest.raises(ValueError, match="linefeed"):
            compose(Message(**{"recipient": "a@example.org", "subject": "x", "text": "x"} | field), "d@example.org")


class Server:
    """Stands in for a mail server and remembers what was asked of it."""

    def __init__(self, asked: list[str], *, secure: bool) -> None:
        self.asked, self.secure = asked, secure

    def __call__(self, host, port, *, timeout, **_rest):
        self.asked.append(f"{host}:{port} {timeout > 0}")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_rest):
        self.asked.append("quit")

    def ehlo(self):
        pass

    def has_extn(self, _name):
        return self.secure

    def starttls(self, *, context):
        if not self.secure:
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        self.asked.append("starttls")

    def login(self, name, password):
        self.asked.append(f"login {name} {password}")

    def send_message(self, mail):
        self.asked.append(f"send {mail['To']}")


def test_a_mail_server_gets_the_password_only_over_tls(monkeypatch, tmp_path):
    asked: list[str] = []
    monkeypatch.setattr(smtplib, "SMTP", Server(asked, secure=True))
    send = transport("smtp://dialog:p%40ss@mail.example:587", sender="d@example.org", folder=tmp_path)
    send(Message("a@example.org", "x", "x"))
    assert asked == ["mail.example:587 True", "starttls", "login dialog p@ss", "send a@example.org", "quit"]
    asked.clear()
    monkeypatch.setattr(smtplib, "SMTP", Server(asked, secure=False))
    with pytest.raises(smtplib.SMTPNotSupportedError):
        send(Message("a@example.org", "x", "x"))
    assert not [line for line in asked if line.startswith(("login", "send"))]


@pytest.mark.one_database
def test_a_woken_thread_delivers_without_a_request(separate_app, tmp_path):
    with separate_app.app_context(), transaction():
        post("a@example.org", "accounts/already", {"name": "Anna"})
    office = separate_app.extensions["jobs"]
    office.crew.begin("letters")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with separate_app.app_context():
            if letters()[0].sent_at is not None:
                break
        time.sleep(0.05)
    else:
        pytest.fail("the letter was not sent")
    assert office.crew.stop(10)
    (mail,) = (Path(separate_app.config["INSTANCE"]) / "mail").glob("*.eml")
    read = email.message_from_bytes(mail.read_bytes(), policy=default)
    assert read["Subject"] == "Sie haben schon ein Konto"
    assert "http://localhost/konto/passwort" in read.get_content()
    assert read["Content-Language"] == "de"
