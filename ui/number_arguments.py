"""Numbers that a browser sends: as large as SQLite can count, or no number at all."""

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

MAX_SQLITE_INTEGER = 2**63 - 1  # a larger one cannot even be asked for: SQLite's own words for it are an error
_DIGITS = len(str(MAX_SQLITE_INTEGER))


class RowNumber(IntegerConverter):
    """`<int:seq>` in a rule: a path with any other number is no address of ours (404)."""

    regex = rf"[0-9]{{1,{_DIGITS}}}"

    def __init__(self, url_map: Map, *about: Any, **more: Any) -> None:
        super().__init__(url_map, *about, **{"max": MAX_SQLITE_INTEGER, **more})


def row_number(text: str | None) -> int | None:
    """The number a text is, written in plain digits; None for all else."""
    if not text or len(text) > _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    found = int(text)
    return found if found <= MAX_SQLITE_INTEGER else None


def query_number(name: str) -> int | None:
    """The number a query asks for (`?seq=`), or None."""
    return row_number(request.args.get(name))


def install(app: Flask) -> None:
    """Hold every rule to it; before any blueprint is registered."""
    app.url_map.converters["int"] = RowNumber
