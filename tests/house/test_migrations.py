"""Migrations lead to the models' schema and back, on both databases."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from participation import models
from participation.base.db import db
from participation.leitbild import guards

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


@pytest.fixture
def empty_app(databases, backend):
    with databases.app(databases.new_url(backend, None)) as app, app.app_context():
        yield app


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::UserWarning")
def test_up_gives_the_models_schema_and_down_leaves_nothing(empty_app):
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.metadata) == []
        assert set(models.metadata.tables) <= set(inspect(connection).get_table_names())
    flask_migrate.downgrade(revision="base")
    with db.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert set(models.metadata.tables) <= set(inspect(connection).get_table_names())


def test_migrated_databases_guard_what_was_published(empty_app):
    """The triggers come with the migration, not only with create_all."""
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO revisions (number, title, summary, summary_html, published_at) "
                "VALUES (1, 'Ausgangsfassung', '', '', '2026-11-22 10:00:00')"
            )
        )
    with pytest.raises(Exception, match="published rows never change"), db.engine.begin() as connection:
        connection.execute(text("UPDATE revisions SET title = 'anders'"))


def test_migrations_and_models_guard_alike(empty_app):
    """What the triggers let through is written twice, in the room and in the migrations; it must be the same."""
    flask_migrate.upgrade()
    migrated = _guards()
    flask_migrate.downgrade(revision="base")
    db.create_all()
    assert {name: sql for name, sql in _guards().items() if migrated.get(name) != sql} == {}


def _guards() -> dict[str, str]:
    names = (*guards.GUARDED, "redactions")
    if db.engine.dialect.name == "sqlite":
        chosen = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        chosen = (
            "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
    with db.engine.connect() as connection:
        return {name: sql for table, name, sql in connection.execute(text(chosen)) if table in names}


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_each_way_back_says_what_it_costs(path):
    """Whoever takes a migration back reads there what is lost; `./test --faults` proves that nothing else is."""
    (back,) = (
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "downgrade"
    )
    told = ast.get_docstring(back) or ""
    drops = re.search(r"drop_(table|column)|DROP COLUMN", ast.unparse(back))
    assert told
    assert not drops or told not in ("Take back.", "Contract."), "it drops content without a word"
