"""Reading what a person pushes: CSV, JSON, JSON lines, TOML or SVG; a mistake is reported with its file, line and column."""

import codecs
import csv
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edge.validation.source_position import Position, SourceText
from sync.hq.errors import NotPossible

FAULTS_SHOWN = 20  # as much as a screen shows; who has more has one mistake in every row
SVG_SUFFIX = ".svg"
TOO_DEEPLY_NESTED = "nested deeper than anything HQ sends"
JSON_STARTS = ("[", "{")  # a CSV cell that begins so is JSON: lists and tables have no other place in a row


class BadFile(NotPossible):
    """A file cannot be used: the file, the place in it, and what is expected."""

    def __init__(self, path: Path, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}, line {line}, column {column}: {message}")


class BadRows(NotPossible):
    """Rows of a file that cannot be used, one line each; if there are many, the first ones and the number of the others."""

    def __init__(self, faults: Sequence[BadFile]) -> None:
        more = len(faults) - FAULTS_SHOWN
        said = [str(fault) for fault in faults[:FAULTS_SHOWN]]
        super().__init__("\n".join([*said, f"and {more} rows more"] if more > 0 else said))


class _Twice(ValueError):
    """A name that occurs twice in one object: JSON parsers silently take the last one."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def place(self, text: str) -> Position:
        """Line and column of the last one in the text, which is most often the second."""
        named = re.compile(rf"{re.escape(json.dumps(self.name, ensure_ascii=False))}\s*:")
        at = max((found.start() for found in named.finditer(text)), default=0)
        return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A row of a file: its fields, and its place: in a CSV by line and column, else by its text."""

    path: Path
    line: int
    fields: dict[str, Any]
    columns: dict[str, int] = field(default_factory=dict)
    text: SourceText | None = None
    loose: bool = False  # all values are text, as a CSV has them

    def bad(self, message: str, field: str = "") -> BadFile:
        """The error to raise about this row, pointing at a field (`name.ja`) if that has a place of its own."""
        return BadFile(self.path, *self.place(field), message)

    def place(self, field: str = "") -> Position:
        """Line and column of a field, if it has a place of its own; else of the row."""
        if self.text:
            return self.text.place(field)
        field = field.partition("[")[0]  # a list is in one cell
        while field and field not in self.columns:
            field = field.rpartition(".")[0]
        return self.line, self.columns.get(field, 1)

    def parts(self) -> "Iterator[FileRow]":
        """The tables of a document as rows, each with its name as key."""
        for name, fields in self.fields.items():
            text = self.text.part(name) if self.text else None
            if not isinstance(fields, dict):
                raise self.bad(f"{name}: expected a row, that is an object with fields", name)
            yield replace(self, fields={**fields, "key": name}, text=text)


