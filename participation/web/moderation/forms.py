"""Forms to report, to decide, to object."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from participation.base.verdict import DomainError
from participation.moderation import grounds
from participation.moderation.appealing import REASON_LIMIT
from participation.moderation.burst_models import BurstState
from participation.moderation.bursts import REASON_LIMIT as BURST_REASON_LIMIT
from participation.moderation.deciding import (
    DAYS,
    FACTS_LIMIT,
    LAW_LIMIT,
    PASSAGE_LIMIT,
    NotAdapted,
    PassageMissing,
    Ruling,
    UnknownRule,
)
from participation.moderation.labels import BURST_RESULTS, CATEGORIES, EU_CATEGORIES, MEASURES
from participation.moderation.models import EuCategory, Measure
from participation.moderation.policy import HARMLESS
from participation.moderation.reporting import EXPLANATION_LIMIT, EXPLANATION_MINIMUM
from participation.moderation.rulebook import current
from participation.web.addresses import Address
from participation.web.choices import choices

LAW = "gesetz"
"""Chosen instead of a rule."""
_CHOOSE = ("", _l("Bitte wählen"))


def at_most(limit: int) -> Length:
    """Return the validator of a text that has a limit."""
    return Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))


class ReportForm(FlaskForm):
    """Report a contribution."""

    category = RadioField(
        _l("Worum geht es?"),
        [InputRequired(_l("Wählen Sie, worum es geht."))],
        choices=choices([(one.value, label) for one, label in CATEGORIES.items()]),
    )
    explanation = TextAreaField(
        _l("Was ist daran nicht in Ordnung?"),
        [
            InputRequired(_l("Schreiben Sie, was daran nicht in Ordnung ist.")),
            Length(EXPLANATION_MINIMUM, EXPLANATION_LIMIT, message=_l("Schreiben Sie %(min)d bis %(max)d Zeichen.")),
        ],
    )
    email = EmailField(_l("Ihre E-Mail-Adresse"), [Optional(), Length(max=254), Address()])
    homepage = StringField(_l("Dieses Feld bleibt leer"), [Length(max=200)])


FILL_IN = "einsetzen"
"""The button that puts a prepared ground into the fields."""


BLAMED: Mapping[type[DomainError], str] = {UnknownRule: "rule", PassageMissing: "passage", NotAdapted: "facts"}
"""Which field of a ruling a refusal is about."""


class RulingForm(FlaskForm):
    """Decide: the measure, its ground, the passage and the facts."""

    grounds: tuple[grounds.Ground, ...] = ()

    measure = RadioField(_l("Was soll gelten?"), [InputRequired(_l("Wählen Sie, was gelten soll."))], choices=[])
    days = SelectField(
        _l("Wie lange?"),
        choices=choices(
            [("", _l("Nur bei Sperren")), *((str(n), _l("1 Tag") if n == 1 else _l("%(n)d Tage", n=n)) for n in DAYS)]
        ),
        validate_choice=False,
    )
    hides = BooleanField(_l("Den Beitrag zugleich ausblenden (bei Verwarnung, Sperre, Schließung)"))
    canned = SelectField(_l("Textbaustein"), choices=[], validate_choice=False)
    rule = SelectField(_l("Grund"), choices=[])
    law = StringField(_l("Gesetz, wenn keine Regel passt"), [at_most(LAW_LIMIT)])
    eu_category = SelectField(
        _l("Art des Verstoßes für den Bericht nach EU-Muster"),
        choices=choices([("", _l("Nach dem Grund")), *((one.value, label) for one, label in EU_CATEGORIES.items())]),
        filters=[lambda value: value or ""],
    )
    passage = TextAreaField(_l("Die Stelle, um die es geht"), [at_most(PASSAGE_LIMIT)])
    facts = TextAreaField(
        _l("Begründung"),
        [InputRequired(_l("Schreiben Sie, was Sie zu der Entscheidung bringt.")), at_most(FACTS_LIMIT)],
    )

    def offer(self, measures: list[Measure]) -> None:
        """Set what can be chosen: the measures that fit, the prepared grounds, and the rules in force."""
        self.measure.choices = choices([(one.value, MEASURES[one]) for one in measures])
        self.grounds = grounds.read(current_app.config["CONTENT"])
        self.canned.choices = choices([("", _l("Ohne Textbaustein")), *((one.key, one.title) for one in self.grounds)])
        book = current()
        rules = book.rules if book else []
        self.rule.choices = choices(
            [
                _CHOOSE,
                *((str(r.number), _l("Regel %(number)d: %(title)s", number=r.number, title=r.title)) for r in rules),
                (LAW, _l("Ein Gesetz (unten nennen)")),
            ]
        )

    def blame(self, error: DomainError) -> None:
        """Say why a ruling was refused, at the field it is about; else above the form."""
        field = BLAMED.get(type(error))
        if field is None:
            self.form_errors.append(str(error.message))
        else:
            self[field].errors = [str(error.message)]

    def fill_in(self) -> bool:
        """Put the chosen prepared ground into the fields, behind what was typed; return whether one was chosen."""
        ground = next((one for one in self.grounds if one.key == self.canned.data), None)
        if ground is None:
            return False
        self.rule.data, self.law.data = (str(ground.rule), "") if ground.rule else (LAW, ground.law)
        typed = (self.facts.data or "").strip()
        if ground.facts not in typed:
            self.facts.data = f"{typed}\n\n{ground.facts}".strip()
        return True

    def filled_in(self) -> int:
        """Put the chosen prepared ground into the fields, or say that none was chosen; return the answer's status."""
        if self.fill_in():
            return 200
        self.canned.errors = [str(_l("Wählen Sie zuerst einen Textbaustein."))]
        return 422

    @property
    def ruling(self) -> Ruling:
        """What was chosen, once the form is valid."""
        by_rule = self.rule.data not in ("", LAW, None)
        return Ruling(
            measure=Measure(self.measure.data),
            facts=self.facts.data or "",
            rule=int(self.rule.data) if by_rule else None,
            law=(self.law.data or "") if self.rule.data == LAW else "",
            passage=self.passage.data or "",
            days=int(self.days.data) if (self.days.data or "").isdecimal() else 0,
            hides=bool(self.hides.data) if "hides" in self else False,
            eu_category=EuCategory(self.eu_category.data) if self.eu_category.data else None,
            prepared=tuple(one.facts for one in self.grounds),
        )


