"""Opening, taking and deciding cases. Each decision stays on record with its statement of reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, exists, func, or_, select, update

from participation.accounts.models import User
from participation.accounts.restrictions import restrict
from participation.accounts.voices import VOICES
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.tokens import digest, new_token
from participation.base.verdict import Conflict, DomainError, require
from participation.moderation import sealing
from participation.moderation.events import CaseDecided
from participation.moderation.grounds import left_over
from participation.moderation.models import (
    Appeal,
    AppealLink,
    AppealState,
    Case,
    CaseState,
    Decision,
    EuCategory,
    Measure,
    Report,
    Rule,
)
from participation.moderation.policy import APPEAL_PERIOD, HARMLESS, may_decide, may_open, may_take
from participation.moderation.reporting import join
from participation.moderation.rulebook import citation, current
from participation.moderation.targets import Target, of_case

FACTS_LIMIT, PASSAGE_LIMIT, LAW_LIMIT = 2000, 2000, 160
LOCK = timedelta(minutes=30)
"""How long a case belongs to the moderator who took it."""
DAYS = (1, 3, 7, 14, 30, 90)
"""How long an account can be suspended."""


class UnknownRule(DomainError):
    """A decision cites a rule that does not exist."""

    default = _l("Wählen Sie die Regel, gegen die der Beitrag verstößt, oder nennen Sie das Gesetz.")


class FactsMissing(DomainError):
    """A decision does not say what it rests on."""

    default = _l("Schreiben Sie dazu, was Sie zu der Entscheidung bringt. Die Person, die schrieb, liest es.")


class PassageMissing(DomainError):
    """A text is to be removed without naming the words it is about: its author will read nothing else of it."""

    default = _l("Nennen Sie die Stelle. Wer schrieb, liest den entfernten Text nur noch hier.")


class GoneForGood(DomainError):
    """A removed text is to be shown again that is deleted by now."""

    status = 410
    default = _l("Der Text ist endgültig gelöscht, denn die Frist für den Widerspruch ist vorbei.")


class NotAdapted(DomainError):
    """The facts of a decision are still those of a prepared text."""

    default = _l("Passen Sie den Textbaustein an: Was in eckigen Klammern steht, ersetzen Sie durch den Fall selbst.")


class UnfitMeasure(DomainError):
    """A measure that does not fit the contribution as it stands."""

    default = _l("Diese Maßnahme passt nicht zu dem, wie der Beitrag jetzt steht.")


class CaseMoved(Conflict):
    """Somebody else took or decided the case in the meantime."""

    default = _l("Jemand war schneller. So steht es jetzt um diesen Fall.")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a moderator wants to decide: a measure, its ground (a rule, else the law) and what it rests on."""

    measure: Measure
    facts: str
    rule: int | None = None
    law: str = ""
    passage: str = ""
    days: int = 0
    hides: bool = False
    """Hide the contribution as well; only with a warning, a suspension, a closed account."""
    eu_category: EuCategory | None = None
    prepared: tuple[str, ...] = ()
    """Prepared texts that were at hand; none of them is a statement of reasons as it stands."""


def open_case(actor: User, target: Target, *, due: timedelta) -> Case:
    """Open a case of one's own accord, or return the open one about the same contribution."""
    require(may_open(actor, target))
    at = now()
    return join(target, None, at + due, at)


def take(actor: User, case: Case) -> None:
    """Take a case for half an hour, or for half an hour more.

    Raises:
        CaseMoved: if another moderator took it at the same moment.
    """
    at = now()
    require(may_take(actor, case, reporters(case.id), at))
    free = (Case.id == case.id, or_(Case.taken_until.is_(None), Case.taken_until <= at, Case.taken_by_id == actor.id))
    if not _changed(case, *free, taken_by_id=actor.id, taken_until=at + LOCK):
        raise CaseMoved


def release(actor: User, case: Case) -> None:
    """Give back a case that one has taken."""
    _changed(case, Case.id == case.id, Case.taken_by_id == actor.id, taken_by_id=None, taken_until=None)


