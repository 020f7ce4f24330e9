"""Real servers, each on a database of its own; a PostgreSQL and whole installations to copy for each test."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests import postgres
from tests.faults.servers import AppServer
from tests.programs import missing

ENGINES = ("sqlite", "postgresql")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL of our own with working fsync; whoever stops it starts it again."""
    found = postgres.programs()
    if found is None:
        missing("PostgreSQL")
    made = postgres.Cluster(found, fsync=True)
    made.start()
    yield made
    made.remove()


class Sites:
    """Installations with content and demo accounts: prepared once for each engine, then copied."""

    def __init__(self, folder: Path, cluster: Callable[[], postgres.Cluster]) -> None:
        """Prepare nothing yet; `cluster` is called when a PostgreSQL is needed."""
        self.folder, self.cluster = folder, cluster
        self.prepared: dict[str, Path] = {}

    def server(self, engine: str, folder: Path, **options: str | int) -> AppServer:
        """Return a server, not started yet, on a copy of its own in an existing folder; options are AppServer's."""
        if engine not in self.prepared:
            self.prepared[engine] = self._prepare(engine)
        template, options = self.prepared[engine], {"log": self.folder, **options}
        shutil.copytree(template, folder / "instance")
        if engine == "sqlite":
            return AppServer(folder / "instance", sqlite_in(folder / "instance"), **options)
        return AppServer(folder / "instance", self.database(template.name), **options)

    def database(self, template: str = "template1", name: str = "") -> str:
        """Create a PostgreSQL database and return its address."""
        name = name or f"faults_{uuid.uuid4().hex[:12]}"
        own = self.cluster().address
        engine = postgres.admin(own)
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        engine.dispose()
        return make_url(own).set(database=name).render_as_string(hide_password=False)

    def _prepare(self, engine: str) -> Path:
        instance = self.folder / f"prepared_{engine}"
        address = sqlite_in(instance) if engine == "sqlite" else self.database(name=instance.name)
        instance.mkdir(mode=0o700)
        AppServer(instance, address).run("dev", "prepare")
        if engine == "sqlite":
            with closing(sqlite3.connect(instance / "participation.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return instance


def sqlite_in(instance: Path) -> str:
    """Return the address of an installation's SQLite file."""
    return f"sqlite:///{instance / 'participation.db'}"


@pytest.fixture(scope="session")
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    return Sites(tmp_path_factory.mktemp("sites"), lambda: request.getfixturevalue("cluster"))


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether everything is to be done at full length."""
    return bool(request.config.getoption("faults_full"))


@pytest.fixture
def start(sites: Sites, tmp_path: Path) -> Iterator[Callable[..., AppServer]]:
    """Start servers that end with the test, each on a copy of its own: `start("sqlite", workers=1)`.

    A test that names a `folder` has the copy there.
    """
    begun: list[AppServer] = []

    def begin(engine: str, folder: Path | None = None, **options: str | int) -> AppServer:
        if folder is None:
            folder = tmp_path / f"site{len(begun)}"
            folder.mkdir()
        server = sites.server(engine, folder, **options)
        begun.append(server)
        server.start()
        return server

    yield begin
    for server in begun:
        server.stop()


@pytest.fixture(scope="session")
def unreliable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library to be loaded first, which lets disks fail and clocks go wrong (shim.c)."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed (Debian: gcc): without it no disk can fail and no clock be wrong")
    library = tmp_path_factory.mktemp("library") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"the C compiler cannot build a library: {done.stderr.strip()[-200:]}")
    return library
