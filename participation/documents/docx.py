"""DOCX: real headings, a table of contents that Word fills in, tables with header rows, changes as tracked changes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from participation.documents import words
from participation.documents.archive import repacked
from participation.documents.blocks import (
    Block,
    Heading,
    Manuscript,
    Marked,
    Part,
    Passage,
    Points,
    Table,
    Text,
    Words,
)
from participation.documents.prose import read

INK, MUTED, ACTION = RGBColor(0x21, 0x1E, 0x19), RGBColor(0x5B, 0x55, 0x4A), RGBColor(0x2A, 0x40, 0x86)
SANS, SERIF = "Calibri", "Cambria"
"""Both come with Word; LibreOffice has letters of the same widths for them."""

STYLES: tuple[tuple[str, str, float, RGBColor, float, float], ...] = (
    # name, letters, size, colour, space before, after (points)
    ("Normal", SANS, 10.5, INK, 0, 6),
    ("Title", SERIF, 34, INK, 120, 12),
    ("Subtitle", SERIF, 18, ACTION, 0, 6),
    ("Heading 1", SERIF, 20, INK, 24, 12),
    ("Heading 2", SERIF, 15, INK, 18, 8),
    ("Heading 3", SANS, 11.5, INK, 14, 4),
    ("Heading 4", SANS, 10.5, ACTION, 10, 3),
    ("Heading 5", SANS, 10.5, MUTED, 8, 2),
    ("Caption", SANS, 9, MUTED, 0, 4),
    ("Leitbild Wortlaut", SERIF, 11.5, INK, 0, 6),
    ("Leitbild Punkt", SERIF, 11, INK, 0, 3),
    ("Leitbild Vorspann", SERIF, 13, INK, 0, 10),
    ("Leitbild Hinweis", SANS, 9, MUTED, 0, 6),
    ("Leitbild Zelle", SANS, 8.5, INK, 0, 2),
)
VOICES = {"lead": "Leitbild Vorspann", "note": "Leitbild Hinweis", "code": "Leitbild Hinweis"}


def typeset(manuscript: Manuscript) -> bytes:
    """Return a manuscript as DOCX; the same manuscript gives the same bytes."""
    document = Document()
    _describe(document, manuscript)
    _styles(document)
    _page(document.sections[0], wide=False)
    _cover(document, manuscript)
    _contents(document, manuscript)
    changes = _Changes(manuscript)
    wide = False
    for part in manuscript.parts:
        if part.is_wide or wide:
            _page(document.add_section(WD_SECTION.NEW_PAGE), wide=part.is_wide)
        wide = part.is_wide
        _part(document, part, changes)
    _footer(document, manuscript)
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue(), manuscript.at)


class _Changes:
    """Numbers tracked changes; all are dated with the version that brought them."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.author = manuscript.author
        self.date = manuscript.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.count = 0

    def element(self, name: str) -> Any:
        """Return w:ins or w:del around runs that were inserted or deleted."""
        self.count += 1
        made = OxmlElement(name)
        made.set(qn("w:id"), str(self.count))
        made.set(qn("w:author"), self.author)
        made.set(qn("w:date"), self.date)
        return made


def _describe(document: Docx, manuscript: Manuscript) -> None:
    about = document.core_properties
    about.title, about.subject, about.author = manuscript.full_title, manuscript.name, manuscript.author
    about.last_modified_by, about.comments, about.keywords = manuscript.author, "", ""
    about.language, about.identifier, about.revision = "de-DE", manuscript.identifier, 1
    about.created = about.modified = manuscript.at.replace(tzinfo=None, microsecond=0)


