"""Settings from the environment, one class per way of running.

`PARTICIPATION_MODE` picks the class. Whatever is missing or makes no sense is reported at start, all at once, with
what to do about it. The README's table documents every variable.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click import ClickException

ROOT = Path(__file__).resolve().parent


class ConfigError(ClickException):
    """The environment does not allow a start; the message names every problem and its cure.

    Commands show it as one plain message, without a stack trace.
    """


@dataclass(frozen=True)
class Provider:
    """Somebody elsewhere who logs people in by OpenID Connect."""

    name: str
    """In addresses and in the database: stadt."""
    label: str
    """On the button: Konto der Stadt."""
    issuer: str
    client_id: str
    client_secret: str
    scopes: str = "openid"
    claims: Mapping[str, str] = field(default_factory=dict)
    """By which names it tells subject, email and name, where these differ from sub, email, name."""
    trust_email: bool = False
    """Whether an address that it calls verified counts as confirmed for a new account; never for an existing one."""


class Settings:
    """What every way of running shares. Attributes in capitals become the app's configuration."""

    MODE = "production"
    NEEDS: tuple[str, ...] = ("SECRET_KEY", "PUBLIC_URL", "MAIL_URL")
    SECOND_FACTOR_DEFAULT = "optional"
    """Of those who hold a power: required or optional."""
    PAGE_CACHE_DEFAULT = 16
    """Megabytes of pages each process keeps for visitors."""
    FIRST_CONTRIBUTION_WAITS_DEFAULT = 1
    JOBS_DEFAULT = "embedded"
    OTHER_PERIODS: Mapping[str, int] = {}
    """Defaults of this way of running that differ from PERIODS."""
    SECRET_KEY = ""
    PUBLIC_URL = "http://127.0.0.1:8000"
    MAIL_URL = "file:"
    TESTING = False
    DEBUG = False
    RATELIMIT_ENABLED = True
    RATELIMIT_IN_MEMORY_FALLBACK_ENABLED = True

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
        self.CONTACT_MAIL = environ.get("CONTACT_MAIL") or parseaddr(self.MAIL_FROM)[1]
        self.SECURITY_CONTACT = environ.get("SECURITY_CONTACT") or f"mailto:{self.CONTACT_MAIL}"
        if not CONTACT.fullmatch(self.SECURITY_CONTACT):
            problems.append(f"SECURITY_CONTACT is {self.SECURITY_CONTACT!r}: {HELP['SECURITY_CONTACT']}")
        self.OPERATOR_NAME = " ".join((environ.get("OPERATOR_NAME") or "").split())
        self.OPERATOR_ADDRESS = parted(environ.get("OPERATOR_ADDRESS") or "")
        self.OPERATOR_PROCESSORS = parted(environ.get("OPERATOR_PROCESSORS") or "")
        https = self.PUBLIC_URL.startswith("https://")
        self.SESSION_COOKIE_SECURE = https
        self.SESSION_COOKIE_NAME = "__Host-session" if https else "session"
        self.STATEMENT_TIMEOUT = number(environ, "STATEMENT_TIMEOUT", 10, problems)
        self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = engine_options(
            self.SQLALCHEMY_DATABASE_URI, self.STATEMENT_TIMEOUT, quiet=not (self.DEBUG or self.TESTING)
        )
        self._read_access(environ, problems)
        self._read_traffic(environ, problems)
        self._read_periods(environ, problems)
        self._read_log(environ, problems)
        if problems:
            raise ConfigError("\n".join(["The configuration is incomplete:", *(f"  - {p}" for p in problems)]))

    def _read_access(self, environ: Mapping[str, str], problems: list[str]) -> None:
        """Read how people log in, and how long that is remembered."""
        self.SECOND_FACTOR = environ.get("SECOND_FACTOR") or self.SECOND_FACTOR_DEFAULT
        if self.SECOND_FACTOR not in ("required", "optional"):
            problems.append(f"SECOND_FACTOR is {self.SECOND_FACTOR!r}: it takes required or optional")
        self.OIDC_PROVIDERS = providers(environ.get("OIDC_PROVIDERS") or "", problems)

    def _read_traffic(self, environ: Mapping[str, str], problems: list[str]) -> None:
        """Read what stands in front, what is kept for visitors, and how much is too much."""
        self.REDIS_URL = environ.get("REDIS_URL") or ""
        if urlsplit(self.REDIS_URL).scheme not in ("", "redis", "rediss", "redis+unix"):
            problems.append(f"REDIS_URL is malformed: {HELP['REDIS_URL']}")
        self.UPLOADS_URL = environ.get("UPLOADS_URL") or ""
        if self.UPLOADS_URL and not is_bucket(self.UPLOADS_URL):
            problems.append(f"UPLOADS_URL is malformed: {HELP['UPLOADS_URL']}")
        scheme = "limit-shared" if self.REDIS_URL else "limit-file"
        self.RATELIMIT_STORAGE_URI = f"{scheme}://{self.INSTANCE / 'limits.db'}"
        self.RATELIMIT_STORAGE_OPTIONS = {"redis_url": self.REDIS_URL} if self.REDIS_URL else {}
        self.METRICS_TOKEN = environ.get("METRICS_TOKEN") or ""
        if self.METRICS_TOKEN and len(self.METRICS_TOKEN) < 16:
            problems.append(f"METRICS_TOKEN is shorter than 16 characters: {HELP['SECRET_KEY']}")
        self.PAGE_CACHE_MB = number(environ, "PAGE_CACHE_MB", self.PAGE_CACHE_DEFAULT, problems)
        if environ.get("RATE_LIMITS") == "off":
            if self.MODE == "production":
                problems.append("RATE_LIMITS is off: that is for measuring, never for the public")
            self.RATELIMIT_ENABLED = False
        self.PROXY_HOPS = number(environ, "PROXY_HOPS", 0, problems)
        self.JOBS = environ.get("JOBS") or self.JOBS_DEFAULT
        if self.JOBS not in ("embedded", "worker", "off"):
            problems.append(f"JOBS is {self.JOBS!r}: {HELP['JOBS']}")

    def _read_periods(self, environ: Mapping[str, str], problems: list[str]) -> None:
        """Read the periods of the procedure, and what waits for a moderator."""
        periods = {**PERIODS, **self.OTHER_PERIODS}
        numbers = {name: number(environ, name, default, problems) for name, default in periods.items()}
        self.PERIODS = {name.removesuffix("_DAYS").lower(): timedelta(days=days) for name, days in numbers.items()}
        if numbers["NETWORK_DAYS"] > NETWORK_DAYS_MOST:
            problems.append(f"NETWORK_DAYS is more than {NETWORK_DAYS_MOST}: {HELP['NETWORK_DAYS']}")
        bursts = {name: number(environ, name, default, problems) for name, default in BURST.items()}
        self.BURST = {name.removeprefix("BURST_").lower(): value for name, value in bursts.items()}
        if 0 < self.BURST["votes"] < BURST_VOTES_LEAST:
            problems.append(f"BURST_VOTES is less than {BURST_VOTES_LEAST}: {HELP['BURST_VOTES']}")
        self.PERIODS["report_threat"] = timedelta(hours=number(environ, "REPORT_THREAT_HOURS", 4, problems))
        default = self.FIRST_CONTRIBUTION_WAITS_DEFAULT
        self.FIRST_CONTRIBUTION_WAITS = number(environ, "FIRST_CONTRIBUTION_WAITS", default, problems)
        if self.FIRST_CONTRIBUTION_WAITS > MOST_WAITING:
            problems.append(
                f"FIRST_CONTRIBUTION_WAITS is {self.FIRST_CONTRIBUTION_WAITS}: it takes 0 to {MOST_WAITING}"
            )

    def _read_log(self, environ: Mapping[str, str], problems: list[str]) -> None:
        """Read the name, the key and the witnesses of the revision log."""
        self.LOG_ORIGIN = environ.get("LOG_ORIGIN") or urlsplit(self.PUBLIC_URL).hostname or ""
        if not NAME.fullmatch(self.LOG_ORIGIN):
            problems.append(f"LOG_ORIGIN is {self.LOG_ORIGIN!r}: {HELP['LOG_ORIGIN']}")
        self.LOG_KEY_FILE = Path(environ.get("LOG_KEY_FILE") or self.INSTANCE / "log-key").resolve()
        listed = (environ.get("WITNESSES") or "").split()
        self.WITNESSES = tuple(one.removesuffix(INDEPENDENT) for one in listed)
        self.INDEPENDENT_WITNESSES = tuple(one.removesuffix(INDEPENDENT) for one in listed if one.endswith(INDEPENDENT))
        if not all(map(is_witness, self.WITNESSES)):
            problems.append(f"WITNESSES is malformed: {HELP['WITNESSES']}")


