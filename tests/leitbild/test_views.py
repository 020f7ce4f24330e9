"""The pages: what everyone reads, the panel with and without htmx, and the workshop from outcome to revision."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask, g, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from participation.base.db import db
from participation.ledger import keys
from participation.ledger.models import LogEntry
from participation.leitbild import sentences
from participation.leitbild.changes import submit_change
from participation.leitbild.marking import ADDRESS
from participation.leitbild.models import Change, ChangeKind, ChangeState, Draft, DraftState
from participation.leitbild.queries import current_number
from participation.leitbild.sentences import sentences_of
from tests.factories import accounts
from tests.factories import leitbild as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment, outcome
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database

HTMX = {"HX-Request": "true"}


def text(response) -> str:
    return response.get_data(as_text=True)


def log_in(client: FlaskClient, person) -> None:
    """Act as a person; what the test made before survives a refused request."""
    db.session.commit()
    g.pop("_login_user", None)
    accounts.log_in(client, person)


def test_the_first_revision_says_it_was_not_adopted(client: FlaskClient):
    page = text(client.get("/leitbild"))
    assert "Ausgangsfassung, nicht beschlossen" in page
    assert page.count('class="ld-line"') + page.count("ld-line--sub") > 200
    assert page.count("<h1") == 1


def test_a_changed_passage_carries_its_mark(client: FlaskClient):
    change = make.approved()
    make.revision(change)
    page = text(client.get("/leitbild"))
    assert f"<span>Ä-{change.id}</span>" in page
    assert page.count("is-changed") == 2  # this one and the legend
    assert "Woher kommt dieser Satz?</h3>" not in page


def test_the_panel_opens_without_script(client: FlaskClient):
    change = make.approved()
    make.revision(change)
    page = text(client.get(f"/leitbild?herkunft={change.id}"))
    assert page.count('class="ld-origin') == 1
    panel = page[page.index('class="ld-origin') :]
    for said in ("Präsentation", "Ergebnis E-", f"Änderung Ä-{change.id}", "im Revisionslog", "/beitrag/"):
        assert said in panel


def test_htmx_gets_only_the_line(client: FlaskClient):
    change = make.approved()
    make.revision(change)
    opened = text(client.get(f"/leitbild?herkunft={change.id}", headers=HTMX))
    assert opened.lstrip().startswith('<div class="ld-line')
    assert 'class="ld-origin' in opened
    closed = text(client.get(f"/leitbild?zeile={change.node_id}", headers=HTMX))
    assert f'id="{change.node_id}"' in closed
    assert "ld-origin" not in closed


def test_an_unchanged_passage_leads_to_its_lines(client: FlaskClient):
    page = text(client.get("/leitbild?herkunft=lce-leitsatz"))
    assert page.count('class="ld-origin') == 1


@pytest.mark.parametrize("ref", ["999", "gibt-es-nicht", "99999999999999", "²"])
def test_an_unknown_origin_opens_nothing(client: FlaskClient, ref: str):
    response = client.get("/leitbild", query_string={"herkunft": ref})
    assert (response.status_code, 'class="ld-origin' in text(response)) == (200, False)
    assert client.get("/leitbild", query_string={"herkunft": ref}, headers=HTMX).status_code == 404


def test_the_origin_of_an_unpublished_change_stays_in_the_workshop(client: FlaskClient):
    change = make.approved()
    assert 'class="ld-origin' not in text(client.get(f"/leitbild?herkunft={change.id}"))
    assert client.get(f"/leitbild/aenderung/{change.id}").status_code == 404
    log_in(client, moderator())
    assert client.get(f"/leitbild/aenderung/{change.id}").status_code == 200


def test_the_text_takes_few_statements(client: FlaskClient, statements):
    make.revision()
    client.get("/leitbild")
    db.session.expire_all()
    with statements() as counted:
        client.get("/leitbild")
    assert counted.number <= 6
    with statements() as counted:
        client.get("/leitbild?herkunft=1")
    assert counted.number <= 8


@pytest.mark.parametrize(
    "path",
    [
        "/leitbild/fassung/9",
        "/leitbild/vergleich/1/9",
        "/leitbild/fassung/9/massnahmen",
        "/revisionslog/9",
        "/leitbild/aenderung/9",
        "/revisionslog/9.json",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


def test_every_public_page_answers(client: FlaskClient):
    node = make.measure(4)
    make.revision(
        make.approved(),
        make.approved(node, kind=ChangeKind.DELETION),
        make.approved(
            kind=ChangeKind.ADDITION, parent_id=make.measure(2).parent_id, node_kind="massnahme", title="Neu"
        ),
    )
    for path in (
        "/leitbild",
        "/leitbild/fassung/1",
        "/leitbild/fassung/2",
        "/leitbild/fassungen",
        "/leitbild/vergleich/1/2",
        "/leitbild/vergleich/2/2",
        "/leitbild/fassung/2/massnahmen",
        "/leitbild/fassung/1/massnahmen",
        "/revisionslog",
        "/revisionslog/1",
        "/revisionslog/2",
        "/leitbild/aenderung/1",
        "/leitbild/aenderung/2",
        "/leitbild/aenderung/3",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        assert text(response).count("<h1") == 1, path


def test_the_comparison_marks_words_in_text_too(client: FlaskClient):
    make.revision(make.approved(after="Etwas völlig anderes"))
    page = text(client.get("/leitbild/vergleich/1/2"))
    assert '<ins><span class="ld-hide">eingefügt: </span>' in page
    assert '<del><span class="ld-hide">gelöscht: </span>' in page


def test_a_comparison_the_wrong_way_round_is_turned(client: FlaskClient):
    make.revision()
    assert client.get("/leitbild/vergleich/2/1").headers["Location"] == "/leitbild/vergleich/1/2"
    assert client.get("/leitbild/vergleich?von=2&bis=1").headers["Location"] == "/leitbild/vergleich/2/1"


def test_the_annex_keeps_what_was_struck(client: FlaskClient):
    node = make.measure(4)
    make.revision(make.approved(node, kind=ChangeKind.DELETION))
    page = text(client.get("/leitbild/fassung/2/massnahmen"))
    assert "gestrichen" in page
    assert f"/strategie/{node.id}" in page
    assert "kein Stand gemeldet" in page


def test_anyone_can_check_an_entry_by_hand(client: FlaskClient):
    make.revision()
    page, response = text(client.get("/revisionslog/2")), client.get("/revisionslog/2.json")
    found = hashlib.sha256(b"\0" + response.data).hexdigest()
    assert found == db.session.get(LogEntry, 2).hash
    assert found in re.sub(r"\s", "", page)
    assert (
        json.loads(response.data)["previous"]
        == hashlib.sha256(b"\0" + client.get("/revisionslog/1.json").data).hexdigest()
    )


def test_the_log_is_paged(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    from participation.web.leitbild import log

    monkeypatch.setattr(log, "PAGE", 1)
    make.revision()
    first = text(client.get("/revisionslog"))
    assert "/revisionslog?vor=2" in first
    assert "/revisionslog/1" not in re.sub(r"/revisionslog\?", "", first)
    rest = text(client.get("/revisionslog?vor=2", headers=HTMX))
    assert "<html" not in rest
    assert "/revisionslog/1" in rest


WORKSHOP = ["/moderation/entwurf", "/moderation/aenderungen/1", "/moderation/aenderungen/neu?ergebnis=1"]


@pytest.mark.parametrize("path", WORKSHOP)
def test_the_workshop_is_for_moderators(client: FlaskClient, path: str):
    make.change()
    assert client.get(path).status_code == 303
    log_in(client, user())
    assert client.get(path).status_code == 403
    log_in(client, moderator())
    assert client.get(path).status_code == 200


def wanted(page: str, **values: object) -> dict[str, object]:
    """Return the hidden fields of the form on a page, and what the test types."""
    hidden = dict(re.findall(r'<input[^>]*name="(edit|since|outcomes)"[^>]*value="([^"]*)"', page))
    return {"csrf_token": token_in(page), **hidden, **values}


@pytest.fixture
def key_at_hand(app: Flask) -> Iterator[None]:
    """Let the web process sign, as on one's own machine."""
    path = app.config["LOG_KEY_FILE"]
    keys.save(keys.generate(), path)
    yield
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


