"""Show a new wording beside the current one while it is written. Writes nothing; without JavaScript nobody asks."""

from __future__ import annotations

from flask import render_template, request

from participation.base.text import normalise
from participation.base.verdict import NotFound
from participation.leitbild.changes import diff_html
from participation.strategy import queries
from participation.web.access import resident
from participation.web.security import PREVIEWS, limiter
from participation.web.strategy.blueprint import strategy


@strategy.post("/strategie/<node_id>/vorschau")
@resident
@limiter.limit(PREVIEWS)
def preview(node_id: str) -> str:
    """Compare what is being written with a node's wording, word by word."""
    node = queries.node(node_id)
    if node is None:
        raise NotFound
    wanted = normalise(request.form.get("wording") or request.form.get("after", ""))
    compared = diff_html(node.body, wanted) if wanted and wanted != node.body else ""
    return render_template("strategy/_preview.html", diff_html=compared)
