"""Alembic's entry: runs the migrations on the application's engine, on SQLite and on PostgreSQL."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from participation import models
from participation.base.db import db

target = models.metadata


def run(connection: Connection) -> None:
    """Run the migrations on one connection, in one transaction where the database can."""
    context.configure(
        connection=connection,
        target_metadata=target,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=target, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with db.engine.connect() as connection:
        run(connection)
        connection.commit()
