"""Pages for visitors carry an ETag, so that an unchanged one need not travel twice."""

from __future__ import annotations

from flask import Flask, Response, request


def prepare(app: Flask) -> None:
    """Add ETags to pages for people who are not logged in, and answer 304 where they match."""

    @app.after_request
    def tag(response: Response) -> Response:
        anonymous = app.config["SESSION_COOKIE_NAME"] not in request.cookies
        page = response.status_code == 200 and response.mimetype == "text/html" and not response.is_streamed
        if request.method in ("GET", "HEAD") and page and anonymous and "Set-Cookie" not in response.headers:
            response.headers["Cache-Control"] = "no-cache"
            response.vary.add("Cookie")
            response.add_etag()
            response.make_conditional(request)
        return response
