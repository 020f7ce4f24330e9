"""How a rule answers and how an operation refuses.

A policy function `may_*` returns a `Verdict`; the operation demands it with `require()`, the template asks the same
function before it shows a button. Errors carry a lazy message in the reader's language and the HTTP status that fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from flask_babel import lazy_gettext as _l


class Message(Protocol):
    """A text that is translated when it is shown."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Verdict:
    """The answer of a policy; true in a condition when allowed."""

    allowed: bool
    reason: Message = ""
    login_helps: bool = False

    def __bool__(self) -> bool:
        return self.allowed


yes = Verdict(allowed=True)


def no(reason: Message, *, login_helps: bool = False) -> Verdict:
    """Return a refusal with its reason; `login_helps` says whether logging in could turn it into a yes."""
    return Verdict(allowed=False, reason=reason, login_helps=login_helps)


class DomainError(Exception):
    """An operation refuses. Subclasses name the situation and set `status` and `default`."""

    status: ClassVar[int] = 422
    default: ClassVar[Message] = _l("Das geht so nicht.")

    def __init__(self, message: Message | None = None) -> None:
        self.message: Message = self.default if message is None else message
        super().__init__(str(message) if isinstance(message, str) else type(self).__name__)


class Denied(DomainError):
    """A policy said no."""

    status = 403

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class Conflict(DomainError):
    """Someone else was faster; nothing of what was typed is lost."""

    status = 409


class NotFound(DomainError):
    """What was asked for does not exist for this viewer."""

    status = 404
    default = _l("Das gibt es hier nicht.")


def require(verdict: Verdict) -> None:
    """Raise `Denied` unless the verdict is a yes."""
    if not verdict:
        raise Denied(verdict)