@pytest.mark.usefixtures("key_at_hand")
def test_from_an_outcome_to_a_revision(client: FlaskClient, app: Flask):
    node = make.measure()
    record = outcome(node_comment(node_id=node.id), node_id=node.id)
    first, second = moderator(), moderator()
    log_in(client, first)
    page = text(client.get(f"/moderation/aenderungen/neu?ergebnis={record.id}"))
    assert node.body in page
    typed = {
        "kind": "textaenderung",
        "node": node.id,
        "after": "Ein neuer Satz über Speicher",
        "reason": "Weil das Gespräch es ergab.",
        "culture": "Keine Auswirkung.",
    }
    refused = client.post("/moderation/aenderungen/neu", data=wanted(page, **typed))
    assert refused.status_code == 422
    assert "Ein neuer Satz über Speicher" in text(refused)
    assert "Schreiben Sie einen Satz, auch wenn es die Nachbarn nicht betrifft." in text(refused)
    typed["cross_border"] = "Keine Auswirkung."
    saved = client.post("/moderation/aenderungen/neu", data=wanted(text(refused), **typed))
    assert saved.status_code == 303
    change = db.session.scalars(select(Change)).one()
    assert saved.headers["Location"] == f"/moderation/aenderungen/{change.id}"
    page = text(client.get(saved.headers["Location"]))
    handed = client.post(saved.headers["Location"], data=wanted(page, abgeben="1", **typed))
    assert (handed.status_code, change.state) == (303, ChangeState.SUBMITTED)
    page = text(client.get(f"/moderation/aenderungen/{change.id}"))
    assert "Freigeben muss eine zweite Person" in page

    log_in(client, second)
    page = text(client.get(f"/moderation/aenderungen/{change.id}"))
    done = client.post(f"/moderation/aenderungen/{change.id}/freigeben", data=wanted(page))
    assert (done.status_code, change.state) == (303, ChangeState.APPROVED)

    log_in(client, first)
    token = form_token(client, "/moderation/entwurf")
    client.post("/moderation/entwurf/oeffnen", data={"csrf_token": token})
    draft = db.session.scalars(select(Draft)).one()
    page = text(client.get("/moderation/entwurf"))
    client.post(f"/moderation/entwurf/aufnehmen/{change.id}", data={"csrf_token": token_in(page), "edit": draft.edit})
    assert change.draft_id == draft.id
    fields = {"title": "Fassung 2", "summary": "", "abgeben": "1", "csrf_token": token, "edit": draft.edit}
    refused = client.post("/moderation/entwurf", data=fields)
    assert refused.status_code == 409
    assert "Es fehlt die Zusammenfassung" in text(refused)
    fields |= {"summary": "Ein Satz ist genauer.", "edit": draft.edit}
    assert client.post("/moderation/entwurf", data=fields).status_code == 303
    assert draft.state is DraftState.SUBMITTED
    page = text(client.get("/moderation/entwurf"))
    assert "Veröffentlichen muss eine zweite Person" in page
    forced = client.post("/moderation/entwurf/veroeffentlichen", data={"csrf_token": token, "edit": draft.edit})
    assert (forced.status_code, current_number()) == (403, 1)

    log_in(client, second)
    preview = text(client.get("/moderation/entwurf?vorschau=text"))
    assert "Speicher" in preview
    page = text(client.get("/moderation/entwurf"))
    published = client.post("/moderation/entwurf/veroeffentlichen", data=wanted(page))
    assert (published.status_code, published.headers["Location"]) == (303, "/revisionslog/2")
    assert client.get("/log/checkpoint").text.splitlines()[1] == "2"
    assert "Ein neuer Satz über Speicher" in text(client.get("/leitbild"))
    again = client.post("/moderation/entwurf/veroeffentlichen", data=wanted(page))
    assert again.status_code == 409
    assert "schon veröffentlicht" in text(again)


