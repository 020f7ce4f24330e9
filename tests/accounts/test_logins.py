"""Where a person is logged in, and passwords that anybody would try first."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from participation.accounts import operations
from participation.accounts.logins import (
    begin_login,
    device,
    end_login,
    end_logins,
    end_this_login,
    logged_in,
    logins_of,
)
from participation.accounts.models import LoginMethod, TokenPurpose
from participation.accounts.passwords import guessable
from participation.base.clock import now
from participation.base.verdict import NotFound
from tests.factories.accounts import user
from tests.factories.letters import last_letter

DAY = timedelta(days=1)


def logged_in_twice():
    person = user()
    begin_login(person, LoginMethod.PASSWORD, "Firefox, Linux", DAY)
    first = person.login_secret
    begin_login(person, LoginMethod.LINK, "Safari, iPhone", DAY)
    return person, first, person.login_secret


def test_each_browser_is_known_by_its_own_secret(app):
    person, first, second = logged_in_twice()
    assert first != second
    assert logged_in(first) is logged_in(second) is person
    assert logged_in("") is logged_in("geraten") is None


def test_a_login_ends_by_itself(app):
    person, first, _second = logged_in_twice()
    with time_machine.travel(now() + DAY + timedelta(seconds=1)):
        assert logged_in(first) is None
        assert logins_of(person) == []


def test_the_list_marks_the_browser_that_asks(app):
    person, _first, _second = logged_in_twice()
    assert [(row.device, row.here) for row in logins_of(person)] == [
        ("Safari, iPhone", True),
        ("Firefox, Linux", False),
    ]


def test_one_browser_ends_alone_and_never_somebody_elses(app):
    person, first, second = logged_in_twice()
    other = logins_of(person)[1]
    with pytest.raises(NotFound):
        end_login(user(), other.id)
    end_login(person, other.id)
    assert logged_in(first) is None
    assert logged_in(second) is person
    end_this_login(person)
    assert logged_in(second) is None


def test_everywhere_means_everywhere_and_nobody_else(app):
    person, first, second = logged_in_twice()
    _stranger, theirs, _ = logged_in_twice()
    end_logins(person)
    assert logged_in(first) is logged_in(second) is None
    assert logged_in(theirs) is not None


def test_a_mailed_link_logs_in_once_and_proves_the_address(app):
    person = user(confirmed=False)
    operations.request_login(person.email)
    token = last_letter().params["token"]
    assert operations.log_in_by_link(token) is person
    assert person.is_confirmed
    with pytest.raises(operations.InvalidLink):
        operations.log_in_by_link(token)


def test_a_mailed_link_is_good_for_nothing_else_and_not_for_long(app):
    person = user()
    operations.request_login(person.email)
    token = last_letter().params["token"]
    with pytest.raises(operations.InvalidLink):
        operations.reset_password(token, "ein ganz anderer Satz")
    with time_machine.travel(now() + operations.LIFETIMES[TokenPurpose.LOGIN]), pytest.raises(operations.InvalidLink):
        operations.log_in_by_link(token)


def test_asking_for_a_link_writes_as_much_for_unknown_addresses(app):
    operations.request_login("niemand@example.org")
    assert (last_letter().recipient, last_letter().params) == ("", {})


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("curl/8", ""),
        ("<script>", ""),
    ],
)
def test_a_browser_is_named_by_what_it_calls_itself(name, known):
    assert device(name) == known


@pytest.mark.parametrize(
    "password",
    ["password123", "Passwort2026!", "!!schalke04!!", "1234567890", "aaaaaaaaaaaa", "ababababab", "20261122202611"],
)
def test_the_first_that_anybody_tries_is_guessable(password):
    assert guessable(password)


def test_ones_own_name_and_address_are_guessable(app):
    known = ("anna.noack@example.org", "Anna Noack")
    assert guessable("annanoack2026", ("annanoack",))
    assert guessable("Anna-Noack-1984", known)
    assert not guessable("Anna-Noack-isst-Quark", known)


@pytest.mark.parametrize(
    "password", ["ein kurzer Satz", "Leinöl und Quark", "řeka je studená", "xK4-9fQ_zz81w", "ba-wo-lu-ki-fe-ra"]
)
def test_a_short_sentence_is_a_good_password(password):
    assert not guessable(password)
