"""The export: all of one's own, nothing of others, once, and only to oneself."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import select, update

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import Stance
from participation.dialogue.operations import cast_vote
from participation.moderation import admitting
from participation.notify.models import Letter, Notification
from participation.privacy import exports, gathering
from participation.privacy.models import ExportState, PersonalExport
from participation.proposals import attaching, operations
from participation.proposals import together as hand_in_together
from participation.proposals.versions import fingerprint
from participation.web.privacy import keeper
from tests.factories import accounts, attachments, dialogue, minutes, outcomes, proposals
from tests.factories import moderation as cases
from tests.factories import privacy as make
from tests.factories.accounts import log_in
from tests.races import together
from tests.web_helpers import form_token, token_in

SCHEMA = Path(__file__).resolve().parents[2] / "static" / "auskunft.schema.json"
DAY = timedelta(days=1)


def gathered(person: User) -> dict:
    db.session.flush()
    return gathering.gather(person, "https://dialog.example.org")


def test_an_export_holds_what_is_ones_own_and_fits_its_schema(app: Flask):
    person, thread, comment, _proposal = make.busy()
    outcomes.outcome(outcomes.node_comment(person, body="Mein Beleg"))
    account = gathered(person)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(json.dumps(account)))
    sections = account["sections"]
    assert sections["account"][0]["email"] == person.email
    assert [row["body"] for row in sections["comment_versions"]] == [make.WORDS]
    assert [(row["thread_id"], row["stance"]) for row in sections["votes"]] == [(thread.id, Stance.YES.value)]
    assert {row["state"] for row in sections["proposals"]} == {"open", "draft"}
    assert len(sections["supports"]) == 1
    assert sections["letters"][0]["template"] == "accounts/changed"
    assert "params" not in sections["letters"][0]
    assert sections["what_became_of_your_comments"][0]["answer"]
    assert comment.id in {row["id"] for row in sections["comments"]}


def valid(account: dict) -> dict:
    """Return an export's sections once it fits its schema as a program reads it."""
    read = json.loads(json.dumps(account))
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(read)
    return read["sections"]


def test_an_export_names_files_with_what_was_said_about_them(app: Flask):
    person, other = accounts.user(), accounts.user()
    draft = proposals.draft(person)
    mine = attachments.attachment(person)
    attaching.attach(person, draft, mine)
    attachments.attachment(other)
    (row,) = valid(gathered(person))["attachments"]
    assert (row["name"], row["title"], row["sha256"]) == ("plan.pdf", "Plan der Radwege", mine.sha256)
    assert row["summary"] == "Drei Wege, alle asphaltiert."
    assert "plan.pdf" in keeper._page(gathered(person))


def test_an_export_tells_of_mandates_and_of_joint_proposals(app: Flask):
    anna, mira = accounts.user("Anna Geheim"), accounts.user("Mira")
    group = accounts.initiative(mira, name="Radbrücke")
    joint = proposals.draft(anna, title="Eine Brücke")
    hand_in_together.invite_person(anna, joint, "mira@example.net")
    hand_in_together.invite_person(anna, joint, "dritte@example.net")
    link = db.session.scalars(select(Letter).where(Letter.recipient == "mira@example.net")).one().params["token"]
    hand_in_together.join_by_link(mira, link, read=fingerprint(joint))
    hand_in_together.take_back(anna, joint, next(one.id for one in joint.coauthors if one.user_id is None))
    operations.submit(anna, joint, check_period=DAY)
    account = gathered(mira)
    sections = valid(account)
    assert [row["initiative_id"] for row in sections["mandates"]] == [group.id]
    assert [row["proposal_id"] for row in sections["joint_proposals"]] == [joint.id]
    assert [(row["proposal_id"], row["version"]) for row in sections["consents"]] == [(joint.id, 1)]
    text = json.dumps(account, ensure_ascii=False)
    for foreign in (anna.email, "Anna Geheim", "dritte@example.net", link):
        assert foreign not in text
    assert "consents" not in {name for name, rows in valid(gathered(anna)).items() if rows}
    assert "mira@example.net" not in json.dumps(gathered(anna), ensure_ascii=False), "an address is nobody else's"