def _styles(document: Docx) -> None:
    for name, font, size, colour, before, after in STYLES:
        known = name in document.styles
        style = document.styles[name] if known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - all names above are of paragraphs
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), colour
        style.font.bold = name in ("Heading 3", "Heading 5")
        style.font.italic = False
        form = style.paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for which in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{which}"), None)
        for which in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{which}"), font)
    for name, indent in (("Leitbild Wortlaut", 1.2), ("Leitbild Punkt", 1.8)):
        form = document.styles[name].paragraph_format
        form.left_indent, form.first_line_indent = Cm(indent), Cm(-indent)
        form.tab_stops.add_tab_stop(Cm(indent))
    # python-docx's own template is American.
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "de-DE")
    border = document.styles["Title"].element.find(f".//{qn('w:pBdr')}")
    if border is not None:
        border.getparent().remove(border)


def _page(section: Any, *, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if wide else (Cm(21), Cm(29.7))
    section.left_margin = section.right_margin = Cm(2 if wide else 2.8)
    section.top_margin = section.bottom_margin = Cm(2 if wide else 2.6)


def _cover(document: Docx, manuscript: Manuscript) -> None:
    document.add_paragraph(manuscript.title, "Title")
    document.add_paragraph(manuscript.subtitle, "Subtitle")
    if manuscript.name:
        document.add_paragraph(manuscript.name)
    for place, line in enumerate(manuscript.cover):
        document.add_paragraph(line, "Leitbild Hinweis").paragraph_format.space_before = Pt(0 if place else 60)
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)


def _contents(document: Docx, manuscript: Manuscript) -> None:
    """Write the contents as a field that Word brings up to date; until then, and elsewhere, the titles stand there."""
    head = document.add_paragraph(CONTENTS, "Subtitle")
    head.paragraph_format.space_after = Pt(12)
    titles: list[tuple[str, int]] = []
    for part in manuscript.parts:
        titles.append((part.title, 0))
        titles += [(block.text, 1) for block in part.blocks if isinstance(block, Heading) and block.level == 3]
    first = True
    for title, depth in titles:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.space_after = Cm(0.6 * depth), Pt(2)
        if first:
            _field_part(paragraph, "begin", dirty=True)
            _instruction(paragraph, r'TOC \o "1-2" \h \z \u')
            _field_part(paragraph, "separate")
            first = False
        paragraph.add_run(title)
    _field_part(document.paragraphs[-1], "end")
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)


CONTENTS = "Inhalt"


def _part(document: Docx, part: Part, changes: _Changes) -> None:
    heading = document.add_heading(part.title, 1)
    heading.paragraph_format.page_break_before = part.is_annex and not part.is_wide
    for block in part.blocks:
        _block(document, block, changes)


def _block(document: Docx, block: Block, changes: _Changes) -> None:
    match block:
        case Heading():
            document.add_heading(block.text, min(block.level - 1, 5))
        case Passage():
            _passage(document, block, "Leitbild Wortlaut")
        case Points():
            for item in block.items:
                _passage(document, item, "Leitbild Punkt", "– ")
        case Text():
            _text(document, block)
        case Marked(is_legend=True):
            document.add_paragraph(words.TRACKED)
        case Marked():
            _marked(document.add_paragraph(style="Leitbild Vorspann"), block, changes)
        case Table():
            _table(document, block)


def _passage(document: Docx, passage: Passage, style: str, sign: str = "") -> None:
    for place, one in enumerate(read(passage.html)):
        paragraph = document.add_paragraph(style=style)
        number = paragraph.add_run(f"{passage.number}\t" if place == 0 else "\t")
        number.font.size, number.font.color.rgb, number.font.name = Pt(8), MUTED, SANS
        paragraph.add_run(f"{one.label} " if one.label else sign if place == 0 else "")
        _runs(paragraph, one.runs)
        if passage.change and place == 0:
            mark = paragraph.add_run(f"  [{passage.change}]")
            mark.font.size, mark.font.color.rgb, mark.font.name = Pt(8), ACTION, SANS


def _text(document: Docx, block: Text) -> None:
    style = VOICES.get(block.voice, "Normal")
    if not block.html:
        document.add_paragraph(block.text, style)
        return
    for one in read(block.html):
        paragraph = document.add_paragraph(f"{one.label} " if one.label else "", style)
        paragraph.paragraph_format.left_indent = Cm(0.6 * one.depth)
        _runs(paragraph, one.runs)


