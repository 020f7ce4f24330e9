"""What a notification says: a sentence for each kind, put into the reader's language when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message

SENTENCES: Mapping[str, Message] = {
    "initiative_verified": _l("„%(name)s“ ist geprüft. Sie können jetzt für die Initiative schreiben."),
    "initiative_refused": _l("Ihr Antrag für „%(name)s“ ist abgelehnt. Grund: %(reason)s"),
    "delegate_added": _l("%(by)s hat Sie eingetragen: Sie können jetzt für „%(name)s“ schreiben."),
    "mandate_ended": _l("Ihr Mandat für „%(name)s“ ist beendet. Was Sie geschrieben haben, bleibt stehen."),
    "role_resident": _l("Ihre besondere Rolle ist beendet. Was Sie getan haben, bleibt unter Ihrem Namen stehen."),
    "role_moderator": _l("Sie gehören jetzt zur Moderation. Die Werkstatt steht Ihnen offen."),
    "role_operator": _l(
        "Sie gehören jetzt zum Betrieb. Mitreden und abstimmen können Sie mit diesem Konto nicht mehr."
    ),
    # The three above are older: a reason was not told with them.
    "role_resident_because": _l(
        "Ihre besondere Rolle ist beendet. Grund: %(reason)s Was Sie getan haben, bleibt unter Ihrem Namen stehen."
    ),
    "role_moderator_because": _l(
        "Sie gehören jetzt zur Moderation. Grund: %(reason)s Die Werkstatt steht Ihnen offen."
    ),
    "role_operator_because": _l(
        "Sie gehören jetzt zum Betrieb. Grund: %(reason)s "
        "Mitreden und abstimmen können Sie mit diesem Konto nicht mehr."
    ),
    "export_ready": _l("Ihre Daten liegen bereit. Sie können sie jetzt abholen."),
    "reply": _l("%(by)s hat auf Ihren Beitrag geantwortet."),
    "contribution_released": _l("Ihr Beitrag ist freigegeben. Alle können ihn jetzt lesen."),
    "proposal_released": _l("%(reference)s ist freigegeben. Alle können den Vorschlag jetzt lesen."),
    "proposal_returned": _l(
        "Die Stelle zu „%(title)s“ hat inzwischen einen neuen Wortlaut. Sehen Sie nach, ob Ihr Vorschlag noch passt, "
        "und reichen Sie ihn dann noch einmal ein."
    ),
    "answer_requested": _l("%(by)s bittet „%(name)s“ um eine Antwort. Sie schreiben für „%(name)s“."),
    "comment_hidden": _l("Ihr Beitrag ist ausgeblendet. Grund: %(ground)s, %(facts)s"),
    "comment_restored": _l("Ihr Beitrag ist wieder zu sehen."),
    "contribution_restored": _l("Ihr Beitrag ist wieder zu sehen."),
    "decision_made": _l("Über Ihren Beitrag ist entschieden: %(measure)s. Grund: %(ground)s. %(facts)s"),
    "report_decided": _l("Über Ihre Meldung %(reference)s ist entschieden: %(measure)s."),
    "appeal_received": _l("Ihr Widerspruch ist da. Entschieden wird bis zum %(due)s"),
    "appeal_upheld": _l("Ein Widerspruch hatte Erfolg, die Entscheidung ist aufgehoben: %(answer)s"),
    "appeal_rejected": _l("Ein Widerspruch ist zurückgewiesen, die Entscheidung bleibt: %(answer)s"),
    "proposal_draft": _l("%(reference)s liegt wieder bei Ihnen. Es fehlt noch etwas: %(reason)s"),
    "proposal_open": _l("%(reference)s ist geprüft und steht jetzt offen zum Gespräch."),
    "proposal_synthesis": _l("%(reference)s ist in der Auswertung."),
    "proposal_recommended": _l("%(reference)s ist empfohlen: %(reason)s"),
    "proposal_not_recommended": _l("%(reference)s ist nicht empfohlen: %(reason)s"),
    "proposal_accepted": _l("%(reference)s ist angenommen. %(reason)s"),
    "proposal_postponed": _l("%(reference)s ist zurückgestellt: %(reason)s"),
    "proposal_rejected": _l("%(reference)s ist abgelehnt: %(reason)s"),
    "proposal_merged": _l("%(reference)s ist mit einem anderen Vorschlag zusammengeführt: %(reason)s"),
    "joint_invited": _l("%(by)s lädt „%(name)s“ ein, einen Vorschlag gemeinsam einzureichen."),
    "joint_agreed": _l("%(by)s macht mit und stimmt dem Text Ihres gemeinsamen Vorschlags zu."),
    "joint_declined": _l("%(by)s reicht den Vorschlag nicht mit Ihnen ein."),
    "joint_declined_by_mail": _l("Eine Einladung zu Ihrem gemeinsamen Vorschlag ist abgelehnt."),
    "joint_removed": _l("Ein gemeinsamer Entwurf geht ohne Sie weiter."),
    "joint_reworded": _l("Ihr gemeinsamer Entwurf hat sich geändert: der Text oder ein Anhang. Stimmen Sie ihm zu?"),
    "joint_new_version": _l("%(reference)s hat einen neuen Wortlaut. Stimmen Sie ihm als Mitautor:in zu?"),
    "joint_draft": _l("%(reference)s, Ihr gemeinsamer Vorschlag, kam zurück. Es fehlt noch etwas: %(reason)s"),
    "joint_submitted": _l("%(reference)s, Ihr gemeinsamer Vorschlag, ist eingereicht."),
    "joint_incorporated": _l("%(reference)s, Ihr gemeinsamer Vorschlag, ist ins Leitbild eingeflossen."),
    "joint_withdrawn": _l("%(reference)s, Ihr gemeinsamer Vorschlag, ist zurückgezogen. %(reason)s"),
    "status_confirmed": _l("Ihre Standmeldung zu „%(title)s“ ist bestätigt. Sie steht jetzt öffentlich im Verlauf."),
    "status_asked": _l("Zu Ihrer Standmeldung „%(title)s“ gibt es eine Rückfrage: %(answer)s"),
    "status_refused": _l("Ihre Standmeldung zu „%(title)s“ ist abgelehnt: %(answer)s"),
    "proposal_rebased": _l(
        "Fassung %(revision)s hat die Stelle von %(reference)s geändert. Beides passt zusammen: "
        "Ihr Vorschlag bezieht sich jetzt auf den neuen Wortlaut."
    ),
    "proposal_adopted": _l("%(reference)s ist für Ihre Initiative an den neuen Wortlaut angepasst."),
    "proposal_conflict": _l(
        "Fassung %(revision)s hat die Stelle geändert, auf der %(reference)s beruht. Sehen Sie nach, ob es noch passt."
    ),
    "proposal_fulfilled": _l("Was %(reference)s will, steht seit Fassung %(revision)s im Leitbild."),
    "proposal_fits": _l("%(reference)s passt mit Fassung %(revision)s wieder zum Wortlaut."),
    "support_new_version": _l(
        "%(reference)s hat einen neuen Wortlaut. Sie haben den früheren unterstützt. Gilt das auch für den neuen?"
    ),
    "support_conflict": _l(
        "Fassung %(revision)s hat die Stelle geändert, auf der %(reference)s beruht. "
        "Ihre Mitzeichnung bleibt, wie sie ist."
    ),
    "support_fulfilled": _l(
        "Was %(reference)s will, steht seit Fassung %(revision)s im Leitbild. Sie haben das unterstützt."
    ),
    "outcome": _l("%(reference)s liegt vor. Im Ergebnis steht, was aus Ihrem Beitrag wurde."),
    "answered_adopted": _l("Ihr Beitrag zu %(reference)s ist übernommen. %(answer)s"),
    "answered_partly": _l("Ihr Beitrag zu %(reference)s ist teilweise übernommen: %(answer)s"),
    "answered_considered": _l("Ihr Beitrag zu %(reference)s wurde erwogen und nicht übernommen: %(answer)s"),
    "revision_adopted": _l(
        "Fassung %(number)s ist veröffentlicht. Ihr Beitrag ist eingeflossen: „%(passage)s“ %(answer)s"
    ),
    "revision_partly": _l(
        "Fassung %(number)s ist veröffentlicht. Ihr Beitrag ist teilweise eingeflossen: „%(passage)s“ %(answer)s"
    ),
    "revision_considered": _l(
        "Fassung %(number)s ist veröffentlicht. Ihr Beitrag zu „%(passage)s“ wurde erwogen, "
        "nicht übernommen: %(answer)s"
    ),
    "objection_answered": _l("Ihr Einwand gegen eine Berichtigung ist beantwortet."),
    "correction_confirmed": _l("Eine Berichtigung, gegen die Sie einen Einwand hatten, ist bestätigt."),
    "correction_withdrawn": _l("Eine Berichtigung, gegen die Sie einen Einwand hatten, ist zurückgenommen: %(reason)s"),
    "revision_to_decide": _l("Fassung %(number)s des Leitbilds ist veröffentlicht und wartet auf Ihren Beschluss."),
    "reading_began": _l(
        "Der Entwurf der Fassung %(number)s liegt öffentlich aus. Er beruht auch auf dem, was Sie beigetragen haben."
    ),
    "reading_ended": _l("Die Lesung des Entwurfs der Fassung %(number)s ist beendet. Grund: %(reason)s"),
    "resolution_adopted": _l("%(body)s hat Fassung %(number)s des Leitbilds angenommen."),
    "resolution_returned": _l("%(body)s hat Fassung %(number)s des Leitbilds zurückverwiesen."),
    "revision_adopted_by_all": _l("%(body)s hat Fassung %(number)s angenommen. Damit ist sie verabschiedet."),
}

UNKNOWN = _l("Es gibt etwas Neues für Sie.")


def sentence(kind: str, params: Mapping[str, Any]) -> str:
    """Return what a notification says; one whose kind or parameters are no longer known points to its link."""
    template = SENTENCES.get(kind)
    try:
        return str(template) % params if template is not None else str(UNKNOWN)
    except (KeyError, TypeError):
        return str(UNKNOWN)
