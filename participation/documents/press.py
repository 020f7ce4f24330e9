"""Chooses the press for a format, and loads its library only then: a process that serves pages needs none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from participation.documents import data, differing, manuscript, markdown, pdf
from participation.documents.blocks import Imprint, Manuscript
from participation.documents.formats import Format
from participation.documents.operations import Claim

Page = Callable[[Manuscript], str]
"""Turns a manuscript into an HTML page; the templates lie with the web."""


def make(claim: Claim, imprint: Imprint, page: Page, static: Path) -> bytes:
    """Return the bytes of a document, made from the tables as they are now.

    Raises:
        NotAvailable: if the format cannot be made on this machine.
    """
    number = claim.revision_number

    def as_pdf() -> bytes:
        composed = _compose(claim, imprint)
        return pdf.typeset(page(composed), composed, static)

    def as_docx() -> bytes:
        from participation.documents import docx  # noqa: PLC0415 - see above

        return docx.typeset(_compose(claim, imprint))

    def as_odt() -> bytes:
        from participation.documents import odt  # noqa: PLC0415 - see above

        return odt.typeset(_compose(claim, imprint))

    def as_xlsx() -> bytes:
        from participation.documents import sheets  # noqa: PLC0415 - see above

        return sheets.typeset_xlsx(manuscript.published(number), imprint.site)

    def as_csv() -> bytes:
        from participation.documents import sheets  # noqa: PLC0415 - see above

        return sheets.typeset_csv(number)

    presses: dict[Format, Callable[[], bytes]] = {
        Format.PDF: as_pdf,
        Format.DOCX: as_docx,
        Format.ODT: as_odt,
        Format.MARKDOWN: lambda: markdown.typeset(number, imprint),
        Format.JSON: lambda: data.typeset(number, imprint),
        Format.XLSX: as_xlsx,
        Format.CSV: as_csv,
    }
    return presses[claim.format]()


def _compose(claim: Claim, imprint: Imprint) -> Manuscript:
    if claim.earlier_number is None:
        return manuscript.compose(claim.revision_number, imprint)
    return differing.compose(claim.earlier_number, claim.revision_number, imprint)
