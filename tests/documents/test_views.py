"""Handing documents out: fixed, described, cached; and never a draft."""

from __future__ import annotations

import hashlib

import pytest

from participation.base.db import db
from participation.documents import queries
from participation.documents.formats import Format
from participation.documents.operations import discard
from participation.documents.printer import NotAvailable, print_due
from participation.documents.words import NOT_HERE
from tests.factories import leitbild
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
PDF = "/leitbild/fassung/1/datei/leitbild-lausitz-fassung-1.pdf"


def print_all(text: bytes = b"Inhalt") -> None:
    print_due(lambda claim: text + claim.format.value.encode())


def test_a_file_has_a_fixed_etag_a_name_and_its_own_type(client):
    print_all()
    answer = client.get(PDF)
    assert answer.status_code == 200
    assert answer.data == b"Inhaltpdf"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(b"Inhaltpdf").hexdigest()}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=leitbild-lausitz-fassung-1.pdf"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert client.get("/leitbild/fassung/1/datei/massnahmenliste-lausitz-fassung-1.csv").data == b"Inhaltcsv"


def test_an_unchanged_file_does_not_travel_twice(client, statements):
    print_all()
    tag = client.get(PDF).headers["ETag"]
    with statements() as counted:
        again = client.get(PDF, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert not [text for text in counted.texts if "documents.content" in text], "its bytes are not even read"
    assert client.get(PDF, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.head(PDF).headers["Content-Length"] == str(len(b"Inhaltpdf"))


def test_with_its_hash_in_the_address_a_file_is_kept_for_ever(client):
    print_all()
    item = queries.item(1, Format.PDF)
    assert "immutable" in client.get(f"{PDF}?v={item.sha256[:12]}").headers["Cache-Control"]
    assert "immutable" not in client.get(f"{PDF}?v=000000000000").headers["Cache-Control"]
    discard(1)
    print_all(b"Ohne Namen")
    assert "immutable" not in client.get(f"{PDF}?v={item.sha256[:12]}").headers["Cache-Control"]


def test_what_waits_says_so_and_what_is_unknown_is_not_there(client):
    waiting = client.get(PDF)
    assert waiting.status_code == 503
    assert waiting.headers["Retry-After"] == "30"
    assert "wird gerade erstellt" in waiting.text
    for path in ("/leitbild/fassung/1/datei/x.pdf", "/leitbild/fassung/2/datei/leitbild-lausitz-fassung-2.pdf"):
        assert client.get(path).status_code == 404


def test_what_is_missing_here_is_said_in_plain_words(client):
    def press(claim):
        if claim.format is Format.PDF:
            raise NotAvailable(NOT_HERE)
        raise ValueError("secret detail")

    print_due(press)
    page = client.get("/leitbild/fassung/1").text
    assert "nicht verfügbar: Dieser Server kann gerade keine PDF-Dateien setzen" in page
    assert "secret detail" not in page
    assert client.get(PDF).status_code == 404


def test_the_shelf_stands_on_the_page_with_sizes_and_constant_cost(client, statements):
    before = client.get("/leitbild/fassung/1").text
    assert before.count("wird gerade erstellt") == len(Format)
    assert "/datei/" not in before
    print_all(b"x" * 200_000)
    with statements() as counted:
        page = client.get("/leitbild/fassung/1").text
    assert page.count("/datei/") == len(Format)
    assert "200 kB" in page
    assert len([text for text in counted.texts if "FROM documents" in text]) == 1


def test_a_draft_has_no_file_and_no_page(client):
    leitbild.submitted(leitbild.approved())
    for path in (
        "/leitbild/fassung/2/datei/leitbild-lausitz-fassung-2.pdf",
        "/leitbild/fassung/2/druck",
        "/leitbild/vergleich/1/2/dokumente",
        "/leitbild/vergleich/1/2/datei/leitbild-lausitz-vergleich-fassung-1-2.pdf",
    ):
        assert client.get(path).status_code == 404, path


def test_the_page_for_print_holds_everything_and_no_inline_style(client):
    page = client.get("/leitbild/fassung/1/druck")
    assert page.status_code == 200
    assert "Ausbau Infrastruktur" in page.text
    assert "Anhang: Maßnahmenliste" in page.text
    assert "<style" not in page.text
    assert "style=" not in page.text


def test_a_comparison_is_made_on_request_only_and_by_post(client):
    leitbild.revision()
    db.session.flush()
    address = "/leitbild/vergleich/1/2/dokumente"
    assert "PDF und DOCX erstellen" in client.get(address).text
    assert queries.shelf(2, 1) == [], "reading writes nothing"
    answer = client.post(address, data={"csrf_token": form_token(client, address)})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert client.get(address).text.count("wird gerade erstellt") == 2
    print_all()
    page = client.get(address).text
    assert "/leitbild/vergleich/1/2/datei/leitbild-lausitz-vergleich-fassung-1-2.docx" in page
    file = client.get("/leitbild/vergleich/1/2/datei/leitbild-lausitz-vergleich-fassung-1-2.docx")
    assert file.data == b"Inhaltdocx"
    assert client.get("/leitbild/vergleich/2/1/dokumente").headers["Location"] == address
    assert client.get("/leitbild/vergleich/2/2/dokumente").status_code == 404


def test_the_schema_is_published(client):
    answer = client.get("/leitbild/schema.json")
    assert answer.mimetype == "application/schema+json"
    assert answer.json["properties"]["format"]["const"] == "lausitz-leitbild/1"
