"""One line a request for operators, with an id that people can quote, and nothing that people wrote."""

from __future__ import annotations

import io
import json
import logging

import pytest

from participation.app import create_app
from participation.web import journal
from tests.factories.accounts import PASSWORD, log_in, user
from tests.web_helpers import form_token

NODE = "/strategie/lce-sofort-industrieparks"
GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines():
    """Collect what is logged, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(journal.formatter(plain=False))
    ours = logging.getLogger("participation")
    ours.addHandler(handler)
    before, ours.level = ours.level, logging.INFO
    ours.setLevel(logging.INFO)

    def read() -> list[dict[str, object]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    ours.removeHandler(handler)
    ours.setLevel(before)


@pytest.mark.one_database
def test_a_request_is_one_line_with_route_time_and_statements(client, lines):
    answer = client.get(f"{NODE}?von=42&geheim=ja")
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("ms") > 0
    assert 1 <= line.pop("statements") <= 8
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "participation.requests",
        "endpoint": "strategy.node",
        "method": "GET",
        "status": 200,
        "request_id": answer.headers["X-Request-ID"],
    }


@pytest.mark.one_database
def test_no_line_holds_what_people_wrote_or_who_they_are(app, lines):
    client = app.test_client()
    person = user()
    address = {"REMOTE_ADDR": "203.0.113.77"}
    login = {"csrf_token": form_token(client, "/konto/anmelden"), "email": person.email, "password": PASSWORD}
    client.post("/konto/anmelden", data=login, environ_base=address)
    log_in(client, person)
    token = form_token(client, NODE)
    typed = {"csrf_token": token, "kind": "frage", "lang": "de", "body": "Mein persönlicher Gedanke"}
    client.post(f"{NODE}/beitrag?token=geheimnis", data=typed, environ_base=address)
    told = json.dumps(lines(), ensure_ascii=False)
    for secret in (person.email, PASSWORD, "Gedanke", "geheimnis", "203.0.113.77", token, person.display_name):
        assert secret not in told
    assert len(lines()) >= 3


@pytest.mark.one_database
def test_a_fault_is_told_by_kind_and_place_and_its_page_names_the_line(separate_app, lines):
    separate_app.config["PROPAGATE_EXCEPTIONS"] = False

    def mistaken() -> str:
        raise ValueError("Mein Geheimnis von anna@example.org")

    mistaken.access = "public"
    separate_app.view_functions["info.how"] = mistaken
    answer = separate_app.test_client().get("/so-funktioniert-es")
    assert answer.status_code == 500
    number = answer.headers["X-Request-ID"]
    assert number in answer.text
    fault, request = lines()
    assert (fault["request_id"], request["request_id"]) == (number, number)
    assert fault["level"] == "error"
    (error,) = fault["errors"]
    assert error["kind"] == "builtins.ValueError"
    assert error["at"][-1].startswith("tests/web/test_journal.py:")
    assert error["at"][-1].endswith(" mistaken")
    assert "Geheimnis" not in json.dumps(fault)
    assert "anna" not in json.dumps(fault)
    assert request["status"] == 500


def proxied(databases, hops: int):
    settings = databases.settings(databases.copy("sqlite"))
    settings.PROXY_HOPS = hops
    return create_app(settings).test_client()


@pytest.mark.parametrize("given", [GIVEN, "zu kurz", "x" * 65, "mit Leerzeichen und mehr", 'a"b\\c-d-e-f'])
def test_an_id_is_taken_from_a_proxy_alone_and_only_if_well_formed(databases, given):
    answers = [proxied(databases, hops).get("/healthz", headers={"X-Request-ID": given}) for hops in (0, 1)]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert ids[0] != given
    assert (ids[1] == given) is (given == GIVEN)
    assert all(journal.WELL_FORMED.fullmatch(one) for one in ids)


@pytest.mark.one_database
def test_what_machines_ask_all_the_time_is_told_only_when_it_fails(client, lines):
    client.get("/healthz")
    client.get("/static/favicon.svg")
    assert lines() == []
    client.get("/static/nichts.svg")
    assert [line["status"] for line in lines()] == [404]


@pytest.mark.parametrize(
    "said",
    [
        "could not send to anna.noack+dialog@example.org",
        "connection from 203.0.113.77 refused",
        "peer 2001:db8:85a3::8a2e:370:7334 went away",
        "GET /konto/link/8mZ3kq0dT1cQvLx7WfYh2NnRb5sPaUeG9iJoKtBMzXw failed",
        "fetching https://example.org/x?token=geheim",
    ],
)
def test_what_libraries_say_passes_a_mask(said):
    record = logging.LogRecord("some.library", logging.WARNING, __file__, 1, said, None, None)
    told = json.loads(journal.formatter(plain=False).format(record))["event"]
    for secret in ("noack", "203.0.113.77", "2001:db8", "8mZ3kq0dT1c", "geheim"):
        assert secret not in told
    assert told[:4] == said[:4]


def test_for_developers_it_is_readable():
    record = logging.LogRecord("participation", logging.WARNING, __file__, 1, "der Postbote ist müde", None, None)
    told = journal.formatter(plain=True).format(record)
    assert "der Postbote ist müde" in told
    assert not told.startswith("{")
