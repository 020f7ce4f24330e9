"""Seed, serve, drive, and print a table: `python -m bench`.

The same code and the same pages on SQLite and PostgreSQL. CPU for each request is what the server's processes used
(fields utime and stime of /proc/PID/stat) divided by the requests; that of PostgreSQL is that of all its processes.
It is the figure to compare, since the load itself runs on the same cores. Needs wrk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, event, make_url, text

from bench import limits
from bench.load import Figures, drive, wrk
from bench.site import LARGE, ROOT, SMALL, Installation, Member, Server, Size, as_json, log_in, serving

HEAD = (
    "page",
    "database",
    "comments",
    "conn.",
    "req/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "CPU ms",
    "DB CPU ms",
    "kB",
    "failed",
)


@dataclass(frozen=True)
class Run:
    """One line of the table."""

    page: str
    backend: str
    size: str
    connections: int
    figures: Figures
    kilobytes: float

    def cells(self) -> tuple[str, ...]:
        """Return the line as text."""
        f = self.figures
        numbers = (f.per_second, f.p50, f.p95, f.p99, f.cpu, f.database_cpu, self.kilobytes)
        shown = (f"{number:,.0f}" if number >= 100 else f"{number:.2f}" for number in numbers)
        return (self.page, self.backend, self.size, str(self.connections), *shown, str(f.failed))


@dataclass(frozen=True)
class Page:
    """What is asked for, by whom."""

    name: str
    path: str
    logged_in: bool = False
    form: dict[str, str] | None = None
    headers: dict[str, str] | None = None


def longest(site: Installation) -> list[tuple[str, int, int]]:
    """Return node, thread and number of comments of the long conversations, the shortest first."""
    address: str | URL = site.url or f"sqlite:///{site.folder / 'participation.db'}"
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg") if site.url else address)
    query = (
        "SELECT n.id, t.id, t.comment_count FROM threads t JOIN nodes n ON n.thread_id = t.id "
        "WHERE t.comment_count >= 100 ORDER BY t.comment_count"
    )
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


def pages(long: list[tuple[str, int, int]]) -> Iterator[Page]:
    """Return what is measured."""
    for node, _thread, count in long:
        yield Page(f"thread of {count:,}, 100 shown, member", f"/strategie/{node}?menge=100", logged_in=True)
        yield Page(f"thread of {count:,}, 100 shown, visitor", f"/strategie/{node}?menge=100")
    node = long[-1][0]
    yield Page("list of measures, visitor", "/strategie?art=massnahme")
    yield Page("list of proposals, member", "/vorschlaege", logged_in=True)
    yield Page("start page, visitor", "/")
    yield Page("Leitbild with origins, visitor", "/leitbild?ansicht=herkunft")
    yield Page("two versions compared, visitor", "/leitbild/vergleich/1/2")
    yield Page("vote, member", f"/strategie/{node}/stimme", logged_in=True, form={"stimme": "STANCE"})
    words = {"kind": "ergaenzung", "body": "Ein+Gedanke+KEY", "submission_key": "KEY", "lang": "de", "anchor": ""}
    yield Page("comment, member", f"/strategie/{node}/beitrag", logged_in=True, form=words)


def measure(site: Installation, size: Size, options: argparse.Namespace) -> Iterator[Run]:
    """Drive every page of one installation: drawn each time, then visitors' pages from memory."""
    long = longest(site)
    wanted = [page for page in pages(long) if options.only in page.name]
    with serving(site, PAGE_CACHE_MB="0") as server:
        member = log_in(server, "anna", site.password_of("anna"))
        yield from _runs(site, size, options, server, member, wanted)
        print(f"# {site.backend}: first answer after {server.first_answer:.2f} s", file=sys.stderr)
        print(f"# {site.backend}: the largest worker takes {server.memory() / 1e6:.0f} MB", file=sys.stderr)
    if options.only:
        return
    with serving(site) as server:
        kept = Page("the same, visitor, from memory", f"/strategie/{long[0][0]}?menge=100")
        tag = etag_of(server, kept.path)
        again = Page("the same, visitor, unchanged (304)", kept.path, headers={"If-None-Match": tag})
        yield from _runs(site, size, options, server, None, [kept, again])


