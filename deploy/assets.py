"""Copy what browsers load from node_modules to static/vendor: one style sheet, the fonts, htmx.

Run after `npm ci --ignore-scripts` (deploy/setup.sh does). With `--check` nothing is written; the exit code tells
whether static/vendor is up to date.
"""

import hashlib
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".stamp"

# German, English, Upper and Lower Sorbian, Polish, Czech; quotation marks, dashes, arrows and the like.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # Latin-1, Latin Extended-A
    *(0x218, 0x219, 0x21A, 0x21B, 0x1E9E),
    *(0x2C6, 0x2C7, *range(0x2D8, 0x2DE)),
    *(0x300, 0x301, 0x302, 0x303, 0x306, 0x307, 0x308, 0x30A, 0x30B, 0x30C, 0x327, 0x328),  # combining accents
    *range(0x2000, 0x2070),  # spaces, dashes, quotation marks
    *range(0x2190, 0x219A),  # arrows
    *(0x20AC, 0x2116, 0x2122, 0x2212, 0x2215, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265),
    *(0x25CB, 0x25CF, 0x2713, 0xFEFF, 0xFFFD),
]
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "pnum", "lnum", "ordn", "sups", "frac"]

# name here: (weight, style, file in KERN UX), which ships Fira Sans with Greek and Cyrillic, 130 kB each.
FIRA = {
    "fira-sans-400": (400, "normal", "FiraSans-Regular"),
    "fira-sans-400-italic": (400, "italic", "FiraSans-Italic"),
    "fira-sans-500": (500, "normal", "FiraSans-Medium"),
    "fira-sans-600": (600, "normal", "FiraSans-SemiBold"),
}
# Source Serif comes cut already; "Source" is a reserved font name, so its files stay as they are.
SERIF_STYLES = ("normal", "italic")
SERIF_RANGES = {
    "latin": (
        "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,"
        "U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
    ),
    "latin-ext": (
        "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,"
        "U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
    ),
}


def fingerprint() -> str:
    """Name everything that the result depends on."""
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Tell whether static/vendor was made from these very files."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8").strip() == fingerprint()


def cut_font(source: Path, target: Path) -> str:
    """Write the subset of a font; return the copyright line, which the font carries along."""
    # Only here: --check must work before the packages are installed.
    from fontTools import subset  # noqa: PLC0415

    options = subset.Options(flavor="woff2", layout_features=FEATURES, name_IDs=["*"], hinting=True)
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
    return str(font["name"].getDebugName(0))


def font_face(family: str, weight: int, style: str, file: str, unicode_range: str = "") -> str:
    """Write one @font-face rule; text shows at once in a fallback font."""
    extra = f"unicode-range:{unicode_range};" if unicode_range else ""
    return (
        f'@font-face{{font-family:"{family}";font-style:{style};font-weight:{weight};font-display:swap;'
        f'{extra}src:url("fonts/{file}") format("woff2")}}\n'
    )


def build(modules: Path, target: Path) -> None:
    """Fill an empty folder with the style sheet, the fonts, htmx and their licences."""
    kern, serif, htmx = modules / "@kern-ux/native", modules / "@fontsource/source-serif-4", modules / "htmx.org"
    fonts = target / "fonts"
    fonts.mkdir(parents=True)
    faces = []
    copyright_line = ""
    for name, (weight, style, source) in FIRA.items():
        copyright_line = cut_font(kern / f"dist/fonts/fira-sans/{source}.woff2", fonts / f"{name}.woff2")
        faces.append(font_face("Fira Sans", weight, style, f"{name}.woff2"))
    for style in SERIF_STYLES:
        for part, unicode_range in SERIF_RANGES.items():
            file = f"source-serif-4-{part}-400-{style}.woff2"
            shutil.copyfile(serif / "files" / file, fonts / file)
            faces.append(font_face("Source Serif 4", 400, style, file, unicode_range))

    charset = '@charset "UTF-8";'
    notice = "/* Made by deploy/assets.py. KERN UX: EUPL-1.2; fonts: SIL OFL 1.1. See the LICENSE files beside this. */"
    kern_css = (kern / "dist/kern.min.css").read_text(encoding="utf-8").lstrip("\ufeff").removeprefix(charset).strip()
    sheet = f"{charset}\n{notice}\n{''.join(faces)}{kern_css}\n"
    (target / "vendor.css").write_text(sheet, encoding="utf-8")
    # Without its pointer to a source map that we do not serve.
    script = (htmx / "dist/htmx.min.js").read_text(encoding="utf-8").split("//# sourceMappingURL=")[0].rstrip()
    (target / "htmx.min.js").write_text(script + "\n", encoding="utf-8")

    shutil.copyfile(kern / "LICENSE.md", target / "LICENSE-kern-ux.md")
    shutil.copyfile(htmx / "LICENSE", target / "LICENSE-htmx.txt")
    shutil.copyfile(serif / "LICENSE", fonts / "LICENSE-source-serif-4.txt")
    # KERN ships Fira Sans without its licence, the same OFL: take the text from beside, the holder from the font.
    _, _, licence = (serif / "LICENSE").read_text(encoding="utf-8").partition("\n")
    (fonts / "LICENSE-fira-sans.txt").write_text(f"{copyright_line}\n{licence}", encoding="utf-8")


def main() -> int:
    """Build beside the old folder, then swap, so that a running server never misses a file for long."""
    if is_current():
        return 0
    if "--check" in sys.argv[1:]:
        return 1
    fresh = VENDOR.with_name(".vendor-new")
    shutil.rmtree(fresh, ignore_errors=True)
    build(ROOT / "node_modules", fresh)
    (fresh / STAMP.name).write_text(fingerprint() + "\n", encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