class Production(Settings):
    """Behind a proxy, for the public. Nothing has a fallback."""

    SECOND_FACTOR_DEFAULT = "required"


AT_ONCE = {"READING_DAYS": 0, "DELETION_DAYS": 0}
"""So that the whole way to a new version can be walked in one sitting."""


class Local(Settings):
    """What ./start runs: the production server on one's own machine; mails are written to files."""

    MODE = "local"
    NEEDS = ("SECRET_KEY",)
    OTHER_PERIODS = AT_ONCE


class Development(Settings):
    """`flask run --debug`."""

    MODE = "development"
    NEEDS = ()
    PAGE_CACHE_DEFAULT = 0  # templates change
    OTHER_PERIODS = AT_ONCE
    DEBUG = True
    SECRET_KEY = "only-for-development-never-in-production"  # noqa: S105 - refused in every other mode
    PUBLIC_URL = "http://127.0.0.1:5000"


class Test(Settings):
    """The test suite."""

    __test__ = False
    MODE = "test"
    NEEDS = ()
    PAGE_CACHE_DEFAULT = 0  # a test's own rows are not committed, so nothing would tell of them
    OTHER_PERIODS = AT_ONCE
    TESTING = True
    SECRET_KEY = "only-for-tests"  # noqa: S105 - refused in every other mode
    PUBLIC_URL = "http://localhost"
    RATELIMIT_ENABLED = False
    JOBS_DEFAULT = "off"
    FIRST_CONTRIBUTION_WAITS_DEFAULT = 0
    """Most tests are about what comes after; those about waiting switch it on."""