def decide(actor: User, case: Case, ruling: Ruling) -> Decision:
    """Decide an open case, carry the measure out, and tell author and reporters.

    Of two moderators at once one decides.

    Raises:
        CaseMoved: if the case was decided or taken by another in the meantime.
        UnknownRule, FactsMissing, NotAdapted, PassageMissing, UnfitMeasure: if the ruling is incomplete.
        GoneForGood: if a removed text is to be shown again that is deleted by now.
    """
    at = now()
    require(may_decide(actor, case, reporters(case.id), at))
    target = of_case(case)
    mine = or_(Case.taken_until.is_(None), Case.taken_until <= at, Case.taken_by_id == actor.id)
    if not _changed(
        case,
        Case.id == case.id,
        Case.state == CaseState.OPEN,
        mine,
        state=CaseState.DECIDED,
        taken_by_id=None,
        taken_until=None,
    ):
        raise CaseMoved
    decision = record(actor, case, target, ruling, at)
    told = tuple(db.session.scalars(select(Report).where(Report.case_id == case.id).order_by(Report.id)))
    emit(CaseDecided(decision, told, links_for(decision, told)))
    return decision


def record(actor: User, case: Case, target: Target, ruling: Ruling, at: datetime) -> Decision:
    """Write a decision down and carry it out; the caller has checked who decides and holds the case."""
    facts, passage = normalise(ruling.facts, limit=FACTS_LIMIT), normalise(ruling.passage, limit=PASSAGE_LIMIT)
    harmless = ruling.measure in HARMLESS
    hides = ruling.measure in (Measure.HIDE, Measure.REMOVE) or (
        ruling.hides and ruling.measure in (Measure.WARN, Measure.SUSPEND, Measure.CLOSE)
    )
    _check_said(ruling, facts, passage)
    _check_fit(case, target, ruling, hides=hides)
    rule = None if harmless else _rule(ruling)
    ground = "" if harmless else citation(rule) if rule else normalise(ruling.law, limit=LAW_LIMIT)
    decision = Decision(
        case_id=case.id,
        author_id=case.author_id,
        measure=ruling.measure,
        hides=hides,
        ground=ground,
        rule_version=rule.version if rule else None,
        rule_number=rule.number if rule else None,
        eu_category=None if harmless else ruling.eu_category or (EuCategory.TERMS if rule else EuCategory.SPEECH),
        facts=facts,
        passage=passage,
        automated=False,
        redress="" if harmless else redress(at),
        until=at + timedelta(days=ruling.days) if ruling.measure is Measure.SUSPEND else None,
        moderator_id=actor.id,
        at=at,
    )
    db.session.add(decision)
    db.session.flush()
    if hides:
        target.hide(actor, placeholder(decision))
        if decision.measure is Measure.REMOVE:
            sealing.seal(decision, target)
    elif ruling.measure is Measure.RESTORE:
        target.restore(actor)
        sealing.unseal(target)
    if ruling.measure in (Measure.SUSPEND, Measure.CLOSE):
        renew_restriction(case.author_id)
    return decision


def _check_said(ruling: Ruling, facts: str, passage: str) -> None:
    """Refuse a ruling that does not tell its author enough, or only what was prepared for all."""
    if not facts:
        raise FactsMissing
    if left_over(facts, ruling.prepared) is not None:
        raise NotAdapted
    if ruling.measure is Measure.REMOVE and not passage:
        raise PassageMissing


def _check_fit(case: Case, target: Target, ruling: Ruling, *, hides: bool) -> None:
    """Refuse a measure that cannot be carried out on this contribution or its author's account."""
    measure = ruling.measure
    fitting = target.hidden if measure is Measure.RESTORE else target.shown or measure in HARMLESS
    if not fitting and (hides or measure in (Measure.RESTORE, Measure.EDIT)):
        raise UnfitMeasure
    if case.author_id == VOICES and measure in (Measure.EDIT, Measure.WARN, Measure.SUSPEND, Measure.CLOSE):
        raise UnfitMeasure(
            _l(
                "Diesen Beitrag haben Menschen vor Ort gesagt; dahinter steht kein Konto. "
                "Ausblenden oder im Protokoll berichtigen geht."
            )
        )
    if measure is Measure.RESTORE and sealing.stays_removed(target):
        raise GoneForGood
    if measure is Measure.SUSPEND and ruling.days not in DAYS:
        raise UnfitMeasure(_l("Wählen Sie, wie lange das Konto gesperrt ist."))


