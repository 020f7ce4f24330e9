"""Show the start page, the whole strategy, and one node."""

from __future__ import annotations

from flask import render_template, request

from participation.base.verdict import NotFound
from participation.strategy import overview, queries
from participation.web.access import public
from participation.web.shell import viewer
from participation.web.strategy.blueprint import strategy


@strategy.get("/")
@public
def start() -> str:
    return render_template("strategy/start.html", clusters=overview.clusters())


@strategy.get("/strategie")
@public
def index() -> str:
    return render_template("strategy/index.html", tree=overview.tree())


@strategy.get("/strategie/<node_id>")
@public
def node(node_id: str) -> str:
    page = queries.node_page(node_id, viewer())
    if page is None:
        raise NotFound
    return render_template("strategy/node.html", page=page)
