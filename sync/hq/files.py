"""Reading what a person pushes: CSV, JSON, JSON lines or TOML; a mistake is told with its file, line and column."""

import csv
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.hq.founding import NotPossible

JSON_STARTS = ("[", "{")  # a CSV cell that begins so is JSON: lists and tables have no other place in a row


class BadFile(NotPossible):
    """A file cannot be used: which, where in it, and what is expected."""

    def __init__(self, path: Path, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}, line {line}, column {column}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of a file: its fields, and where it (and in a CSV each field) stands."""

    path: Path
    line: int
    fields: dict[str, Any]
    columns: dict[str, int]
    loose: bool = False  # all values are text, as a CSV has them

    def bad(self, message: str, field: str = "") -> BadFile:
        """The error to raise about this row, pointing at a field where that has a column of its own."""
        return BadFile(self.path, self.line, self.columns.get(field, 1), message)


def read(path: Path, encoding: str = "utf-8-sig", *, document: bool = False) -> Iterator[Item]:
    """The rows of a file, read as they are asked for; as `document` the whole file is one row. Raises NotPossible."""
    readers = {".csv": _csv, ".json": _json, ".jsonl": _lines, ".toml": _toml}
    if document:
        readers = {".json": _json_document, ".toml": _toml_document}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NotPossible(f"{path}: expected a file that ends in {', '.join(readers)}")
    try:
        yield from reader(path, encoding)
    except FileNotFoundError:
        raise NotPossible(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise NotPossible(
            f"{path}: not written in {encoding} (byte {error.start}). Files saved by Excel in Japan: --encoding cp932"
        ) from None


def _csv(path: Path, encoding: str) -> Iterator[Item]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            names = [name.strip() for name in next(reader, [])]
            columns = {name: number for number, name in enumerate(names, start=1)}
            for cells in reader:
                if any(cells):
                    yield _row(path, reader.line_num, names, cells, columns)
        except csv.Error as error:
            raise BadFile(path, reader.line_num, 1, f"not readable as CSV: {error}") from None


def _row(path: Path, line: int, names: list[str], cells: list[str], columns: dict[str, int]) -> Item:
    if len(cells) != len(names):
        expected = f"expected {len(names)} cells as in the first line, got {len(cells)}"
        raise BadFile(path, line, min(len(cells), len(names)) + 1, expected)
    fields: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell != "":
            _set(fields, name, _cell(path, line, columns[name], cell))
    return Item(path=path, line=line, fields=fields, columns=columns, loose=True)


def _cell(path: Path, line: int, column: int, cell: str) -> Any:
    if not cell.startswith(JSON_STARTS):
        return cell
    try:
        return json.loads(cell)
    except json.JSONDecodeError as error:
        raise BadFile(path, line, column, f"begins like JSON, but is not: {error}") from None


def _set(fields: dict[str, Any], name: str, value: Any) -> None:
    """A column `name.ja` is the field ja of the table name."""
    *tables, last = name.split(".")
    for table in tables:
        fields = fields.setdefault(table, {})
    fields[last] = value


def _load(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadFile(path, error.lineno, error.colno, f"not readable as JSON: {error.msg}") from None


def _object(path: Path, line: int, column: int, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadFile(path, line, column, "expected an object")
    return value


def _json_document(path: Path, encoding: str) -> Iterator[Item]:
    whole = _load(path, path.read_text(encoding=encoding))
    yield Item(path=path, line=1, fields=_object(path, 1, 1, whole), columns={})


def _json(path: Path, encoding: str) -> Iterator[Item]:
    """A list of objects, or one object whose fields are the rows by key."""
    text = path.read_text(encoding=encoding)
    whole = _load(path, text)
    if isinstance(whole, dict):
        yield from _keyed(path, whole)
        return
    if not isinstance(whole, list):
        raise BadFile(path, 1, 1, "expected a list of objects, or an object of rows by key")
    for (line, column), fields in zip(_places(text), whole, strict=True):
        yield Item(path=path, line=line, fields=_object(path, line, column, fields), columns={"": column})


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Line and column at which each element of a JSON list begins."""
    decoder = json.JSONDecoder()
    place, counted, line = text.index("[") + 1, 0, 1
    while True:
        while text[place] in " \t\r\n,":
            place += 1
        if text[place] == "]":
            return
        line, counted = line + text.count("\n", counted, place), place
        yield line, place - text.rfind("\n", 0, place)
        _, place = decoder.raw_decode(text, place)


def _lines(path: Path, encoding: str) -> Iterator[Item]:
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
            except json.JSONDecodeError as error:
                raise BadFile(path, number, error.colno, f"not readable as JSON: {error.msg}") from None
            if not isinstance(fields, dict):
                raise BadFile(path, number, 1, "expected an object")
            yield Item(path=path, line=number, fields=fields, columns={})


def _toml_document(path: Path, encoding: str) -> Iterator[Item]:
    try:
        whole = tomllib.loads(path.read_text(encoding=encoding))
    except tomllib.TOMLDecodeError as error:
        raise NotPossible(f"{path}: not readable as TOML: {error}") from None  # the error names line and column
    yield Item(path=path, line=1, fields=whole, columns={})


def _toml(path: Path, encoding: str) -> Iterator[Item]:
    """Tables by key."""
    for item in _toml_document(path, encoding):
        yield from _keyed(path, item.fields)


def _keyed(path: Path, whole: dict[str, Any]) -> Iterator[Item]:
    for key, fields in whole.items():
        if not isinstance(fields, dict):
            raise NotPossible(f"{path}: {key}: expected a row, that is an object with fields")
        yield Item(path=path, line=1, fields={"key": key, **fields}, columns={})
