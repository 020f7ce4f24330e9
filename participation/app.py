"""The factory: settings in, a running application out, in small named steps.

The tables below are the place to look for what is plugged in: extensions, blueprints, event handlers, commands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel.speaklater import LazyString
from jinja2 import StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from participation.base import db as database
from participation.base import events
from participation.base.db import db
from participation.documents import handlers as documents
from participation.notify import handlers as notify
from participation.watchbook import handlers as watchbook
from participation.web import (
    BLUEPRINTS,
    assets,
    cookies,
    delivery,
    freshness,
    journal,
    metrics,
    once,
    outage,
    postman,
    printer,
    security,
    shell,
)
from participation.web.accounts import oidc
from participation.web.dialogue import drawing
from participation.web.jobs import office
from participation.web.ops import views as ops
from participation.web.privacy import keeper

ROOT = Path(__file__).resolve().parent.parent

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)

HANDLER_TABLES: tuple[Mapping[type, Sequence[Callable[[Any], None]]], ...] = (
    notify.HANDLERS,
    documents.HANDLERS,
    watchbook.HANDLERS,
)


def create_app(settings: config.Settings | None = None, *, commands: bool = True) -> Flask:
    """Build the application; a server leaves out the `commands`, which it would only load.

    Raises:
        config.ConfigError: if the environment lacks something needed.
    """
    settings = settings or config.load()
    app = Flask(
        "participation",
        root_path=str(ROOT / "participation"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.INSTANCE),
    )
    app.config.from_mapping({name: getattr(settings, name) for name in dir(settings) if name.isupper()})
    settings.INSTANCE.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare_database(app)
    prepare_templates(app)
    events.connect(all_handlers())
    delivery.prepare(app)
    if settings.PROXY_HOPS:
        hops = settings.PROXY_HOPS
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    journal.prepare(app)
    shell.prepare(app)
    outage.prepare(app)
    cookies.prepare(app)
    security.prepare(app)
    freshness.prepare(app)
    once.prepare(app)
    assets.prepare(app)
    postman.prepare(app)
    printer.prepare(app)
    keeper.prepare(app)
    office.prepare(app)
    oidc.prepare(app)
    ops.prepare(app)
    drawing.prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if commands:
        prepare_commands(app)
    return app


def all_handlers() -> dict[type, tuple[Callable[[Any], None], ...]]:
    """Return who listens to what: the tables of all rooms, in their order."""
    found: dict[type, tuple[Callable[[Any], None], ...]] = {}
    for table in HANDLER_TABLES:
        for event, handlers in table.items():
            found[event] = (*found.get(event, ()), *handlers)
    return found


def prepare_database(app: Flask) -> None:
    """Connect SQLAlchemy."""
    db.init_app(app)
    with app.app_context():
        # Within a command, its context is there; the server has none.
        metrics.watch(db.engine)
        database.prepare_engine(db.engine, patient=click.get_current_context(silent=True) is not None)


def prepare_commands(app: Flask) -> None:
    """Add the commands of participation/cli, and `flask db` for the migrations."""

    from flask_migrate import Migrate  # noqa: PLC0415 - with Alembic a fifth of what a server would load at its start

    from participation.cli import COMMANDS  # noqa: PLC0415

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    for command in COMMANDS:
        app.cli.add_command(command)


def prepare_templates(app: Flask) -> None:
    """Make a missing name in a template an error, not a gap, and no text safe that is not."""
    LazyString.__html__ = _escaped
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.add_extension(Unindented)


class Unindented(Extension):
    """Leaves out the indentation of our HTML, which every page would send; the lines stay, for errors to name."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return a template as it is compiled: what is not HTML is left as it is."""
        return INDENTATION.sub("", source) if name is not None and name.endswith(".html") else source


def _escaped(text: LazyString) -> Markup:
    """Return a text that is translated late as HTML.

    flask-babel takes each for safe HTML as it stands, also one that quotes somebody: „Sitz: %(seat)s“. None of ours
    holds markup, so all are escaped like any other text.
    """
    return escape(str(text))
