"""What everyone reads: where the bodies agree about a version and where they diverge, change by change."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from participation.base.verdict import NotFound
from participation.leitbild import queries as leitbild
from participation.proposals.labels import cluster_label
from participation.resolutions.comparison import Group, Row, comparison
from participation.strategy.overview import choices
from participation.web.access import public
from participation.web.resolutions import desk, words
from participation.web.resolutions.blueprint import resolutions
from participation.web.resolutions.standing import standing

__all__ = ["desk", "resolutions"]


@resolutions.get("/leitbild/fassung/<int:number>/beschluesse")
@public
def compare(number: int) -> str:
    """Compare the bodies about a version; `?cluster=` and `?ort=` narrow it, and a printout holds what is shown."""
    revision = leitbild.revision_row(number)
    if revision is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    stands = standing(number)
    rows = comparison(stands)
    clusters = {ident: cluster_label(title) for ident, title in choices().clusters}
    named = {row.cluster_id for row in rows}
    places = dict(sorted({place for row in rows for place in row.places}, key=lambda place: place[1]))
    cluster, place = request.args.get("cluster", ""), request.args.get("ort", "")
    cluster, place = cluster if cluster in named else "", place if place in places else ""
    shown = [row for row in rows if _fits(row, cluster, place)]
    names = words.GROUPS_OF_TWO if len(stands.votes) == 2 else words.GROUPS
    return render_template(
        "resolutions/compare.html",
        revision=revision,
        standing=stands,
        total=len(rows),
        groups=[(names[group], [row for row in shown if row.group is group], group) for group in Group],
        clusters=[(ident, label) for ident, label in clusters.items() if ident in named],
        places=list(places.items()),
        cluster=cluster,
        place=place,
        cluster_names=clusters,
        words=words,
    )


def _fits(row: Row, cluster: str, place: str) -> bool:
    return (not cluster or row.cluster_id == cluster) and (not place or place in {ident for ident, _n in row.places})
