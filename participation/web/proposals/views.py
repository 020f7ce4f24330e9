"""Show proposals; sign with one, vote, comment, withdraw."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.accounts.queries import mandates
from participation.base.db import transaction
from participation.base.verdict import NotFound, no, require, yes
from participation.outcomes.queries import receipts_for_comments, receipts_for_proposals
from participation.proposals import labels, operations, policy, queries
from participation.proposals.choices import for_filters
from participation.proposals.lifecycle import GROUPS
from participation.proposals.models import UNSETTLED, Proposal, ProposalState, ProposalType
from participation.web import numbers
from participation.web.access import public, resident
from participation.web.accounts.contributions import tell
from participation.web.choices import ORGANISATIONS
from participation.web.dialogue.thread import Topic, handle_comment, handle_vote, more_comments, thread_context
from participation.web.proposals import checking, drafting, files, together, versions
from participation.web.proposals.blueprint import proposals
from participation.web.proposals.course import course
from participation.web.proposals.forms import WithdrawForm
from participation.web.security import CLICKS, COMMENTS, limiter
from participation.web.shell import Answer, member, viewer

__all__ = ["checking", "drafting", "files", "proposals", "together", "versions"]

ANSWERED = (
    ProposalState.RECOMMENDED,
    ProposalState.NOT_RECOMMENDED,
    ProposalState.ACCEPTED,
    ProposalState.POSTPONED,
    ProposalState.REJECTED,
    ProposalState.INCORPORATED,
)
"""States that an outcome may have led to."""
SORTS = {"neu": "newest", "mitgezeichnet": "supported"}


@proposals.get("/vorschlaege")
@public
def index() -> Answer:
    """List proposals by state, type, cluster and place."""
    filters = _filters()
    sort = request.args.get("sortierung", "neu")
    sort = sort if sort in SORTS else "neu"
    after = request.args.get("nach")
    page = queries.proposals_page(
        viewer(), filters, sort="supported" if sort == "mitgezeichnet" else "newest", after=after
    )
    chosen = {
        "stand": filters.group,
        "art": filters.type.value if filters.type else None,
        "cluster": filters.cluster_id,
        "ort": filters.place_id,
        "sortierung": None if sort == "neu" else sort,
    }
    context: dict[str, Any] = {"page": page, "chosen": chosen, "after": after, "filters": filters}
    if request.headers.get("HX-Request") == "true" and after:
        return render_template("proposals/_list.html", **context)
    return render_template(
        "proposals/index.html", **context, choices=for_filters(), groups=labels.GROUPS, types=labels.TYPES
    )


@proposals.get("/vorschlaege/<int:number>")
@public
def proposal(number: int) -> Answer:
    """Show a proposal: what is to change and why, who signs with it, its course, its thread."""
    view = queries.proposal(number, viewer())
    if view is None:
        raise NotFound
    if view.proposal.state is ProposalState.DRAFT:
        own = view.proposal.author_id == member().id
        return redirect(url_for("proposals.draft" if own else "proposals.together", draft_id=view.proposal.id), 303)
    subject = topic(view.proposal)
    if (more := more_comments(subject)) is not None:
        return more
    return page(view, thread_context(subject))


@proposals.post("/vorschlaege/<int:number>/mitzeichnen")
@resident
@limiter.limit(CLICKS)
def support(number: int) -> Answer:
    """Sign with a proposal, take the signature back, or say what becomes of one under an earlier version."""
    found, person = _found(number), viewer()
    assert person is not None  # noqa: S101 - @resident
    read = numbers.number(request.form.get("version"))
    with transaction():
        if "zuruecknehmen" in request.form:
            operations.unsupport(person, found)
        elif "uebertragen" in request.form:
            operations.carry_support(person, found, version=read)
        elif "belassen" in request.form:
            operations.keep_support(person, found, version=read)
        else:
            operations.support(person, found, version=read)
    if request.headers.get("HX-Request") == "true":
        return render_template("proposals/_support.html", view=queries.proposal(number, person), policy=policy)
    return redirect(url_for("proposals.proposal", number=number, _anchor="mitzeichnen"), 303)


@proposals.post("/vorschlaege/<int:number>/stimme")
@resident
@limiter.limit(CLICKS)
def vote(number: int) -> Answer:
    """Take a stance on a proposal."""
    found = _found(number)
    require(policy.may_vote(viewer(), found))
    return handle_vote(topic(found))


@proposals.post("/vorschlaege/<int:number>/beitrag")
@resident
@limiter.shared_limit(COMMENTS, scope="comments")
def comment(number: int) -> Answer:
    """Write in a proposal's thread."""
    view = queries.proposal(number, viewer())
    if view is None:
        raise NotFound
    require(policy.may_discuss(viewer(), view.proposal))
    return handle_comment(topic(view.proposal), lambda context: page(view, context))