def undo(actor: User, decision: Decision, target: Target) -> bool:
    """Take back what a decision did; return whether the contribution is shown again by it.

    The contribution stays hidden if a later decision hides it.
    """
    db.session.flush()
    if decision.measure in (Measure.SUSPEND, Measure.CLOSE):
        renew_restriction(decision.author_id)
    if not decision.hides or not target.hidden:
        return False
    touching = or_(Decision.hides, Decision.measure == Measure.RESTORE)
    last = select(func.max(Decision.id)).join(Case, Case.id == Decision.case_id).where(target.theirs, touching)
    if db.session.scalar(last) != decision.id:
        return False
    target.restore(actor)
    sealing.unseal(target)
    return True


def renew_restriction(user_id: int) -> None:
    """Set an account's restriction to what the decisions in force come to."""
    reversed_ = exists().where(Appeal.decision_id == Decision.id, Appeal.state == AppealState.UPHELD)
    in_force = db.session.scalars(
        select(Decision)
        .where(Decision.author_id == user_id, Decision.measure.in_((Measure.SUSPEND, Measure.CLOSE)), ~reversed_)
        .order_by(Decision.id)
    ).all()
    closing = [one for one in in_force if one.measure is Measure.CLOSE]
    suspending = sorted((one for one in in_force if one.until is not None), key=lambda one: one.until or one.at)
    strongest = (closing or suspending)[-1:]
    restrict(
        db.session.get_one(User, user_id),
        suspended_until=suspending[-1].until if suspending else None,
        closed=bool(closing),
        ground=strongest[0].ground if strongest else "",
    )


def links_for(decision: Decision, reports: tuple[Report, ...]) -> Mapping[int | None, str]:
    """Return new secrets to object with: one for each report with an address, and the author's under None."""
    whose: list[int | None] = [one.id for one in reports if one.email]
    if decision.measure not in HARMLESS:
        whose.append(None)
    made = {report_id: new_token() for report_id in whose}
    for report_id, token in made.items():
        db.session.add(
            AppealLink(
                digest=digest(token),
                decision_id=decision.id,
                report_id=report_id,
                expires_at=decision.at + APPEAL_PERIOD,
            )
        )
    db.session.flush()
    return made


def reporters(case_id: int) -> frozenset[int]:
    """Return who reported what a case is about, as far as they were logged in."""
    chosen = select(Report.reporter_id).where(Report.case_id == case_id, Report.reporter_id.is_not(None))
    return frozenset(ident for ident in db.session.scalars(chosen) if ident is not None)


def placeholder(decision: Decision) -> str:
    """Return what stands in the place of a hidden contribution: the ground, and whether the text is removed."""
    if decision.measure is Measure.REMOVE:
        return str(_("%(ground)s. Der Text ist entfernt", ground=decision.ground))
    return decision.ground


def redress(at: datetime) -> str:
    """Return how to object to a decision, as its statement tells it."""
    return str(
        _(
            "Sie können bis zum %(day)s kostenlos widersprechen: auf der Seite dieser Entscheidung oder über den Link "
            "in unserer Mail. Darüber entscheidet ein anderer Mensch aus der Moderation. Daneben können Sie eine "
            "zugelassene außergerichtliche Streitbeilegungsstelle anrufen oder vor Gericht gehen.",
            day=format_date(at + APPEAL_PERIOD, "d. MMMM yyyy"),
        )
    )


def _rule(ruling: Ruling) -> Rule | None:
    """Return the rule in force that a ruling cites, or None where it cites the law."""
    if ruling.rule is None:
        if not normalise(ruling.law, limit=LAW_LIMIT):
            raise UnknownRule
        return None
    book = current()
    found = next((rule for rule in book.rules if rule.number == ruling.rule), None) if book else None
    if found is None:
        raise UnknownRule
    return found


def _changed(case: Case, *where: object, **values: object) -> bool:
    """Change a case if it still is as expected; of two at once one does."""
    changing = update(Case).where(*where).values(**values).execution_options(synchronize_session=False)  # type: ignore[arg-type]
    done = cast("CursorResult[None]", db.session.execute(changing)).rowcount == 1
    db.session.refresh(case)
    return done