def test_a_conflict_keeps_all_three_texts(client: FlaskClient, app: Flask):
    node = make.measure()
    base = node.body
    change = make.change(node, after="Meine alte Fassung")
    log_in(client, moderator())
    page = text(client.get(f"/moderation/aenderungen/{change.id}"))
    typed = {
        "kind": "textaenderung",
        "node": node.id,
        "after": "Meine neue Fassung",
        "reason": "Ein langer Grund, der bleibt.",
        "culture": "k",
        "cross_border": "n",
    }
    make.revision(make.approved(node, after="Die Fassung der anderen"))
    db.session.commit()
    conflict = client.post(f"/moderation/aenderungen/{change.id}", data=wanted(page, **typed))
    assert conflict.status_code == 409
    shown = text(conflict)
    for kept in (base, "Meine neue Fassung", "Die Fassung der anderen", "Ein langer Grund, der bleibt."):
        assert kept in shown
    assert change.after == "Meine alte Fassung"
    saved = client.post(f"/moderation/aenderungen/{change.id}", data=wanted(shown, **typed))
    assert saved.status_code == 303
    assert (change.before, change.after) == ("Die Fassung der anderen", "Meine neue Fassung")


def test_two_who_save_the_draft_lose_nothing(client: FlaskClient, app: Flask):
    draft = make.draft()
    log_in(client, moderator())
    page = text(client.get("/moderation/entwurf"))
    token = token_in(page)
    fields = {"csrf_token": token, "title": "Fassung 2", "edit": draft.edit}
    client.post("/moderation/entwurf", data={**fields, "summary": "Die Worte der anderen"})
    late = client.post("/moderation/entwurf", data={**fields, "summary": "Meine eigenen Worte"})
    assert late.status_code == 409
    assert "Die Worte der anderen" in text(late)
    assert "Meine eigenen Worte" in text(late)
    assert draft.summary == "Die Worte der anderen"


