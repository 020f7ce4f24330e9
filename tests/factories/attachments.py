"""Files for tests, made on the spot."""

from __future__ import annotations

import io
import itertools
import zlib

from flask import current_app
from PIL import Image

from participation.accounts.models import User
from participation.attachments import operations
from participation.attachments.examine import examine
from participation.attachments.models import Attachment
from participation.attachments.storage import Folder
from tests.factories import accounts

_numbers = itertools.count(1)


def pdf(extra: bytes = b"", *, packed: bytes = b"", text: str = "") -> bytes:
    """Return a small PDF; `extra` stands in its catalogue, `packed` in a compressed stream of objects."""
    text = text or f"Seite {next(_numbers)}"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Title (" + text.encode() + b") >>",
    ]
    if packed:
        stream = zlib.compress(packed)
        head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(stream)
        objects.append(head + b"\nstream\n" + stream + b"\nendstream")
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (next(_numbers) % 255, 90, 160)).save(out, kind, **options)
    return out.getvalue()


def attachment(
    owner: User | None = None, data: bytes | None = None, *, name: str = "plan.pdf", described: bool = True
) -> Attachment:
    """Upload a file, a PDF unless told otherwise, and describe it."""
    checked = examine(data or pdf(), name)
    sha256 = Folder(current_app.config["INSTANCE"] / "attachments").save(checked.data)
    made = operations.take_in(owner or accounts.user(), checked, sha256)
    if described:
        operations.describe(made, title="Plan der Radwege", summary="Drei Wege, alle asphaltiert.")
    return made
