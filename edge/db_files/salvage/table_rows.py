"""The tables of a store.db as they should be, and whether a row that was read of a damaged file is one of theirs."""

from dataclasses import dataclass

import msgspec
from sqlite_utils import Database

from edge.db_files.salvage.page_reader import CellValue, FileImage, LeafRow, TableTree, walk_tree

_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "TEXT": (str,), "BLOB": (bytes,), "REAL": (int, float)}
# What was JSON when it was written. Not the journal's events: their hashes say more.
JSON_COLUMNS = {
    ("outcomes", "data"),
    ("pickup_steps", "detail"),
    ("return_steps", "pieces"),
    ("sync_log", "data"),
    ("configs", "body"),
    ("hq_keys", "body"),
}


@dataclass(frozen=True, slots=True)
class StrictColumn:
    """A column of a strict table."""

    name: str
    type: str
    required: bool
    default: CellValue
    is_rowid: bool


@dataclass(slots=True)
class SalvagedTable:
    """A table of the new file, and where its rows lie in the damaged one."""

    name: str
    columns: list[StrictColumn]
    tree: TableTree


def locate_table(db: Database, image: FileImage, name: str, roots: dict[str, int]) -> SalvagedTable:
    found = db.conn.execute(f"pragma table_info({name})").fetchall()
    keys = [column for _, column, _, _, _, pk in found if pk]
    columns = [
        StrictColumn(column, kind, bool(required), _default(default), [column] == keys and kind == "INTEGER")
        for _, column, kind, required, default, pk in found
    ]
    tree = walk_tree(image, roots[name]) if name in roots else TableTree(leaves=[], pages=set())
    return SalvagedTable(name, columns, tree)


def _default(text: str | None) -> CellValue:
    """A column's default as our own tables have them: a number or a text."""
    if text is None or text == "null":
        return None
    return text.strip("'") if text.startswith("'") else int(text)


def values_for_table(table: SalvagedTable, row: LeafRow) -> list[CellValue] | None:
    """The row's values for each column of its table, or None if it is no row of that table."""
    if not 0 < len(row.values) <= len(table.columns):
        return None
    found: list[CellValue] = []
    for column, value in zip(table.columns, _padded(table, row), strict=True):
        held = row.rowid if column.is_rowid and value is None else value
        if not _fits(table.name, column, held):
            return None
        found.append(held)
    return found


def _padded(table: SalvagedTable, row: LeafRow) -> list[CellValue]:
    """A row from before columns were added has the defaults of those."""
    return [*row.values, *(column.default for column in table.columns[len(row.values) :])]


def _fits(table: str, column: StrictColumn, value: CellValue) -> bool:
    if value is None:
        return not column.required
    if not isinstance(value, _TYPES[column.type]):
        return False
    return (table, column.name) not in JSON_COLUMNS or _is_json(str(value))


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True
