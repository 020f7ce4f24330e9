"""The annex: put together at publication, and from then on the same for ever."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from participation.audit.contents import entries as exported
from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import db
from participation.ledger.canonical import canonical
from participation.ledger.models import LogEntry
from participation.leitbild import guards
from participation.leitbild.annex import Entry, annex
from participation.leitbild.discard import InUse, discard_first
from participation.leitbild.first import publish_first
from participation.leitbild.freeze import freeze, freeze_missing
from participation.leitbild.models import AnnexEntry, ChangeKind, Revision
from participation.outcomes.models import OutcomeKind
from participation.strategy.models import Status, TextState
from tests.factories import leitbild as make
from tests.factories import measures as reports
from tests.factories.outcomes import node_comment, outcome

CULTURE = "lcg-sofort-kulturhauptstadt"


def entries(number: int) -> dict[str, Entry]:
    return {entry.node_id: entry for group in annex(number) for entry in group.entries}


def test_every_column_of_the_first_version(app):
    found = entries(1)
    assert len(found) == 76
    assert {entry.state for entry in found.values()} == {TextState.UNCHANGED}
    assert {entry.status for entry in found.values()} == {Status.PROPOSED}
    assert not any(entry.is_reported or entry.change_id or entry.outcome_number for entry in found.values())
    parks = found["lce-sofort-industrieparks"]
    assert parks.section == "Lausitz Cluster: Energie (LCE)"
    assert parks.horizon == "sofort"
    assert "Schwarze Pumpe" in parks.places
    assert len(parks.points) >= 2
    assert parks.overlaps
    assert parks.seed_lines
    train = found["lcm-handlung-schienenfahrzeuge-bahnverbindung"]
    assert train.crosses_border
    assert not parks.crosses_border
    assert all(entry.section and entry.wording for entry in found.values())


def test_what_is_reported_later_does_not_change_what_was_frozen(app):
    reports.confirmed(
        Status.OVERTAKEN, node_id=CULTURE, since=date(2019, 12, 12), source="Jury in Berlin", carrier="Stadt Zittau"
    )
    make.revision()
    reports.confirmed(Status.PROPOSED, node_id=CULTURE, since=date(2026, 6, 1), jump_reason="Neuer Anlauf")
    assert not entries(1)[CULTURE].is_reported
    second = entries(2)[CULTURE]
    assert (second.status, second.status_since) == (Status.OVERTAKEN, date(2019, 12, 12))
    assert (second.status_source, second.carrier) == ("Jury in Berlin", "Stadt Zittau")


def test_a_report_that_waits_is_not_frozen(app):
    reports.report(None, Status.EXAMINED, node_id=CULTURE)
    make.revision()
    assert not entries(2)[CULTURE].is_reported


def test_what_changed_brings_its_reasons_votes_and_notes(app):
    node = make.measure()
    record = outcome(node_comment(node_id=node.id), node_id=node.id, votes_yes=5, votes_no=2)
    change = make.approved(
        node, record, reason="Genauer", culture="Keine: Industriefläche.", cross_border="Auch Polen."
    )
    make.revision(change)
    found = entries(2)[node.id]
    assert (found.state, found.change_id, found.change_reason) == (TextState.CHANGED, change.id, "Genauer")
    assert (found.culture, found.cross_border) == ("Keine: Industriefläche.", "Auch Polen.")
    assert (found.outcome_number, found.votes.n, found.votes.yes) == (record.number, 7, 5)
    make.revision(make.approved(make.measure(4)))
    assert entries(3)[node.id].state is TextState.UNCHANGED
    assert entries(3)[node.id].change_id == change.id


def test_what_is_struck_stays_with_its_last_wording_and_its_reason(app):
    node = make.measure(4)
    wording = node.body
    make.revision(make.approved(node, kind=ChangeKind.DELETION, reason="Längst entschieden"))
    make.revision(make.approved(make.measure(1)))
    for number in (2, 3):
        found = entries(number)[node.id]
        assert (found.state, found.wording, found.html) == (TextState.STRUCK, wording, "")
        assert found.change_reason == "Längst entschieden"
    assert len(entries(3)) == 76


def test_an_examination_stays_open_until_a_later_outcome(app):
    asked = outcome(node_comment(node_id=CULTURE), node_id=CULTURE, kind=OutcomeKind.EXAMINE, summary="Kosten klären")
    make.revision()
    open_one = entries(2)[CULTURE]
    assert [(x.outcome_number, x.summary) for x in open_one.examinations] == [(asked.number, "Kosten klären")]
    assert open_one.outcome_number == asked.number
    outcome(node_comment(node_id=CULTURE), node_id=CULTURE, kind=OutcomeKind.CONFIRMED)
    make.revision(make.approved(make.measure(2)))
    assert entries(3)[CULTURE].examinations == ()


def test_frozen_rows_never_change(app):
    row = db.session.get_one(AnnexEntry, (1, CULTURE))
    row.facts = {**row.facts, "status": "umgesetzt"}
    with pytest.raises(guards.Immutable):
        db.session.flush()
    db.session.rollback()
    for statement in (update(AnnexEntry).values(position=0), delete(AnnexEntry)):
        with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
            db.session.execute(statement.execution_options(synchronize_session=False))
    with pytest.raises(DBAPIError), db.session.begin_nested():
        freeze(db.session.get_one(Revision, 1))


def test_reading_and_freezing_cost_the_same_however_much_there_is(app, statements):
    make.revision()
    db.session.flush()
    with statements() as counted:
        annex(2)
    assert counted.number == 1
    revision = Revision(number=3, title="", summary="", summary_html="", published_at=now(), author_id=None)
    with statements() as counted, db.session.no_autoflush:
        freeze(revision)
    assert counted.number <= 10, counted.texts


def test_the_log_commits_to_the_annex(app):
    make.revision()
    payload = json.loads(db.session.get_one(LogEntry, 2).payload)
    assert "annex" in payload["commitments"]
    value = exported(2)[1].content["annex"].value
    rows = select(AnnexEntry.facts).where(AnnexEntry.revision_number == 2).order_by(AnnexEntry.position)
    facts = list(db.session.scalars(rows))
    assert value == {"measures": 76, "digest": hashlib.sha256(canonical(facts).encode()).hexdigest()}
    assert verify().broken == ()
    for statement in guards.removal(db.engine.dialect.name, ("annex_entries",)):
        if "FUNCTION" not in statement:
            db.session.execute(text(statement))
    changed = {**facts[0], "status": "umgesetzt", "report": 1}
    db.session.execute(
        update(AnnexEntry)
        .where(AnnexEntry.revision_number == 2, AnnexEntry.position == 0)
        .values(facts=changed)
        .execution_options(synchronize_session=False)
    )
    assert [finding.text for finding in verify().broken] == ["the annex is not what was sealed"]


def before_the_annex(app, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish revision 1 anew as it was before lists of measures were frozen."""
    from participation.leitbild import first, payload

    without = payload.public
    discard_first()
    with monkeypatch.context() as patch:
        patch.setattr(first, "freeze", lambda _revision: 0)
        patch.setattr(payload, "public", lambda *about, **_rest: without(*about, with_annex=False))
        publish_first(now())


def test_a_version_from_before_is_frozen_later_and_its_entry_stays_sound(app, monkeypatch):
    before_the_annex(app, monkeypatch)
    assert annex(1) == []
    assert verify().broken == ()
    assert freeze_missing() == {1: 76}
    assert freeze_missing() == {}
    assert len(entries(1)) == 76
    assert verify().broken == ()
    assert "annex" not in exported(1)[0].content


def test_the_command_freezes_what_is_missing_once(app, monkeypatch):
    before_the_annex(app, monkeypatch)
    db.session.commit()
    run = app.test_cli_runner().invoke
    assert "list of measures of version 1, 76 measures" in run(args=["leitbild", "freeze"]).output
    assert "Nothing to do" in run(args=["leitbild", "freeze"]).output


def test_starting_over_takes_the_annex_along_unless_somebody_reported(app):
    discard_first()
    assert db.session.scalar(select(func.count()).select_from(AnnexEntry)) == 0
    publish_first(now())
    assert len(entries(1)) == 76
    with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
        db.session.execute(delete(AnnexEntry).execution_options(synchronize_session=False))
    reports.report()
    with pytest.raises(InUse):
        discard_first()
