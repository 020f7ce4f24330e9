"""The course of a proposal: the states it went through, where it stands, and what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from participation.base.clock import now
from participation.proposals.models import UNSETTLED, ProposalState, StepKind
from participation.proposals.queries import ProposalView, StepRow
from participation.web.wording import day

S = ProposalState


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of `components/timeline.html`."""

    title: str
    state: str
    text: str | Markup = ""
    at: datetime | None = None


def course(view: ProposalView) -> list[Entry]:
    """Return the steps taken, the state reached, and those that usually follow."""
    waiting = view.proposal.state in UNSETTLED
    entries = []
    for step in view.steps:
        last = waiting and step is view.steps[-1]
        standing = _standing(view) if last else ""
        pieces = [_who(step), _version(view, step), standing]
        entries.append(Entry(_title(view, step), "now" if last else "done", joined(pieces), step.at))
    return entries + _ahead(view) if waiting else entries


def joined(pieces: list[str | Markup]) -> Markup:
    """Return what there is of some words and links, with points between."""
    return Markup(" · ").join(piece for piece in pieces if piece)


def _version(view: ProposalView, step: StepRow) -> Markup | str:
    """Link to the version that came with a step, once there is more than one."""
    if step.version is None or len(view.versions) < 2:
        return ""
    url = url_for("proposals.version", number=view.proposal.number, version=step.version)
    return Markup('<a href="{url}">{text}</a>').format(url=url, text=_("Version %(n)s", n=step.version))


def _title(view: ProposalView, step: StepRow) -> str:
    if step.what is not None:
        return _event(step)
    if step.state is S.INCORPORATED and view.proposal.revision_number:
        return str(_("eingearbeitet in Fassung %(n)s", n=view.proposal.revision_number))
    if step.state is S.MERGED and view.proposal.merged_into is not None:
        return str(_("zusammengeführt mit %(v)s", v=view.proposal.merged_into.reference))
    titles: dict[S, str] = {
        S.DRAFT: _("zurückgegeben"),
        S.SUBMITTED: _("eingereicht"),
        S.OPEN: _("formal geprüft, offen"),
        S.SYNTHESIS: _("in Auswertung"),
        S.RECOMMENDED: _("empfohlen"),
        S.NOT_RECOMMENDED: _("nicht empfohlen"),
        S.ACCEPTED: _("angenommen"),
        S.POSTPONED: _("zurückgestellt"),
        S.REJECTED: _("abgelehnt"),
        S.INCORPORATED: _("eingearbeitet"),
        S.WITHDRAWN: _("zurückgezogen"),
        S.MERGED: _("zusammengeführt"),
    }
    return titles[step.state]


def _event(step: StepRow) -> str:
    """Name what happened while the state stayed the same."""
    n = step.revision
    titles: dict[StepKind, str] = {
        StepKind.REVISED: _("überarbeitet"),
        StepKind.REBASED: _("an Fassung %(n)s angepasst", n=n),
        StepKind.ADOPTED: _("an den neuen Wortlaut angepasst"),
        StepKind.CONFLICT: _("Grundlage durch Fassung %(n)s verändert", n=n),
        StepKind.FULFILLED: _("durch Fassung %(n)s erfüllt", n=n),
        StepKind.FITS: _("passt mit Fassung %(n)s wieder", n=n),
    }
    return titles[step.what] if step.what is not None else ""


def _who(step: StepRow) -> str:
    if step.revision is not None and step.what is not None:
        # A publication set it off; nobody decided about this proposal.
        return str(_("von selbst, bei der Veröffentlichung"))
    if step.as_moderator:
        said = _("Moderation: „%(reason)s“", reason=step.reason) if step.reason else _("durch die Moderation")
        return str(said)
    if step.reason:
        return str(_("von %(name)s: „%(reason)s“", name=step.actor, reason=step.reason))
    return str(_("von %(name)s", name=step.actor))


def _standing(view: ProposalView) -> str:
    """Say how long the present state lasts."""
    shown = view.proposal
    if shown.state is S.SUBMITTED and shown.check_due_at is not None:
        days = (now() - shown.check_due_at).days
        if days > 0:
            late = ngettext(
                "Die formale Prüfung ist seit einem Tag überfällig.",
                "Die formale Prüfung ist seit %(num)s Tagen überfällig.",
                days,
            )
            return str(late)
    if shown.state is S.SUBMITTED:
        return str(_("Mitreden und mitzeichnen können alle schon jetzt."))
    if shown.state is S.OPEN and shown.open_until is not None:
        if shown.open_until > now():
            return str(_("Mitreden und mitzeichnen bis zum %(day)s.", day=day(shown.open_until)))
        over = _("Die Zeit zum Mitreden war am %(day)s um. Jetzt wertet die Moderation aus.", day=day(shown.open_until))
        return str(over)
    return ""


def _ahead(view: ProposalView) -> list[Entry]:
    shown = view.proposal
    due = shown.check_due_at
    check = _("Die Moderation prüft bis zum %(day)s, ob alles Nötige genannt ist.", day=day(due)) if due else ""
    steps = [
        ({S.SUBMITTED}, Entry(_("formale Prüfung"), "next", check)),
        ({S.SUBMITTED}, Entry(_("offen"), "next", _("Der Text steht fest, die Zeit zum Mitreden läuft."))),
        ({S.SUBMITTED, S.OPEN}, Entry(_("Auswertung"), "next", _("Die Moderation fasst das Gespräch zusammen."))),
        (
            {S.SUBMITTED, S.OPEN, S.SYNTHESIS},
            Entry(_("Empfehlung"), "next", _("Zwei Menschen aus der Moderation, immer mit Begründung.")),
        ),
        (UNSETTLED, Entry(_("eingearbeitet in eine Fassung"), "next", _("oder nicht übernommen, weil …"))),
    ]
    return [entry for states, entry in steps if shown.state in states]
