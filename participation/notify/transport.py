"""Two ways out for a mail: into a folder, or to a mail server."""

from __future__ import annotations

import re
import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from participation.base.clock import now

TIMEOUT = 20
"""Seconds a mail server may take for a step."""

_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail ready to be sent."""

    recipient: str
    subject: str
    text: str
    locale: str = "de"


Transport = Callable[[Message], None]


class Unknown(Exception):
    """The mail server fell silent while it was given a mail: it may be out, or not."""


def transport(url: str, *, sender: str, folder: Path, tell: Callable[[str], None] = print) -> Transport:
    """Return how mails leave: `file:` writes them into the folder and tells their links, smtp and smtps send them."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return lambda message: _write(compose(message, sender), message, folder, tell)
    return lambda message: _send(compose(message, sender), parts)


def compose(message: Message, sender: str) -> EmailMessage:
    """Return the mail with its headers; a line break in an address or subject is refused by the library."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail["Content-Language"] = message.locale
    return mail


def _write(mail: EmailMessage, message: Message, folder: Path, tell: Callable[[str], None]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}.eml"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(mail.as_bytes())
    tell(" ".join([f"Mail an {message.recipient}: {message.subject}", *_LINK.findall(message.text)]))


def probe(url: str, *, folder: Path) -> None:
    """Do everything but send: make the folder, or connect to the server and log in.

    Raises:
        OSError: whatever is in the way; the errors of smtplib are such.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    with _connected(parts, 5) as server:
        server.noop()


def _send(mail: EmailMessage, url: SplitResult) -> None:
    taken = False
    try:
        with _connected(url, TIMEOUT) as server:
            _hand_over(server, mail)
            taken = True
    except OSError:
        # What goes wrong with the good-bye changes nothing: a mail that was taken must not be sent again.
        if not taken:
            raise


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    try:
        server.send_message(mail)
    except OSError as error:
        # A server that answered has refused. One that fell silent may have taken it.
        if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
            raise
        raise Unknown(type(error).__name__) from error


@contextmanager
def _connected(url: SplitResult, timeout: int) -> Iterator[smtplib.SMTP]:
    host, context = url.hostname or "localhost", ssl.create_default_context()
    connection = (
        smtplib.SMTP_SSL(host, url.port or 465, timeout=timeout, context=context)
        if url.scheme == "smtps"
        else smtplib.SMTP(host, url.port or 25, timeout=timeout)
    )
    with connection as server:
        server.ehlo()
        if url.scheme == "smtp" and (url.username or server.has_extn("starttls")):
            # A password never travels in the open: without STARTTLS this fails and the letter waits.
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server
