"""Second factors: an app with six digits, passkeys, and recovery codes for when both are lost.

An account has a second factor as soon as an app is confirmed or a passkey is registered; from then on no log-in goes
without one. Every change is told to the owner by letter.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pyotp
from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, exists, func, or_, select, update

from participation.accounts.events import FactorChange, FactorChanged, FactorFailed
from participation.accounts.factor_models import Passkey, RecoveryCode, Totp
from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.sealing import Unsealable, seal, unseal
from participation.base.tokens import digest
from participation.base.verdict import Conflict, DomainError, NotFound

ISSUER = "Lausitz-Dialog"
STEP = 30
"""Seconds a code is good for; one step before and after is taken, too, since clocks differ (RFC 6238, 5.2)."""
CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is easily mistaken: i l o 0 1."""
CODE_LENGTH = 16
"""Letters of a recovery code: 79 bits, so that a plain digest suffices."""
PURPOSE = "totp"


class WrongCode(DomainError):
    """A code that is not right, or was used before."""

    default = _l("Dieser Code stimmt nicht oder wurde schon benutzt. Nehmen Sie den nächsten, den die App zeigt.")


class FactorThere(Conflict):
    """The person has an app already."""

    default = _l("Eine App ist schon eingerichtet. Entfernen Sie sie zuerst, wenn Sie eine andere möchten.")


@dataclass(frozen=True, slots=True)
class Factors:
    """What protects an account."""

    totp: bool
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether a log-in needs a second step."""
        return self.totp or bool(self.passkeys)


def has_factor(person: User) -> bool:
    """Say whether a log-in of this person needs a second step. One statement."""
    confirmed = exists().where(Totp.user_id == person.id, Totp.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(or_(confirmed, exists().where(Passkey.user_id == person.id)))))


def factors_of(person: User) -> Factors:
    """Return what protects an account, passkeys in the order of their registration."""
    totp = exists().where(Totp.user_id == person.id, Totp.confirmed_at.is_not(None))
    left = select(func.count()).where(RecoveryCode.user_id == person.id, RecoveryCode.used_at.is_(None))
    has_totp, codes = db.session.execute(select(totp, left.scalar_subquery())).one()
    keys = db.session.scalars(select(Passkey).where(Passkey.user_id == person.id).order_by(Passkey.id)).all()
    return Factors(has_totp, keys, codes)


def begin_totp(person: User, key: str) -> None:
    """Make a secret for an app that is not set up yet; an earlier unconfirmed one is void.

    Raises:
        FactorThere: if an app is set up.
    """
    found = db.session.get(Totp, person.id)
    if found is not None and found.confirmed_at is not None:
        raise FactorThere
    if found is None:
        found = Totp(user_id=person.id, sealed="")
        db.session.add(found)
    found.sealed = seal(key, PURPOSE, pyotp.random_base32())
    db.session.flush()


def waiting_secret(person: User, key: str) -> str | None:
    """Return the secret of an app that still has to be confirmed, to be shown; never that of one that is set up."""
    found = db.session.get(Totp, person.id)
    if found is None or found.confirmed_at is not None:
        return None
    try:
        return unseal(key, PURPOSE, found.sealed)
    except Unsealable:
        return None


def totp_address(person: User, secret: str) -> str:
    """Return what the QR code says: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)


def confirm_totp(person: User, code: str, key: str) -> Sequence[str]:
    """Set the app up by its first code; return recovery codes if these are the person's first.

    Raises:
        WrongCode: if the code is not right, or nothing waits to be confirmed.
    """
    found = db.session.get(Totp, person.id)
    if found is None or found.confirmed_at is not None or not _take_step(person, code, key):
        raise WrongCode
    found.confirmed_at = now()
    db.session.flush()
    tell(person, FactorChange.TOTP_ADDED)
    return first_codes(person)