def test_an_export_holds_what_still_waits_for_a_moderator(app: Flask):
    person, judge = accounts.user(), accounts.moderator("Gisela Geheim")
    waiting = dialogue.waiting(person, body="Mein allererster Beitrag")
    admitting.take(judge, waiting)
    first = proposals.draft(person, reason=make.WORDS)
    first.waits_until = now() + DAY
    account = gathered(person)
    sections = valid(account)
    assert [row["body"] for row in sections["waiting_contributions"]] == ["Mein allererster Beitrag"]
    assert [row["reason"] for row in sections["proposals"]] == [make.WORDS]
    assert sections["proposals"][0]["waits_until"]
    assert "taken_by_id" not in sections["waiting_contributions"][0]
    assert "allererster" not in json.dumps(gathered(judge), ensure_ascii=False)


def test_minutes_are_a_duty_and_what_people_said_there_is_theirs(app: Flask):
    writer, approver = accounts.moderator(), accounts.moderator()
    made = minutes.approve(minutes.draft(writer, ("Der Bus fährt zu selten.",)), writer, approver)
    written, approved = valid(gathered(writer)), valid(gathered(approver))
    assert [(row["minutes_id"], row["version"]) for row in written["minutes_written"]] == [(made.id, 1)]
    assert written["minutes_approved"] == approved["minutes_written"] == []
    assert [row["minutes_id"] for row in approved["minutes_approved"]] == [made.id]
    for account in (gathered(writer), gathered(approver)):
        text = json.dumps(account, ensure_ascii=False)
        assert "Der Bus" not in text
        assert account["sections"]["comments"] == []


def test_an_export_holds_nothing_about_others(app: Flask):
    person, thread, comment, _proposal = make.busy()
    other = make.busy("Geheimnis Anderswer")[0]
    cast_vote(other, thread, Stance.NO)
    judge = accounts.moderator("Gisela Geheim")
    cases.hide(comment, judge, facts="Ein Name")
    account = gathered(person)
    text = json.dumps(account, ensure_ascii=False)
    assert account["sections"]["decisions_about_you"][0]["facts"] == "Ein Name"
    for secret in ("Geheim", other.email, judge.email, person.password_hash, accounts.HASH, "moderator_id"):
        assert secret not in text
    assert text.count('"stance"') == 1


def test_a_person_asks_the_keeper_makes_and_the_file_is_fetched_once(app: Flask):
    person = make.busy()[0]
    exports.ask(person)
    with pytest.raises(exports.AlreadyRunning):
        exports.ask(person)
    assert keeper.make_exports() == 1
    made = exports.newest(person)
    assert made.state is ExportState.READY
    assert made.expires_at - made.made_at <= DAY
    letter = db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    assert (letter.recipient, letter.template) == (person.email, "privacy/export")
    assert "token" not in letter.params
    assert db.session.scalar(select(Notification).where(Notification.kind == "export_ready")).user_id == person.id
    with pytest.raises(exports.NoLongerThere):
        exports.fetch(accounts.user(), made.id)
    archive = zipfile.ZipFile(io.BytesIO(exports.fetch(person, made.id)))
    assert set(archive.namelist()) == {"auskunft.html", "auskunft.json", "auskunft.schema.json"}
    page = archive.read("auskunft.html").decode()
    assert "Mühlrose" in page
    assert "http-equiv" not in page
    assert 'src="' not in page
    assert "<script" not in page
    with pytest.raises(exports.NoLongerThere):
        exports.fetch(person, made.id)
    assert db.session.scalar(select(PersonalExport.content)) is None


