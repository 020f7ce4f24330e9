"""Accounts and mails from the command line."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from participation.accounts.models import User
from participation.accounts.operations import authenticate
from participation.base.db import db
from participation.notify.operations import post

pytestmark = pytest.mark.one_database


def test_create_makes_a_confirmed_moderator_and_prints_the_password_once(app):
    run = app.test_cli_runner().invoke
    done = run(args=["accounts", "create", "mod@example.org", "--name", "Mo", "--role", "moderator", "--generate"])
    assert done.exit_code == 0, done.output
    password = re.search(r"Password: (\S+)", done.output)[1]
    person = authenticate("mod@example.org", password)
    assert person.is_moderator
    again = run(args=["accounts", "create", "mod@example.org", "--name", "Mo", "--generate"])
    assert again.exit_code == 1
    assert "Password" not in again.output


def test_create_refuses_a_short_password_and_a_wrong_address(app):
    run = app.test_cli_runner().invoke
    short = run(args=["accounts", "create", "a@example.org", "--name", "Anna"], input="kurz\nkurz\n")
    assert short.exit_code == 1
    assert run(args=["accounts", "create", "keine Adresse", "--name", "Anna"]).exit_code == 2
    assert db.session.scalars(select(User)).all() == []


def test_deliver_says_what_it_did(app):
    post("a@example.org", "accounts/already", {"name": "Anna"})
    post("b@example.org", "gibt/es-nicht", {})
    db.session.commit()
    done = app.test_cli_runner().invoke(args=["notify", "deliver"])
    assert done.exit_code == 1
    assert "1 sent, 1 failed, 1 waiting" in done.output
