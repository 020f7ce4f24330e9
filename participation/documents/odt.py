"""ODT: real headings, a table of contents, tables with header rows, page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from odfdo import Document, Element, Paragraph, Span, Style
from odfdo import Table as OdfTable

from participation.documents.archive import repacked
from participation.documents.blocks import (
    Block,
    Heading,
    Manuscript,
    Part,
    Passage,
    Points,
    Table,
    Text,
    Words,
)
from participation.documents.prose import Run, read

SANS, SERIF = "Carlito", "Caladea"
"""Free, and as wide as the letters that the DOCX names."""

INK, MUTED, ACTION, RULE = "#211e19", "#5b554a", "#2a4086", "#cfc7b6"

PARAGRAPHS: tuple[tuple[str, str, float, str, str], ...] = (
    # name, letters, size, colour, further attributes of the paragraph
    ("Standard", SANS, 10.5, INK, 'fo:margin-bottom="0.2cm" fo:line-height="130%"'),
    ("Title", SERIF, 34, INK, 'fo:margin-top="6cm" fo:margin-bottom="0.5cm" fo:text-align="start"'),
    ("Subtitle", SERIF, 18, ACTION, 'fo:margin-bottom="0.3cm" fo:text-align="start"'),
    ("Heading_20_1", SERIF, 20, INK, 'fo:margin-top="1cm" fo:margin-bottom="0.4cm" fo:keep-with-next="always"'),
    ("Heading_20_2", SERIF, 15, INK, 'fo:margin-top="0.7cm" fo:margin-bottom="0.3cm" fo:keep-with-next="always"'),
    ("Heading_20_3", SANS, 11.5, INK, 'fo:margin-top="0.5cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"'),
    ("Heading_20_4", SANS, 10.5, ACTION, 'fo:margin-top="0.4cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"'),
    ("Heading_20_5", SANS, 10.5, MUTED, 'fo:margin-top="0.3cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"'),
    ("Wortlaut", SERIF, 11.5, INK, 'fo:margin-left="1.2cm" fo:text-indent="-1.2cm" fo:margin-bottom="0.2cm"'),
    ("Punkt", SERIF, 11, INK, 'fo:margin-left="1.8cm" fo:text-indent="-1.8cm" fo:margin-bottom="0.1cm"'),
    ("Vorspann", SERIF, 13, INK, 'fo:margin-bottom="0.4cm"'),
    ("Hinweis", SANS, 9, MUTED, 'fo:margin-bottom="0.2cm"'),
    ("Zelle", SANS, 8.5, INK, 'fo:margin-bottom="0.05cm"'),
    ("Fuss", SANS, 8, MUTED, ""),
    ("Inhalt1", SANS, 10.5, INK, 'fo:margin-top="0.15cm" fo:margin-bottom="0.05cm"'),
    ("Inhalt2", SANS, 10, INK, 'fo:margin-left="0.6cm" fo:margin-bottom="0.05cm"'),
)
TAB = '<style:tab-stops><style:tab-stop style:position="0cm"/></style:tab-stops>'
"""Counted from the indent, which the first line hangs out of."""

VOICES = {"lead": "Vorspann", "note": "Hinweis", "code": "Hinweis"}
CONTENTS = "Inhalt"


def typeset(manuscript: Manuscript) -> bytes:
    """Return a manuscript as ODT; the same manuscript gives the same bytes."""
    document = Document("text")
    _describe(document, manuscript)
    _styles(document, manuscript)
    body = document.body
    body.clear()
    body.append(Paragraph(manuscript.title, style="Title"))
    body.append(Paragraph(manuscript.subtitle, style="Subtitle"))
    for line in filter(None, (manuscript.name, *manuscript.cover)):
        body.append(Paragraph(line, style="Hinweis"))
    body.append(Paragraph("", style="Seitenwechsel"))
    body.append(_contents(manuscript))
    for place, part in enumerate(manuscript.parts):
        for element in _part(part, place):
            body.append(element)
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue(), manuscript.at)


def _describe(document: Document, manuscript: Manuscript) -> None:
    meta = document.meta
    at = manuscript.at.replace(tzinfo=None, microsecond=0)
    meta.title, meta.subject, meta.language = manuscript.full_title, manuscript.name, "de-DE"
    meta.creator = meta.initial_creator = manuscript.author
    meta.creation_date = meta.date = at
    meta.generator = manuscript.author
    meta.editing_cycles = 1
    meta.description = manuscript.identifier


def _styles(document: Document, manuscript: Manuscript) -> None:
    for name, font, size, colour, paragraph in PARAGRAPHS:
        weight = "bold" if name in ("Heading_20_3", "Heading_20_5") else "normal"
        tabs = TAB if name in ("Wortlaut", "Punkt") else ""
        document.insert_style(
            _style(
                f'<style:style style:name="{name}" style:display-name="{name.replace("_20_", " ")}" '
                f'style:family="paragraph" {_outline(name)}>'
                f"<style:paragraph-properties {paragraph}>{tabs}</style:paragraph-properties>"
                f'<style:text-properties style:font-name="{font}" fo:font-family="{font}" fo:font-size="{size}pt" '
                f'fo:color="{colour}" fo:font-weight="{weight}" fo:font-style="normal" '
                'fo:language="de" fo:country="DE"/></style:style>'
            )
        )
    for name, base, page in (
        ("Seitenwechsel", "Standard", ""),
        ("Quer", "Heading_20_1", "Quer"),
        ("Hoch", "Heading_20_1", "Standard"),
        ("Neu", "Heading_20_1", ""),
    ):
        break_ = '<style:paragraph-properties fo:break-before="page"/>'
        master = f'style:master-page-name="{page}"' if page else ""
        document.insert_style(
            _style(
                f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="{base}" {master}>'
                f"{break_ if not page else ''}</style:style>"
            ),
            automatic=True,
        )
    for name, text in (
        ("Stark", 'fo:font-weight="bold"'),
        ("Kursiv", 'fo:font-style="italic"'),
        ("Zahl", f'fo:font-size="8pt" fo:color="{MUTED}" style:font-name="{SANS}" fo:font-family="{SANS}"'),
        ("Marke", f'fo:font-size="8pt" fo:color="{ACTION}" style:font-name="{SANS}" fo:font-family="{SANS}"'),
        ("Serif", f'style:font-name="{SERIF}" fo:font-family="{SERIF}"'),
        ("Leise", f'fo:font-size="8pt" fo:color="{MUTED}"'),
        ("Weg", 'style:text-line-through-style="solid"'),
        ("Dazu", 'style:text-underline-style="solid"'),
    ):
        document.insert_style(
            _style(
                f'<style:style style:name="{name}" style:family="text"><style:text-properties {text}/></style:style>'
            ),
            automatic=True,
        )
    document.insert_style(
        _style(
            '<style:style style:name="Feld" style:family="table-cell"><style:table-cell-properties '
            f'fo:border-top="0.5pt solid {RULE}" fo:border-bottom="0.5pt solid {RULE}" fo:padding="0.1cm"/>'
            "</style:style>"
        ),
        automatic=True,
    )
    used = {
        width
        for part in manuscript.parts
        for block in part.blocks
        if isinstance(block, Table)
        for width in block.widths
    }
    for width in sorted(used):
        document.insert_style(
            _style(
                f'<style:style style:name="Breite{width}" style:family="table-column"><style:table-column-properties '
                f'style:rel-column-width="{width * 100}*"/></style:style>'
            ),
            automatic=True,
        )
    _pages(document, manuscript)


def _outline(name: str) -> str:
    return f'style:default-outline-level="{name[-1]}" style:class="text"' if name.startswith("Heading") else ""


def _pages(document: Document, manuscript: Manuscript) -> None:
    """Define the two pages, upright and across, both with title and page number at the foot."""
    styles = document.styles
    if (numbering := styles.get_element("//text:outline-style")) is not None:
        numbering.delete()
    automatic = styles.get_element("//office:automatic-styles")
    masters = styles.get_element("//office:master-styles")
    assert automatic is not None and masters is not None  # noqa: S101, PT018 - every ODT has them
    masters.clear()
    for name, page in (
        ("Standard", ("21cm", "29.7cm", "portrait", "2.8cm")),
        ("Quer", ("29.7cm", "21cm", "landscape", "2cm")),
    ):
        width, height, orientation, margin = page
        automatic.append(
            Element.from_tag(
                f'<style:page-layout style:name="Seite{name}"><style:page-layout-properties fo:page-width="{width}" '
                f'fo:page-height="{height}" style:print-orientation="{orientation}" fo:margin-left="{margin}" '
                f'fo:margin-right="{margin}" fo:margin-top="2.2cm" fo:margin-bottom="1.6cm"/><style:footer-style>'
                '<style:header-footer-properties fo:min-height="0.8cm" fo:margin-top="0.5cm"/></style:footer-style>'
                "</style:page-layout>"
            )
        )
        footer = (
            f'<text:p text:style-name="Fuss">{_escaped(manuscript.full_title)} · Seite <text:page-number '
            'text:select-page="current">1</text:page-number> von <text:page-count>1</text:page-count></text:p>'
        )
        masters.append(
            Element.from_tag(
                f'<style:master-page style:name="{name}" style:page-layout-name="Seite{name}">'
                f"<style:footer>{footer}</style:footer></style:master-page>"
            )
        )


def _contents(manuscript: Manuscript) -> Element:
    """Return the table of contents: the titles as links, until a word processor brings it up to date with pages."""
    templates = "".join(
        f'<text:table-of-content-entry-template text:outline-level="{level}" text:style-name="Inhalt{level}">'
        '<text:index-entry-link-start/><text:index-entry-text/><text:index-entry-tab-stop style:type="right" '
        'style:leader-char="."/><text:index-entry-page-number/><text:index-entry-link-end/>'
        "</text:table-of-content-entry-template>"
        for level in (1, 2)
    )
    titles: list[tuple[int, str]] = []
    for part in manuscript.parts:
        titles.append((1, part.title))
        titles += [(2, block.text) for block in part.blocks if isinstance(block, Heading) and block.level == 3]
    entries = "".join(
        f'<text:p text:style-name="Inhalt{level}"><text:a xlink:type="simple" '
        f'xlink:href="#{_escaped(title)}|outline">{_escaped(title)}</text:a></text:p>'
        for level, title in titles
    )
    return Element.from_tag(
        f'<text:table-of-content text:name="{CONTENTS}" text:protected="true"><text:table-of-content-source '
        f'text:outline-level="2"><text:index-title-template text:style-name="Subtitle">{CONTENTS}'
        f"</text:index-title-template>{templates}</text:table-of-content-source><text:index-body><text:index-title "
        f'text:name="{CONTENTS}_Titel"><text:p text:style-name="Subtitle">{CONTENTS}</text:p></text:index-title>'
        f"{entries}</text:index-body></text:table-of-content>"
    )


def _heading(level: int, text: str, style: str) -> Element:
    return Element.from_tag(f'<text:h text:style-name="{style}" text:outline-level="{level}">{_escaped(text)}</text:h>')


def _part(part: Part, place: int) -> Iterator[Element]:
    style = "Quer" if part.is_wide else "Neu" if part.is_annex or place == 0 else "Heading_20_1"
    if part.id == "anhang-aenderungen" or (part.is_annex and not part.is_wide):
        style = "Hoch"
    yield _heading(1, part.title, style)
    for block in part.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[Element]:
    match block:
        case Heading():
            level = min(block.level - 1, 5)
            yield _heading(level, block.text, f"Heading_20_{level}")
        case Passage():
            yield from _passage(block, "Wortlaut")
        case Points():
            for item in block.items:
                yield from _passage(item, "Punkt", "– ")
        case Text(html="", text=text, voice=voice):
            yield Paragraph(text, style=VOICES.get(voice, "Standard"))
        case Text(html=html, voice=voice):
            for one in read(html):
                yield _paragraph(VOICES.get(voice, "Standard"), [Run(f"{one.label} " if one.label else ""), *one.runs])
        case Table():
            yield Paragraph(block.caption, style="Hinweis")
            yield _table(block)
            yield Paragraph("", style="Standard")


def _passage(passage: Passage, style: str, sign: str = "") -> Iterator[Paragraph]:
    for place, one in enumerate(read(passage.html)):
        paragraph = Paragraph("", style=style)
        _add(paragraph, f"{passage.number}\t" if place == 0 else "\t", "Zahl")
        _add(paragraph, f"{one.label} " if one.label else sign if place == 0 else "")
        _runs(paragraph, one.runs)
        if passage.change and place == 0:
            _add(paragraph, f" [{passage.change}]", "Marke")
        yield paragraph


def _paragraph(style: str, runs: Iterable[Run]) -> Paragraph:
    paragraph = Paragraph("", style=style)
    _runs(paragraph, runs)
    return paragraph


def _runs(paragraph: Paragraph, runs: Iterable[Run]) -> None:
    styles = {"strong": "Stark", "em": "Kursiv", "del": "Weg"}
    for run in runs:
        _add(paragraph, run.text, next((styles[mark] for mark in styles if mark in run.marks), ""))
        if run.href.startswith("http") and run.href != run.text:
            _add(paragraph, f" ({run.href})", "Leise")


def _add(paragraph: Paragraph, text: str, style: str = "") -> None:
    """Append words; tabs, line ends and repeated spaces become what ODF has for them."""
    if text:
        paragraph.append(Span(text, style=style) if style else Span(text))


def _table(block: Table) -> OdfTable:
    columns = "".join(f'<table:table-column table:style-name="Breite{width}"/>' for width in block.widths)
    head = "".join(_cell((Words(text, "strong"),)) for text in block.headings)
    rows = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in block.rows)
    made = Element.from_tag(
        f'<table:table table:name="{_escaped(block.caption)}">{columns}<table:table-header-rows><table:table-row>{head}'
        f"</table:table-row></table:table-header-rows>{rows}</table:table>"
    )
    assert isinstance(made, OdfTable)  # noqa: S101 - the tag says so
    return made


def _cell(lines: tuple[Words, ...]) -> str:
    styles = {"strong": "Stark", "note": "Leise", "wording": "Serif"}
    paragraphs = "".join(
        f'<text:p text:style-name="Zelle"><text:span text:style-name="{styles[line.voice]}">{_lines(line.text)}'
        "</text:span></text:p>"
        if line.voice in styles
        else f'<text:p text:style-name="Zelle">{_lines(line.text)}</text:p>'
        for line in lines
    )
    return f'<table:table-cell table:style-name="Feld" office:value-type="string">{paragraphs}</table:table-cell>'


def _lines(text: str) -> str:
    return _escaped(text).replace("\n", "<text:line-break/>")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _style(xml: str) -> Style:
    made = Element.from_tag(xml)
    assert isinstance(made, Style)  # noqa: S101 - the tag says so
    return made
