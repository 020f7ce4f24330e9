"""Passkeys: registering them and logging in with them (Web Authentication Level 3, by the library `webauthn`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import webauthn
from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from participation.accounts.events import FactorChange
from participation.accounts.factor_models import Challenge, Passkey
from participation.accounts.factors import ISSUER, first_codes, tell
from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.text import normalise
from participation.base.tokens import digest
from participation.base.verdict import DomainError

CHALLENGE_LIFETIME = timedelta(minutes=5)
NAME_LIMIT = 60
MOST = 20
"""Passkeys of one person."""


class PasskeyRefused(DomainError):
    """What the device signed does not fit: unknown key, old question, or another site."""

    default = _l("Das hat nicht geklappt. Versuchen Sie es noch einmal oder melden Sie sich auf anderem Weg an.")


@dataclass(frozen=True, slots=True)
class Site:
    """For whom keys are made: the host name, and the address a browser shows."""

    host: str
    origin: str


def ask_to_register(person: User, site: Site, handle: bytes) -> tuple[str, bytes]:
    """Return the question to a device that is to make a key, as JSON, and its challenge.

    `handle` names the account to the device and says nothing to anybody else.
    """
    known = db.session.scalars(select(Passkey.credential_id).where(Passkey.user_id == person.id)).all()
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=handle,
        user_name=person.email,
        user_display_name=person.display_name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    _remember(options.challenge)
    return webauthn.options_to_json(options), options.challenge


def register(person: User, credential: str, challenge: bytes, site: Site, name: str) -> Sequence[str]:
    """Keep a new passkey; return recovery codes if these are the person's first.

    Raises:
        PasskeyRefused: if the answer does not fit the question, or the key is known.
    """
    _use(challenge)
    count = len(db.session.scalars(select(Passkey.id).where(Passkey.user_id == person.id)).all())
    if count >= MOST:
        raise PasskeyRefused
    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    name = " ".join(normalise(name, limit=NAME_LIMIT).split()) or f"Passkey {count + 1}"
    try:
        with db.session.begin_nested():
            db.session.add(
                Passkey(
                    user_id=person.id,
                    credential_id=made.credential_id,
                    public_key=made.credential_public_key,
                    sign_count=made.sign_count,
                    name=name,
                )
            )
    except IntegrityError:
        raise PasskeyRefused from None
    tell(person, FactorChange.PASSKEY_ADDED)
    return first_codes(person)


def ask_to_log_in(site: Site, person: User | None) -> tuple[str, bytes]:
    """Return the question to a device, as JSON, and its challenge.

    Without a person the device offers the keys it has, and has to make sure who uses it; for one whose password was
    right it is the second step.
    """
    keys = db.session.scalars(select(Passkey.credential_id).where(Passkey.user_id == person.id)).all() if person else ()
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in keys],
        user_verification=UserVerificationRequirement.PREFERRED if person else UserVerificationRequirement.REQUIRED,
    )
    _remember(options.challenge)
    return webauthn.options_to_json(options), options.challenge


def check(credential: str, challenge: bytes, site: Site, person: User | None) -> User:
    """Return whose passkey signed the challenge: the given person's as a second step, else anybody's with an account.

    Raises:
        PasskeyRefused: if nobody's did, or the device did not make sure who uses it where it is the only proof.
    """
    _use(challenge)
    try:
        raw_id = parse_authentication_credential_json(credential).raw_id
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    found = db.session.scalar(
        select(Passkey).options(joinedload(Passkey.user)).where(Passkey.credential_id == raw_id).limit(1)
    )
    if found is None or not found.user.is_confirmed or (person is not None and found.user_id != person.id):
        raise PasskeyRefused
    try:
        proof = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=person is None,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    counted = update(Passkey).where(Passkey.id == found.id, Passkey.sign_count == found.sign_count)
    counted = counted.values(sign_count=proof.new_sign_count, used_at=now())
    if cast("CursorResult[None]", db.session.execute(counted)).rowcount != 1:
        raise PasskeyRefused
    return found.user


def _remember(challenge: bytes) -> None:
    """Keep a challenge for five minutes; what has expired goes."""
    db.session.execute(delete(Challenge).where(Challenge.expires_at <= now()))
    db.session.add(Challenge(digest=digest(challenge.hex()), expires_at=now() + CHALLENGE_LIFETIME))
    db.session.flush()


def _use(challenge: bytes) -> None:
    """Use a challenge up, so that a signature is good once."""
    gone = delete(Challenge).where(Challenge.digest == digest(challenge.hex()), Challenge.expires_at > now())
    if db.session.execute(gone.returning(Challenge.digest)).first() is None:
        raise PasskeyRefused
