"""What categories, measures and states are called."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.moderation.burst_models import BurstKind, BurstState
from participation.moderation.models import AppealState, Category, EuCategory, Measure

CATEGORIES: Mapping[Category, Message] = {
    Category.ILLEGAL: _l("Verstößt gegen ein Gesetz"),
    Category.RULES: _l("Verstößt gegen eine Spielregel"),
    Category.PERSONAL: _l("Verrät etwas über einen Menschen"),
    Category.THREAT: _l("Gefahr für ein Leben"),
    Category.OTHER: _l("Etwas anderes"),
}
MEASURES: Mapping[Measure, Message] = {
    Measure.NONE: _l("Nichts zu tun"),
    Measure.EDIT: _l("Um Änderung bitten"),
    Measure.HIDE: _l("Ausblenden"),
    Measure.REMOVE: _l("Entfernen"),
    Measure.WARN: _l("Verwarnen"),
    Measure.SUSPEND: _l("Konto auf Zeit sperren"),
    Measure.CLOSE: _l("Konto schließen"),
    Measure.RESTORE: _l("Wieder zeigen"),
}
DONE: Mapping[Measure, Message] = {
    Measure.NONE: _l("kein Verstoß, bleibt stehen"),
    Measure.EDIT: _l("um Änderung gebeten"),
    Measure.HIDE: _l("ausgeblendet"),
    Measure.REMOVE: _l("entfernt"),
    Measure.WARN: _l("verwarnt"),
    Measure.SUSPEND: _l("Konto auf Zeit gesperrt"),
    Measure.CLOSE: _l("Konto geschlossen"),
    Measure.RESTORE: _l("wieder gezeigt"),
}
APPEALS: Mapping[AppealState, Message] = {
    AppealState.OPEN: _l("Widerspruch läuft"),
    AppealState.UPHELD: _l("Widerspruch hatte Erfolg"),
    AppealState.REJECTED: _l("Widerspruch zurückgewiesen"),
}
EU_CATEGORIES: Mapping[EuCategory, Message] = {
    EuCategory.SPEECH: _l("Rechtswidrige oder schädliche Äußerungen"),
    EuCategory.DATA: _l("Datenschutz und Privatsphäre"),
    EuCategory.VIOLENCE: _l("Gewalt"),
    EuCategory.SECURITY: _l("Gefahr für die öffentliche Sicherheit"),
    EuCategory.CIVIC: _l("Schaden für die öffentliche Debatte oder Wahlen"),
    EuCategory.MINORS: _l("Schutz von Kindern und Jugendlichen"),
    EuCategory.CYBER: _l("Digitale Gewalt"),
    EuCategory.CYBER_WOMEN: _l("Digitale Gewalt gegen Frauen"),
    EuCategory.SELF_HARM: _l("Selbstschädigung"),
    EuCategory.SCAMS: _l("Betrug"),
    EuCategory.PROPERTY: _l("Geistiges Eigentum"),
    EuCategory.CONSUMERS: _l("Verbraucherrechte"),
    EuCategory.PRODUCTS: _l("Unsichere oder verbotene Produkte"),
    EuCategory.ANIMALS: _l("Tierschutz"),
    EuCategory.TERMS: _l("Sonstiger Verstoß gegen die Spielregeln"),
}


BURSTS: Mapping[BurstKind, Message] = {
    BurstKind.VOTES: _l("Viele Stimmen aus einem Netz"),
    BurstKind.ACCOUNTS: _l("Viele neue Konten aus einem Netz"),
    BurstKind.CONTRIBUTIONS: _l("Viele Schreibende aus einem Netz"),
}
BURST_RESULTS: Mapping[BurstState, Message] = {
    BurstState.OPEN: _l("noch nicht entschieden"),
    BurstState.HARMLESS: _l("unauffällig"),
    BurstState.APART: _l("getrennt ausgewiesen"),
    BurstState.FOLLOWED: _l("einzeln geprüft"),
}


def done(measure: Measure, *, hides: bool) -> str:
    """Say what a decision did; a hiding that came along is named, too."""
    told = str(DONE[measure])
    if hides and measure not in (Measure.HIDE, Measure.REMOVE):
        told = f"{told}, {DONE[Measure.HIDE]}"
    return told
