"""Show the register of all measures, how far one has come, and one report."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from itertools import groupby
from typing import Any, TypeVar

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base.clock import now
from participation.base.verdict import Message
from participation.measures import labels, policy, queries
from participation.measures.queries import Filters, Measure, Register, Sort
from participation.measures.transitions import is_due, is_stale
from participation.strategy.models import Status, TextState
from participation.web.access import public
from participation.web.measures import deciding, reporting
from participation.web.measures.blueprint import measures
from participation.web.measures.pieces import measure, shown, today
from participation.web.shell import Answer, viewer
from participation.web.strategy.words import HORIZONS, WORDS, area, cluster, short

__all__ = ["deciding", "measures", "reporting"]

TEXT_STATES: Mapping[TextState, Message] = {
    TextState.UNCHANGED: _l("Wortlaut der Präsentation"),
    TextState.NEW: _l("neu hinzugekommen"),
    TextState.CHANGED: _l("geändert"),
    TextState.MERGED: _l("zusammengeführt"),
    TextState.SPLIT: _l("geteilt"),
    TextState.STRUCK: _l("gestrichen"),
}
PARAMETERS = ("stand", "cluster", "horizont", "ort", "wortlaut", "nach")
Choice = TypeVar("Choice", bound=enum.Enum)


@measures.get("/massnahmen")
@public
def register() -> Answer:
    """List all measures with their state, narrowed and ordered by what stands in the address."""
    sort = _choice(Sort, "nach") or Sort.READING
    filters = Filters(
        status=_choice(Status, "stand"),
        cluster=request.args.get("cluster") or None,
        horizon=request.args.get("horizont") or None,
        place=request.args.get("ort") or None,
        text_state=_choice(TextState, "wortlaut"),
    )
    found = queries.register(filters, sort, now())
    return render_template(
        "measures/register.html",
        register=found,
        filters=filters,
        sort=sort,
        groups=_groups(found, sort),
        tabs=_tabs(found, filters),
        sorts=_sorts(sort),
        cluster_options=[(ident, cluster(ident, title)) for ident, title in found.clusters],
        horizon_options=[(ident, label) for ident, label in HORIZONS.items() if ident in found.horizons],
        text_options=[(state.value, TEXT_STATES[state]) for state in found.text_states],
        area=area,
        labels=labels,
        **WORDS,
    )


@measures.get("/strategie/<node_id>/stand")
@public
def history(node_id: str) -> Answer:
    """Show how far a measure has come, with every confirmed report and its source."""
    node = measure(node_id)
    found = queries.history(node.id, viewer())
    current = found.current
    return render_template(
        "measures/history.html",
        node=node,
        history=found,
        stale=is_stale(node.status, node.status_reported_at, now()),
        due=current is not None and is_due(node.status, current.review_on, today()),
        may_report=policy.may_report(viewer(), node),
        area=area(node.cluster_id, node.id),
        short=short,
        labels=labels,
    )


@measures.get("/stand/<int:id>")
@public
def report(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show one report to everybody once it is confirmed, before that to its reporter and moderators."""
    found, person = shown(id), viewer()
    return render_template(
        "measures/report.html",
        report=found,
        may_revise=policy.may_revise(person, found),
        may_decide=policy.may_decide_report(person, found),
        concerned=person is not None and (found.reporter_id == person.id or person.is_moderator),
        area=area(found.node.cluster_id, found.node.id),
        short=short,
        labels=labels,
    )


def _groups(found: Register, sort: Sort) -> list[tuple[Message, str | None, list[Measure]]]:
    """Return the measures by the part of the strategy they stand in; in one group where they are ordered otherwise."""
    if sort is not Sort.READING:
        return [("", None, list(found.measures))] if found.measures else []
    groups: list[tuple[Message, str | None, list[Measure]]] = []
    for ident, items in groupby(found.measures, key=lambda item: _part(item)[0]):
        listed = list(items)
        groups.append((_part(listed[0])[1], ident, listed))
    return groups


def _part(item: Measure) -> tuple[str | None, Message]:
    """Return id and name of the part of the strategy a measure stands in."""
    where = area(item.cluster_id, item.id)
    return (where.id, where.label) if where else (None, _("Weitere"))


def _tabs(found: Register, filters: Filters) -> list[tuple[Message, str, bool, int]]:
    """Return the states as views of the list, those without any measure left out."""
    every = sum(found.counts.values())
    tabs: list[tuple[Message, str, bool, int]] = [(_("alle"), _address(stand=None), filters.status is None, every)]
    for state, label in labels.STATES.items():
        if found.counts.get(state) or filters.status is state:
            address = _address(stand=state.value)
            tabs.append((label, address, filters.status is state, found.counts.get(state, 0)))
    return tabs


def _sorts(sort: Sort) -> list[tuple[str, str, bool]]:
    """Return the ways to order the list, with their addresses."""
    names = {
        Sort.READING: _("Strategie"),
        Sort.TITLE: _("Titel"),
        Sort.STATUS: _("Stand"),
        Sort.NEWS: _("Neuestes"),
    }
    return [
        (name, _address(nach=None if one is Sort.READING else one.value), one is sort) for one, name in names.items()
    ]


def _address(**changed: str | None) -> str:
    """Return the address of this list with some of its filters changed; None takes one away."""
    kept: dict[str, Any] = {name: request.args[name] for name in PARAMETERS if request.args.get(name)}
    return url_for("measures.register", **{**kept, **changed})


def _choice(kind: type[Choice], name: str) -> Choice | None:
    """Return a filter's value from the address; one that does not exist filters nothing."""
    return next((one for one in kind if one.value == request.args.get(name)), None)