def give_code(person: User, code: str, key: str) -> None:
    """Take a code of the app or a recovery code as the second step of a log-in.

    Raises:
        WrongCode: if it is neither, or was used before. `failed` says so to the log, in a transaction of its own.
    """
    typed = "".join(code.split()).replace("-", "").lower()
    if typed.isdecimal() and len(typed) == 6:
        confirmed = select(Totp.user_id).where(Totp.user_id == person.id, Totp.confirmed_at.is_not(None))
        if db.session.scalar(confirmed) is not None and _take_step(person, typed, key):
            return
    elif _use_recovery_code(person, typed):
        tell(person, FactorChange.CODE_USED)
        return
    raise WrongCode


def failed(person: User) -> None:
    """Note that a second step went wrong."""
    emit(FactorFailed(person.id))


def first_codes(person: User) -> Sequence[str]:
    """Return new recovery codes for a person who has none yet, else nothing."""
    known = db.session.scalar(select(exists().where(RecoveryCode.user_id == person.id)))
    return () if known else _new_codes(person)


def renew_codes(person: User) -> Sequence[str]:
    """Return new recovery codes; the earlier ones are void."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == person.id))
    codes = _new_codes(person)
    tell(person, FactorChange.CODES_RENEWED)
    return codes


def owns_codes(person: User, codes: Sequence[str]) -> bool:
    """Say whether these are codes of this person that still work, so that they may be handed out as a file."""
    digests = {_code_digest(person, code.replace("-", "")) for code in codes[:CODES]}
    chosen = select(func.count()).where(
        RecoveryCode.user_id == person.id, RecoveryCode.digest.in_(digests), RecoveryCode.used_at.is_(None)
    )
    return bool(codes) and db.session.scalar(chosen) == len(codes)


def remove_totp(person: User) -> None:
    """Take the app away.

    Raises:
        NotFound: if there is none.
    """
    gone = delete(Totp).where(Totp.user_id == person.id, Totp.confirmed_at.is_not(None)).returning(Totp.user_id)
    if db.session.execute(gone).first() is None:
        raise NotFound
    _tidy(person)
    tell(person, FactorChange.TOTP_REMOVED)


def remove_passkey(person: User, passkey_id: int) -> None:
    """Take one passkey away.

    Raises:
        NotFound: if it is not theirs.
    """
    gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == person.id).returning(Passkey.id)
    if db.session.execute(gone).first() is None:
        raise NotFound
    _tidy(person)
    tell(person, FactorChange.PASSKEY_REMOVED)


def reset_factors(person: User) -> None:
    """Take all factors away, for somebody who lost them and the codes, too; only for commands."""
    for table in (Totp, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.user_id == person.id))
    tell(person, FactorChange.RESET)


def tell(person: User, change: FactorChange) -> None:
    """Say what changed about how a person proves who they are."""
    emit(FactorChanged(person.id, person.email, person.display_name, person.locale, change))


def _tidy(person: User) -> None:
    """Recovery codes mean nothing without a factor."""
    if not has_factor(person):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == person.id))


def _new_codes(person: User) -> Sequence[str]:
    plain = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=person.id, digest=_code_digest(person, code)) for code in plain)
    db.session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in plain]


def _code_digest(person: User, code: str) -> str:
    return digest(f"{person.id}:{code}")


def _use_recovery_code(person: User, typed: str) -> bool:
    """Use up a code; of two parallel requests one wins."""
    if not has_factor(person):
        return False
    taken = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == person.id,
            RecoveryCode.digest == _code_digest(person, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[None]", db.session.execute(taken)).rowcount == 1


def _take_step(person: User, code: str, key: str) -> bool:
    """Take a code whose half minute was not used yet; of two parallel requests one wins."""
    found = db.session.get(Totp, person.id)
    if found is None:
        return False
    try:
        generator = pyotp.TOTP(unseal(key, PURPOSE, found.sealed))
    except Unsealable:
        return False
    present = int(now().timestamp()) // STEP
    typed = "".join(code.split())
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(generator.at(step * STEP).encode(), typed.encode())
    ]
    if not fitting:
        return False
    taken = update(Totp).where(Totp.user_id == person.id, Totp.last_step < fitting[-1]).values(last_step=fitting[-1])
    return cast("CursorResult[None]", db.session.execute(taken)).rowcount == 1
