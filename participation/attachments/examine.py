"""What a file is, told by its bytes alone; pictures are made anew. Pure: knows no table and no request.

Names and declared types are ignored. A PDF must begin and end as one and must not do anything by itself; it is not
interpreted, and this is no search for viruses: what is served is a download that browsers neither guess about nor run.
Pictures are decoded and encoded again, so that place, camera, comments and whatever was hidden behind the pixels go.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageFile, ImageOps

from participation.attachments.models import MAX_SIDE, MAX_SIZE, MediaType
from participation.base.text import normalise
from participation.base.verdict import DomainError

MAX_PIXELS = 40_000_000
"""Pixels a picture may have before it is made smaller: what phones take, and 160 MB of memory at most."""
NAME_LIMIT = 100
_INFLATED = 32 * 1024 * 1024
"""Bytes that the packed objects of a PDF may have altogether, unpacked."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class NoFile(DomainError):
    """Nothing was chosen, or an empty file."""

    default = _l("Wählen Sie eine Datei, die nicht leer ist.")


class FileTooLarge(DomainError):
    """More bytes than a file may have."""

    status = 413
    default = _l("Die Datei ist zu groß. Höchstens 10 MB sind möglich.")


class UnknownFile(DomainError):
    """Neither a PDF nor a picture that we take; what the name says does not matter."""

    default = _l("Das ist weder ein PDF noch ein Bild (PNG, JPEG, WebP). Andere Dateien nehmen wir nicht an.")


class BrokenFile(DomainError):
    """It begins like a file that we take, and cannot be read."""

    default = _l(
        "Die Datei ist beschädigt oder enthält mehr als ein PDF. Speichern Sie sie neu "
        "und versuchen Sie es noch einmal."
    )


class BrokenImage(DomainError):
    """A picture that cannot be decoded."""

    default = _l("Das Bild lässt sich nicht lesen. Speichern Sie es neu und versuchen Sie es noch einmal.")


class TooManyPixels(DomainError):
    """A picture that would need too much memory."""

    default = _l("Das Bild hat zu viele Bildpunkte. Höchstens 40 Millionen sind möglich.")


class ActivePdf(DomainError):
    """A PDF that runs programs, starts others, or brings files along."""

    default = _l(
        "Dieses PDF enthält Programme, eingebettete Dateien oder Formularaktionen. "
        "Speichern Sie es als einfaches PDF (oft: „Drucken“, dann „Als PDF speichern“)."
    )


class LockedPdf(DomainError):
    """A PDF that is encrypted, so that nobody can tell what it does."""

    default = _l("Dieses PDF ist verschlüsselt. Entfernen Sie den Schutz und laden Sie es noch einmal hoch.")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it may be stored."""

    media_type: MediaType
    data: bytes
    name: str
    width: int | None = None
    height: int | None = None


ENDINGS = {MediaType.PDF: ".pdf", MediaType.PNG: ".png", MediaType.JPEG: ".jpg", MediaType.WEBP: ".webp"}
_FORMATS = {"PNG": MediaType.PNG, "JPEG": MediaType.JPEG, "WEBP": MediaType.WEBP}


def examine(data: bytes, name: str) -> Checked:
    """Return what may be stored of an uploaded file.

    Raises:
        NoFile, FileTooLarge, UnknownFile: by its size and its first bytes.
        BrokenFile, ActivePdf, LockedPdf: of a PDF.
        BrokenImage, TooManyPixels: of a picture.
    """
    if not data:
        raise NoFile
    if len(data) > MAX_SIZE:
        raise FileTooLarge
    if data.startswith(b"%PDF-"):
        _require_plain_pdf(data)
        return Checked(MediaType.PDF, data, cleaned_name(name, MediaType.PDF))
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return _made_anew(data, name)
    raise UnknownFile


_PATH = re.compile(r"[/\\:]")
_AWKWARD = re.compile(r'[<>"|?*%;\u2028\u2029]+')


def cleaned_name(raw: str, kind: MediaType) -> str:
    """Return a file's name without path, control and bidi characters, in NFC, with the ending of what the file is."""
    last = _PATH.split(normalise(raw[-500:]))[-1]
    stem = " ".join(_AWKWARD.sub("_", last).split()).rsplit(".", 1)[0].strip(" .")[:NAME_LIMIT].strip(" .")
    return f"{stem or 'anhang'}{ENDINGS[kind]}"


