"""What is in the files: read again with other people's libraries."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import jsonschema
import odfdo
import openpyxl
import pypdf
import pytest

from participation.base.clock import now
from participation.documents import data, measures, pdf, sheets
from participation.documents.blocks import Imprint
from participation.documents.formats import Format
from participation.documents.manuscript import absolute
from participation.documents.operations import Claim
from participation.documents.printer import NotAvailable
from participation.documents.prose import read
from participation.documents.words import ranges
from participation.ledger import queries as ledger
from participation.leitbild.models import ChangeKind
from participation.web.printer import imprint, make, page
from tests.factories import leitbild

pytestmark = pytest.mark.one_database
SCHEMA = Path(__file__).resolve().parents[2] / "static" / "leitbild.schema.json"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def built(made: Format, number: int, earlier: int | None = None) -> bytes:
    return make(Claim(1, number, earlier, made, 1, now()))


def elements(item, seen=None):
    """Yield every structure element of a tagged PDF."""
    item = item.get_object()
    if isinstance(item, pypdf.generic.ArrayObject):
        for one in item:
            yield from elements(one)
    elif isinstance(item, pypdf.generic.DictionaryObject) and "/S" in item:
        yield item
        if "/K" in item:
            yield from elements(item["/K"])


@pytest.fixture
def versions(app):
    """Two versions: one measure changed, one struck, one passage added whose wording is nasty."""
    node, gone = leitbild.measure(), leitbild.measure(1)
    leitbild.revision(
        leitbild.approved(node),
        leitbild.approved(gone, kind=ChangeKind.DELETION, after=""),
        leitbild.approved(
            kind=ChangeKind.ADDITION,
            parent_id=node.parent_id,
            title="=HYPERLINK(1)",
            node_kind="massnahme",
            after='Sagt <script>alert("x")</script> & **fett** und Łužica.',
        ),
    )
    return node, gone


def test_the_pdf_is_tagged_complete_and_leads_through_itself(versions):
    """One test for all of it: setting the whole text takes seconds."""
    reader = pypdf.PdfReader(io.BytesIO(built(Format.PDF, 2)))
    is_described(reader)
    is_structured(reader)
    says_everything(reader)


def is_described(reader: pypdf.PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Leitbild für die Lausitz, Fassung 2"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert "/JavaScript" not in str(root)
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles[0] == "Zu dieser Fassung"
    annexes = ["Maßnahmenliste", "Änderungen in dieser Fassung", "Gestrichene Stellen"]
    assert titles[-5:] == [*(f"Anhang: {title}" for title in annexes), "Quellen", "Nachprüfen"]
    fonts = {
        font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()
    }
    assert all(re.search("Fira-Sans|Source-Serif", font) for font in fonts), fonts


def is_structured(reader: pypdf.PdfReader) -> None:
    found = list(elements(reader.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    kinds = [item["/S"] for item in found]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/H3", "/Table", "/Caption", "/THead", "/TH", "/TD", "/L", "/LI", "/Link"} <= set(kinds)
    levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
    heads = {str(item["/ID"]) for item in found if item["/S"] == "/TH"}
    cells = [[str(head) for head in item["/A"]["/Headers"]] for item in found if item["/S"] == "/TD"]
    count = sum(len(group.measures) for group in measures.groups(2))
    assert len(cells) >= 5 * count
    assert all(len(of) == 2 and set(of) <= heads for of in cells), "each cell knows its row and its column"


def says_everything(reader: pypdf.PdfReader) -> None:
    pages = [page.extract_text() for page in reader.pages]
    said = " ".join(" ".join(pages).split())
    for words in ("Ausbau Infrastruktur", 'Sagt <script>alert("x")</script> & fett und Łužica.', "=HYPERLINK(1)"):
        assert words in said
    assert re.search(rf"Nachprüfen[ .]*{len(pages)}", pages[1]), "the contents name the page"
    last = "".join(pages[-1].split())
    assert ledger.tree(2).root().hex() in last
    assert "http://localhost/log" in last
    assert f"{len(pages)}/{len(pages)}" in last


@pytest.mark.parametrize("made", [made for made in Format if made is not Format.PDF])
def test_the_same_version_gives_the_same_bytes(versions, made):
    assert built(made, 2) == built(made, 2)


def test_the_same_comparison_gives_the_same_pdf(versions):
    assert built(Format.PDF, 2, 1) == built(Format.PDF, 2, 1)


def test_without_its_libraries_there_is_no_pdf_but_a_reason(versions, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(NotAvailable, match="PDF"):
        built(Format.PDF, 2)
    assert built(Format.DOCX, 2)


def test_a_page_that_asks_for_more_than_ours_is_refused(versions, app):
    from participation.documents.manuscript import compose

    composed = compose(2, imprint())
    evil = page(composed).replace(
        "</head>", '<link rel="stylesheet" href="https://document.invalid/static/../config.py"></head>'
    )
    with pytest.raises(RuntimeError, match="not one of ours"):
        pdf.typeset(evil, composed, Path(app.static_folder))


def test_the_docx_has_headings_a_contents_field_and_tables_with_heads(versions):
    found = docx.Document(io.BytesIO(built(Format.DOCX, 2)))
    assert found.core_properties.title == "Leitbild für die Lausitz, Fassung 2"
    assert found.core_properties.language == "de-DE"
    heads = [p.text for p in found.paragraphs if p.style.name == "Heading 1"]
    assert "Anhang: Maßnahmenliste" in heads
    assert heads[-1] == "Nachprüfen"
    xml = found.element.xml
    assert "TOC \\o" in xml
    assert xml.count("<w:tblHeader/>") == len(found.tables)
    assert any("Sagt" in p.text and "fett" in p.text for p in found.paragraphs)
    assert "PAGE" in found.sections[0].footer._element.xml
    assert {section.orientation for section in found.sections} == {0, 1}


def test_the_odt_has_headings_contents_and_tables_with_heads(versions):
    found = odfdo.Document(io.BytesIO(built(Format.ODT, 2)))
    assert found.meta.title == "Leitbild für die Lausitz, Fassung 2"
    assert found.meta.language == "de-DE"
    heads = [str(h) for h in found.body.headers if str(h.level) == "1"]
    assert heads[-1].startswith("Nachprüfen")
    tables = found.body.tables
    assert len(tables) >= 5
    assert len(found.body.get_elements("//table:table-header-rows")) == len(tables)
    assert found.body.get_element("//text:table-of-content") is not None
    with zipfile.ZipFile(io.BytesIO(built(Format.ODT, 2))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_sheets_hold_every_measure_and_no_formula(versions):
    _node, gone = versions
    rows = list(csv.reader(io.StringIO(built(Format.CSV, 2).decode())))
    book = openpyxl.load_workbook(io.BytesIO(built(Format.XLSX, 2)))
    in_book = [[str(cell.value or "") for cell in row] for row in book.active.iter_rows()]
    assert len(rows) == len(in_book) == 1 + sum(len(group.measures) for group in measures.groups(2))
    assert not [cell for row in [*rows, *in_book] for cell in row if cell.startswith(sheets.DANGEROUS)]
    assert any("'=HYPERLINK(1)" in row for row in rows)
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]
    assert [row for row in rows if row[0] == gone.id and "gestrichen" in row], "what is gone stays listed"
    assert book.active.freeze_panes == "A2"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
def test_whatever_looks_like_a_formula_is_defused(value):
    assert sheets.defused(value) == f"'{value}"
    assert sheets.defused("Gleis = Weg") == "Gleis = Weg"
    assert sheets.defused(-1) == -1


@pytest.mark.parametrize("number", [1, 2])
def test_the_json_keeps_to_its_published_schema(versions, number):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(built(Format.JSON, number))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["$schema"] == "http://localhost/leitbild/schema.json"
    assert len(found["changes"]) == (3 if number == 2 else 0)
    described = schema["$defs"]["measure"]["required"]
    assert list(found["measures"][0]) == described == list(measures.COLUMNS)
    assert found["log"]["root"] == ledger.tree(number).root().hex()
    assert data.FORMAT == schema["properties"]["format"]["const"]


def test_the_markdown_keeps_the_stored_wording(versions):
    said = built(Format.MARKDOWN, 2).decode()
    node, gone = versions
    assert node.body in said
    assert "# Leitbild für die Lausitz, Fassung 2" in said
    assert gone.id not in said
    assert "\\[Ä-" in said


def test_a_comparison_marks_changes_by_more_than_colour(versions):
    reader = pypdf.PdfReader(io.BytesIO(built(Format.PDF, 2, 1)))
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert re.search(r"\[\+ ?und Speicher", said)
    assert "Fassung 1 und Fassung 2 im Vergleich" in reader.metadata.title


def test_a_comparison_in_docx_tracks_its_changes(versions):
    found = docx.Document(io.BytesIO(built(Format.DOCX, 2, 1)))
    inserted = ["".join(t.text for t in one.iter(f"{W}t")) for one in found.element.iter(f"{W}ins")]
    deleted = ["".join(t.text for t in one.iter(f"{W}delText")) for one in found.element.iter(f"{W}del")]
    _node, gone = versions
    assert any("und Speicher" in text for text in inserted)
    assert any(text and text in gone.title for text in deleted) or deleted
    assert not [one for one in found.element.iter(f"{W}del") if list(one.iter(f"{W}t"))], "deleted text is no text"


def test_prose_reads_lists_quotes_and_marks():
    found = read(
        '<p>Ein <strong>fetter</strong> <a href="https://a.de">Satz</a>.</p><ol start="3"><li>drei</li>'
        "<li><p>vier</p></li></ol><blockquote><p>Zitat<br>weiter</p></blockquote>"
    )
    assert [(one.label, one.text) for one in found] == [
        ("", "Ein fetter Satz."),
        ("3.", "drei"),
        ("4.", "vier"),
        ("", "Zitat\nweiter"),
    ]
    assert found[0].runs[1].marks == {"strong"}
    assert found[3].is_quote


def test_links_to_this_site_lead_somewhere_from_a_file():
    found = absolute('<a href="/revisionslog/3">x</a> <a href="https://a.de/">y</a>', Imprint("S", "https://s.de"))
    assert found == '<a href="https://s.de/revisionslog/3">x</a> <a href="https://a.de/">y</a>'


def test_lines_are_told_in_short():
    assert ranges((3, 9, 7, 8, 8)) == "3, 7–9"
    assert ranges(()) == ""