def read_items(path: Path, encoding: str = "utf-8-sig", *, document: bool = False) -> Iterator[FileRow]:
    """The rows of a file, read as they are asked for; as `document` the whole file is one row. Raises NotPossible.

    A folder is the SVG files in it.
    """
    if path.is_dir() and not document:
        for picture in sorted(path.glob(f"*{SVG_SUFFIX}")):
            yield from read_items(picture, encoding)
        return
    readers = {".csv": _csv, ".json": _json, ".jsonl": _lines, ".toml": _toml, SVG_SUFFIX: _svg}
    if document:
        readers = {".json": _json_document, ".toml": _toml_document}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NotPossible(f"{path}: expected a file that ends in {', '.join(readers)}")
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise NotPossible(
            f"there is no encoding `{encoding}`: expected utf-8-sig, cp932, or another of Python's"
        ) from None
    try:
        yield from reader(path, encoding)
    except FileNotFoundError:
        raise NotPossible(f"{path}: no such file") from None
    except OSError as error:
        raise NotPossible(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise NotPossible(
            f"{path}: not written in {encoding} (byte {error.start}). Files saved by Excel in Japan: --encoding cp932"
        ) from None


def _csv(path: Path, encoding: str) -> Iterator[FileRow]:
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


def _row(path: Path, line: int, names: list[str], cells: list[str], columns: dict[str, int]) -> FileRow:
    if len(cells) != len(names):
        expected = f"expected {len(names)} cells as in the first line, got {len(cells)}"
        raise BadFile(path, line, min(len(cells), len(names)) + 1, expected)
    fields: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell != "" and not _set(fields, name, _cell(path, line, columns[name], cell)):
            raise BadFile(path, 1, columns[name], f"column `{name}`: another column says the same field")
    return FileRow(path=path, line=line, fields=fields, columns=columns, loose=True)


def _cell(path: Path, line: int, column: int, cell: str) -> Any:
    if not cell.startswith(JSON_STARTS):
        return cell
    try:
        return json.loads(cell, object_pairs_hook=_once)
    except _Twice as error:
        raise BadFile(path, line, column, f"`{error.name}` is there twice in one object") from None
    except json.JSONDecodeError as error:
        raise BadFile(path, line, column, f"begins like JSON, but is not: {error}") from None
    except RecursionError:
        raise BadFile(path, line, column, TOO_DEEPLY_NESTED) from None


def _set(fields: dict[str, Any], name: str, value: Any) -> bool:
    """A column `name.ja` is the field ja of the table name; False if something else is there."""
    *tables, last = name.split(".")
    for table in tables:
        fields = fields.setdefault(table, {})
        if not isinstance(fields, dict):
            return False
    return fields.setdefault(last, value) is value


def _load(path: Path, text: str, line: int = 1) -> Any:
    """The value in a text that begins on a line of the file."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except _Twice as error:
        at = error.place(text)
        raise BadFile(path, line + at[0] - 1, at[1], f"`{error.name}` is there twice in one object") from None
    except json.JSONDecodeError as error:
        raise BadFile(path, line + error.lineno - 1, error.colno, f"not readable as JSON: {error.msg}") from None
    except RecursionError:
        raise BadFile(path, line, 1, TOO_DEEPLY_NESTED) from None


def _json_document(path: Path, encoding: str) -> Iterator[FileRow]:
    text = path.read_text(encoding=encoding)
    yield _whole(path, _load(path, text), SourceText(kind="json", text=text))


def _whole(path: Path, value: Any, text: SourceText) -> FileRow:
    """A document, or an element of a list, as one row."""
    if not isinstance(value, dict):
        raise BadFile(path, *text.place(""), "expected an object")
    return FileRow(path=path, line=text.line, fields=value, text=text)


def _json(path: Path, encoding: str) -> Iterator[FileRow]:
    """A list of objects, or one object whose fields are the rows by key."""
    content = path.read_text(encoding=encoding)
    value, text = _load(path, content), SourceText(kind="json", text=content)
    if isinstance(value, dict):
        yield from _whole(path, value, text).parts()
        return
    if not isinstance(value, list):
        raise BadFile(path, 1, 1, "expected a list of objects, or an object of rows by key")
    for number, row in enumerate(value):
        yield _whole(path, row, text.part(number))


def _lines(path: Path, encoding: str) -> Iterator[FileRow]:
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            fields = _load(path, line, number)
            yield _whole(path, fields, SourceText(kind="json", text=line, line=number))


def _toml_document(path: Path, encoding: str) -> Iterator[FileRow]:
    content = path.read_text(encoding=encoding)
    try:
        whole = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise NotPossible(f"{path}: not readable as TOML: {error}") from None  # the error names line and column
    except RecursionError:
        raise BadFile(path, 1, 1, TOO_DEEPLY_NESTED) from None
    yield FileRow(path=path, line=1, fields=whole, text=SourceText(kind="toml", text=content))


def _toml(path: Path, encoding: str) -> Iterator[FileRow]:
    """Tables by key."""
    for item in _toml_document(path, encoding):
        yield from item.parts()


def _svg(path: Path, encoding: str) -> Iterator[FileRow]:
    """One picture, the row `picture/<name of the file>` of `content`."""
    fields = {"key": f"picture/{path.stem}", "what": "picture", "svg": path.read_text(encoding=encoding).strip()}
    yield FileRow(path=path, line=1, fields=fields)
