"""A damaged store.db: what can be read of it goes into a new file, which goes on in a new epoch."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from edge.box_identity import read_box, renew_epoch_after_restore
from edge.db_files.repair_log import Repair, note_repair
from edge.db_files.salvage.consistency import make_consistent
from edge.db_files.salvage.journal_check import altered_seqs_of_lane
from edge.db_files.salvage.page_reader import (
    LEAF_PAGE,
    CellValue,
    FileImage,
    LeafRow,
    UnreadableCell,
    leaf_rows,
    walk_tree,
)
from edge.db_files.salvage.table_rows import SalvagedTable, locate_table, values_for_table
from edge.facts.box import BoxSalvaged, FactAltered
from edge.facts.fact import Fact
from edge.facts.journal import tell
from edge.platform import migration
from edge.platform.clock import Now
from edge.platform.database import first_row, writing
from edge.platform.sqlite_file import connect
from edge.platform.store_schema import migrations

# What was said yes to and cannot be had again comes first: should the card fill up, the rest is what is missing.
SALVAGE_ORDER = (
    "box",
    "epochs",
    "scans",
    "page_scans",
    "kept",
    "journal",
    "cursors",
    "pickup_steps",
    "return_steps",
    "stock_moves",
    "visits",
    "coupons",
)
BOOKKEEPING_TABLES = ("sqlite_sequence", "_sqlite_migrations")  # what a new file has of its own
MAX_TEXT_LENGTH = 4_000  # characters of a fact whose text has changed, in the fact about it


@dataclass(slots=True)
class SalvageResult:
    """What came of it: rows saved by table; pages and rows that could not be read, by table; facts that were altered."""

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    altered: int = 0

    def report(self) -> dict[str, Any]:
        return {"saved": self.rows, "unreadable": self.unreadable, "altered": self.altered}


def salvage_store(damaged: Path, new: Path, repair: Repair, store: str, now: Now) -> SalvageResult:
    """Write all that can be read of `damaged` into `new`: a whole store.db, in a new epoch.

    Facts that HQ has not kept are appended there again, byte for byte. A fact whose text has changed is reported as such.
    Raises NoRoom, and NewerDatabase if a newer version wrote it.
    """
    image, saved = FileImage(damaged), SalvageResult()
    migration.refuse_newer(damaged, _steps(image), migrations.store_migrations)
    migration.migrate_path(new, migrations.store_migrations)
    with closing(connect(new)) as conn:
        db = Database(conn)
        conn.execute("pragma synchronous = off")  # nobody has it yet; all of it is waited for at the end
        roots = _roots(image)
        tables = [locate_table(db, image, name, roots) for name in _in_order(db)]
        for table in tables:
            _write(db, table, _along(image, table, saved), saved)
        for table, found in _strays(image, tables, roots):
            _write(db, table, found, saved)
        with writing(db):
            make_consistent(db, _sequences(image, roots), now)
            altered = _take_out_altered(db)
            closed = renew_epoch_after_restore(db, now)
            saved.altered = _tell_altered(db, store, altered, now)
            note_repair(db, repair, closed, saved.report(), now)
            salvaged = BoxSalvaged(
                why=repair.why,
                aside=repair.aside,
                closed=closed,
                saved=saved.rows,
                unreadable=saved.unreadable,
                altered=saved.altered,
            )
            _tell(db, store, salvaged, now)
    return saved


# --- where the rows lie


def _in_order(db: Database) -> list[str]:
    found = [name for (name,) in db.conn.execute("select name from sqlite_master where type = 'table' order by rowid")]
    return [*SALVAGE_ORDER, *(name for name in found if name not in SALVAGE_ORDER + BOOKKEEPING_TABLES)]


def _roots(image: FileImage) -> dict[str, int]:
    """Each table's first page, by the file's own schema; if the schema cannot be read, from every page like it."""
    numbers = walk_tree(image, 1).leaves
    found = _named(image, numbers)
    return found if "box" in found else found | _named(image, range(1, image.count + 1))


def _named(image: FileImage, numbers: Iterable[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in numbers:
        for row in _readable(image, number)[0]:
            match row.values:
                case ("table", str(name), str(), int(root), str()) if 1 < root <= image.count:
                    found.setdefault(name, root)
    return found


def _readable(image: FileImage, number: int) -> tuple[list[LeafRow], int]:
    try:
        return leaf_rows(image, number)
    except UnreadableCell:
        return [], 1


def _sequences(image: FileImage, roots: dict[str, int]) -> dict[str, int]:
    """The last number each table has given away, as far as it can be read."""
    found: dict[str, int] = {}
    for number in walk_tree(image, roots["sqlite_sequence"]).leaves if "sqlite_sequence" in roots else ():
        for row in _readable(image, number)[0]:
            match row.values:
                case (str(name), int(seq)):
                    found[name] = max(seq, found.get(name, 0))
    return found


def _steps(image: FileImage) -> set[str]:
    """The migrations the file has seen."""
    root = _roots(image).get("_sqlite_migrations")
    found = [
        row.values for number in (walk_tree(image, root).leaves if root else ()) for row in _readable(image, number)[0]
    ]
    return {str(values[2]) for values in found if len(values) == 4 and values[1] == migrations.store_migrations.name}


# --- the rows


def _along(image: FileImage, table: SalvagedTable, saved: SalvageResult) -> Iterator[list[CellValue]]:
    """A table's rows along its tree."""
    unreadable = table.tree.bad
    for number in table.tree.leaves:
        found, bad = _readable(image, number)
        fitting = [values for row in found if (values := values_for_table(table, row)) is not None]
        missed = bad + len(found) - len(fitting)
        unreadable += missed if fitting else min(missed, 1)  # a page of noise has any number of cells
        yield from fitting
    if unreadable:
        saved.unreadable[table.name] = unreadable


