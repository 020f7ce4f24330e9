"""What a person typed survives; where it may lead is bounded."""

from __future__ import annotations

import json

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from participation.web import kept


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "evil",
        "",
        None,
        "/a\r\nSet-Cookie: x",
        "/a\tb",
        "/" + "a" * 3000,
    ],
)
def test_addresses_that_lead_elsewhere_are_refused(path):
    assert kept.local_path(path) is None


@pytest.mark.parametrize("path", ["/", "/strategie/lce?sort=neu#schreiben"])
def test_addresses_on_this_site_pass(path):
    assert kept.local_path(path) == path


def test_a_form_comes_back_as_it_was():
    form = kept.Kept(
        "/strategie/lce/beitrag", (("body", "Zeile 1\nZeile „2“"), ("places", "guben"), ("places", "zittau"))
    )
    assert kept.load(MultiDict({"kept": form.dump()})) == form


@pytest.mark.parametrize("raw", ["", "{", "[]", '{"path": "/x"}', '{"path": "//evil", "fields": []}', "x" * 200_000])
def test_malformed_fields_count_as_nothing(raw):
    assert kept.load(MultiDict({"kept": raw})) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://evil.localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.one_database
def test_a_form_that_another_site_sent_is_not_offered_again(client, headers):
    smuggled = kept.Kept("/moderation/ergebnisse/1/freigeben", (("edit", "1"), ("reason", "Ein Satz"))).dump()
    for path, data in (
        ("/moderation/ergebnisse/1/freigeben", {"edit": "1", "reason": "Ein Satz"}),
        ("/konto/registrieren", {"kept": smuggled}),
        ("/konto/anmelden", {"kept": smuggled}),
    ):
        answer = client.post(path, data=data, headers=headers)
        assert "freigeben" not in answer.text
        assert "Ein Satz" not in answer.text
        assert "csrf_token" not in answer.text
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
@pytest.mark.one_database
def test_a_form_of_ours_is_offered_again(client, headers):
    page = client.post("/strategie/lce/beitrag", data={"body": "Ein Satz mit Mühe."}, headers=headers)
    assert page.status_code == 401
    assert "Ein Satz mit Mühe." in page.text
    # The session ends before the log-in form that carries it along is sent.
    carried = kept.Kept("/strategie/lce/beitrag", (("body", "Ein Satz mit Mühe."),)).dump()
    page = client.post("/konto/anmelden", data={"email": "a@example.org", "kept": carried}, headers=headers)
    assert page.status_code == 400
    assert "Ein Satz mit Mühe." in page.text


def test_passwords_and_tokens_are_never_carried_along():
    data = {"body": "Text", "password": "geheim", "password_again": "geheim", "csrf_token": "t"}
    request = Request(EnvironBuilder(method="POST", path="/x", data=data).get_environ())
    request.endpoint = "somewhere"  # type: ignore[attr-defined]
    form = kept.from_request(request)  # type: ignore[arg-type]
    assert form is not None
    assert form.fields == (("body", "Text"),)
    smuggled = json.dumps({"path": "/x", "fields": [["password", "geheim"], ["body", "Text"]]})
    loaded = kept.load(MultiDict({"kept": smuggled}))
    assert loaded is not None
    assert loaded.fields == (("body", "Text"),)
