"""The fonts of the pages, for drawing: Noto Sans JP in some 120 files, each with a part of the characters."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

import edge

# They lie with the pages, which send them to browsers; here they are files like others, and nothing of `ui` is imported.
FONT_DIR = Path(edge.__file__).parents[1] / "ui" / "static" / "vendor"
FAMILY = "noto-sans-jp/"
MISSING = "〓"  # printers' mark in Japan for a character that the font does not have
REGULAR, BOLD = 400, 700
FONTS_HELD = 64  # each holds one file at one size: a document needs some ten, and a Pi has little memory

_FACE = re.compile(r"url\((?P<file>[^)]+)\)[^}]*?unicode-range: *(?P<ranges>[^;]+);")


@cache
def _coverage() -> tuple[list[int], list[tuple[int, str]]]:
    """The first characters of all ranges, sorted, and for each the last one and its file."""
    css = (FONT_DIR / "fonts.css").read_text(encoding="utf-8")
    found = []
    for face in _FACE.finditer(css):
        if face["file"].startswith(FAMILY):
            for part in face["ranges"].split(","):
                first, _, last = part.strip().removeprefix("U+").partition("-")
                found.append((int(first, 16), int(last or first, 16), face["file"]))
    found.sort()
    return [first for first, _, _ in found], [(last, file) for _, last, file in found]


def font_file(character: str) -> str | None:
    """The file that has a character, or None."""
    firsts, rest = _coverage()
    nth = bisect_right(firsts, ord(character)) - 1
    return rest[nth][1] if nth >= 0 and ord(character) <= rest[nth][0] else None


@lru_cache(maxsize=FONTS_HELD)
def _font(file: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT_DIR / file, size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font


def printable(text: str) -> str:
    """The text with a mark for each character that cannot be drawn, and with spaces for those that end a line."""
    return "".join(one if font_file(one) else MISSING for one in " ".join(text.split()))


def runs(text: str, size: int, weight: int) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """The parts of a printable text, each with its font."""
    for file, characters in groupby(text, font_file):
        if file is None:
            raise ValueError("a character without a font: the text was not made printable")
        yield "".join(characters), _font(file, size, weight)


def text_width(text: str, size: int, weight: int) -> int:
    """Dots across."""
    return round(sum(font.getlength(part) for part, font in runs(text, size, weight)))
