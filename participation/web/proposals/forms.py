"""Forms about proposals. Lengths are bounded here; what must be said before handing in is decided by the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined] # SelectChoice is newer than the stubs
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from participation.base.verdict import Message
from participation.proposals import writing as written
from participation.proposals.models import Proposal, ProposalType
from participation.proposals.writing import Writing
from participation.strategy.models import Node
from participation.web.addresses import Address
from participation.web.choices import LANGUAGES, choices

PARTS = ("part_1", "part_2", "part_3", "part_4")
AS_PERSON = "person"


def at_most(limit: int) -> Length:
    """Return the validator of a text's greatest length."""
    return Length(max=limit, message=_l("Höchstens %(max)d Zeichen sind möglich. Kürzen Sie den Text."))


def one_line_end(text: str | None) -> str | None:
    """Return a text with the line ends as they were typed: browsers send two characters, which would count double."""
    return text.replace("\r\n", "\n") if text else text


TIDY = (one_line_end,)


class ProposalForm(FlaskForm):
    """What someone wants the Leitbild to say. A draft may be incomplete."""

    type = HiddenField()
    seen = HiddenField()
    """The wording that the author had before them."""
    submission_key = HiddenField(validators=[at_most(64)])
    title = StringField(_l("Titel"), [at_most(written.TITLE[1])])
    other_node_id = SelectField(_l("Zusammenführen mit"), validate_choice=True)
    wording = TextAreaField(_l("Neuer Wortlaut"), [at_most(written.WORDING)], filters=TIDY)
    part_1 = TextAreaField(_l("Erster Teil"), [at_most(written.WORDING)], filters=TIDY)
    part_2 = TextAreaField(_l("Zweiter Teil"), [at_most(written.WORDING)], filters=TIDY)
    part_3 = TextAreaField(_l("Dritter Teil"), [at_most(written.WORDING)], filters=TIDY)
    part_4 = TextAreaField(_l("Vierter Teil"), [at_most(written.WORDING)], filters=TIDY)
    reason = TextAreaField(_l("Begründung"), [at_most(written.REASON[1])], filters=TIDY)
    benefit = TextAreaField(_l("Nutzen über den eigenen Ort hinaus"), [at_most(written.REMARK[1])], filters=TIDY)
    culture = TextAreaField(_l("Auswirkung auf kulturelle Traditionen"), [at_most(written.REMARK[1])], filters=TIDY)
    places = SelectMultipleField(
        _l("Orte, die es betrifft"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    speaker = RadioField(_l("Sie schreiben"), default=AS_PERSON)
    lang = SelectField(_l("Sprache des Vorschlags"), choices=LANGUAGES, default="de")
    save = SubmitField(_l("Entwurf speichern"))
    review = SubmitField(_l("Weiter zur Prüfung"))

    def prepare(
        self,
        kind: ProposalType,
        *,
        places: Sequence[tuple[str, str]],
        speakers: Sequence[tuple[str, str]],
        partners: Mapping[str, Sequence[tuple[str, str]]],
    ) -> None:
        """Set what can be chosen, and take away the fields that a type does not have."""
        self.places.choices = choices(places)
        spoken = [(AS_PERSON, _l("als Person")), *speakers]
        self.speaker.choices = choices(spoken)
        if not self.speaker.data or (not self.is_submitted() and self.speaker.data not in dict(spoken)):
            # A draft for an initiative whose mandate has ended goes on as one's own.
            self.speaker.data = AS_PERSON
        if kind is ProposalType.MERGE:
            grouped = [
                SelectChoice(value, label, optgroup=group)
                for group, nodes in partners.items()
                for value, label in nodes
            ]
            self.other_node_id.choices = [SelectChoice("", _l("Bitte wählen")), *grouped]
        gone = set(PARTS) if kind is not ProposalType.SPLIT else {"wording"}
        gone |= {"wording"} if kind is ProposalType.DELETION else set()
        gone |= {"other_node_id"} if kind is not ProposalType.MERGE else set()
        for name in gone:
            del self[name]

    def written(self, kind: ProposalType) -> Writing:
        """Return the fields as the room takes them."""
        if kind is ProposalType.SPLIT:
            wording = "\n---\n".join(filter(None, (self[name].data for name in PARTS)))
        else:
            wording = self._text("wording")
        speaker = self.speaker.data or AS_PERSON
        return Writing(
            type=kind,
            title=self._text("title"),
            wording=wording,
            reason=self._text("reason"),
            benefit=self._text("benefit"),
            culture=self._text("culture"),
            places=tuple(self.places.data or ()),
            other_node_id=self._text("other_node_id") or None,
            initiative_id=None if speaker == AS_PERSON else int(speaker),
            lang=self.lang.data,
        )

    def blame(self, problems: Mapping[str, Message]) -> None:
        """Put the room's objections at their fields."""
        for name, message in problems.items():
            field = self[name if name in self else "part_1"]
            field.errors = [*field.errors, message]

    def _text(self, name: str) -> str:
        return (self[name].data or "") if name in self else ""


def values(proposal: Proposal, places: tuple[str, ...]) -> dict[str, Any]:
    """Return what the form begins with for a stored proposal."""
    pieces = written.parts(proposal.type, proposal.wording)
    return {
        "type": proposal.type.value,
        "seen": proposal.before,
        "title": proposal.title,
        "wording": proposal.wording,
        **dict(zip(PARTS, pieces, strict=False)),
        "reason": proposal.reason,
        "benefit": proposal.benefit,
        "culture": proposal.culture,
        "places": list(places),
        "other_node_id": proposal.other_node_id,
        "speaker": str(proposal.initiative_id) if proposal.initiative_id else AS_PERSON,
        "lang": proposal.lang,
    }


def beginning(kind: ProposalType, node: Node) -> dict[str, Any]:
    """Return what an empty form begins with: where a text is changed, the text itself."""
    prefilled = kind in (ProposalType.TEXT, ProposalType.MERGE)
    return {
        "type": kind.value,
        "seen": written.before(kind, node),
        "wording": node.body if prefilled else "",
        "part_1": node.body,
    }


class AdoptForm(FlaskForm):
    """The wording with which a proposal is brought onto the wording of today."""

    seen = HiddenField()
    """The wording of today as the author had it before them."""
    wording = TextAreaField(_l("Ihr Wortlaut"), [at_most(written.WORDING)], filters=TIDY)

    def blame(self, message: Message) -> None:
        """Put the room's objection at the field."""
        field = self["wording"]
        field.errors = [*field.errors, message]


class WithdrawForm(FlaskForm):
    """Withdrawing, with or without a word about why."""

    reason = TextAreaField(_l("Warum ziehen Sie zurück?"), [at_most(1_000)], filters=TIDY)


class PersonForm(FlaskForm):
    """Somebody to hand a draft in with, by their address."""

    email = EmailField(
        _l("E-Mail-Adresse"), [InputRequired(_l("Tragen Sie die Adresse der Person ein.")), Length(max=254), Address()]
    )


class OrganisationForm(FlaskForm):
    """An organisation to hand a draft in with."""

    organisation = SelectField(_l("Organisation"), [InputRequired(_l("Wählen Sie eine Organisation."))])


class CheckForm(FlaskForm):
    """The formal check: open, give back, or merge."""

    decision = RadioField(
        _l("Ergebnis der Prüfung"),
        [InputRequired(_l("Wählen Sie, wie die Prüfung ausgeht."))],
    )
    read = HiddenField()
    """Which state of the text the moderator had before them."""
    target = IntegerField(
        _l("Nummer des anderen Vorschlags"),
        [Optional(), NumberRange(1, 10**9, _l("Geben Sie die Nummer ohne „V-“ ein."))],
    )
    reason = TextAreaField(_l("Begründung"), [at_most(2_000)], filters=TIDY)

    def prepare(self, *, waiting: bool) -> None:
        """Set what can be decided; after the check, only merging."""
        merge = SelectChoice("merge", _l("Gibt es schon: mit einem anderen Vorschlag zusammenführen"))
        first = [
            SelectChoice("open", _l("Vollständig: zur Diskussion öffnen")),
            SelectChoice("return", _l("Unvollständig: mit Begründung zurückgeben")),
        ]
        self.decision.choices = [*first, merge] if waiting else [merge]