def test_a_stale_draft_shows_what_changed_and_can_take_the_new_base(client: FlaskClient, app: Flask):
    make.revision(make.approved(after="Das hat sich inzwischen geändert"))
    draft = make.draft(make.approved(make.measure(3)))
    draft.base_number = 1
    db.session.flush()
    log_in(client, moderator())
    page = text(client.get("/moderation/entwurf"))
    assert "Inzwischen ist Fassung 2 erschienen" in page
    assert "inzwischen" in page
    refused = client.post(
        "/moderation/entwurf",
        data={
            "csrf_token": token_in(page),
            "edit": draft.edit,
            "title": "T",
            "summary": "Bleibt stehen",
            "abgeben": "1",
        },
    )
    assert refused.status_code == 409
    assert "Bleibt stehen" in text(refused)
    client.post("/moderation/entwurf/neue-grundlage", data={"csrf_token": token_in(page), "edit": draft.edit})
    assert draft.base_number == 2


def test_choosing_another_node_brings_its_wording_and_saves_nothing(client: FlaskClient, app: Flask):
    node, other = make.measure(), make.measure(5)
    record = outcome(node_id=node.id)
    log_in(client, moderator())
    page = text(client.get(f"/moderation/aenderungen/neu?ergebnis={record.id}"))
    shown = client.post(
        "/moderation/aenderungen/neu",
        data=wanted(page, kind="textaenderung", node=other.id, after="x", reason="Bleibt stehen", zeigen="1"),
    )
    assert other.body in text(shown)
    assert "Bleibt stehen" in text(shown)
    assert db.session.scalar(select(Change)) is None


def test_a_change_goes_back_with_a_reason(client: FlaskClient, app: Flask):
    change = make.change()
    submit_change(change.author, change, expected_edit=change.edit)
    log_in(client, moderator())
    path = f"/moderation/aenderungen/{change.id}"
    token = form_token(client, path)
    empty = client.post(f"{path}/zurueckgeben", data={"csrf_token": token, "reason": ""})
    assert (empty.status_code, "Schreiben Sie dazu, warum." in text(empty)) == (422, True)
    client.post(f"{path}/zurueckgeben", data={"csrf_token": token, "reason": "Der Ort fehlt."})
    assert "Der Ort fehlt." in text(client.get(path))


def test_writing_needs_the_token(client: FlaskClient):
    log_in(client, moderator())
    assert client.post("/moderation/entwurf/oeffnen", data={}).status_code == 400
    assert db.session.scalar(select(Draft)) is None


ONE, TWO = "Wir bauen Radwege an der Neiße.", "Die Brücke in Guben bleibt offen."


@pytest.fixture
def told(app: Flask) -> tuple[Change, list[int]]:
    """A passage of two sentences; the second was edited by a later change."""
    node = make.measure()
    make.revision(make.approved(node, after=f"{ONE} {TWO}"))
    change = make.approved(node, after=f"{ONE} Die Brücke in Guben bleibt für alle offen.")
    make.revision(change)
    return change, [one.id for one in sentences_of(node.id, 3)]


