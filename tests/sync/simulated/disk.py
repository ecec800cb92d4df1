"""Databases of a simulated history: real SQLite in memory, and processes that die at their commits."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from edge.platform import migration
from edge.platform.sqlite import sqlite3
from sync.hq import schema as hq_schema

STATEMENTS = 512  # SQL kept parsed: a history asks the same few questions over and over


class Crash(Exception):
    """The process is gone at this point."""


class Mortal(sqlite3.Connection):
    """A connection whose process dies just before or just after one of its next commits."""

    doom: tuple[int, bool] | None = None

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if sql != "commit" or self.doom is None:
            return super().execute(sql, *args)
        left, after = self.doom
        self.doom = (left - 1, after) if left else None
        if left == 0 and not after:
            raise Crash
        found = super().execute(sql, *args)
        if left == 0:
            raise Crash
        return found


Blanks = dict[str, sqlite3.Connection]
STORE_DB, MIRROR_DB, HQ_DB = "store", "mirror", "hq"


def blanks(folder: Path) -> Blanks:
    """Empty databases, made once; each history begins with copies of them."""
    migration.migrate(folder / "store")
    hq_schema.migrate(folder / "hq")
    files = {STORE_DB: "store/store.db", MIRROR_DB: "store/hq.db", HQ_DB: "hq/hq-store.db"}
    return {name: _copied(folder / file) for name, file in files.items()}


def _copied(file: Path) -> sqlite3.Connection:
    found, copy = sqlite3.connect(file), sqlite3.connect(":memory:")
    found.backup(copy)
    found.close()
    return copy


@dataclass(slots=True)
class Disk:
    """The databases of a history, in memory, because opening one costs a tenth there: commits outlive whoever had it open."""

    blanks: Blanks
    number: int = field(default_factory=itertools.count().__next__)
    kept: Blanks = field(default_factory=dict)
    backups: Blanks = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, blank in self.blanks.items():
            self.kept[name] = self._connect(name, sqlite3.Connection)
            blank.backup(self.kept[name])

    def _connect(self, name: str, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
        place = f"file:{name}-{self.number}?mode=memory&cache=shared"
        return sqlite3.connect(place, uri=True, isolation_level=None, factory=kind, cached_statements=STATEMENTS)

    def open(self, name: str) -> Database:
        return Database(self._connect(name, Mortal))

    def back_up(self, name: str) -> None:
        if name not in self.backups:
            self.backups[name] = sqlite3.connect(":memory:")
        self.kept[name].backup(self.backups[name])

    def restore(self, name: str) -> None:
        """Put the last backup back; nobody may have the database open."""
        self.backups[name].backup(self.kept[name])

    def close(self) -> None:
        for conn in (*self.kept.values(), *self.backups.values()):
            conn.close()
