"""Names of what is stored, and periods, as people read them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.privacy.retention import RULES, Rule

FILES = _l("Inhalte von Anhängen, die es nicht mehr gibt")
LIMITS = _l("Netzadressen in den Zählern gegen zu viele Anfragen (höchstens eine Stunde)")

SECTIONS: Mapping[str, Message] = {
    "account": _l("Ihr Konto"),
    "logins": _l("Wo Sie angemeldet sind"),
    "security_events": _l("Sicherheitslog: was Sie getan haben"),
    "security_events_about_you": _l("Sicherheitslog: was Ihr Konto betraf"),
    "factor_apps": _l("Apps für den zweiten Schritt"),
    "passkeys": _l("Ihre Passkeys"),
    "recovery_codes": _l("Wiederherstellungscodes (ohne die Codes selbst)"),
    "accounts_elsewhere": _l("Konten anderswo, mit denen Sie sich anmelden"),
    "mailed_links": _l("Links, die wir Ihnen geschickt haben"),
    "privacy_links": _l("Links zu Adresse und Löschung"),
    "role_grants": _l("Aufgaben, die Sie bekamen oder abgaben"),
    "initiative_applications": _l("Initiativen, die Sie angemeldet haben"),
    "mandates": _l("Mandate für Initiativen"),
    "comments": _l("Ihre Beiträge"),
    "comment_versions": _l("Frühere Fassungen Ihrer Beiträge"),
    "comment_quotes": _l("Stellen, auf die sich Ihre Beiträge beziehen"),
    "answers_requested": _l("Wen Ihre Beiträge um Antwort bitten"),
    "moderation_of_your_comments": _l("Entscheidungen der Moderation über Ihre Beiträge"),
    "what_became_of_your_comments": _l("Was aus Ihren Beiträgen wurde"),
    "votes": _l("Wie Sie abgestimmt haben"),
    "votes_counted_apart": _l("Stimmen, die wegen einer auffälligen Häufung getrennt gezählt werden"),
    "networks": _l("Wann Sie aus einem Netz zum ersten Mal mitmachten (ohne Adresse)"),
    "bursts": _l("Auffällige Häufungen, zu denen Ihr Konto gehört"),
    "ratings": _l("Beiträge, die Sie bewertet haben"),
    "proposals": _l("Ihre Vorschläge und Entwürfe"),
    "proposal_versions": _l("Fassungen Ihrer Vorschläge"),
    "proposal_versions_written": _l("Fassungen, die Sie geschrieben haben"),
    "proposal_places": _l("Orte Ihrer Vorschläge"),
    "proposal_history": _l("Verlauf Ihrer Vorschläge"),
    "proposal_steps_taken": _l("Schritte, die Sie bei Vorschlägen gemacht haben"),
    "what_became_of_your_proposals": _l("Was aus Ihren Vorschlägen wurde"),
    "supports": _l("Ihre Mitzeichnungen"),
    "joint_proposals": _l("Vorschläge, die Sie mit anderen einreichen"),
    "consents": _l("Versionen, denen Sie als Mitautor:in zugestimmt haben"),
    "status_reports": _l("Ihre Standmeldungen"),
    "objections": _l("Ihre Einwände gegen Berichtigungen"),
    "notifications": _l("Benachrichtigungen"),
    "letters": _l("Mails an Sie"),
    "exports": _l("Frühere Auskünfte"),
    "departures": _l("Vorgemerkte Löschung"),
    "seats": _l("Sitze in Gremien"),
}
"""In the order in which they are read; others, such as work of moderators, follow under their own names."""

WORK = _l("Aus Ihrer Arbeit für die Moderation oder ein Gremium: %(name)s")

COLUMNS: Mapping[str, Message] = {
    "about": _l("Worum es ging"),
    "anchor_text": _l("Stelle"),
    "answer": _l("Antwort"),
    "asked_at": _l("angefragt am"),
    "languages": _l("Sprachen"),
    "mandate": _l("Auftrag"),
    "position": _l("Reihenfolge"),
    "at": _l("am"),
    "before": _l("vorher"),
    "begun_at": _l("begonnen am"),
    "benefit": _l("Nutzen über den Ort hinaus"),
    "body": _l("Text"),
    "cast_at": _l("abgegeben am"),
    "comment_id": _l("Beitrag Nr."),
    "confirmed_at": _l("Adresse bestätigt am"),
    "contact": _l("Kontakt"),
    "created_at": _l("angelegt am"),
    "culture": _l("Kulturcheck"),
    "decided_at": _l("entschieden am"),
    "decision": _l("Entscheidung"),
    "decision_reason": _l("Begründung der Entscheidung"),
    "anchor": _l("Stelle im Leitbild"),
    "base_revision": _l("bezieht sich auf Fassung"),
    "comment_version": _l("Fassung des Beitrags"),
    "initiative_id": _l("Initiative Nr."),
    "invited_at": _l("eingeladen am"),
    "joined_at": _l("dabei seit"),
    "kept_at": _l("bleibt bei Fassung"),
    "made_at": _l("erstellt am"),
    "open_until": _l("offen bis"),
    "params": _l("Einzelheiten"),
    "parent_id": _l("Antwort auf Beitrag Nr."),
    "pinned_at": _l("als Beleg aufgenommen am"),
    "prefix": _l("davor"),
    "reply_count": _l("Antworten"),
    "residence_id": _l("Wohnort (Kennung)"),
    "root_id": _l("im Zweig von Beitrag Nr."),
    "score": _l("Bewertung"),
    "size": _l("Größe in Byte"),
    "slug": _l("Kennung"),
    "state_reason": _l("Grund"),
    "subject": _l("Stelle im Leitbild"),
    "suffix": _l("danach"),
    "supporter_count": _l("Mitzeichnungen"),
    "talk": _l("Rückfragen und Antworten"),
    "unhelpful": _l("nicht hilfreich"),
    "filed_at": _l("eingereicht am"),
    "device": _l("Gerät"),
    "display_name": _l("Anzeigename"),
    "due_at": _l("fällig am"),
    "edited_at": _l("bearbeitet am"),
    "email": _l("E-Mail-Adresse"),
    "exact": _l("Zitat"),
    "expires_at": _l("gilt bis"),
    "facts": _l("Sachverhalt"),
    "fate": _l("Was daraus wurde"),
    "ground": _l("Grund"),
    "helpful": _l("hilfreich"),
    "id": _l("Nr."),
    "kind": _l("Art"),
    "lang": _l("Sprache"),
    "link": _l("Seite"),
    "locale": _l("Sprache"),
    "method": _l("angemeldet"),
    "name": _l("Name"),
    "next_step": _l("Nächster Schritt"),
    "node_id": _l("Stelle im Leitbild"),
    "number": _l("Nummer"),
    "place_id": _l("Ort"),
    "proposal_id": _l("Vorschlag Nr."),
    "purpose": _l("Zweck"),
    "read_at": _l("gelesen am"),
    "reason": _l("Begründung"),
    "region": _l("Region"),
    "remove": _l("Beiträge gehen mit"),
    "residence_label": _l("Wohnort"),
    "role": _l("Aufgabe"),
    "round": _l("Runde"),
    "seat": _l("Sitz"),
    "sent_at": _l("verschickt am"),
    "since": _l("seit"),
    "source": _l("Quelle"),
    "source_url": _l("Quelle im Netz"),
    "stance": _l("Stimme"),
    "state": _l("Zustand"),
    "status": _l("Umsetzungsstand"),
    "submitted_at": _l("eingereicht am"),
    "template": _l("Anlass"),
    "text": _l("Text"),
    "thread_id": _l("Gespräch Nr."),
    "title": _l("Titel"),
    "type": _l("Art"),
    "until": _l("bis"),
    "updated_at": _l("geändert am"),
    "used_at": _l("benutzt am"),
    "version": _l("Fassung"),
    "website": _l("Internetseite"),
    "why": _l("Anlass"),
    "wording": _l("Wortlaut"),
    "written_at": _l("geschrieben am"),
}


VALUES: Mapping[str, Message] = {
    "resident": _l("Bewohner:in"),
    "moderator": _l("Moderation"),
    "operator": _l("Betrieb"),
    "password": _l("mit Passwort"),
    "link": _l("mit einem Link per E-Mail"),
    "verified": _l("geprüft"),
    "applied": _l("beantragt"),
    "refused": _l("abgelehnt"),
    "visible": _l("sichtbar"),
    "hidden": _l("ausgeblendet"),
    "withdrawn": _l("zurückgezogen"),
    "draft": _l("Entwurf"),
    "submitted": _l("eingereicht"),
    "open": _l("offen"),
    "adopted": _l("übernommen"),
    "partly": _l("teilweise übernommen"),
    "considered": _l("erwogen, nicht übernommen"),
    "fetched": _l("abgeholt"),
    "expired": _l("abgelaufen"),
    "waiting": _l("in Arbeit"),
    "ready": _l("liegt bereit"),
}
"""Of states, where the word that is stored is English."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def section(name: str) -> str:
    """Return the heading of a section."""
    known = SECTIONS.get(name)
    return str(known) if known is not None else str(WORK) % {"name": name.replace("_", " ")}


