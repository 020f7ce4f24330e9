"""Versions of a proposal, and the three wordings where a revision changed the same words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from participation.accounts.queries import mandates
from participation.base.db import transaction
from participation.base.text import TextTooLong, normalise
from participation.base.verdict import DomainError, Message, NotFound, require
from participation.leitbild.queries import current_number
from participation.proposals import history, labels, operations, policy, queries
from participation.proposals import writing as written
from participation.proposals.models import UNSETTLED, Proposal, ProposalState, ProposalVersion
from participation.proposals.rebasing import UnfitWording, home_of
from participation.proposals.threeway import Threeway
from participation.proposals.threeway import threeway as compare
from participation.proposals.writing import WordingChanged
from participation.web.access import public, resident
from participation.web.proposals.blueprint import proposals
from participation.web.proposals.forms import AdoptForm
from participation.web.security import DRAFTS, limiter
from participation.web.shell import Answer, member, viewer

COMPARED = 12
"""How many versions the list compares with the one before; older ones are compared on their own pages."""

_FIELDS: dict[str, Message] = {
    "title": _l("Titel"),
    "reason": _l("Begründung"),
    "benefit": _l("Nutzen über den Ort hinaus"),
    "culture": _l("Auswirkung auf kulturelle Traditionen"),
    "node_id": _l("Stelle im Leitbild"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What became different from one version to the next."""

    wording: Markup | None
    """Both wordings compared; empty where the wording stayed."""
    fields: list[str]
    """What else changed, by name."""


@proposals.get("/vorschlaege/<int:number>/versionen")
@public
def versions(number: int) -> Answer:
    """List every version that was public, the newest first, each compared with the one before."""
    found = _public(number)
    rows = history.versions(found.id)
    shown = [row.version for row in rows][-COMPARED:]
    texts = history.texts(found.id, *shown) if shown else {}
    differences = {after.version: _difference(before, after) for before, after in pairwise(texts.values())}
    return render_template(
        "proposals/versions.html",
        proposal=found,
        rows=rows[::-1],
        differences=differences,
        joint=_joint(found),
        labels=labels,
    )


@proposals.get("/vorschlaege/<int:number>/versionen/<int:version>")
@public
def version(number: int, version: int) -> Answer:
    """Show one version as it was, for ever under this address."""
    found = _public(number)
    rows = {row.version: row for row in history.versions(found.id)}
    if version not in rows:
        raise NotFound
    texts = history.texts(found.id, version, version - 1)
    text = texts[version]
    return render_template(
        "proposals/version.html",
        proposal=found,
        row=rows[version],
        last=max(rows),
        joint=_joint(found),
        text=text,
        pieces=written.parts(found.type, text.wording),
        difference=_difference(texts[version - 1], text) if version - 1 in texts else None,
        labels=labels,
    )


@proposals.get("/vorschlaege/<int:number>/vergleich")
@public
def threeway(number: int) -> Answer:
    """Show the wording then, the proposal and the wording of today, and offer to bring them together."""
    found = _public(number)
    compared = compare(found, home_of(found.node))
    return _page(found, compared, AdoptForm(data={"seen": compared.today, "wording": compared.suggestion}))


@proposals.post("/vorschlaege/<int:number>/uebernehmen")
@resident
@limiter.limit(DRAFTS)
def adopt(number: int) -> Answer:
    """Bring a proposal onto the wording of today; what was typed comes back with every refusal."""
    found, person, form = _public(number), member(), AdoptForm()
    problem: DomainError | None = None
    if form.validate_on_submit():
        seen, words = form.seen.data or "", form.wording.data or ""
        try:
            with transaction():
                operations.adopt_wording(person, found, words, seen=seen, base_revision=current_number())
        except WordingChanged as changed:
            problem = changed
        except (UnfitWording, TextTooLong) as unfit:
            problem = unfit
            form.blame(unfit.message)
        else:
            flash(_("%(v)s bezieht sich jetzt auf den heutigen Wortlaut.", v=found.reference), "success")
            return redirect(url_for("proposals.proposal", number=number), 303)
    found = _public(number)
    compared = compare(found, home_of(found.node))
    clash = None
    if isinstance(problem, WordingChanged):
        clash = Markup(written.marked(normalise(problem.seen), problem.current))  # noqa: S704 - escaped where it is made
        form.seen.data = compared.today
    status = problem.status if problem else 422
    return _page(found, compared, form, clash=clash), status


def _page(found: Proposal, compared: Threeway, form: AdoptForm, *, clash: Markup | None = None) -> str:
    person = viewer()
    may = policy.may_adopt(person, found, mandates(person.id) if person is not None else ())
    home = home_of(found.node)
    return render_template(
        "proposals/threeway.html",
        proposal=found,
        compared=compared,
        home=home if home is not None and home.id != found.node_id else None,
        wanted=Markup(written.marked(compared.then, compared.wanted)),  # noqa: S704 - escaped where it is made
        today=Markup(written.marked(compared.then, compared.today)),  # noqa: S704
        suggested=Markup(written.marked(compared.today, compared.suggestion)),  # noqa: S704
        may=may,
        waits=found.state in UNSETTLED and found.conflict_revision is not None,
        form=form,
        clash=clash,
        failed=form.is_submitted() and request.method == "POST",
        labels=labels,
    )


def _joint(found: Proposal) -> bool:
    return any(one.joined_at is not None for one in found.coauthors)


def _public(number: int) -> Proposal:
    found = queries.by_number(number, viewer())
    if found is None or found.state is ProposalState.DRAFT:
        raise NotFound
    require(policy.may_read(viewer(), found))
    return found


def _difference(before: ProposalVersion, after: ProposalVersion) -> Difference:
    changed = before.wording != after.wording
    wording = Markup(written.marked(before.wording, after.wording)) if changed else None  # noqa: S704 - escaped where it is made
    names = [str(name) for field, name in _FIELDS.items() if getattr(before, field) != getattr(after, field)]
    return Difference(wording, names)
