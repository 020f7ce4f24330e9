"""Write a proposal: choose what it wants, fill in the form, look at it once more, hand it in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from participation.accounts.models import User
from participation.accounts.queries import mandates, require_mandate
from participation.base import diff
from participation.base.clock import now
from participation.base.db import transaction
from participation.base.text import TextTooLong, normalise
from participation.base.verdict import Conflict, DomainError, NotFound, require
from participation.dialogue.waiting import TooManyWaiting
from participation.leitbild.queries import current_number
from participation.moderation.burst_models import BurstKind
from participation.moderation.sightings import sight
from participation.proposals import choices, labels, operations, policy, queries, waiting
from participation.proposals import writing as written
from participation.proposals.attaching import files
from participation.proposals.likeness import similar
from participation.proposals.models import Proposal, ProposalState, ProposalType
from participation.proposals.operations import UnfitPartner
from participation.proposals.together import NotYetAgreed, waiting_for
from participation.proposals.writing import Incomplete, WordingChanged
from participation.strategy import queries as strategy
from participation.strategy.models import Node
from participation.web.access import resident
from participation.web.networks import network_mark
from participation.web.once import once
from participation.web.proposals.blueprint import proposals
from participation.web.proposals.forms import ProposalForm, beginning, values
from participation.web.security import DRAFTS, SUBMISSIONS, limiter
from participation.web.shell import Answer, member, viewer
from participation.web.wording import day


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that comes back: its status, and what changed in the wording meanwhile if that is why."""

    status: int
    clash: Markup | None = None


@proposals.route("/strategie/<node_id>/vorschlagen", methods=["GET", "POST"])
@resident
@limiter.limit(DRAFTS, methods=["POST"])
def new(node_id: str) -> Answer:
    """Choose a type of proposal about a node, then write it."""
    node = strategy.node(node_id)
    if node is None:
        raise NotFound
    require(policy.may_propose(viewer(), node))
    permitted = [kind for kind in ProposalType if kind.value in node.kind.proposal_types]
    known = {kind.value: kind for kind in permitted}
    kind = known.get(request.form.get("type") or request.args.get("typ", ""))
    if kind is None and len(permitted) == 1:
        kind = permitted[0]
    if kind is None:
        return render_template(
            "proposals/choose.html", node=node, permitted=permitted, labels=labels, points=choices.points_of(node.id)
        )
    start = {**beginning(kind, node), "submission_key": secrets.token_urlsafe(16)}
    return _form(ProposalForm(data=start), kind, node, None)


@proposals.get("/vorschlaege/entwuerfe")
@resident
def drafts() -> Answer:
    """List one's own drafts."""
    me = member()
    return render_template("proposals/drafts.html", drafts=queries.drafts_of(me), shared=queries.drafts_with(me))


@proposals.route("/vorschlaege/entwurf/<int:draft_id>", methods=["GET", "POST"])
@resident
@limiter.limit(DRAFTS, methods=["POST"])
def draft(draft_id: int) -> Answer:
    """Go on writing a draft."""
    found = _draft(draft_id)
    return _form(ProposalForm(data=values(found, queries.places_of(found.id))), found.type, found.node, found)


@proposals.route("/vorschlaege/<int:number>/bearbeiten", methods=["GET", "POST"])
@resident
@limiter.limit(DRAFTS, methods=["POST"])
def edit(number: int) -> Answer:
    """Revise a proposal that was handed in and not checked yet."""
    found = queries.by_number(number, viewer())
    if found is None:
        raise NotFound
    if found.state is ProposalState.DRAFT:
        return redirect(url_for("proposals.draft", draft_id=found.id), 303)
    require(policy.may_edit(viewer(), found))
    require_mandate(viewer(), found.initiative_id)
    return _form(ProposalForm(data=values(found, queries.places_of(found.id))), found.type, found.node, found)


@proposals.route("/vorschlaege/entwurf/<int:draft_id>/pruefen", methods=["GET", "POST"])
@resident
@limiter.limit(SUBMISSIONS, methods=["POST"])
@once
def review(draft_id: int) -> Answer:
    """Show a draft as others will see it, with what resembles it; a POST hands it in."""
    found, person = _draft(draft_id), member()
    if request.method == "POST":
        try:
            with transaction():
                periods, needed = current_app.config["PERIODS"], current_app.config["FIRST_CONTRIBUTION_WAITS"]
                ways = {"check_period": periods["check"], "period": periods["first_contribution"]}
                public = waiting.hand_in(person, found, needed=needed, **ways)
                sight(network_mark(), BurstKind.CONTRIBUTIONS, person.id)
        except NotYetAgreed as missing:
            flash(str(missing.message), "warning")
            return redirect(url_for("proposals.together", draft_id=draft_id), 303)
        except TooManyWaiting as error:
            flash(str(error.message), "warning")
            return redirect(url_for("proposals.draft", draft_id=draft_id), 303)
        except (WordingChanged, Incomplete):
            # Nothing was handed in; the draft stands as it was, and the form says what is to do.
            return redirect(url_for("proposals.draft", draft_id=draft_id), 303)
        if not public:
            flash(_("Ihr Vorschlag ist abgeschickt. Er wartet jetzt auf die Moderation."), "success")
            return redirect(url_for("proposals.review", draft_id=draft_id), 303)
        assert found.check_due_at is not None  # noqa: S101 - set when handed in
        due = day(found.check_due_at)
        done = _("Ihr Vorschlag %(v)s ist eingereicht.", v=found.reference)
        check = _("Bis zum %(day)s prüft die Moderation, ob alles Nötige genannt ist.", day=due)
        flash(f"{done} {check}", "success")
        return redirect(url_for("proposals.proposal", number=found.number), 303)
    return render_template(
        "proposals/review.html",
        draft=found,
        similar=similar(found, person),
        places=queries.place_names(found.id),
        files=files(found.id),
        stale=found.before != written.before(found.type, found.node),
        missing=written.problems(written.of(found), found.before),
        waits=waiting.waits_here(person, found, current_app.config["FIRST_CONTRIBUTION_WAITS"]),
        late=found.waits_until is not None and found.waits_until < now(),
        waiting=waiting_for(found),
        labels=labels,
        check_days=current_app.config["PERIODS"]["check"].days,
    )


