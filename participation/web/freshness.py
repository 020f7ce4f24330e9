"""Pages for visitors carry an ETag, so that an unchanged one need not travel twice."""

from __future__ import annotations

from flask import Flask, Response, request


def prepare(app: Flask) -> None:
    """Add ETags to pages for people who are not logged in, and answer 304 where they match."""

    @app.after_request
    def tag(response: Response) -> Response:
        anonymous = app.config["SESSION_COOKIE_NAME"] not in request.cookies
        page = response.status_code == 200 and response.mimetype == "text/html" and not response.is_streamed
        if request.method in ("GET", "HEAD") and page and anonymous and _lasting(response):
            response.headers["Cache-Control"] = "no-cache"
            response.vary.update(("Cookie", "Accept-Encoding", "HX-Request"))
            response.add_etag(weak=True)
            response.make_conditional(request)
        return response


def _lasting(response: Response) -> bool:
    """Say whether a page is the same for the next visitor and none of a mailed link."""
    return "Set-Cookie" not in response.headers and "token" not in (request.view_args or {})
