"""The style sheet and the scripts, under addresses that carry a hash and may be cached for ever.

The sheet is put together at start from `static/vendor/vendor.css` and our own small files, in the cascade's order.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

from participation.web.access import public

FOREVER = "public, max-age=31536000, immutable"
OWN = ("tokens.css", "base.css", "layout.css", "components", "rooms")


def sheet(static: Path) -> bytes:
    """Return the whole style sheet: the vendor's, then ours."""
    vendor = static / "vendor" / "vendor.css"
    parts = [vendor.read_text().replace('url("fonts/', 'url("/static/vendor/fonts/')] if vendor.exists() else []
    for name in OWN:
        path = static / "css" / name
        parts += [file.read_text() for file in (sorted(path.glob("*.css")) if path.is_dir() else [path])]
    return "\n".join(parts).encode()


def prepare(app: Flask) -> None:
    """Add the sheet's route and `asset()` for templates."""
    static = Path(str(app.static_folder))

    @cache
    def built() -> tuple[bytes, bytes, str]:
        data = sheet(static)
        return data, gzip.compress(data, 9), hashlib.sha256(data).hexdigest()[:12]

    def current() -> tuple[bytes, bytes, str]:
        if app.debug:
            built.cache_clear()
        return built()

    @app.get("/assets/<digest>/site.css", endpoint="assets.site")
    @public
    def site(digest: str) -> Response:
        data, packed, _ = current()
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(packed if zipped else data, mimetype="text/css")
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = FOREVER
        return response

    @cache
    def digest_of(name: str) -> str:
        return hashlib.sha256((static / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        if name == "site.css":
            return url_for("assets.site", digest=current()[2])
        return url_for("static", filename=name, v=digest_of(name))

    app.jinja_env.globals["asset"] = asset