@proposals.route("/vorschlaege/<int:number>/zurueckziehen", methods=["GET", "POST"])
@resident
def withdraw(number: int) -> Answer:
    """Ask whether to withdraw, and do it."""
    found, person = _found(number), viewer()
    assert person is not None  # noqa: S101 - @resident
    require(policy.may_withdraw(person, found))
    form = WithdrawForm()
    if not form.validate_on_submit():
        page = render_template("proposals/withdraw.html", proposal=found, form=form, failed=bool(form.errors))
        return page, 422 if form.errors else 200
    with transaction():
        operations.withdraw(person, found, form.reason.data or "")
    flash(_("Ihr Vorschlag ist zurückgezogen. Er bleibt lesbar, mit dem Gespräch dazu."), "success")
    return redirect(url_for("proposals.proposal", number=number), 303)


def topic(shown: Proposal) -> Topic:
    """Return the thread of a proposal as the page and its POSTs need it."""
    assert shown.number is not None  # noqa: S101 - drafts have no page
    return Topic(
        url=url_for("proposals.proposal", number=shown.number),
        thread=shown.thread,
        begin=lambda: operations.thread_of(shown),
        votable=shown.state in UNSETTLED and shown.hidden_for is None,
        going_on=yes
        if shown.hidden_for is None
        else no(_("Solange der Vorschlag ausgeblendet ist, ruht das Gespräch.")),
        vote_closed=_("Solange der Vorschlag ausgeblendet ist, ruht die Abstimmung.")
        if shown.hidden_for is not None
        else ""
        if shown.state in UNSETTLED
        else _("Über diesen Vorschlag ist entschieden. So standen die Stimmen."),
        whole=_("den ganzen Vorschlag"),
        question=_("Was fällt Ihnen zu diesem Vorschlag ein?"),
        vote_question=_("Was halten Sie von diesem Vorschlag?"),
        receipts=lambda ids: tell(receipts_for_comments(ids)),
    )


def page(view: queries.ProposalView, context: dict[str, Any]) -> str:
    """Render a proposal's page around its thread."""
    look = request.args.get("ansicht", "")
    shown, person = view.proposal, viewer()
    answered = shown.state in ANSWERED
    return render_template(
        "proposals/proposal.html",
        view=view,
        look=look if look in ("neu", "bisher") else "",
        course=course(view) if policy.may_read(person, shown) else [],
        told=tell(receipts_for_proposals([shown.id])).get(shown.id) if answered else None,
        consent=together.consent(view),
        kinds=ORGANISATIONS,
        may_adopt=policy.may_adopt(person, shown, mandates(person.id) if person and shown.initiative_id else ()),
        labels=labels,
        policy=policy,
        cluster=labels.cluster_label(view.cluster_title),
        **context,
    )


def _found(number: int) -> Proposal:
    found = queries.by_number(number, viewer())
    if found is None or found.state is ProposalState.DRAFT:
        raise NotFound
    return found


def _filters() -> queries.Filters:
    """Read the filters; what does not exist filters nothing out."""
    args = request.args
    group = args.get("stand")
    kinds = {kind.value: kind for kind in ProposalType}
    return queries.Filters(
        group=group if group in GROUPS else None,
        type=kinds.get(args.get("art", "")),
        cluster_id=args.get("cluster", "")[:120] or None,
        place_id=args.get("ort", "")[:120] or None,
    )
