"""The operators' page of jobs: what waits, what runs, what failed, what is stuck."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask_babel import lazy_gettext as _l

from participation.jobs.models import RunOutcome
from participation.jobs.queries import State, last_runs, standings
from participation.ops.backlog import queues
from participation.web.access import operator
from participation.web.jobs.table import JOBS

jobs = Blueprint("jobs", __name__)

STATES = {
    State.STUCK: _l("hängt"),
    State.LATE: _l("überfällig"),
    State.FAILING: _l("zuletzt misslungen"),
    State.RUNNING: _l("läuft"),
    State.WELL: _l("in Ordnung"),
}
OUTCOMES = {
    RunOutcome.RUNNING: _l("läuft"),
    RunOutcome.DONE: _l("erledigt"),
    RunOutcome.FAILED: _l("misslungen"),
    RunOutcome.LOST: _l("abgebrochen"),
}
WAYS = {
    "embedded": _l("Die Arbeit läuft in den Prozessen des Webservers mit."),
    "worker": _l("Die Arbeit macht ein eigener Prozess: flask jobs work."),
    "off": _l("Hier arbeitet nichts im Hintergrund. Jemand muss flask jobs run von Hand oder nach der Uhr aufrufen."),
}


@jobs.get("/betrieb/auftraege")
@operator
def index() -> str:
    """Show how every job stands, and the newest runs."""
    return render_template(
        "jobs/index.html",
        standings=standings([job.name for job in JOBS]),
        queues={queue.name: queue for queue in queues()},
        runs=last_runs(),
        titles={job.name: job.title for job in JOBS},
        states=STATES,
        outcomes=OUTCOMES,
        way=WAYS[current_app.config["JOBS"]],
    )
