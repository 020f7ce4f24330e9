"""Health and metrics. None of them reads a cookie, and no answer may be kept anywhere."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from participation.base.db import db
from participation.jobs.queries import standings
from participation.ops import state
from participation.ops.backlog import queues
from participation.ops.state import NoAnswer, Probe
from participation.web import metrics as figures
from participation.web.access import public, without_factor
from participation.web.shared_limits import SharedLimits

ops = Blueprint("ops", __name__)

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


def prepare(app: Flask) -> None:
    """Have the probes of this process ready; they use connections of the same pool as pages do."""
    app.extensions["probes"] = {
        "database": Probe(partial(_in_context, app, lambda: state.applied(db.engine))),
        "backlog": Probe(partial(_in_context, app, lambda: (queues(), standings()))),
    }


@ops.get("/healthz")
@public
@without_factor
def healthz() -> Response:
    """Say that the process lives. A dead database is no reason to restart us."""
    return _fresh(jsonify(status="alive"))


@ops.get("/readyz")
@public
@without_factor
def readyz() -> tuple[Response, int] | Response:
    """Say whether requests may be sent here; without, reason words that tell nobody anything else."""
    failing = state.reasons([*_database(), ("disk", not state.writable(Path(current_app.config["INSTANCE"])))])
    degraded = state.reasons([("redis", _redis_absent())])
    status = "unavailable" if failing else "degraded" if degraded else "ready"
    answer = _fresh(jsonify(status=status, failing=failing, degraded=degraded))
    return (answer, 503) if failing else answer


@ops.get("/metrics")
@public
@without_factor
def metrics() -> Response:
    """Hand out the figures to who may have them; for all others there is nothing here."""
    if not (_has_token() or _from_this_machine()):
        abort(404)
    try:
        waiting, jobs = _probe("backlog").ask()
    except (NoAnswer, SQLAlchemyError):
        waiting, jobs = None, ()
    return _fresh(Response(figures.page(waiting, jobs), content_type="text/plain; version=0.0.4; charset=utf-8"))


def _database() -> list[tuple[str, bool]]:
    try:
        found = _probe("database").ask()
    except (NoAnswer, SQLAlchemyError):
        return [("database", True)]
    folder = Path(current_app.root_path).parent / "migrations"
    return [("migrations", bool(state.migrations(found, folder)))]


def _redis_absent() -> bool:
    """Tell whether there should be a Redis, and it does not answer."""
    stores = [one.storage for one in current_app.extensions.get("limiter", ())]
    return any(isinstance(store, SharedLimits) and not store.redis.check() for store in stores)


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _from_this_machine() -> bool:
    """Tell whether a program on this machine asks directly; what comes through a proxy has been further away."""
    if any(name in request.headers for name in FORWARDED):
        return False
    original = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR", request.remote_addr)
    try:
        return ip_address(original or "").is_loopback
    except ValueError:
        return False


def _probe(name: str) -> Probe[Any]:
    found: Probe[Any] = current_app.extensions["probes"][name]
    return found


def _in_context(app: Flask, look: Callable[[], Any]) -> Any:
    with app.app_context():
        return look()


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