def column(name: str) -> str:
    """Return what a column is called; one without a name of its own keeps the table's."""
    return str(COLUMNS.get(name, name))


def value(given: object) -> str:
    """Return a value in words: moments in local time, yes and no, and what states are called."""
    if isinstance(given, bool):
        return str(_("ja") if given else _("nein"))
    if isinstance(given, str) and MOMENT.fullmatch(given):
        return str(format_datetime(datetime.fromisoformat(given), "d. MMMM yyyy, HH:mm"))
    if isinstance(given, str):
        return str(VALUES.get(given, given))
    return json.dumps(given, ensure_ascii=False) if isinstance(given, list | dict) else str(given)


def in_order(sections: Mapping[str, object]) -> list[str]:
    """Return the sections that hold something, in reading order."""
    order = list(SECTIONS)
    filled = [name for name, rows in sections.items() if rows]
    return sorted(filled, key=lambda name: (order.index(name) if name in SECTIONS else len(order), name))


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the notice of privacy: what is kept, and how long."""

    kind: str
    what: str
    period: str


def kept(periods: Mapping[str, timedelta], rules: tuple[Rule, ...] = RULES) -> list[Kept]:
    """Return what is deleted by itself and when, as the settings say today."""
    return [Kept(rule.kind, str(rule.what), _period(rule, periods)) for rule in rules]


def _period(rule: Rule, periods: Mapping[str, timedelta]) -> str:
    days = periods[rule.period].days if rule.period else 0
    if not days:
        return str(_("am selben Tag"))
    return str(ngettext("nach %(num)s Tag", "nach %(num)s Tagen", days))
