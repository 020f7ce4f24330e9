"""The register, the history, reporting and deciding, as people meet them."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from participation.base.clock import now
from participation.base.db import db
from participation.measures.models import ReportState, StatusReport
from participation.measures.operations import ask_back, refuse_report
from participation.strategy.models import Node, Status
from tests.factories.accounts import log_in, moderator, user
from tests.factories.measures import NODE, confirmed, report
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
PAGE = f"/strategie/{NODE}/stand"
FORM = f"{PAGE}/melden"


def text(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


def typed(**rest: str) -> dict[str, str]:
    return {
        "status": "in-pruefung",
        "since": "2026-03-01",
        "source": "Lausitzer Rundschau vom 2. März, Seite 9",
        "next_step": "Der Stadtrat berät im Mai.",
        **rest,
    }


def send(client, path: str, **fields: str):
    return client.post(path, data={**fields, "csrf_token": form_token(client, path)})


def test_the_register_lists_all_and_says_what_is_known(client):
    confirmed(Status.OVERTAKEN, node_id="lcg-sofort-kulturhauptstadt", since=date(2019, 12, 12))
    page = text(client.get("/massnahmen"))
    assert page.count('class="ld-measures__title"') == 76
    assert "überholt" in page
    assert "12. Dezember 2019" in page
    assert "Zu 1 Maßnahme ist ein neuerer Stand gemeldet" in page


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("stand=ueberholt", 1),
        ("stand=unsinn", 76),
        ("cluster=lcg&stand=ueberholt", 1),
        ("cluster=lce&stand=ueberholt", 0),
        ("ort=zittau&horizont=sofort", 1),
        ("cluster=%00&ort='", 0),
        ("nach=stand", 76),
        ("nach=titel&wortlaut=unveraendert", 76),
    ],
)
def test_the_register_is_narrowed_and_ordered_by_its_address(client, query, hits):
    confirmed(Status.OVERTAKEN, node_id="lcg-sofort-kulturhauptstadt", since=date(2019, 12, 12))
    answer = client.get(f"/massnahmen?{query}")
    assert answer.status_code == 200
    assert text(answer).count('class="ld-measures__title"') == hits


def test_pages_cost_the_same_however_much_was_reported(client, statements):
    def cost(path: str) -> int:
        db.session.commit()
        with statements() as counted:
            assert client.get(path).status_code == 200
        return counted.number

    paths = ("/massnahmen", PAGE, f"/strategie/{NODE}")
    before = [cost(path) for path in paths]
    confirmed()
    for month in range(4, 9):
        confirmed(since=date(2026, month, 1))
    for _ in range(5):
        report(since=date(2026, 9, 1))
    assert [cost(path) for path in paths] == before
    assert before[:2] == [2, 2]


def test_the_node_page_shows_the_state(client):
    assert "Niemand hat bisher einen neueren Stand gemeldet" in text(client.get(f"/strategie/{NODE}"))
    confirmed()
    page = text(client.get(f"/strategie/{NODE}"))
    assert "in Prüfung (jetzt)" in page
    assert "Verlauf und Quellen" in page
    assert "Umsetzungsstand" not in text(client.get("/strategie/lce-leitsatz"))


def test_after_twelve_months_there_is_no_current_state(client):
    confirmed()
    long_ago = update(Node).where(Node.id == NODE).values(status_reported_at=now() - timedelta(days=370))
    db.session.execute(long_ago, execution_options={"synchronize_session": False})
    db.session.expire_all()
    for path in ("/massnahmen", PAGE, f"/strategie/{NODE}"):
        assert "kein aktueller stand" in text(client.get(path)).lower(), path


def test_what_has_no_state_has_no_page(client):
    assert client.get("/strategie/lce-leitsatz/stand").status_code == 404
    assert client.get("/strategie/gibtesnicht/stand").status_code == 404


def test_someone_reports_and_another_confirms(app, client):
    anna, boss = user("Anna"), moderator("A. Wendt")
    log_in(client, anna)
    answer = send(client, FORM, **typed(source_url="https://example.org/protokoll"))
    made = db.session.scalars(select(StatusReport)).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/stand/{made.id}")
    assert "liegt zur Prüfung" in text(client.get(f"/stand/{made.id}"))
    assert "Überarbeiten" in text(client.get(PAGE))
    desk = app.test_client()
    log_in(desk, boss)
    assert "Standmeldung bestätigen" in text(desk.get("/moderation"))
    assert send(desk, f"/moderation/stand/{made.id}", decision="confirm", edit="1").status_code == 303
    public = text(app.test_client().get(PAGE))
    assert "Gemeldet von Anna, bestätigt von Moderation A. Wendt" in public
    assert 'href="https://example.org/protokoll" rel="nofollow ugc noopener noreferrer"' in public


def test_visitors_are_led_to_the_log_in_and_see_nothing_unconfirmed(client):
    made = report(user("Anna"), source="Geheimes Papier")
    assert "Geheimes Papier" not in text(client.get(PAGE))
    assert "1 Meldung wird gerade geprüft" in text(client.get(PAGE))
    assert client.get(f"/stand/{made.id}").status_code == 404
    assert client.get(f"/stand/{made.id}/bearbeiten").headers["Location"].startswith("/konto/anmelden")
    assert client.get(FORM).status_code == 303
    refuse_report(moderator(), made, "Nein, denn …", expected_edit=1)
    assert "Geheimes Papier" not in text(client.get(PAGE))
    assert client.get(f"/stand/{made.id}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"status": ""}, "Wählen Sie den Stand."),
        ({"since": "irgendwann"}, "Schreiben Sie den Tag so"),
        ({"since": "2199-01-01"}, "Der Tag liegt in der Zukunft."),
        ({"source_url": "javascript:alert(1)"}, "Die Adresse muss vollständig sein"),
        ({"source": ""}, "Nennen Sie eine Quelle"),
        ({"next_step": ""}, "was als Nächstes geschieht"),
        ({"status": "beschlossen", "jump_reason": "x"}, "braucht es einen Beschluss"),
        ({"status": "zurueckgestellt"}, "wieder vorgelegt wird"),
        ({"status": "umgesetzt"}, "Schreiben Sie, wie es dazu kam."),
        ({"source": "x" * 2001}, "Höchstens 2000 Zeichen."),
    ],
)
def test_a_refused_report_keeps_what_was_typed(client, wrong, said):
    log_in(client, user())
    db.session.commit()
    answer = send(client, FORM, **typed(carrier="Stadt Zittau", **wrong))
    page = text(answer)
    assert answer.status_code == 422
    assert said in page
    assert "<title>Fehler:" in page
    assert "Stadt Zittau" in page
    assert 'href="javascript:' not in page
    assert db.session.scalar(select(func.count()).select_from(StatusReport)) == 0


def test_days_may_be_written_as_people_here_write_them(client):
    log_in(client, user())
    assert send(client, FORM, **typed(since="01.03.2026")).status_code == 303
    assert db.session.scalars(select(StatusReport)).one().since == date(2026, 3, 1)


def test_a_second_report_leads_to_the_first(client):
    anna = user()
    log_in(client, anna)
    token = form_token(client, FORM)
    made = report(anna)
    db.session.commit()
    assert client.get(FORM).headers["Location"] == f"/stand/{made.id}/bearbeiten"
    answer = client.post(FORM, data={**typed(source="Etwas anderes"), "csrf_token": token})
    assert answer.status_code == 409
    assert f"/stand/{made.id}/bearbeiten" in text(answer)
    assert "Etwas anderes" in text(answer)


def test_a_question_is_answered_with_everything_kept(app, client):
    anna = user()
    made = report(anna, source="Papier der Stadt")
    ask_back(moderator(), made, "Welche Sitzung?", expected_edit=1)
    db.session.commit()
    log_in(client, anna)
    path = f"/stand/{made.id}/bearbeiten"
    page = text(client.get(path))
    assert "Welche Sitzung?" in page
    assert "Papier der Stadt" in page
    late = send(client, path, **typed(reply="Die im März.", edit="7"))
    assert late.status_code == 409
    assert "Die im März." in text(late)
    assert send(client, path, **typed(reply="Die im März.", edit="1")).status_code == 303
    assert made.decision is ReportState.WAITING


def test_others_cannot_write_on_a_report(app, client):
    made = report()
    log_in(client, user())
    assert client.get(f"/stand/{made.id}/bearbeiten").status_code == 404
    confirmed_one = confirmed(node_id="lcg-sofort-kulturhauptstadt")
    assert client.get(f"/stand/{confirmed_one.id}/bearbeiten").status_code == 403


def test_a_moderator_gets_no_buttons_for_their_own_report(client):
    boss = moderator()
    made = report(boss)
    db.session.commit()
    log_in(client, boss)
    page = text(client.get(f"/moderation/stand/{made.id}"))
    assert "Über die eigene Standmeldung entscheidet eine andere Person" in page
    assert 'name="decision"' not in page
    data = {"decision": "confirm", "edit": "1", "csrf_token": form_token(client, f"/stand/{made.id}/bearbeiten")}
    assert client.post(f"/moderation/stand/{made.id}", data=data).status_code == 403
    assert made.decision is ReportState.WAITING


def test_refusing_needs_a_reason_and_two_moderators_do_not_both_decide(app, client):
    made = report()
    log_in(client, moderator())
    db.session.commit()
    path = f"/moderation/stand/{made.id}"
    token = form_token(client, path)
    answer = client.post(path, data={"decision": "refuse", "edit": "1", "csrf_token": token})
    assert answer.status_code == 422
    assert "Schreiben Sie, was Sie wissen möchten" in text(answer)
    ask_back(moderator(), made, "Wann?", expected_edit=1)
    db.session.commit()
    late = client.post(
        path, data={"decision": "refuse", "answer": "Mein langer Grund", "edit": "1", "csrf_token": token}
    )
    assert late.status_code == 409
    assert "Mein langer Grund" in text(late)
    assert made.decision is ReportState.ASKED
