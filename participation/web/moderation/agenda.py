"""The queue as people read it: grouped by day, with words for what is due when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, url_for
from flask_babel import format_date, format_datetime, ngettext, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base.clock import now
from participation.base.verdict import Message
from participation.moderation.queries import Task, TaskKind, work_queue
from participation.web.shell import viewer

KINDS: Mapping[TaskKind, Message] = {
    TaskKind.VERIFY: _l("Initiative prüfen"),
    TaskKind.CHECK: _l("Formale Prüfung"),
    TaskKind.EVALUATE: _l("Auswertung beginnen"),
    TaskKind.WRITE: _l("Ergebnis schreiben"),
    TaskKind.APPROVE_OUTCOME: _l("Ergebnis freigeben"),
    TaskKind.ANSWER: _l("Antworten geben"),
    TaskKind.APPROVE_CHANGE: _l("Änderung freigeben"),
    TaskKind.PUBLISH: _l("Fassung veröffentlichen"),
    TaskKind.ERASE: _l("Tilgung prüfen"),
    TaskKind.CORRECT: _l("Berichtigung"),
    TaskKind.STATUS: _l("Standmeldung bestätigen"),
    TaskKind.MERGE: _l("Vorschläge zusammenführen"),
    TaskKind.MINUTES: _l("Protokoll freigeben"),
    TaskKind.CASE: _l("Meldung"),
    TaskKind.APPEAL: _l("Widerspruch"),
    TaskKind.FIRST: _l("Erster Beitrag"),
    TaskKind.FIRST_PROPOSAL: _l("Erster Vorschlag"),
    TaskKind.BURST: _l("Häufung"),
}
HELP: Sequence[tuple[Message, Message]] = (
    (KINDS[TaskKind.CASE], _l("Verstößt der Beitrag gegen ein Gesetz oder eine Regel? Gefahr für ein Leben zuerst.")),
    (KINDS[TaskKind.APPEAL], _l("War die erste Entscheidung richtig? Nie die eigene.")),
    (KINDS[TaskKind.FIRST], _l("Jemand schreibt hier zum ersten Mal. Lesen und freigeben, oder begründet ablehnen.")),
    (
        KINDS[TaskKind.FIRST_PROPOSAL],
        _l("Jemand schlägt hier zum ersten Mal etwas vor. Freigeben heißt noch nicht: formal geprüft."),
    ),
    (KINDS[TaskKind.BURST], _l("Steckt hinter vielen Stimmen aus einem Netz eine Schule oder eine Absprache?")),
    (KINDS[TaskKind.VERIFY], _l("Gibt es die Initiative, und darf diese Person für sie sprechen?")),
    (
        KINDS[TaskKind.CHECK],
        _l("Stimmen Stelle, Art und Angaben? Dann steht der Text fest, und die Zeit zum Mitreden beginnt."),
    ),
    (KINDS[TaskKind.EVALUATE], _l("Die Frist ist um. Die Abstimmung ruht, sobald Sie beginnen.")),
    (KINDS[TaskKind.MERGE], _l("Mehrere wollen denselben Wortlaut ändern: Stelle für Stelle wählen, was passt.")),
    (KINDS[TaskKind.WRITE], _l("Festhalten, was dafür und dagegen spricht, und jedem Beleg antworten.")),
    (KINDS[TaskKind.APPROVE_OUTCOME], _l("Lesen, ob das Ergebnis gerecht ist. Nie das eigene.")),
    (KINDS[TaskKind.ANSWER], _l("Ein Ergebnis ließ Belege offen. Ohne Antwort wird nichts daraus veröffentlicht.")),
    (KINDS[TaskKind.APPROVE_CHANGE], _l("Folgt der neue Wortlaut aus dem Ergebnis? Nie die eigene Änderung.")),
    (KINDS[TaskKind.PUBLISH], _l("Die fertige Fassung lesen und veröffentlichen. Danach ändert sie sich nicht mehr.")),
    (KINDS[TaskKind.ERASE], _l("Lesen, was verschwindet, und dann tilgen. Das Log hält fest, dass etwas fehlt.")),
    (KINDS[TaskKind.CORRECT], _l("Einwände beantworten; nach der Frist bestätigen. Der Wortlaut ändert sich nie.")),
    (KINDS[TaskKind.MINUTES], _l("Steht im Protokoll, was vor Ort gesagt wurde, und kein Name? Nie das eigene.")),
    (KINDS[TaskKind.STATUS], _l("Belegt die Quelle den gemeldeten Stand? Nie die eigene Meldung.")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A task with its address and its words."""

    task: Task
    kind: Message
    url: str
    due: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that are due at about the same time."""

    title: str
    items: list[Item]


def of_viewer(here: int | None = None) -> list[Group]:
    """Return the viewer's queue; `here` is the id of the outcome whose page this is."""
    return grouped(work_queue(viewer(), now(), current_app.config["PERIODS"]), now(), here=here)


def grouped(tasks: Sequence[Task], at: datetime, here: int | None = None) -> list[Group]:
    """Return the tasks, in their order, as overdue, due today, within seven days, and later; empty groups left out."""
    today = to_user_timezone(at).date()
    titles = {
        0: _("Überfällig"),
        1: _("Heute, %(day)s", day=format_date(today, "EEEE, d. MMMM")),
        2: _("Diese Woche"),
        3: _("Später"),
    }
    groups: dict[int, list[Item]] = {}
    for task in tasks:
        day = to_user_timezone(task.due_at).date()
        place = 0 if task.overdue else 1 if day <= today else 2 if day <= today + timedelta(days=7) else 3
        is_here = here is not None and task.endpoint == "outcomes.edit" and task.params.get("id") == here
        url = url_for(task.endpoint, **task.params)
        groups.setdefault(place, []).append(Item(task, KINDS[task.kind], url, due(task, at, place), is_here))
    return [Group(titles[place], groups[place]) for place in sorted(groups)]


def due(task: Task, at: datetime, place: int) -> str:
    """Say when a task is due, or for how long it has been overdue."""
    if place == 0:
        hours = int((at - task.due_at).total_seconds() // 3600)
        if hours < 24:
            return str(ngettext("seit %(num)s Stunde überfällig", "seit %(num)s Stunden überfällig", max(hours, 1)))
        return str(ngettext("seit %(num)s Tag überfällig", "seit %(num)s Tagen überfällig", hours // 24))
    if place == 1:
        return str(_("bis %(hour)s Uhr", hour=format_datetime(task.due_at, "HH:mm")))
    return str(_("bis %(day)s", day=format_date(to_user_timezone(task.due_at), "d. MMMM")))