def test_what_somebody_wrote_is_escaped_in_the_readable_half(app: Flask):
    person = make.busy("<b>Fett</b> & Co")[0]
    archive = zipfile.ZipFile(io.BytesIO(gathering.pack(gathered(person), keeper._page, b"{}")))
    page = archive.read("auskunft.html").decode()
    assert "<b>Fett" not in page
    assert "&lt;b&gt;Fett" in page


def test_three_a_day_and_old_files_go(app: Flask):
    person = make.busy()[0]
    for _ in range(3):
        exports.ask(person)
        keeper.make_exports()
    with pytest.raises(exports.EnoughForToday):
        exports.ask(person)
    ready = PersonalExport.state == ExportState.READY
    assert len(db.session.scalars(select(PersonalExport).where(ready)).all()) == 1
    assert exports.expire(now()) == 0
    assert exports.expire(now() + DAY) == 1
    assert db.session.scalars(select(PersonalExport).where(ready)).all() == []
    db.session.execute(update(PersonalExport).values(asked_at=now() - 2 * DAY))
    assert exports.forget(now() - DAY) == 3
    exports.ask(person)


def test_one_that_fails_is_tried_again_and_then_given_up(app: Flask, monkeypatch):
    person = make.busy()[0]
    exports.ask(person)
    monkeypatch.setattr(gathering, "gather", lambda *_: 1 / 0)
    for _ in range(4):
        assert keeper.make_exports() == 0
        db.session.execute(update(PersonalExport).values(claimed_until=now() - DAY))
    db.session.expire_all()
    failed = exports.newest(person)
    assert (failed.state, failed.error) == (ExportState.FAILED, "ZeroDivisionError")
    exports.ask(person)


def test_of_many_at_once_one_export_is_made_and_one_fetch_gets_it(separate_app: Flask):
    with separate_app.app_context():
        ident = make.busy()[0].id
        db.session.commit()
    asked = together(separate_app, [lambda: exports.ask(db.session.get(User, ident))] * 4)
    assert sum(isinstance(one, PersonalExport) for one in asked) == 1
    with separate_app.app_context():
        assert keeper.make_exports() == 1
        number = exports.newest(db.session.get(User, ident)).id
    fetched = together(separate_app, [lambda: exports.fetch(db.session.get(User, ident), number)] * 4)
    assert sum(isinstance(one, bytes) for one in fetched) == 1


@pytest.mark.one_database
def test_the_address_works_once_and_only_in_the_log_in_it_was_made_for(app: Flask):
    person = make.busy()[0]
    mine, elsewhere, stranger = app.test_client(), app.test_client(), app.test_client()
    log_in(mine, person)
    token = form_token(mine, "/konto/daten")
    assert mine.post("/konto/daten", data={"csrf_token": token}).status_code == 303
    assert "Wir stellen Ihre Daten zusammen" in mine.get("/konto/daten").text
    keeper.make_exports()
    page = mine.get("/konto/daten").text
    address = page.split('action="/konto/daten/abholen/')[1].split('"')[0]
    log_in(elsewhere, person)
    log_in(stranger, accounts.user())
    for client in (elsewhere, stranger):
        refused = client.post(
            f"/konto/daten/abholen/{address}", data={"csrf_token": form_token(client, "/konto/daten")}
        )
        assert refused.status_code == 410
    assert mine.get(f"/konto/daten/abholen/{address}").status_code == 405
    log_in(mine, person)  # the log-in of the page is another one now
    log_in(mine, person)
    page = mine.get("/konto/daten").text
    address = page.split('action="/konto/daten/abholen/')[1].split('"')[0]
    data = {"csrf_token": token_in(page)}
    answer = mine.post(f"/konto/daten/abholen/{address}", data=data)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    again = mine.post(f"/konto/daten/abholen/{address}", data=data)
    assert again.status_code == 410
    assert "schon abgeholt" in again.text
