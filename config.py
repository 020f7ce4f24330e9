"""Settings from the environment, one class per way of running.

`PARTICIPATION_MODE` picks the class. Whatever is missing or makes no sense is reported at start, all at once, with
what to do about it. The README's table documents every variable.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click import ClickException

ROOT = Path(__file__).resolve().parent


class ConfigError(ClickException):
    """The environment does not allow a start; the message names every problem and its cure.

    Commands show it as one plain message, without a stack trace.
    """


class Settings:
    """What every way of running shares. Attributes in capitals become the app's configuration."""

    MODE = "production"
    NEEDS: tuple[str, ...] = ("SECRET_KEY", "PUBLIC_URL", "MAIL_URL")
    SECRET_KEY = ""
    PUBLIC_URL = "http://127.0.0.1:8000"
    MAIL_URL = "file:"
    TESTING = False
    DEBUG = False
    RATELIMIT_ENABLED = True

    MAX_CONTENT_LENGTH = 256 * 1024
    MAX_FORM_PARTS = 400
    MAX_FORM_MEMORY_SIZE = 256 * 1024
    PERMANENT_SESSION_LIFETIME = timedelta(days=14)
    SESSION_REFRESH_EACH_REQUEST = False
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    WTF_CSRF_TIME_LIMIT = None
    BABEL_DEFAULT_LOCALE = "de"
    BABEL_DEFAULT_TIMEZONE = "Europe/Berlin"
    BABEL_TRANSLATION_DIRECTORIES = "translations"
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    JSON_SORT_KEYS = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read and check the environment.

        Raises:
            ConfigError: if something needed is missing or malformed.
        """
        problems = [f"{name} is not set: {HELP[name]}" for name in self.NEEDS if not environ.get(name)]
        self.SECRET_KEY = environ.get("SECRET_KEY") or self.SECRET_KEY
        if self.SECRET_KEY and len(self.SECRET_KEY) < 32 and not self.TESTING and not self.DEBUG:
            problems.append(f"SECRET_KEY is shorter than 32 characters: {HELP['SECRET_KEY']}")
        self.INSTANCE = Path(environ.get("INSTANCE") or ROOT / "instance").resolve()
        self.CONTENT = Path(environ.get("CONTENT") or ROOT / "content").resolve()
        self.SQLALCHEMY_DATABASE_URI = database_url(environ.get("DATABASE_URL") or "", self.INSTANCE)
        self.PUBLIC_URL = (environ.get("PUBLIC_URL") or self.PUBLIC_URL).rstrip("/")
        if urlsplit(self.PUBLIC_URL).scheme not in ("http", "https") or not urlsplit(self.PUBLIC_URL).netloc:
            problems.append(f"PUBLIC_URL is {self.PUBLIC_URL!r}: {HELP['PUBLIC_URL']}")
        self.MAIL_URL = environ.get("MAIL_URL") or self.MAIL_URL
        if urlsplit(self.MAIL_URL).scheme not in ("file", "smtp", "smtps"):
            problems.append(f"MAIL_URL is malformed: {HELP['MAIL_URL']}")
        self.MAIL_FROM = environ.get("MAIL_FROM") or "Lausitz-Dialog <dialog@localhost>"
        self.RATELIMIT_STORAGE_URI = environ.get("REDIS_URL") or "memory://"
        numbers = {name: number(environ, name, default, problems) for name, default in PERIODS.items()}
        self.PROXY_HOPS = number(environ, "PROXY_HOPS", 0, problems)
        self.PERIODS = {name.removesuffix("_DAYS").lower(): timedelta(days=days) for name, days in numbers.items()}
        self.LOG_ORIGIN = environ.get("LOG_ORIGIN") or urlsplit(self.PUBLIC_URL).hostname or ""
        if not NAME.fullmatch(self.LOG_ORIGIN):
            problems.append(f"LOG_ORIGIN is {self.LOG_ORIGIN!r}: {HELP['LOG_ORIGIN']}")
        self.LOG_KEY_FILE = Path(environ.get("LOG_KEY_FILE") or self.INSTANCE / "log-key").resolve()
        listed = (environ.get("WITNESSES") or "").split()
        self.WITNESSES = tuple(one.removesuffix(INDEPENDENT) for one in listed)
        self.INDEPENDENT_WITNESSES = tuple(one.removesuffix(INDEPENDENT) for one in listed if one.endswith(INDEPENDENT))
        if not all(map(is_witness, self.WITNESSES)):
            problems.append(f"WITNESSES is malformed: {HELP['WITNESSES']}")
        https = self.PUBLIC_URL.startswith("https://")
        self.SESSION_COOKIE_SECURE = https
        self.SESSION_COOKIE_NAME = "__Host-session" if https else "session"
        self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = engine_options(self.SQLALCHEMY_DATABASE_URI)
        if problems:
            raise ConfigError("\n".join(["The configuration is incomplete:", *(f"  - {p}" for p in problems)]))


class Production(Settings):
    """Behind a proxy, for the public. Nothing has a fallback."""


class Local(Settings):
    """What ./start runs: the production server on one's own machine; mails are written to files."""

    MODE = "local"
    NEEDS = ("SECRET_KEY",)


