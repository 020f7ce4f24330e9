"""A form that creates is taken once: double clicks, bad connections, two tabs, two processes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import redirect
from sqlalchemy import func, select

from participation.accounts.models import Initiative, InitiativeState
from participation.base import form_keys
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.form_keys import FormKey
from participation.base.verdict import Conflict
from participation.dialogue.models import Comment
from participation.errata.models import Correction, Objection
from participation.measures.models import StatusReport
from participation.minutes import operations as minute_taking
from participation.minutes.models import MinutesState, MinutesVersion, VersionState, Voice
from participation.moderation.burst_models import BurstRuling
from participation.moderation.models import Appeal, Category, Decision, Measure, Report
from participation.notify.models import Letter
from participation.privacy import retention
from participation.proposals import together
from participation.proposals.models import CoAuthor
from participation.proposals.versions import fingerprint
from participation.web.once import FIELD, once
from tests.factories import bursts as bursts_factory
from tests.factories import dialogue as dialogue_factory
from tests.factories import errata as errata_factory
from tests.factories import measures as measures_factory
from tests.factories import minutes as minutes_factory
from tests.factories import moderation as moderation_factory
from tests.factories import proposals as proposals_factory
from tests.factories.accounts import initiative, log_in, moderator, user
from tests.factories.letters import last_letter
from tests.factories.outcomes import node_comment
from tests.web_helpers import token_in

APPLY = "/initiativen/anmelden"
TYPED = {
    "kind": "initiative",
    "name": "Radinitiative Guben",
    "languages": "de",
    "seat": "Guben",
    "purpose": "Radwege an der Neiße",
    "contact": "kontakt@example.org",
    "website": "",
}
_KEY = re.compile(rf'name="{FIELD}" value="([^"]+)"')


def hidden(client, path: str) -> dict[str, str]:
    """Return token and key of the form on a page."""
    page = client.get(path).get_data(as_text=True)
    found = _KEY.search(page)
    assert found, f"{path} has no key"
    return {"csrf_token": token_in(page), FIELD: found[1]}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_form_twice_creates_once_and_leads_to_the_same_page(app, client):
    log_in(client, user())
    form = hidden(client, APPLY) | TYPED
    first, second = client.post(APPLY, data=form), client.post(APPLY, data=form)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location == "/initiativen/radinitiative-guben"
    assert count(Initiative) == 1
    assert "nichts doppelt" in client.get(second.location).get_data(as_text=True)


def test_the_same_key_with_another_text_is_asked_about_and_keeps_the_text(app, client):
    log_in(client, user())
    form = hidden(client, APPLY) | TYPED
    client.post(APPLY, data=form)
    answer = client.post(APPLY, data=form | {"name": "Chor Guben", "purpose": "Wir singen an der Neiße."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "mit anderem Inhalt" in page
    assert "Wir singen an der Neiße." in page
    assert count(Initiative) == 1
    renewed = _KEY.search(page)
    assert renewed
    assert renewed[1] != form[FIELD]
    again = form | {"name": "Chor Guben", "purpose": "Wir singen an der Neiße.", FIELD: renewed[1]}
    assert client.post(APPLY, data=again).location == "/initiativen/chor-guben"
    assert count(Initiative) == 2


def test_a_refused_form_uses_its_key_not_up(app, client):
    log_in(client, user())
    form = hidden(client, APPLY) | TYPED
    assert client.post(APPLY, data=form | {"purpose": ""}).status_code == 422
    assert count(FormKey) == 0
    assert client.post(APPLY, data=form).status_code == 303
    assert count(FormKey) == 1


def test_keys_of_others_count_for_nothing(app):
    one, other = app.test_client(), app.test_client()
    log_in(one, user())
    log_in(other, user())
    form = hidden(one, APPLY) | TYPED
    one.post(APPLY, data=form)
    mine = form | hidden(other, APPLY) | {FIELD: form[FIELD], "name": "Eine ganz andere"}
    assert other.post(APPLY, data=mine).location == "/initiativen/eine-ganz-andere"


@pytest.mark.parametrize("key", ["", "kurz", "x" * 200, "mit Leerzeichen und mehr", "\u202e" * 30])
def test_without_a_proper_key_a_form_is_taken_as_it_is(app, client, key):
    log_in(client, user())
    form = hidden(client, APPLY) | TYPED | {FIELD: key}
    assert client.post(APPLY, data=form).status_code == 303
    assert count(FormKey) == 0


def test_rows_name_nobody_and_no_text(app, client):
    log_in(client, user())
    form = hidden(client, APPLY) | TYPED
    client.post(APPLY, data=form)
    row = db.session.scalars(select(FormKey)).one()
    assert (row.endpoint, row.location) == ("accounts.apply", "/initiativen/radinitiative-guben")
    assert form[FIELD] not in (row.digest, row.body)
    assert {column.name for column in FormKey.__table__.columns} == {
        "digest",
        "endpoint",
        "body",
        "location",
        "created_at",
    }


def test_keys_are_forgotten_after_two_days(app):
    for key, days in (("alt" * 8, 3), ("neu" * 8, 1)):
        form_keys.claim(form_keys.sent(key, None, "accounts.apply", ()))
        db.session.flush()
        newest = db.session.scalars(select(FormKey).order_by(FormKey.created_at.desc()).limit(1)).one()
        newest.created_at = now() - timedelta(days=days)
        db.session.flush()
    done = retention.sweep({"form": timedelta(days=2)}, [r for r in retention.RULES if r.kind == "form_keys"])
    assert done == {"form_keys": 1}
    assert count(FormKey) == 1


def test_an_appeal_by_a_mailed_link_needs_no_account_and_comes_once(app, client):
    moderation_factory.decision(measure=Measure.NONE, email="gast@example.org")
    db.session.commit()
    letter = db.session.scalars(select(Letter).where(Letter.template == "moderation/result")).one()
    path = f"/widerspruch/{letter.params['token']}"
    form = hidden(client, path) | {"reason": "Das steht so nicht da."}
    answers = [client.post(path, data=form) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, "/widerspruch/danke")] * 2
    assert count(Appeal) == 1


def test_a_report_without_an_account_comes_once_and_another_text_is_not_lost(app, client):
    path = f"/melden/beitrag/{node_comment().id}"
    db.session.commit()
    form = hidden(client, path) | {
        "category": Category.RULES.value,
        "explanation": "Nennt die Adresse meiner Nachbarin.",
        "email": "",
    }
    answers = [client.post(path, data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(Report) == 1
    other = form | {"explanation": "Nennt auch noch ihre Telefonnummer."}
    asked = client.post(path, data=other)
    assert asked.status_code == 422
    assert "ihre Telefonnummer" in asked.text
    again = other | {FIELD: _KEY.search(asked.text.replace("&#34;", '"'))[1]}
    assert client.post(path, data=again).status_code == 303
    assert count(Report) == 2


def test_a_status_report_comes_once(app, client):
    log_in(client, user())
    path = f"/strategie/{measures_factory.NODE}/stand/melden"
    form = hidden(client, path) | {
        "status": "in-pruefung",
        "since": "2026-03-01",
        "source": "Lausitzer Rundschau vom 2. März, Seite 9",
        "next_step": "Der Stadtrat berät im Mai.",
    }
    answers = [client.post(path, data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(StatusReport) == 1


def test_an_objection_comes_once(app, client):
    made = errata_factory.proposed()
    log_in(client, user())
    path = f"/leitbild/berichtigungen/{made.id}"
    form = hidden(client, path) | {"text": "Chemnitz liegt nicht in der Lausitz."}
    answers = [client.post(f"{path}/einwand", data=form) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, path)] * 2
    assert count(Objection) == 1


def test_a_correction_comes_once(app, client):
    log_in(client, moderator())
    path = "/moderation/berichtigungen/neu?eintrag=1"
    form = hidden(client, path) | {"said": "Zittau ist es.", "right": "Chemnitz ist es.", "reason": "Beschluss 2019"}
    answers = [client.post(path, data=form) for _ in range(2)]
    assert answers[0].status_code == 303
    assert answers[0].location == answers[1].location
    assert count(Correction) == 1


def test_a_decision_comes_once(app, client):
    case = moderation_factory.case()
    log_in(client, moderator())
    path = f"/moderation/fall/{case.id}"
    form = hidden(client, path) | {
        "measure": "hide",
        "rule": "3",
        "law": "",
        "days": "",
        "eu_category": "",
        "passage": "Hauptstraße 3",
        "facts": "Nennt eine Adresse.",
    }
    answers = [client.post(path, data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert count(Decision) == 1


def test_a_case_of_ones_own_accord_is_opened_once(app, client):
    comment = node_comment()
    log_in(client, moderator())
    form = hidden(client, f"/moderation/beitrag/{comment.id}") | {"art": "beitrag", "id": str(comment.id)}
    answers = [client.post("/moderation/fall", data=form) for _ in range(2)]
    assert answers[0].status_code == 303
    assert answers[0].location == answers[1].location


def waiting_contribution():
    return dialogue_factory.waiting(user(), bursts_factory.thread(), "Eine ganz neue Stimme.")


def waiting_proposal():
    found = proposals_factory.draft()
    found.waits_until = now() + timedelta(days=1)
    return found


def a_voice(person):
    version = minutes_factory.draft(person)
    base = f"/protokolle/entwurf/{version.minutes_id}"
    said = {"node_id": minutes_factory.NODE, "kind": "erfahrung", "lang": "de", "body": "Der Zug kommt nie."}
    return base, f"{base}/beitraege", {**said, "edit": str(version.edit)}, lambda: count(Voice) == 2


def handed_over(person):
    version = minutes_factory.draft(person)
    base = f"/protokolle/entwurf/{version.minutes_id}"
    return base, f"{base}/uebergeben", {"edit": str(version.edit)}, lambda: version.state is VersionState.SUBMITTED


def an_approval(_person):
    author = moderator()
    version = minutes_factory.draft(author)
    minute_taking.submit(author, version, expected_edit=version.edit)
    base = f"/moderation/protokoll/{version.minutes_id}"
    return base, f"{base}/freigeben", {"edit": str(version.edit)}, lambda: version.minutes.number == 1


def a_correction_of_minutes(_person):
    base = f"/protokolle/{minutes_factory.minutes().number}/berichtigen"
    return base, base, {"reason": "Der Zug war ein Bus."}, lambda: count(MinutesVersion) == 2


def minutes_withdrawn(_person):
    made = minutes_factory.minutes()
    base = f"/protokolle/{made.number}/zurueckziehen"
    return base, base, {"reason": "Es war ein anderer Tag."}, lambda: made.state is MinutesState.WITHDRAWN


def a_person_invited(person):
    base = f"/vorschlaege/entwurf/{proposals_factory.draft(person).id}/gemeinsam"
    return base, f"{base}/person", {"email": "mira@example.net"}, lambda: (count(CoAuthor), count(Letter)) == (1, 1)


def an_organisation_invited(person):
    group = initiative(user())
    base = f"/vorschlaege/entwurf/{proposals_factory.draft(person).id}/gemeinsam"
    return base, f"{base}/organisation", {"organisation": str(group.id)}, lambda: count(CoAuthor) == 1


def an_invitation_taken_up(person):
    draft = proposals_factory.draft()
    together.invite_person(draft.author, draft, person.email)
    base = f"/vorschlaege/einladung/{last_letter().params['token']}"
    return base, base, {"read": fingerprint(draft)}, lambda: draft.coauthors[0].user_id == person.id


def a_text_agreed_to(person):
    draft = proposals_factory.draft()
    together.invite_organisation(draft.author, draft, initiative(person).id)
    base = f"/vorschlaege/entwurf/{draft.id}/gemeinsam"
    return base, f"{base}/zustimmen", {"read": fingerprint(draft)}, lambda: draft.coauthors[0].joined_at is not None


RULING = {
    "measure": "hide",
    "rule": "3",
    "law": "",
    "days": "",
    "eu_category": "",
    "passage": "",
    "facts": "Nennt eine Adresse.",
}


def a_first_contribution_refused(_person):
    found = waiting_contribution()
    base = f"/moderation/erster-beitrag/{found.id}"
    return base, base, {**RULING, "version": "1"}, lambda: count(Decision) == 1


def a_first_contribution_released(_person):
    found = waiting_contribution()
    base = f"/moderation/erster-beitrag/{found.id}"
    return base, f"{base}/freigeben", {"version": "1"}, lambda: count(Comment) == 1


def a_first_proposal_refused(_person):
    found = waiting_proposal()
    base = f"/moderation/erster-vorschlag/{found.id}"
    read = {"version": found.waits_until.isoformat()}
    return base, base, {**RULING, **read}, lambda: count(Decision) == 1


def a_first_proposal_released(_person):
    found = waiting_proposal()
    base = f"/moderation/erster-vorschlag/{found.id}"
    read = {"version": found.waits_until.isoformat()}
    return base, f"{base}/freigeben", read, lambda: found.number is not None


def a_burst_decided(_person):
    found, _voters = bursts_factory.burst()
    base = f"/moderation/haeufung/{found.id}"
    asked = {"result": "apart", "reason": "Alle Konten sind von heute."}
    return base, base, asked, lambda: count(BurstRuling) == 1


def a_barrier(_person):
    told = {"place": "Startseite", "text": "Der Knopf hat keinen Namen.", "email": "", "homepage": ""}
    return "/barrierefreiheit/melden", "/barrierefreiheit/melden", told, lambda: count(Letter) == 1


BY_RESIDENTS = (a_person_invited, an_organisation_invited, an_invitation_taken_up, a_text_agreed_to, a_barrier)
BY_MODERATORS = (
    a_voice,
    handed_over,
    an_approval,
    a_correction_of_minutes,
    minutes_withdrawn,
    a_first_contribution_refused,
    a_first_contribution_released,
    a_first_proposal_refused,
    a_first_proposal_released,
    a_burst_decided,
)


@pytest.mark.parametrize("deed", [*BY_RESIDENTS, *BY_MODERATORS], ids=lambda deed: deed.__name__)
def test_a_double_click_does_it_once_and_leads_to_the_same_page(app, client, deed):
    """Without a key the second of two would be refused, or do the same again."""
    person = moderator() if deed in BY_MODERATORS else user()
    page, path, told, done = deed(person)
    db.session.commit()
    log_in(client, person)
    form = hidden(client, page) | told
    assert not done()
    answers = [client.post(path, data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert done()
    assert count(FormKey) == 1


def test_a_refusal_on_the_way_gives_the_key_back(app):
    """The deed and the key stand or fall together, whatever the view does after a refusal."""
    sent = []

    def too_late():
        db.session.add(FormKey(digest="a" * 64, endpoint="x", body="b" * 64, location="", created_at=now()))
        raise Conflict("zu spät")

    def view():
        try:
            with transaction():
                too_late()
        except Conflict:
            sent.append("refused")
        if "nochmal" in sent:
            with transaction():
                sent.append("done")
            return redirect("/fertig", 303)
        return "Nein", 409

    view = once(view)
    data = {FIELD: "k" * 22}
    with app.test_request_context("/x", method="POST", data=data):
        assert view().status_code == 409
        assert count(FormKey) == 0
        sent.append("nochmal")
        assert view().location == "/fertig"
        assert [row.location for row in db.session.scalars(select(FormKey))] == ["/fertig"]
        assert view().location == "/fertig"
    assert sent.count("done") == 1


def test_many_at_once_create_once(separate_app):
    """Real commits, real threads, on both databases; everybody is led to the one that was created."""
    app, many = separate_app, 6
    with app.app_context():
        person = user()
        db.session.commit()
        first = app.test_client()
        log_in(first, person)
        form = hidden(first, APPLY) | TYPED
    cookie = first.get_cookie("session")
    start = Barrier(many)

    def send(_number: int) -> tuple[int, str | None]:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        start.wait()
        answer = client.post(APPLY, data=form)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(many) as pool:
        answers = list(pool.map(send, range(many)))
    assert answers == [(303, "/initiativen/radinitiative-guben")] * many
    with app.app_context():
        rows = db.session.scalars(select(Initiative)).all()
        assert [(row.name, row.state) for row in rows] == [("Radinitiative Guben", InitiativeState.APPLIED)]
        assert count(FormKey) == 1


@pytest.mark.one_database
def test_every_view_that_creates_once_shows_a_key_in_its_form():
    """The templates with a form for such a view are known; one that loses its key fails here."""
    folder = Path(__file__).resolve().parents[2] / "templates"
    with_key = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if f"{FIELD}()" in path.read_text()
    }
    assert with_key == {
        "accounts/apply.html",
        "accounts/initiative.html",
        "accounts/roles.html",
        "errata/correction.html",
        "errata/propose.html",
        "errata/request.html",
        "info/barrier.html",
        "leitbild/edit_change.html",
        "leitbild/no_draft.html",
        "measures/decide.html",
        "measures/form.html",
        "minutes/_reason_page.html",
        "minutes/draft.html",
        "minutes/review.html",
        "moderation/_appeal_form.html",
        "moderation/appeal.html",
        "moderation/burst.html",
        "moderation/case.html",
        "moderation/contribution.html",
        "moderation/first_contribution.html",
        "moderation/first_proposal.html",
        "moderation/report.html",
        "proposals/check.html",
        "proposals/invitation.html",
        "proposals/proposal.html",
        "proposals/review.html",
        "proposals/together.html",
        "strategy/node.html",
    }