MODES: dict[str, type[Settings]] = {mode.MODE: mode for mode in (Production, Local, Development, Test)}

NAME = re.compile(r"[^\s+]{1,200}")
BUCKET = re.compile(r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/?")
CONTACT = re.compile(r"(mailto:[^\s@]+@[^\s@]+|https://\S+|tel:[+0-9-]+)")
WITNESS = re.compile(r"([^\s+]{1,200})\+([0-9a-f]{8})\+(B[A-Za-z0-9+/]{43})")
"""The B says that it is a witness's key: type 0x04 in Base64."""

INDEPENDENT = "=independent"

MOST_WAITING = 10
"""Contributions that an operator can ask to see before the next one appears at once: dialogue.models.ENOUGH."""

PERIODS = {
    "FIRST_CONTRIBUTION_DAYS": 1,
    "CHECK_DAYS": 7,
    "OPEN_DAYS": 28,
    "EVALUATION_DAYS": 21,
    "VERIFICATION_DAYS": 7,
    "APPROVAL_DAYS": 7,
    "CORRECTION_DAYS": 7,
    "STATUS_DAYS": 10,
    "READING_DAYS": 21,
    "RESOLUTION_DAYS": 90,
    "DELETION_DAYS": 7,
    "EXPORT_DAYS": 1,
    "ATTACHMENT_DAYS": 1,
    "UNCONFIRMED_DAYS": 14,
    "MAIL_DAYS": 30,
    "FAILED_MAIL_DAYS": 90,
    "NOTE_DAYS": 365,
    "REPORT_MAIL_DAYS": 200,
    "RETENTION_LOG_DAYS": 365,
    "JOB_LOG_DAYS": 30,
    "FORM_DAYS": 2,
    "REPORT_URGENT_DAYS": 1,
    "REPORT_DAYS": 7,
    "APPEAL_DAYS": 14,
    "SECURITY_LOG_DAYS": 180,
    "ANSWER_DAYS": 30,
    "INVITATION_DAYS": 14,
    "BURST_DAYS": 2,
    "NETWORK_DAYS": 6,
}
"""Periods of the procedure in days, by environment variable, with their defaults. 0 READING_DAYS: no reading is needed;
0 RESOLUTION_DAYS: no resolution is ever overdue; 0 DELETION_DAYS: an account goes as soon as its owner says so."""

BURST = {"BURST_VOTES": 10, "BURST_ACCOUNTS": 5, "BURST_MINUTES": 30}
"""From how many people of one network within how many minutes votes, or new accounts and contributions, are shown to
moderators. 0 turns it off."""
BURST_VOTES_LEAST, NETWORK_DAYS_MOST = 10, 6

HELP = {
    "BURST_VOTES": "0 for never, or at least 10: of fewer, everybody could work out how they voted",
    "NETWORK_DAYS": "what is deleted once a day is gone within 7 days only if it is due after 6",
    "SECRET_KEY": "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
    "PUBLIC_URL": "the address people use, e.g. https://dialog.example.org",
    "SECURITY_CONTACT": "where weaknesses are reported: mailto:…, https://… or tel:…; else CONTACT_MAIL or MAIL_FROM",
    "LOG_ORIGIN": "the log's name in its checkpoints, e.g. dialog.example.org; no spaces, no plus",
    "WITNESSES": "verifier keys name+id+base64 with spaces between them, each with =independent behind it if it is",
    "OIDC_PROVIDERS": "a JSON list, or the path of a file with one, of objects with name (a-z, 0-9, -), label, issuer "
    "(https), client_id, client_secret, and if need be scopes, claims, trust_email",
    "JOBS": "embedded (in the web server), worker (by `flask jobs work`) or off (nobody does them)",
    "REDIS_URL": "redis://:password@host:6379/0, rediss:// with TLS, or nothing",
    "UPLOADS_URL": "s3://key:secret@host/bucket?region=…, s3+http:// without TLS, or nothing for a folder in INSTANCE",
    "MAIL_URL": "smtp://user:password@host:587, smtps://… or file: to write mails into INSTANCE/mail",
}


def parted(text: str) -> tuple[str, ...]:
    """Return what stands in one variable with semicolons or line breaks between, without empty parts."""
    parts = (" ".join(part.split()) for part in re.split(r"[;\n]", text))
    return tuple(part for part in parts if part)


def number(environ: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    """Return a non-negative whole number from the environment, noting a problem when it is none."""
    value = environ.get(name)
    if not value:
        return default
    if not value.isdecimal() or len(value) > 4:
        problems.append(f"{name} is {value!r}: it takes a whole number from 0 to 9999")
        return default
    return int(value)


def providers(source: str, problems: list[str]) -> tuple[Provider, ...]:
    """Return the providers from JSON or from a file with it, noting a problem when they are malformed."""
    if not source:
        return ()
    try:
        text = source if source.lstrip().startswith("[") else Path(source).read_text(encoding="utf-8")
        found = tuple(Provider(**one) for one in json.loads(text))
        sound = all(is_provider(one) for one in found) and len({one.name for one in found}) == len(found)
    except (OSError, ValueError, TypeError):
        found, sound = (), False
    if not sound:
        problems.append(f"OIDC_PROVIDERS is malformed: {HELP['OIDC_PROVIDERS']}")
    return found


def is_bucket(url: str) -> bool:
    """Tell whether an address names a bucket, a server and who we are there."""
    parts = urlsplit(url)
    complete = parts.hostname and parts.username and parts.password and BUCKET.fullmatch(parts.path)
    return parts.scheme in ("s3", "s3+http") and bool(complete)


def is_provider(one: Provider) -> bool:
    """Tell whether a provider can be used; without https only on this machine."""
    issuer = urlsplit(one.issuer)
    here = issuer.scheme == "http" and issuer.hostname in ("127.0.0.1", "localhost")
    texts = (one.label, one.client_id, one.client_secret)
    told = set(one.claims) <= {"subject", "email", "name"}
    return bool(
        re.fullmatch(r"[a-z0-9-]{1,40}", one.name)
        and (issuer.scheme == "https" or here)
        and all(text and str(text) == text for text in texts)
        and "openid" in one.scopes.split()
        and told
        and one.trust_email in (True, False)
    )


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


def engine_options(url: str, statement_timeout: int, *, quiet: bool) -> dict[str, Any]:
    """Return the pool and session settings that fit the database.

    A process has 16 threads for pages and a few that work behind them: never more than 20 connections, most of the
    time 8. With `quiet` no error repeats the values of a statement: they are what people wrote.
    """
    options: dict[str, Any] = {"pool_size": 8, "max_overflow": 12, "pool_timeout": 5, "hide_parameters": quiet}
    if not url.startswith("postgresql"):
        return options
    session = {
        "statement_timeout": f"{statement_timeout}s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "synchronous_commit": "on",
    }
    patience = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
    return {
        **options,
        # A connection that died is noticed before it is used: after a restart of the database the next page works.
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {
            **patience,
            # Milliseconds until a machine that answers nothing at all counts as gone.
            "tcp_user_timeout": 10_000,
            "application_name": "lausitz-dialog",
            "options": " ".join(f"-c {name}={value}" for name, value in session.items()),
        },
    }


@dataclass(frozen=True)
class Server:
    """Where and with how many processes the production server listens."""

    host: str
    port: int
    workers: int
    threads: int
    """For each process; most of them wait for the database."""


def server(environ: Mapping[str, str] | None = None) -> Server:
    """Return where to serve.

    Raises:
        ConfigError: if a number is none, or out of range.
    """
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    ranges = {"PORT": (8000, 1, 65535), "WORKERS": (2, 1, 99), "THREADS": (16, 1, 99)}
    found: dict[str, int] = {}
    for name, (default, low, high) in ranges.items():
        value = environ.get(name) or str(default)
        found[name] = int(value) if value.isdecimal() and len(value) <= 5 else 0
        if not low <= found[name] <= high:
            problems.append(f"  - {name} is {value!r}: it takes a whole number from {low} to {high}")
    if problems:
        raise ConfigError("\n".join(["The configuration is incomplete:", *problems]))
    return Server(environ.get("HOST") or "127.0.0.1", found["PORT"], found["WORKERS"], found["THREADS"])


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
