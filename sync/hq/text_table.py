"""Rows as a table a person reads in a terminal; Japanese characters are two columns wide."""

import unicodedata
from collections.abc import Sequence

WIDE_CLASSES = frozenset({"W", "F"})  # Unicode's East Asian Width: wide and full-width


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in WIDE_CLASSES else 1 for letter in text)


def table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lines with the columns under each other; numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(titles, *cells, strict=True)]
    right = [all(isinstance(row[place], int | float) for row in rows) and bool(rows) for place in range(len(titles))]
    return "\n".join(
        "  ".join(_padded(cell, wide, left) for cell, wide, left in zip(line, widths, right, strict=True)).rstrip()
        for line in [list(titles), *cells]
    )


def _padded(text: str, wide: int, right: bool) -> str:
    room = " " * (wide - width(text))
    return room + text if right else text + room