@proposals.route("/vorschlaege/entwurf/<int:draft_id>/loeschen", methods=["POST"])
@resident
def discard(draft_id: int) -> Answer:
    """Throw a draft away."""
    with transaction():
        operations.discard_draft(member(), _draft(draft_id))
    flash(_("Der Entwurf ist gelöscht."), "success")
    return redirect(url_for("proposals.drafts"), 303)


def _form(form: ProposalForm, kind: ProposalType, node: Node, proposal: Proposal | None) -> Answer:
    """Show the form or take it; whatever is refused comes back with everything typed."""
    person = member()
    _prepare(form, kind, node, person)
    if not form.is_submitted():
        clash = None
        if proposal is not None and (clash := _clash(proposal.before, written.before(kind, node))):
            # An older draft: saving it once more rests it on what stands now.
            form.seen.data = written.before(kind, node)
        return _page(form, kind, node, proposal, clash)
    saved = _take(form, kind, node, person, proposal)
    if isinstance(saved, Refusal):
        return _page(form, kind, node, proposal, saved.clash), saved.status
    if saved.state is ProposalState.SUBMITTED:
        flash(_("Ihre Änderung an %(v)s ist gespeichert.", v=saved.reference), "success")
        return redirect(url_for("proposals.proposal", number=saved.number), 303)
    if form.review.data:
        return redirect(url_for("proposals.review", draft_id=saved.id), 303)
    shared = any(one.joined_at is not None for one in saved.coauthors)
    only_you = _("Wer mit Ihnen einreicht, sieht ihn auch.") if shared else _("Nur Sie sehen ihn.")
    flash(_("Ihr Entwurf ist gespeichert. %(who)s", who=only_you), "success")
    return redirect(url_for("proposals.draft", draft_id=saved.id), 303)


def _take(
    form: ProposalForm, kind: ProposalType, node: Node, person: User, proposal: Proposal | None
) -> Proposal | Refusal:
    """Save what was typed, or put the objections at the fields and return the refusal."""
    if not form.validate():
        return Refusal(422)
    try:
        with transaction():
            return _save(form, kind, node, person, proposal)
    except (Incomplete, TextTooLong, UnfitPartner, Conflict) as error:
        return _refused(form, error)


def _refused(form: ProposalForm, error: DomainError) -> Refusal:
    """Put an objection at the field it is about."""
    if isinstance(error, WordingChanged):
        form.seen.data = error.current
        return Refusal(error.status, _clash(error.seen, error.current))
    if isinstance(error, Incomplete):
        form.blame(error.problems)
    elif isinstance(error, UnfitPartner):
        form.blame({"other_node_id": error.message})
    else:
        form.blame({"title": error.message})
    return Refusal(error.status)


def _save(form: ProposalForm, kind: ProposalType, node: Node, person: User, proposal: Proposal | None) -> Proposal:
    """Save the form as a draft or as a revision of what was handed in."""
    writing = form.written(kind)
    seen, current = normalise(form.seen.data or ""), written.before(kind, node)
    seen = current if seen == normalise(current) else seen
    revision = current_number()
    if proposal is not None and proposal.state is ProposalState.SUBMITTED:
        return operations.edit(person, proposal, writing, base_revision=revision, seen=seen)
    return operations.save_draft(
        person,
        node,
        writing,
        base_revision=revision,
        seen=seen,
        draft=proposal,
        submission_key=None if proposal else form.submission_key.data or None,
        complete=bool(form.review.data),
    )


def _prepare(form: ProposalForm, kind: ProposalType, node: Node, person: User) -> None:
    speakers = [(str(one.initiative_id), _("für %(name)s", name=one.name)) for one in mandates(person.id)]
    partners: dict[str, list[tuple[str, str]]] = {}
    if kind is ProposalType.MERGE:
        found = choices.partners_for(node)
        names = dict(choices.for_filters().clusters)
        if found.related:
            partners[_("Verwandte Stellen")] = list(found.related)
        for cluster_id, nodes in found.others.items():
            partners.setdefault(names.get(cluster_id, _("Andere Stellen")), []).extend(nodes)
    form.prepare(kind, places=choices.places_for(node.id), speakers=speakers, partners=partners)


def _clash(seen: str, current: str) -> Markup | None:
    """Return what changed in the node's wording since the author saw it, or None."""
    if seen == current:
        return None
    return diff.as_html(diff.compare(seen, current), inserted=_("eingefügt:"), deleted=_("gelöscht:"))


def _page(form: ProposalForm, kind: ProposalType, node: Node, proposal: Proposal | None, clash: Markup | None) -> str:
    return render_template(
        "proposals/form.html",
        form=form,
        kind=kind,
        node=node,
        proposal=proposal,
        clash=clash,
        failed=form.is_submitted(),
        points=choices.points_of(node.id) if proposal is None else [],
        several=len(node.kind.proposal_types) > 1,
        labels=labels,
    )


def _draft(draft_id: int) -> Proposal:
    found = queries.draft(draft_id, member())
    if found is None:
        raise NotFound
    return found