class Development(Settings):
    """`flask run --debug`."""

    MODE = "development"
    NEEDS = ()
    DEBUG = True
    SECRET_KEY = "only-for-development-never-in-production"  # noqa: S105 - refused in every other mode
    PUBLIC_URL = "http://127.0.0.1:5000"


class Test(Settings):
    """The test suite."""

    __test__ = False
    MODE = "test"
    NEEDS = ()
    TESTING = True
    SECRET_KEY = "only-for-tests"  # noqa: S105 - refused in every other mode
    PUBLIC_URL = "http://localhost"
    RATELIMIT_ENABLED = False


MODES: dict[str, type[Settings]] = {mode.MODE: mode for mode in (Production, Local, Development, Test)}

NAME = re.compile(r"[^\s+]{1,200}")
WITNESS = re.compile(r"([^\s+]{1,200})\+([0-9a-f]{8})\+(B[A-Za-z0-9+/]{43})")
"""The B says that it is a witness's key: type 0x04 in Base64."""

INDEPENDENT = "=independent"

PERIODS = {"CHECK_DAYS": 7, "OPEN_DAYS": 28, "EVALUATION_DAYS": 21, "VERIFICATION_DAYS": 7, "APPROVAL_DAYS": 7}
"""Periods of the procedure in days, by environment variable, with their defaults."""

HELP = {
    "SECRET_KEY": "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
    "PUBLIC_URL": "the address people use, e.g. https://dialog.example.org",
    "LOG_ORIGIN": "the log's name in its checkpoints, e.g. dialog.example.org; no spaces, no plus",
    "WITNESSES": "verifier keys name+id+base64 with spaces between them, each with =independent behind it if it is",
    "MAIL_URL": "smtp://user:password@host:587, smtps://… or file: to write mails into INSTANCE/mail",
}


def number(environ: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    """Return a non-negative whole number from the environment, noting a problem when it is none."""
    value = environ.get(name)
    if not value:
        return default
    if not value.isdecimal() or len(value) > 4:
        problems.append(f"{name} is {value!r}: it takes a whole number from 0 to 9999")
        return default
    return int(value)


def is_witness(key: str) -> bool:
    """Tell whether a text is a witness's verifier key whose id fits."""
    found = WITNESS.fullmatch(key)
    if found is None:
        return False
    material = base64.b64decode(found[3])
    return hashlib.sha256(found[1].encode() + b"\n" + material).hexdigest()[:8] == found[2] and material[0] == 4


def database_url(url: str, instance: Path) -> str:
    """Return the SQLAlchemy URL: the given one with psycopg 3 for PostgreSQL, else SQLite in the instance folder."""
    if not url:
        return f"sqlite:///{instance / 'participation.db'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """Return the pool settings that fit the database."""
    if url.startswith("postgresql"):
        return {"pool_size": 16, "max_overflow": 8, "pool_pre_ping": True, "pool_recycle": 1800}
    return {"pool_size": 16, "max_overflow": 8}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings for the mode that the environment names.

    Raises:
        ConfigError: if the mode is unknown or its settings are incomplete.
    """
    environ = os.environ if environ is None else environ
    mode = environ.get("PARTICIPATION_MODE") or "development"
    if mode not in MODES:
        raise ConfigError(f"PARTICIPATION_MODE is {mode!r}: it takes one of {', '.join(sorted(MODES))}")
    return MODES[mode](environ)
