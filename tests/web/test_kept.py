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
