"""What the kinds and facts of the watch book are called."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.watchbook.models import Kind

KINDS: Mapping[Kind, Message] = {
    Kind.LOGIN: _l("Anmeldung"),
    Kind.LOGIN_FAILED: _l("Anmeldung misslungen"),
    Kind.FACTOR_FAILED: _l("Zweiter Schritt misslungen"),
    Kind.FACTOR: _l("Anmeldeverfahren geändert"),
    Kind.PASSWORD: _l("Neues Passwort"),
    Kind.REFUSED: _l("Abgewiesen"),
    Kind.ROLE: _l("Rolle geändert"),
    Kind.DECISION: _l("Entscheidung"),
    Kind.LOOK: _l("Einsicht"),
}
FACTS: Mapping[tuple[str, str], Message] = {
    ("method", "password"): _l("mit Passwort"),
    ("method", "link"): _l("mit einem Link per E-Mail"),
    ("method", "passkey"): _l("mit Passkey"),
    ("method", "oidc"): _l("über einen anderen Anbieter"),
    ("factor", "yes"): _l("in zwei Schritten"),
    ("factor", "no"): _l("in einem Schritt"),
    ("change", "totp_added"): _l("App eingerichtet"),
    ("change", "totp_removed"): _l("App entfernt"),
    ("change", "passkey_added"): _l("Passkey eingerichtet"),
    ("change", "passkey_removed"): _l("Passkey entfernt"),
    ("change", "codes_renewed"): _l("neue Ersatzcodes"),
    ("change", "code_used"): _l("Ersatzcode benutzt"),
    ("change", "reset"): _l("alles zurückgesetzt, an der Kommandozeile"),
    ("change", "identity_linked"): _l("anderer Anbieter verknüpft"),
    ("change", "identity_unlinked"): _l("anderer Anbieter gelöst"),
    ("role", "resident"): _l("keine besondere Aufgabe mehr"),
    ("role", "moderator"): _l("Moderation"),
    ("role", "operator"): _l("Betrieb"),
    ("what", "history_of_account"): _l("Verlauf eines Kontos angesehen"),
    ("what", "burst_harmless"): _l("Häufung für unauffällig erklärt"),
    ("what", "burst_apart"): _l("Stimmen einer Häufung getrennt ausgewiesen"),
    ("what", "burst_followed"): _l("Häufung zu einzelnen Fällen gemacht"),
    ("what", "initiative_verified"): _l("Initiative bestätigt"),
    ("what", "initiative_refused"): _l("Initiative abgelehnt"),
    ("what", "comment_hide"): _l("Beitrag ausgeblendet"),
    ("what", "comment_restore"): _l("Beitrag wieder gezeigt"),
    ("what", "report_confirmed"): _l("Standmeldung bestätigt"),
    ("what", "report_asked"): _l("Rückfrage zu einer Standmeldung"),
    ("what", "report_refused"): _l("Standmeldung abgelehnt"),
    ("what", "proposal_open"): _l("Vorschlag geöffnet"),
    ("what", "proposal_draft"): _l("Vorschlag zurückgegeben"),
    ("what", "proposal_synthesis"): _l("Vorschlag in Auswertung"),
    ("what", "proposal_recommended"): _l("Vorschlag empfohlen"),
    ("what", "proposal_not_recommended"): _l("Vorschlag nicht empfohlen"),
    ("what", "proposal_accepted"): _l("Vorschlag angenommen"),
    ("what", "proposal_postponed"): _l("Vorschlag zurückgestellt"),
    ("what", "proposal_rejected"): _l("Vorschlag abgelehnt"),
    ("what", "proposal_merged"): _l("Vorschlag zusammengeführt"),
    ("what", "proposal_incorporated"): _l("Vorschlag eingearbeitet"),
    ("what", "evaluation_begun"): _l("Auswertung begonnen"),
    ("what", "evaluation_abandoned"): _l("Auswertung abgebrochen"),
    ("what", "outcome_approved"): _l("Ergebnis unterschrieben"),
    ("what", "outcome_returned"): _l("Ergebnis zurückgegeben"),
    ("what", "revision_published"): _l("Fassung veröffentlicht"),
    ("what", "reading_began"): _l("öffentliche Lesung begonnen"),
    ("what", "reading_ended"): _l("öffentliche Lesung beendet"),
    ("what", "resolution_adopted"): _l("Beschluss: angenommen"),
    ("what", "resolution_returned"): _l("Beschluss: zurückverwiesen"),
    ("what", "correction_confirmed"): _l("Berichtigung bestätigt"),
    ("why", "FactorNeeded"): _l("zweiter Schritt fehlte"),
    ("why", "Denied"): _l("kein Zutritt"),
}


def told(facts: Mapping[str, str]) -> list[str]:
    """Return an entry's facts in words; what has none is shown as it is kept."""
    return [str(FACTS.get((name, value), value)) for name, value in facts.items() if name != "id"]
