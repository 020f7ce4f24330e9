"""Pages of erasures and corrections: two people, a preview, placeholders with ground and link."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from participation.base.db import db
from participation.errata.models import Correction, CorrectionState, Erasure, ErasureState
from participation.ledger.models import LogRedacted
from participation.leitbild.models import Change
from participation.notify.models import Notification
from tests.factories import errata as make
from tests.factories import leitbild
from tests.factories.accounts import log_in, moderator, user
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
SECRET = "Wir bauen mit Herrn Max Mustermann einen Speicher"


@pytest.fixture
def change(app: Flask) -> Change:
    node = leitbild.measure()
    made = leitbild.approved(node, after=SECRET, reason="Herr Mustermann wünscht es.")
    leitbild.revision(made)
    leitbild.revision(leitbild.approved(node, after="Wir bauen einen Speicher."))
    return made


def post(client, path: str, page: str, **data: object):
    return client.post(path, data={"csrf_token": form_token(client, page), **data})


def test_from_request_to_placeholder(app: Flask, change: Change):
    first, second, visitor = app.test_client(), app.test_client(), app.test_client()
    log_in(first, moderator())
    log_in(second, moderator())
    page = "/moderation/tilgungen/neu?fassung=2"
    listed = first.get(page).text
    assert f"wortlaut/2/{change.node_id}" in listed
    refused = post(first, page, page, pieces=[f"wortlaut/2/{change.node_id}"], reason="Antrag einer Person.")
    assert refused.status_code == 422
    assert "Antrag einer Person." in refused.text
    assert db.session.scalar(select(Erasure)) is None
    answer = post(
        first,
        page,
        page,
        pieces=[f"wortlaut/2/{change.node_id}", f"gruende/{change.id}"],
        ground="Löschantrag",
        reason="Antrag einer Person.",
    )
    assert answer.status_code == 303
    path = answer.headers["Location"]
    own = first.get(path).text
    assert "Endgültig tilgen" not in own
    assert "Tilgen muss eine zweite Person" in own
    assert post(first, f"{path}/tilgen", path).status_code == 403
    assert db.session.scalar(select(LogRedacted)) is None
    assert "Tilgung prüfen" in second.get("/moderation").text
    preview = second.get(path).text
    assert SECRET in preview
    assert "Herr Mustermann wünscht es." in preview
    assert post(second, f"{path}/tilgen", path).status_code == 303
    assert db.session.scalar(select(Erasure.state)) is ErasureState.DONE
    for address in (
        "/leitbild/fassung/2",
        f"/leitbild/aenderung/{change.id}",
        "/revisionslog/2",
        "/leitbild/vergleich/2/3",
        f"/leitbild/fassung/2?herkunft={change.id}",
        f"/strategie/{change.node_id}",
    ):
        shown = visitor.get(address).text
        assert "Mustermann" not in shown, address
    for address in ("/leitbild/fassung/2", f"/leitbild/aenderung/{change.id}", "/revisionslog/2"):
        shown = visitor.get(address).text
        assert "Löschantrag" in shown, address
        assert 'href="/revisionslog/4"' in shown, address
    entry = visitor.get("/revisionslog/4").text
    assert "Antrag einer Person." in entry
    assert "Wortlaut der Passage" in entry
    assert "In Eintrag 2 ist etwas getilgt" in visitor.get("/revisionslog").text
    assert "Tilgung Nr. 1" in second.get("/moderation/tilgungen").text
    done = second.get(path).text
    assert SECRET not in done
    assert "Antrag zurückziehen" not in done


def test_a_request_can_be_withdrawn(app: Flask, change: Change):
    erasure = make.requested("titel/2")
    client = app.test_client()
    log_in(client, moderator())
    path = f"/moderation/tilgungen/{erasure.id}"
    assert post(client, f"{path}/zurueckziehen", path).status_code == 303
    assert "zurückgezogen" in client.get(path).text
    assert post(client, f"{path}/tilgen", "/moderation/tilgungen/neu?fassung=2").status_code == 403


def test_kept_exports_are_thrown_away(app: Flask, change: Change):
    erasure = make.requested("titel/2")
    folder = Path(app.config["INSTANCE"]) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export-alt.json").write_text(json.dumps({"title": "geheim"}), encoding="utf-8")
    client = app.test_client()
    log_in(client, moderator())
    path = f"/moderation/tilgungen/{erasure.id}"
    assert post(client, f"{path}/tilgen", path).status_code == 303
    assert list(folder.glob("export-*.json")) == []


def test_a_correction_from_the_passage_to_the_log(app: Flask):
    node = leitbild.measure()
    first, second, person, visitor = (app.test_client() for _ in range(4))
    author, resident = moderator(), user()
    log_in(first, author)
    log_in(second, moderator())
    log_in(person, resident)
    way = first.get(f"/moderation/berichtigungen/fassung/1/{node.id}")
    page = way.headers["Location"]
    assert node.body[:20] in first.get(page).text
    refused = post(first, page, page, said=node.body, right="", reason="Beschluss von 2019.")
    assert (refused.status_code, "Beschluss von 2019." in refused.text) == (422, True)
    made = post(first, page, page, said=node.body, right="So ist es richtig.", reason="Beschluss von 2019.")
    path = made.headers["Location"]
    assert "Berichtigung liegt aus" in visitor.get("/leitbild").text
    assert "Einwand erheben" not in visitor.get(path).text
    assert post(person, f"{path}/einwand", path, text="Das stimmt nicht.").status_code == 303
    assert post(person, f"{path}/einwand", "/konto", text="Noch einmal.").status_code == 403
    correction = db.session.scalar(select(Correction))
    objection = correction.objections[0]
    answer = f"/moderation/berichtigungen/{correction.id}/antwort/{objection.id}"
    assert post(second, answer, path, text="Doch, siehe Quelle.").status_code == 303
    assert "Doch, siehe Quelle." in visitor.get(path).text
    kinds = db.session.scalars(select(Notification.kind).where(Notification.user_id == resident.id)).all()
    assert kinds == ["objection_answered"]
    confirm = f"/moderation/berichtigungen/{correction.id}/bestaetigen"
    assert post(second, confirm, path).status_code == 403
    correction.until = correction.created_at
    db.session.commit()
    assert post(first, confirm, path).status_code == 403
    assert post(second, confirm, path).status_code == 303
    db.session.expire_all()
    assert correction.state is CorrectionState.CONFIRMED
    assert "So ist es richtig." in visitor.get("/leitbild").text
    assert "So ist es richtig." in visitor.get(f"/revisionslog/{correction.entry_number}").text
    assert "So ist es richtig." in visitor.get("/revisionslog/1").text
    assert "So ist es richtig." in visitor.get("/leitbild/berichtigungen").text
    assert "Berichtigung zu Eintrag 1" in visitor.get("/revisionslog").text


def test_visitors_are_asked_to_log_in_before_they_object(app: Flask):
    correction = make.proposed()
    shown = app.test_client().get(f"/leitbild/berichtigungen/{correction.id}").text
    assert "/konto/anmelden" in shown


def test_a_mark_typed_by_hand_is_harmless(app: Flask):
    from participation.web.shell import mended

    assert "<b>" not in mended("[getilgt: Eintrag 1, <b>x</b>]")
    assert mended("a < b") == "a &lt; b"


def test_pages_need_a_constant_number_of_statements(app: Flask, change: Change, statements):
    client = app.test_client()
    client.get("/leitbild")
    with statements() as few:
        client.get("/leitbild")
    node = leitbild.measure(2)
    for _ in range(4):
        make.confirmed(3, node_id=node.id)
    db.session.expire_all()
    with statements() as many:
        client.get("/leitbild")
    assert sorted(many.texts) == sorted(few.texts)
    assert many.number <= 8
