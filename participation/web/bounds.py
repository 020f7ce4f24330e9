"""What comes in is bounded and tidied here, once, before any view looks at it.

How much: the whole of a request (config.MAX_CONTENT_LENGTH), the number of its fields, the length of an address. How
long a single text may be is said by its form and its room. Which characters: base/text.py. Passwords, tokens and proofs
stay as they were sent.
"""

from __future__ import annotations

from flask import Flask, abort, current_app, request, session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from participation.base.text import tidy

MOST_FIELDS = 2000
"""The largest form, an outcome with all its evidence, has some hundred."""
LONGEST_PATH, LONGEST_QUERY, MOST_ARGUMENTS = 1000, 4000, 50
VERBATIM = ("password", "proof", "csrf_token", "kept")
"""Fields whose name begins so are not text; `kept` holds a form whose fields are tidied when it is sent again."""


def prepare(app: Flask) -> None:
    """Look at every request before its view does."""
    app.before_request(bound_address)
    app.before_request(bound_form)


def bound_address() -> None:
    """Answer 414 to an address that is too long, 400 to one with too many parts, and tidy what it asks."""
    query = request.query_string
    if len(request.path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        abort(414)
    if query.count(b"&") >= MOST_ARGUMENTS:
        abort(400)
    request.args = _tidied(request.args)


def bound_form() -> None:
    """Answer 413 to a form that is too large, whoever sent it and wherever to; tidy what it says."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    takes = getattr(current_app.view_functions.get(request.endpoint or ""), "takes", None)
    # Told by the cookie alone: asking the database would hold it while a slow file comes in.
    if takes is not None and "_user_id" in session:
        request.max_content_length = takes
    if len(request.form) > MOST_FIELDS or sum(map(len, request.form.listvalues())) > MOST_FIELDS:
        # What is carried along elsewhere is taken from here; there is nothing to be carried of such a form.
        request.form = ImmutableMultiDict()
        raise RequestEntityTooLarge
    request.form = _tidied(request.form)


def _tidied(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    pairs = [(k, v if k.startswith(VERBATIM) else tidy(v)) for k, v in fields.items(multi=True)]
    return ImmutableMultiDict(pairs)