def _strays(
    image: FileImage, tables: Sequence[SalvagedTable], roots: dict[str, int]
) -> Iterator[tuple[SalvagedTable, list[list[CellValue]]]]:
    """Leaves that no tree reaches any more, each with the table whose rows it holds: that one which misses some, first."""
    owned = set().union(
        *(table.tree.pages for table in tables), *(walk_tree(image, root).pages for root in roots.values())
    )
    owned |= image.free() | walk_tree(image, 1).pages
    likely = sorted(tables, key=lambda table: not table.tree.bad)
    for number in range(2, image.count + 1):
        if number in owned or not _is_leaf(image, number):
            continue
        found, _ = _readable(image, number)
        for table in likely:
            fitting = [values_for_table(table, row) for row in found]
            if fitting and all(values is not None for values in fitting):
                yield table, [values for values in fitting if values is not None]
                break


def _is_leaf(image: FileImage, number: int) -> bool:
    try:
        return image.page(number)[0] == LEAF_PAGE
    except UnreadableCell:
        return False


def _write(db: Database, table: SalvagedTable, found: Iterable[list[CellValue]], saved: SalvageResult) -> None:
    """Rows that are there already, or break a rule of the table's, are left."""
    names, marks = ", ".join(column.name for column in table.columns), ", ".join("?" * len(table.columns))
    with writing(db):
        sql = f"insert or ignore into {table.name} ({names}) values ({marks})"
        count = db.conn.executemany(sql, found).rowcount
    if count > 0:
        saved.rows[table.name] = saved.rows.get(table.name, 0) + count


# --- the journal


AlteredFacts = list[tuple[str, int, str, str]]
"""Epoch, seq, type and text of facts whose text has changed."""


def _take_out_altered(db: Database) -> AlteredFacts:
    lanes = db.conn.execute("select distinct epoch, lane from journal").fetchall()
    found: AlteredFacts = []
    for epoch, lane in lanes:
        for seq in sorted(altered_seqs_of_lane(db, epoch, lane)):
            row = first_row(db, "select type, event from journal where seq = ?", (seq,))
            assert row is not None
            found.append((epoch, seq, row[0], row[1]))
            db.conn.execute("delete from journal where seq = ?", (seq,))
    return found


def _tell_altered(db: Database, store: str, altered: AlteredFacts, now: Now) -> int:
    """Tell HQ what is left of each: it counts for nothing, and a person may see what it was."""
    for epoch, seq, kind, text in altered:
        _tell(db, store, FactAltered(fact=f"{store}/{epoch}/{seq}", type=kind, text=text[:MAX_TEXT_LENGTH]), now)
    return len(altered)


def _tell(db: Database, store: str, fact: Fact, now: Now) -> None:
    box = read_box(db, store)
    assert box is not None, "it was given an identity when it was mended"
    tell(db, box, fact, now)
