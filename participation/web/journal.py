"""What the server tells its operators: one line a request, and what went wrong; JSON in production, else readable.

Every line carries the id of its request, which the answer and the page for our own faults carry, too: a person can
quote it. No line holds what people wrote, their addresses or those of their machines, tokens or query strings: of a
request only its route's name is told, of an error its kind and where it happened. Whatever other libraries say
passes a mask.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars, merge_contextvars
from structlog.types import EventDict, Processor

from participation.base.outage import says
from participation.web import metrics

ROOT = Path(__file__).resolve().parents[2]
HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
SILENT = {"static", "assets.site", "ops.healthz", "ops.readyz", "ops.metrics"}
"""Asked by machines, or many for one page: they are told only when they fail."""

MASKS = (
    (re.compile(r"[^\s@<>\"'(),;:]+@[\w-]+(\.[\w-]+)+"), "…@…"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "…"),
    (re.compile(r"\b(?:[0-9a-fA-F]{1,4}:){3,}[0-9a-fA-F:]*"), "…"),
    (re.compile(r"\?[^\s\"']+"), "?…"),
    (re.compile(r"(?<![\w./-])/?(?:[\w.-]+/)*[A-Za-z0-9_-]{32,}"), "…"),
)
"""Addresses of people and machines, query strings, and whatever is long enough to be a secret."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("participation.requests")


def prepare(app: Flask) -> None:
    """Number the requests and tell what became of them. First of all that is prepared: its line is the last word."""
    if not app.testing:
        to_stream(sys.stderr, plain=app.config["MODE"] != "production")
    structlog.configure(
        processors=[merge_contextvars, *_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    app.log_exception = tell_fault  # type: ignore[method-assign] # Flask's own would tell the path

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        metrics.begin()
        clear_contextvars()
        bind_contextvars(request_id=_given(app) or secrets.token_hex(8), endpoint=request.endpoint)

    @app.after_request
    def end(response: Response) -> Response:
        began = g.pop("began", None)
        if began is not None:
            seconds = time.perf_counter() - began
            response.headers[HEADER] = request_id()
            statements = metrics.count(request.endpoint, request.method, response.status_code, seconds)
            if request.endpoint not in SILENT or response.status_code >= 400:
                level = logging.WARNING if response.status_code >= 500 else logging.INFO
                told = {"method": request.method, "status": response.status_code, "statements": statements}
                log.log(level, "request", **told, ms=round(seconds * 1000, 1))
        return response


def request_id() -> str:
    """Return the id of the current request, or "" outside of one."""
    return str(get_contextvars().get("request_id", ""))


def tell_fault(exc_info: Any) -> None:
    """Tell a fault of ours, as Flask wants it."""
    logging.getLogger("participation").error("unexpected", exc_info=exc_info)


def to_stream(stream: TextIO, *, plain: bool) -> None:
    """Send everything that anyone logs to a stream, as JSON lines or readable."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(plain=plain))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("participation").setLevel(logging.INFO)


def formatter(*, plain: bool) -> logging.Formatter:
    """Return how a line is written: readable with whole tracebacks, or JSON without anything people wrote."""
    # Plain: the pretty one shows all local variables, passwords among them, and takes a second for it.
    readable = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    end: list[Processor] = [readable]
    if not plain:
        end = [_fault, _masked, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[merge_contextvars, *_shared(), structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
    )


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _given(app: Flask) -> str:
    """Return the id that a proxy gave; from anyone else it could be anything, so it is not looked at."""
    given = request.headers.get(HEADER, "") if app.config["PROXY_HOPS"] else ""
    return given if WELL_FORMED.fullmatch(given) else ""


def _fault(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Turn an exception into its kinds and places: its words may quote what people wrote."""
    found = line.pop("exc_info", None)
    if found:
        error = (
            found[1] if isinstance(found, tuple) else found if isinstance(found, BaseException) else sys.exc_info()[1]
        )
        line["errors"] = [_told(one) for one in _chain(error)]
    return line


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-15:]
    told: dict[str, Any] = {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if code := says(error):
        told["code"] = code
    return told


def _short(path: str) -> str:
    place = path.removeprefix(f"{ROOT}/")
    return place.rpartition("/site-packages/")[2] or place


def _masked(_logger: Any, _method: str, line: EventDict) -> EventDict:
    kept = {"timestamp", "level", "logger", "request_id", "endpoint", "method", "errors"}
    return {name: value if name in kept else _mask(value) for name, value in line.items()}


def _mask(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, instead in MASKS:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, MutableMapping):
        return {name: _mask(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else _mask(str(value))