def _runs(paragraph: Paragraph, runs: Iterable[Any]) -> None:
    for run in runs:
        made = paragraph.add_run(run.text)
        made.bold = "strong" in run.marks or None
        made.italic = "em" in run.marks or None
        made.font.strike = "del" in run.marks or None
        if run.href.startswith("http") and run.href != run.text:
            paragraph.add_run(f" ({run.href})").font.size = Pt(8)


def _marked(paragraph: Paragraph, block: Marked, changes: _Changes) -> None:
    """Write tracked changes: accepting all gives the later wording, rejecting all the earlier one."""
    for segment in block.segments:
        run = paragraph.add_run(segment.text)
        if segment.kind == "same":
            continue
        around = changes.element("w:ins" if segment.kind == "insert" else "w:del")
        run._r.addprevious(around)  # noqa: SLF001 - python-docx knows no tracked changes; this is its element
        around.append(run._r)  # noqa: SLF001
        if segment.kind == "delete":
            for text in run._r.findall(qn("w:t")):  # noqa: SLF001
                text.tag = qn("w:delText")


def _table(document: Docx, block: Table) -> None:
    caption = document.add_paragraph(block.caption, "Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.headings), style="Table Grid")
    table.autofit = False
    _light_borders(table)
    section = document.sections[-1]
    room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    for cell, heading in zip(table.rows[0].cells, block.headings, strict=True):
        _fill(cell, (Words(heading, "strong"),))
    _row_property(table.rows[0], "w:tblHeader")
    for row in block.rows:
        added = table.add_row()
        _row_property(added, "w:cantSplit")
        for cell, lines in zip(added.cells, row, strict=True):
            _fill(cell, lines)
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = int(room * width / 100)
        for cell in column.cells:
            cell.width = column.width
    document.add_paragraph()


def _fill(cell: _Cell, lines: Iterable[Words]) -> None:
    paragraph = cell.paragraphs[0]
    for place, line in enumerate(lines):
        paragraph = cell.add_paragraph() if place else paragraph
        paragraph.style = "Leitbild Zelle"
        run = paragraph.add_run(line.text)
        run.bold = line.voice == "strong" or None
        if line.voice == "note":
            run.font.color.rgb, run.font.size = MUTED, Pt(8)
        if line.voice == "wording":
            run.font.name = SERIF


def _light_borders(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        shown = side in ("bottom", "insideH", "top")
        for key, value in (("val", "single" if shown else "nil"), ("sz", "4"), ("space", "0"), ("color", "CFC7B6")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no borders of its own
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001
    if look is not None:
        # In the order that the standard asks for.
        table._tbl.tblPr.append(look)  # noqa: SLF001
        look.set(qn("w:firstColumn"), "1")
        look.set(qn("w:firstRow"), "1")


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no name for it


def _footer(document: Docx, manuscript: Manuscript) -> None:
    """Write title and page number under every page but the first; later sections go on with it."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    paragraph = section.footer.paragraphs[0]
    paragraph.style = "Leitbild Hinweis"
    paragraph.add_run(f"{manuscript.full_title} · Seite ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" von ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, instruction: str) -> None:
    _field_part(paragraph, "begin")
    _instruction(paragraph, instruction)
    _field_part(paragraph, "separate")
    paragraph.add_run("1")
    _field_part(paragraph, "end")


def _field_part(paragraph: Paragraph, kind: str, *, dirty: bool = False) -> None:
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    if dirty:
        part.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(part)  # noqa: SLF001 - python-docx knows no fields


def _instruction(paragraph: Paragraph, text: str) -> None:
    made = OxmlElement("w:instrText")
    made.set(qn("xml:space"), "preserve")
    made.text = text
    paragraph.add_run()._r.append(made)  # noqa: SLF001