def test_a_touched_sentence_has_a_mark_that_opens_its_panel(client: FlaskClient, told):
    change, ids = told
    page = text(client.get("/leitbild"))
    assert page.count('class="ld-satz"') == 2
    assert f'href="?herkunft=satz-{ids[1]}#{change.node_id}"' in page
    opened = text(client.get(f"/leitbild?herkunft=satz-{ids[1]}"))
    assert opened.count('class="ld-origin') == 1
    panel = opened[opened.index('class="ld-origin') :]
    for said in ("Frühere Wortlaute", "für alle", change.reason, f"Änderung Ä-{change.id}", "Minderheit", "Zitieren"):
        assert said in panel
    line = text(client.get(f"/leitbild?herkunft=satz-{ids[1]}", headers=HTMX))
    assert line.lstrip().startswith('<div class="ld-line')
    assert "Frühere Wortlaute" in line


@pytest.mark.parametrize("ref", ["satz-99999", "satz-", "satz-x", "satz-99999999999999999999"])
def test_an_unknown_sentence_opens_nothing(client: FlaskClient, ref: str):
    response = client.get("/leitbild", query_string={"herkunft": ref})
    assert (response.status_code, 'class="ld-origin' in text(response)) == (200, False)
    assert client.get("/leitbild", query_string={"herkunft": ref}, headers=HTMX).status_code == 404


def test_a_sentence_opens_only_where_it_stands(client: FlaskClient, told):
    _change, ids = told
    page = text(client.get(f"/leitbild/fassung/1?herkunft=satz-{ids[0]}"))
    assert 'class="ld-origin' not in page


def test_the_view_of_origins_leads_from_every_sentence(client: FlaskClient, told):
    change, ids = told
    page = text(client.get("/leitbild?ansicht=herkunft"))
    assert page.count('class="ld-sentence"') > 200
    assert f'href="{ADDRESS}{ids[1]}"' in page
    assert '<span class="ld-from">für alle</span><sup class="ld-from__no">F3</sup>' in page
    assert "F2 heißt: mit Fassung 2" in page
    assert change.id
    before = text(client.get("/leitbild/fassung/1?ansicht=herkunft"))
    assert '<a class="ld-sentence"' in before
    assert '<sup class="ld-from__no">F3' not in before


def test_a_sentence_has_a_permanent_address(client: FlaskClient, app: Flask, told):
    change, ids = told
    with app.test_request_context():
        assert url_for("leitbild.satz", id=ids[1]) == f"{ADDRESS}{ids[1]}"
    page = text(client.get(f"{ADDRESS}{ids[1]}"))
    for said in (
        "seit Fassung 3",
        "Zitieren",
        "SHA-256",
        change.reason,
        "Frühere Wortlaute",
        f"/leitbild/satz/{ids[1]}",
    ):
        assert said in page
    family = sentences.family(ids[1])
    old = text(client.get(f"{ADDRESS}{family.ancestors[-1].id}"))
    assert TWO in old
    assert "Dieser Wortlaut steht nicht mehr im Leitbild" in old
    assert f"{ADDRESS}{ids[1]}" in old
    said = client.get(f"{ADDRESS}{ids[1]}?format=json").json
    assert said["sha256"] == hashlib.sha256(said["text"].encode()).hexdigest()
    assert (said["revision"], said["stands"][0]["until"]) == (3, None)


@pytest.mark.parametrize("path", ["/leitbild/satz/99999", "/leitbild/satz/0", "/leitbild/satz/99999999999999999999"])
def test_an_unknown_sentence_is_not_found(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["", "?ansicht=herkunft", "/satz/{id}"])
def test_reading_with_provenance_takes_at_most_eight_statements(client: FlaskClient, statements, told, path: str):
    change, ids = told
    path = "/leitbild" + path.format(change=change.id, id=ids[1])
    client.get(path)
    db.session.expire_all()
    with statements() as counted:
        assert client.get(path).status_code == 200
    assert counted.number <= 8


@pytest.mark.parametrize("ref", ["{change}", "satz-{id}"])
def test_opening_a_panel_takes_a_few_statements_more(client: FlaskClient, statements, told, ref: str):
    """As one line for htmx; a whole page with an open panel adds its own."""
    change, ids = told
    path = "/leitbild?herkunft=" + ref.format(change=change.id, id=ids[1])
    for headers, most in ((HTMX, 9), ({}, 12)):
        client.get(path, headers=headers)
        db.session.expire_all()
        with statements() as counted:
            assert client.get(path, headers=headers).status_code == 200
        assert counted.number <= most