# PDF 32000-1:2008: 7.5.2 header, 7.5.5 trailer, 7.3.5 names, 12.6.4 actions, 7.11.4 embedded files.
_HEADER = re.compile(rb"%PDF-[12]\.\d\s")
_END = re.compile(rb"%%EOF[\s\x00]*\Z")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|Rendition)(?![A-Za-z0-9])"
)
_SCRIPT = re.compile(rb"/JS(?![A-Za-z0-9])")
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_PACKED = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_ZIP_END = b"PK\x05\x06"


def _require_plain_pdf(data: bytes) -> None:
    # One that is a ZIP file as well ends as one, with at most 65,535 bytes of comment.
    if not _HEADER.match(data) or not _END.search(data[-1024:]) or _ZIP_END in data[-(22 + 65_535) :]:
        raise BrokenFile
    if b"startxref" not in data[-2048:] or b" obj" not in data:
        raise BrokenFile
    outside, packed = [], []
    for text, stream in _parts(data):
        outside.append(text)
        if stream and _PACKED.search(_unescaped(text[-2000:])):
            packed.append(stream)
    words = _unescaped(b"\n".join(outside))
    if _LOCKED.search(words):
        raise LockedPdf
    # Long names are looked for everywhere: a stream for us might be none for a reader.
    if _ACTIVE.search(_unescaped(data)) or _ACTIVE.search(words) or _SCRIPT.search(words):
        raise ActivePdf
    for text in _inflated(packed):
        if _ACTIVE.search(text) or _SCRIPT.search(text):
            raise ActivePdf


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what stands before each stream, and the stream; the last has none."""
    start = 0
    while (begin := data.find(b"stream", start)) >= 0:
        end = data.find(b"endstream", begin + 6)
        if end < 0:
            break
        yield data[start:begin], data[begin + 6 : end].removeprefix(b"\r").removeprefix(b"\n")
        start = end + 9
    yield data[start:], b""


def _unescaped(text: bytes) -> bytes:
    """Return names as they are meant: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text)


def _inflated(streams: list[bytes]) -> Iterator[bytes]:
    """Yield packed objects unpacked.

    Raises:
        BrokenFile: where that is not possible, or would be more than a PDF of this size has.
    """
    left = _INFLATED
    for stream in streams:
        unpacker = zlib.decompressobj()
        try:
            text = unpacker.decompress(stream, left)
        except zlib.error:
            raise BrokenFile from None
        left -= len(text)
        if left <= 0 or unpacker.unconsumed_tail:
            raise BrokenFile
        yield _unescaped(text)


def _made_anew(data: bytes, name: str) -> Checked:
    """Decode a picture and encode what is seen of it: upright, small enough, its first frame, nothing else."""
    # WeasyPrint, once it is loaded, has Pillow fill up what is missing of a picture; here that is a fault.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as source:
            kind = _FORMATS[source.format or ""]
            if source.width * source.height > MAX_PIXELS:
                raise TooManyPixels
            source.draft("RGB", (MAX_SIDE, MAX_SIDE))
            source.load()
            clear = kind is not MediaType.JPEG and source.has_transparency_data
            picture = ImageOps.exif_transpose(source).convert("RGBA" if clear else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, ArithmeticError, IndexError):
        raise BrokenImage from None
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    # A new picture knows nothing of where the old one came from.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    if kind is MediaType.PNG:
        bare.save(out, "PNG", optimize=True)
    elif kind is MediaType.JPEG:
        bare.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    else:
        bare.save(out, "WEBP", quality=85)
    if out.tell() > MAX_SIZE:
        raise FileTooLarge
    return Checked(kind, out.getvalue(), cleaned_name(name, kind), bare.width, bare.height)
