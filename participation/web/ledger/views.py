"""What verifiers, witnesses and readers ask of the log: everything is public, nothing is shown that is not signed."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, send_file

from participation.base.db import transaction
from participation.ledger import operations, queries
from participation.ledger.note import LIMIT, VerifierKey
from participation.ledger.queries import Signed
from participation.web.access import public
from participation.web.ledger.publishing import export_file
from participation.web.security import csrf, limiter

ledger = Blueprint("ledger", __name__, url_prefix="/log")

AT_ONCE = 500
"""Leaves in one answer."""


@ledger.get("")
@public
def index() -> str:
    """Explain how to check the log, and show what is signed and who witnessed it."""
    config = current_app.config
    keys = queries.keys()
    newest = queries.newest()
    return render_template(
        "ledger/index.html",
        newest=newest,
        at=queries.moment_of(newest.size) if newest else None,
        key=keys[-1] if keys else "",
        witnesses=queries.seen(_witnesses()),
        independent=config["INDEPENDENT_WITNESSES"],
        public_url=config["PUBLIC_URL"],
    )


@ledger.get("/checkpoint")
@public
def checkpoint() -> Response:
    """Hand out the newest checkpoint with all its signatures."""
    return Response(_signed().text, mimetype="text/plain")


@ledger.get("/entries")
@public
def entries() -> Response:
    """Hand out leaves from a place to before another, as far as they are signed; perhaps fewer than asked for."""
    size = _signed().size
    start, end = _number("from", 0), _number("to", size)
    if not 0 <= start < end <= size:
        abort(404)
    end = min(end, start + AT_ONCE)
    return jsonify({"from": start, "to": end, "size": size, "leaves": queries.leaves(start, end)})


@ledger.get("/proof/inclusion")
@public
def inclusion() -> Response:
    """Prove that a leaf is in a signed tree."""
    signed = _signed()
    leaf, size = _number("leaf"), _number("size", signed.size)
    if not 0 <= leaf < size <= signed.size:
        abort(404)
    proof = queries.tree(size).inclusion_proof(leaf)
    return jsonify({"leaf": leaf, "size": size, "hashes": [one.hex() for one in proof]})


@ledger.get("/proof/consistency")
@public
def consistency() -> Response:
    """Prove that a tree continues an earlier one."""
    signed = _signed()
    old, new = _number("from"), _number("to", signed.size)
    if not 0 <= old <= new <= signed.size:
        abort(404)
    proof = queries.tree(new).consistency_proof(old)
    return jsonify({"from": old, "to": new, "hashes": [one.hex() for one in proof]})


@ledger.get("/export.json")
@public
@limiter.limit("20/minute")
def export() -> Response:
    """Hand out everything that is signed, for checking it offline."""
    path = export_file()
    if path is None:
        abort(404)
    return send_file(path, mimetype="application/json", as_attachment=True, download_name="export.json", max_age=60)


@ledger.get("/verify.py", endpoint="verify")
@public
def verifier() -> Response:
    """Hand out the offline verifier."""
    return _script("verify.py")


@ledger.get("/witness.py", endpoint="witness")
@public
def witness() -> Response:
    """Hand out the witness."""
    return _script("witness.py")


@ledger.post("/cosignatures")
@csrf.exempt
@public
@limiter.limit("20/minute")
def cosignatures() -> Response:
    """Keep the cosignatures of known witnesses.

    Without a CSRF token: a witness is a program with no session, and its signature, not a cookie, is what counts.
    """
    if request.content_length is None:
        abort(411)
    if request.content_length > LIMIT:
        abort(413)
    known = _witnesses()
    try:
        with transaction():
            operations.keep_cosignatures(request.get_data().decode(), known)
    except (operations.NotKept, UnicodeDecodeError):
        return Response(
            "Not a checkpoint of this log, or not signed by a witness we know.\n", 422, mimetype="text/plain"
        )
    return Response(status=204)


def _witnesses() -> list[VerifierKey]:
    return [VerifierKey.parse(text) for text in current_app.config["WITNESSES"]]


def _signed() -> Signed:
    found = queries.newest()
    if found is None:
        abort(404)
    return found


def _number(name: str, default: int = -1) -> int:
    """Return a number from the query; what is none counts as -1, which fits nothing."""
    text = request.args.get(name)
    if text is None:
        return default
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 12 else -1


def _script(name: str) -> Response:
    path = Path(str(current_app.static_folder)) / name
    return send_file(path, mimetype="text/x-python", as_attachment=True, max_age=0)
