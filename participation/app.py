"""The factory: settings in, a running application out, in small named steps.

The tables below are the place to look for what is plugged in: extensions, blueprints, event handlers, commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from participation.base import db as database
from participation.base import events
from participation.base.db import db
from participation.cli import COMMANDS
from participation.notify.handlers import HANDLERS
from participation.web import BLUEPRINTS, assets, freshness, postman, security, shell

ROOT = Path(__file__).resolve().parent.parent

HANDLER_TABLES: tuple[Mapping[type, Sequence[Callable[[Any], None]]], ...] = (HANDLERS,)


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application.

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
    events.connect({event: handlers for table in HANDLER_TABLES for event, handlers in table.items()})
    if settings.PROXY_HOPS:
        hops = settings.PROXY_HOPS
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    shell.prepare(app)
    security.prepare(app)
    freshness.prepare(app)
    assets.prepare(app)
    postman.prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def prepare_database(app: Flask) -> None:
    """Connect SQLAlchemy and the migrations."""
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        database.prepare_engine(db.engine)


def prepare_templates(app: Flask) -> None:
    """Make a missing name in a template an error, not a gap."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