class AppealForm(FlaskForm):
    """Object to a decision."""

    reason = TextAreaField(
        _l("Warum ist die Entscheidung falsch?"),
        [InputRequired(_l("Schreiben Sie, warum die Entscheidung falsch ist.")), at_most(REASON_LIMIT)],
    )


class AppealAnswerForm(FlaskForm):
    """Decide about an author's objection."""

    result = RadioField(
        _l("Hat der Widerspruch Erfolg?"),
        [InputRequired(_l("Wählen Sie, ob der Widerspruch Erfolg hat."))],
        choices=choices([("ja", _l("Ja, die Entscheidung wird aufgehoben")), ("nein", _l("Nein, sie bleibt"))]),
    )
    answer = TextAreaField(
        _l("Antwort an beide Seiten"),
        [InputRequired(_l("Schreiben Sie, warum. Beide Seiten lesen es.")), at_most(REASON_LIMIT)],
    )

    @property
    def upheld(self) -> bool:
        """Whether the first decision is taken back."""
        return bool(self.result.data == "ja")


class AppealRulingForm(AppealAnswerForm, RulingForm):
    """Decide about a reporter's objection; where they were right, with the decision that replaces the first."""

    measure = RadioField(_l("Was gilt stattdessen?"), [Optional()], choices=[], validate_choice=False)
    facts = TextAreaField(_l("Begründung der neuen Entscheidung"), [at_most(FACTS_LIMIT)])

    @property
    def replacing(self) -> Ruling | None:
        """The new decision, where one was chosen and the objection has success."""
        known = {one.value for one in Measure if one not in HARMLESS}
        return self.ruling if self.upheld and self.measure.data in known else None


class BurstForm(FlaskForm):
    """Decide about a burst, or take that back."""

    result = RadioField(_l("Was ist es?"), [InputRequired(_l("Wählen Sie, was es ist."))], choices=[])
    reason = TextAreaField(
        _l("Woran erkennen Sie das?"),
        [InputRequired(_l("Schreiben Sie, woran Sie das erkennen.")), at_most(BURST_REASON_LIMIT)],
    )

    def offer(self, results: list[BurstState], *, undoing: bool) -> None:
        """Set what can be decided; `undoing` where votes that count apart may be counted among the others again."""
        told = {
            BurstState.HARMLESS: _l("Doch unauffällig: Die Stimmen zählen wieder mit")
            if undoing
            else _l("Unauffällig: Es bleibt, wie es ist"),
            BurstState.APART: _l("Getrennt ausgewiesen: Die Stimmen stehen neben dem Stimmungsbild, nicht darin"),
            BurstState.FOLLOWED: _l("Einzeln geprüft: Was gegen Regeln verstößt, ist gemeldet"),
        }
        self.result.choices = choices([(one.value, told.get(one, BURST_RESULTS[one])) for one in results])
        if len(results) == 1:
            self.result.data = self.result.data or results[0].value
