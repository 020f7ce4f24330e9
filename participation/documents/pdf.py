"""PDF/UA-1: tagged, with bookmarks, title and language, set from the same page that people read.

WeasyPrint and its libraries of the system are looked for only when a PDF is made: it takes a second or two to load, and
everything else works without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from participation.documents.blocks import Manuscript
from participation.documents.printer import NotAvailable
from participation.documents.words import NOT_HERE

ORIGIN = "https://document.invalid"
"""Where the page seems to lie; nothing is ever asked of it, the files come from the static folder."""

TYPES = {".css": "text/css", ".woff2": "font/woff2"}


def typeset(page: str, manuscript: Manuscript, static: Path) -> bytes:
    """Return a page as PDF; the same page gives the same bytes.

    Raises:
        NotAvailable: if WeasyPrint, or a library of the system that it needs, is missing.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - heavy, and only needed here
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise NotAvailable(NOT_HERE) from error

    class Ours(URLFetcher):  # type: ignore[misc] # published without types
        """Hands out style sheet and fonts of ours, and nothing else: a document never makes a request."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = (static / url.removeprefix(f"{ORIGIN}/static/")).resolve()
            if not url.startswith(f"{ORIGIN}/static/") or not path.is_relative_to(static.resolve()):
                raise FatalURLFetchingError(f"not one of ours: {url}")
            try:
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})
            except (OSError, KeyError) as error:
                # Else it would be set without, in whatever letters the machine has.
                raise FatalURLFetchingError(f"missing: {url}") from error

    html = HTML(string=page, base_url=f"{ORIGIN}/", url_fetcher=Ours())
    try:
        made = html.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=bytes.fromhex(manuscript.identifier)[:16])
    except FatalURLFetchingError as error:
        # Theirs is no Exception, and nobody further up would expect that.
        raise RuntimeError(str(error)) from error
    return bytes(made)
