"""Databases and clients for tests.

A test that takes `app` runs on SQLite and on PostgreSQL, inside a transaction that is rolled back afterwards; with
`@pytest.mark.one_database` on SQLite only. `separate_app` has a database of its own whose commits are real, for races,
migrations and browsers. Both start with the schema and the real content imported.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest
from flask import Flask, g, request_started
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis
from sqlalchemy import Engine, event, text

import config
from participation import models
from participation.app import create_app
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.leitbild.first import publish_first
from participation.moderation.rulebook import import_rules
from participation.strategy.importer import import_content
from tests import postgres

TOLD_ALWAYS = {"test_fair_moderation", "test_leaving", "test_nothing_is_lost", "test_receipt", "test_second_factor"}
"""Stories that `./test` tells beside the main job."""
BACKENDS = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults-full", action="store_true", help="Run the tests marked faults at full length.")


def pytest_configure(config: pytest.Config) -> None:
    # A machine that is busy is no fault of what is tested.
    hypothesis.register_profile("patient", deadline=None)
    hypothesis.load_profile("patient")
    config.addinivalue_line("markers", "one_database: runs on SQLite only; what it tests does not depend on the engine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stories in a browser, so that no process is alone with a long one at the end.

    Most stories are long, and of the others the telling without JavaScript: `./test --long` and CI tell all of them.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        if item.get_closest_marker("browser") and item.path.stem != "test_main_job":
            script = getattr(item, "callspec", None) is not None and item.callspec.params.get("script")
            if script is False or item.path.stem not in TOLD_ALWAYS:
                item.add_marker("long")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        single = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("backend", BACKENDS[:1] if single else BACKENDS, scope="session", indirect=True)


class Databases:
    """Makes databases, each a copy of one with schema and content, and throws them away at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates: dict[str, str] = {}
        self.made: list[str] = []
        self._sweeper = ThreadPoolExecutor(1)
        self._server: Engine | None = None
        self._ends = ExitStack()

    @property
    def server(self) -> Engine:
        """The PostgreSQL server's own database, for CREATE and DROP DATABASE."""
        if self._server is None:
            try:
                address = self._ends.enter_context(postgres.server())
            except postgres.NoServer as missing:
                if os.environ.get("CI") == "true":
                    raise
                pytest.skip(str(missing))
            self._server = postgres.admin(address)
        return self._server

    def settings(self, url: str) -> config.Settings:
        """Return test settings for one database, with an instance folder of its own."""
        instance = self.folder / uuid.uuid4().hex[:12]
        return config.load({"PARTICIPATION_MODE": "test", "INSTANCE": str(instance), "DATABASE_URL": url})

    def new_url(self, backend: str, template: str | None) -> str:
        """Create a database, empty or as a copy of a template, and return its URL."""
        name = f"participation_test_{uuid.uuid4().hex[:12]}"
        if backend == "sqlite":
            path = self.folder / f"{name}.db"
            if template:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        with self.server.connect() as connection:
            source = f' TEMPLATE "{template.rsplit("/", 1)[1]}"' if template else ""
            connection.execute(text(f'CREATE DATABASE "{name}"{source}'))
        self.made.append(name)
        return self.server.url.set(database=name).render_as_string(hide_password=False)

    def copy(self, backend: str) -> str:
        """Return the URL of a new database with schema and content."""
        if backend not in self.templates:
            url = self.new_url(backend, None)
            app = create_app(self.settings(url))
            with app.app_context():
                models.metadata.create_all(db.engine)
                with transaction():
                    import_content(app.config["CONTENT"])
                    import_rules(app.config["CONTENT"])
                    publish_first(now())
                db.session.remove()
                if backend == "sqlite":
                    with db.engine.connect() as connection:
                        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                db.engine.dispose()
            self.templates[backend] = url
        return self.new_url(backend, self.templates[backend])

    @contextmanager
    def app(self, url: str, **settings: object) -> Iterator[Flask]:
        """Give an application on a database of its own, and throw that away afterwards."""
        chosen = self.settings(url)
        for name, value in settings.items():
            setattr(chosen, name, value)
        app = create_app(chosen)
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.discard(url)

    def discard(self, url: str) -> None:
        """Throw one database away while the tests go on: PostgreSQL writes all it holds to disk first."""
        if url.startswith("sqlite"):
            with suppress(OSError):  # a test may have put anything in its place
                Path(url.removeprefix("sqlite:///")).unlink()
        else:
            self._sweeper.submit(self._drop, url.rsplit("/", 1)[1])

    def _drop(self, name: str) -> None:
        # Past SQLAlchemy: a test that counts statements would count this one, too.
        with closing(self.server.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.made.remove(name)

    def drop(self) -> None:
        """Drop every PostgreSQL database that is left."""
        self._sweeper.shutdown()
        if self._server is not None:
            for name in list(self.made):
                self._drop(name)
            self._server.dispose()
        self._ends.close()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def shared_app(databases: Databases, backend: str) -> Iterator[Flask]:
    app = create_app(databases.settings(databases.copy(backend)))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """An application inside a transaction that is rolled back; its context is pushed."""
    with shared_app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        db._app_engines[shared_app][None] = connection  # the way to make every session join our transaction
        db.session.configure(join_transaction_mode="create_savepoint")
        yield shared_app
        db.session.remove()
        db._app_engines[shared_app][None] = engine
        outer.rollback()
        connection.close()


@pytest.fixture
def separate_app(databases: Databases, backend: str) -> Iterator[Flask]:
    """An application with a database of its own; commits are real and other threads see them. Push its context."""
    with databases.app(databases.copy(backend)) as app:
        yield app


@pytest.fixture(autouse=True)
def fresh_g(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin every request of a test with an empty `g`, as in real life.

    `app` holds one application context for the whole test; requests would share what Flask-Login and Flask-WTF
    remember there, and a second client would act as the first.
    """

    def empty(_sender: Flask, **_rest: object) -> None:
        g.__dict__.clear()

    if {"app", "separate_app"} & set(request.fixturenames):
        with request_started.connected_to(empty):
            yield
    else:
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def statements(app: Flask) -> Callable[[], Counter]:
    """Count SQL statements: `with statements() as counted: …; assert counted.number <= 8`."""
    return lambda: Counter(app)


class Counter:
    """Collects the SQL statements of a block, without savepoints."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.texts: list[str] = []

    @property
    def number(self) -> int:
        return len(self.texts)

    def _record(self, _connection, _cursor, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            self.texts.append(statement)

    def __enter__(self) -> Self:
        event.listen(Engine, "before_cursor_execute", self._record)
        return self

    def __exit__(self, *_exc: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._record)
