"""Settings: what is missing is named, with its cure, and nothing falls back in production."""

from __future__ import annotations

import pytest

import config
from participation.dialogue.models import ENOUGH
from participation.ledger import keys
from participation.ledger.note import KeyType

COMPLETE = {
    "PARTICIPATION_MODE": "production",
    "SECRET_KEY": "x" * 48,
    "PUBLIC_URL": "https://dialog.example.org",
    "MAIL_URL": "smtps://mail.example.org",
}


@pytest.mark.parametrize("name", ["SECRET_KEY", "PUBLIC_URL", "MAIL_URL"])
def test_production_refuses_to_start_without(name):
    with pytest.raises(config.ConfigError, match=name):
        config.load({**COMPLETE, name: ""})


def test_a_missing_secret_says_how_to_make_one():
    with pytest.raises(config.ConfigError, match=r"secrets\.token_urlsafe"):
        config.load({**COMPLETE, "SECRET_KEY": ""})


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": "short"},
        {"PUBLIC_URL": "dialog.example.org"},
        {"MAIL_URL": "pigeon://coop"},
        {"PROXY_HOPS": "-1"},
        {"OPEN_DAYS": "vier"},
        {"LOG_ORIGIN": "zwei Wörter"},
        {"WITNESSES": "universitaet.example"},
        {"WITNESSES": "universitaet.example+00000000+B" + "A" * 43},
        {"PARTICIPATION_MODE": "produktion"},
        {"FIRST_CONTRIBUTION_WAITS": "einer"},
        {"FIRST_CONTRIBUTION_WAITS": "11"},
        {"METRICS_TOKEN": "kurz"},
        {"REDIS_URL": "http://redis"},
        {"STATEMENT_TIMEOUT": "ewig"},
    ],
)
def test_nonsense_is_refused(change):
    with pytest.raises(config.ConfigError, match=next(iter(change))):
        config.load({**COMPLETE, **change})


def test_all_problems_are_named_at_once():
    with pytest.raises(config.ConfigError) as caught:
        config.load({"PARTICIPATION_MODE": "production"})
    assert all(name in str(caught.value) for name in ("SECRET_KEY", "PUBLIC_URL", "MAIL_URL"))


def test_https_makes_the_session_cookie_secure_and_host_bound():
    settings = config.load(COMPLETE)
    assert settings.SESSION_COOKIE_SECURE
    assert settings.SESSION_COOKIE_NAME == "__Host-session"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_uses_psycopg_3(scheme):
    settings = config.load({**COMPLETE, "DATABASE_URL": f"{scheme}://someone@host/name"})
    assert settings.SQLALCHEMY_DATABASE_URI == "postgresql+psycopg://someone@host/name"


def test_the_database_lives_in_the_instance_folder_by_default(tmp_path):
    settings = config.load({**COMPLETE, "INSTANCE": str(tmp_path)})
    assert settings.SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/participation.db"


def test_the_logs_name_is_the_host_and_witnesses_may_be_independent():
    key = str(keys.public("universitaet.example/zeuge", keys.generate(), KeyType.WITNESS))
    settings = config.load({**COMPLETE, "WITNESSES": f"{key}=independent  {key}"})
    assert settings.LOG_ORIGIN == "dialog.example.org"
    assert settings.LOG_KEY_FILE == settings.INSTANCE / "log-key"
    assert settings.WITNESSES == (key, key)
    assert settings.INDEPENDENT_WITNESSES == (key,)


def test_first_contributions_wait_unless_somebody_says_otherwise():
    assert config.load(COMPLETE).FIRST_CONTRIBUTION_WAITS == 1
    assert config.load({**COMPLETE, "PARTICIPATION_MODE": "local"}).FIRST_CONTRIBUTION_WAITS == 1
    assert config.load({**COMPLETE, "FIRST_CONTRIBUTION_WAITS": "0"}).FIRST_CONTRIBUTION_WAITS == 0
    assert config.load({"PARTICIPATION_MODE": "test"}).FIRST_CONTRIBUTION_WAITS == 0
    assert config.MOST_WAITING == ENOUGH


@pytest.mark.parametrize("change", [{"PORT": "0"}, {"PORT": "70000"}, {"WORKERS": "viele"}, {"THREADS": "100"}])
def test_a_server_cannot_be_anywhere(change):
    with pytest.raises(config.ConfigError, match=next(iter(change))):
        config.server(change)


def test_a_server_listens_to_this_machine_alone_unless_told():
    assert config.server({}) == config.Server("127.0.0.1", 8000, 2, 16)
