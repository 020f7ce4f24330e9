"""What a file is, told by its bytes alone."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image, ImageFile

from participation.attachments.examine import (
    ActivePdf,
    BrokenFile,
    BrokenImage,
    FileTooLarge,
    LockedPdf,
    NoFile,
    TooManyPixels,
    UnknownFile,
    cleaned_name,
    examine,
)
from participation.attachments.models import MAX_SIDE, MAX_SIZE, MediaType
from tests.factories.attachments import pdf, picture


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("setup.exe", b"MZ")
    return out.getvalue()


def test_a_pdf_stays_byte_for_byte():
    data = pdf(packed=b"1 0 << /Type /Metadata >>")
    checked = examine(data, "Plan.PDF")
    assert (checked.media_type, checked.data, checked.name) == (MediaType.PDF, data, "Plan.pdf")


@pytest.mark.parametrize(
    "extra",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction << /S /J#61vaScript /J#53 (app.alert(1)) >>",
        b"/AA << /JS (x) >>",
        b"/OpenAction << /S /Launch /F (calc.exe) >>",
        b"/Names << /EmbeddedFiles 9 0 R >>",
        b"/AF [<< /Type /EmbeddedFile >>]",
        b"/AcroForm << /XFA 9 0 R >>",
        b"/A << /S /SubmitForm /F (http://example.org) >>",
        b"/A << /S /GoToE >>",
    ],
)
def test_a_pdf_that_does_something_is_refused(extra):
    with pytest.raises(ActivePdf):
        examine(pdf(extra), "harmlos.pdf")


def test_what_a_pdf_hides_in_packed_objects_is_found():
    with pytest.raises(ActivePdf):
        examine(pdf(packed=b"9 0 << /S /JavaScript /JS (app.alert(1)) >>"), "harmlos.pdf")


def test_words_of_a_text_are_no_actions():
    """Names in the text of a page are no names of the file: /JSON is not /JS, /Launcher not /Launch."""
    assert examine(pdf(b"/JSON 1 /Launcher 2"), "x.pdf").media_type is MediaType.PDF


def test_a_locked_pdf_is_refused():
    with pytest.raises(LockedPdf):
        examine(pdf(b"/Encrypt 9 0 R"), "x.pdf")


def test_packed_objects_that_burst_are_refused():
    with pytest.raises(BrokenFile):
        examine(pdf(packed=b" " * (33 * 1024 * 1024)), "x.pdf")


@pytest.mark.parametrize(
    "data",
    [
        pdf() + zipped(),
        pdf() + b"<script>alert(1)</script>",
        pdf()[:-20],
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-<html>" + pdf(),
    ],
    ids=["zip behind", "html behind", "cut off", "empty", "html in the header"],
)
def test_more_or_less_than_a_pdf_is_refused(data):
    with pytest.raises(BrokenFile):
        examine(data, "x.pdf")


@pytest.mark.parametrize(
    "data",
    [
        zipped() + pdf(),
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + bytes(20),
        b"MZ" + bytes(100),
        b"\x00" + pdf(),
    ],
    ids=["zip before", "html", "svg", "gif", "program", "shifted"],
)
@pytest.mark.parametrize("name", ["plan.pdf", "foto.png"])
def test_the_name_does_not_make_a_file(data, name):
    with pytest.raises(UnknownFile):
        examine(data, name)


def test_a_picture_under_another_name_is_what_it_is():
    checked = examine(picture("JPEG"), "plan.pdf")
    assert (checked.media_type, checked.name) == (MediaType.JPEG, "plan.jpg")


def test_sizes_are_bounded():
    with pytest.raises(NoFile):
        examine(b"", "x.pdf")
    with pytest.raises(FileTooLarge):
        examine(pdf() + b"\n" * MAX_SIZE, "x.pdf")
    whole = pdf()
    assert len(examine(whole[:9] + b"%" * (MAX_SIZE - len(whole) - 1) + b"\n" + whole[9:], "x.pdf").data) == MAX_SIZE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_anew_without_where_and_by_whom(kind):
    exif = Image.Exif()
    exif[0x010F] = "Kamera von Familie Nowak"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x0112] = 6
    data = picture(kind, (3000, 1000), exif=exif) + b"<script>alert('hinter dem Bild')</script>"
    checked = examine(data, "foto")
    with Image.open(io.BytesIO(checked.data)) as made:
        made.load()
        assert made.format == kind
        assert not made.getexif()
        assert made.size == (checked.width, checked.height)
        assert max(made.size) == MAX_SIDE
        assert made.height > made.width, "turned upright before the note about it went"
    assert b"Nowak" not in checked.data
    assert b"script" not in checked.data


def test_what_is_transparent_stays_so():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(examine(out.getvalue(), "x").data)) as made:
        assert made.getpixel((1, 1))[3] == 0


def test_of_an_animation_one_picture_stays():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(examine(out.getvalue(), "x").data)) as made:
        assert getattr(made, "n_frames", 1) == 1


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of few bytes that says it has many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((min(width, 50_000) // 8 + 1) * min(height, 1000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8000, 5001), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises((TooManyPixels, BrokenImage)):
        examine(bomb(*size), "klein.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_broken_picture_is_refused(kind):
    data = picture(kind, (300, 300))
    for broken in (data[: len(data) // 2], data[:20], data[:30] + bytes(len(data) - 30)):
        with pytest.raises((BrokenImage, TooManyPixels)):
            examine(broken, "x")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\nowak\\Plan.docx", "Plan.pdf"),
        ("plan\r\nSet-Cookie: a=b.pdf", "a=b.pdf"),
        ("gnp\u202eexe.pdf", "gnpexe.pdf"),
        ("Ra\u0308der.pdf", "Räder.pdf"),
        ("\x00\x1f.pdf", "anhang.pdf"),
        ("...", "anhang.pdf"),
        ("", "anhang.pdf"),
        ('<img src=x>"; x=".pdf', "_img src=x_ x=_.pdf"),
        ("a" * 500 + ".pdf", "a" * 100 + ".pdf"),
        ("Bericht.pdf.exe", "Bericht.pdf.pdf"),
    ],
)
def test_names_are_cleaned(raw, clean):
    assert cleaned_name(raw, MediaType.PDF) == clean


def test_a_broken_picture_is_refused_whatever_other_libraries_want(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(BrokenImage):
        examine(picture(size=(300, 300))[:-200], "bild.png")