def _runs(
    site: Installation,
    size: Size,
    options: argparse.Namespace,
    server: Server,
    member: Member | None,
    wanted: list[Page],
) -> Iterator[Run]:
    for page in wanted:
        who = member if page.logged_in else None
        for connections in options.connections:
            drive(server, page.path, connections=connections, seconds=1, member=who, form=page.form)
            figures = drive(
                server,
                page.path,
                connections=connections,
                seconds=options.seconds,
                member=who,
                form=page.form,
                headers=page.headers,
            )
            sent = 0.0 if page.form is not None else bytes_of(server, page.path, who) / 1000
            yield Run(page.name, site.backend, size.name, connections, figures, sent)


def bytes_of(server: Server, path: str, member: Member | None) -> int:
    """Return the size of a page, not packed."""
    cookie = {"Cookie": member.cookie} if member else {}
    with urllib.request.urlopen(urllib.request.Request(f"{server.address}{path}", headers=cookie)) as answer:
        return len(answer.read())


def etag_of(server: Server, path: str) -> str:
    """Return a page's ETag."""
    with urllib.request.urlopen(f"{server.address}{path}") as answer:
        return str(answer.headers["ETag"])


def statements(site: Installation, paths: list[str]) -> dict[str, int]:
    """Return how many statements each page takes for visitors, counted in this process."""
    import config  # noqa: PLC0415 - with the application, slow to load
    from participation.app import create_app  # noqa: PLC0415
    from participation.base.db import db  # noqa: PLC0415

    app = create_app(config.load(site.environment | {"PAGE_CACHE_MB": "0"}))
    told: list[str] = []
    found = {}
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: told.append(statement))
    for path in paths:
        told.clear()
        app.test_client().get(path)
        found[path] = len(told)
    return found


def table(runs: list[Run]) -> str:
    """Return the lines as a table in Markdown."""
    lines = [HEAD, *(run.cells() for run in runs)]
    return "\n".join(
        "| " + " | ".join(line) + " |" + ("\n" + "|---" * len(HEAD) + "|" if line is HEAD else "") for line in lines
    )


def database(admin: URL, name: str) -> Callable[[], None]:
    """Create a database of PostgreSQL; return what drops it."""
    engine = create_engine(admin.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))

    def drop() -> None:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()

    return drop


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--backends", default="sqlite,postgresql")
    parser.add_argument("--sizes", default="small", help="small (30,000 comments), large (1,000,000), or small,large")
    parser.add_argument("--connections", default="1,8,32", type=lambda words: [int(word) for word in words.split(",")])
    parser.add_argument("--seconds", default=3, type=int, help="for each line")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres", type=make_url)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    wrk()
    runs: list[Run] = []
    bare: dict[str, float] = {}
    for size in [{"small": SMALL, "large": LARGE}[name] for name in options.sizes.split(",")]:
        for backend in options.backends.split(","):
            with tempfile.TemporaryDirectory() as folder:
                name = "participation_bench"
                url = (
                    ""
                    if backend == "sqlite"
                    else options.postgres.set(database=name).render_as_string(hide_password=False)
                )
                drop = database(options.postgres, name) if url else (lambda: None)
                try:
                    site = Installation(Path(folder), url)
                    site.seed(size)
                    for run in measure(site, size, options):
                        runs.append(run)
                        print("  ".join(run.cells()), file=sys.stderr, flush=True)
                    if backend == "sqlite" and not bare:
                        thread = longest(site)[1][1]
                        bare = {
                            "an empty Flask answer": limits.bare_flask(),
                            "100 comments from memory by Jinja": limits.bare_jinja(),
                            "100 comments by SQL (SQLite)": limits.bare_sql(site.folder, thread),
                        }
                        counted = statements(site, [page.path for page in pages(longest(site)) if page.form is None])
                finally:
                    drop()
    print(table(runs))
    print("\nThe limits, ms of CPU: " + "; ".join(f"{name} {value:.2f}" for name, value in bare.items()))
    if bare:
        print("Statements for visitors: " + "; ".join(f"{path} {count}" for path, count in counted.items()))
    if options.json:
        options.json.write_text(as_json([asdict(run) for run in runs]))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
