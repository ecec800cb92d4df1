"""Deleting files that were set aside and are no longer needed: a card that goes bad slowly must not be filled by them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.platform.database import rows
from edge.platform.set_aside import delete_file_and_side_files, find_set_asides
from edge.platform.sqlite_file import STORE_DB

log = logging.getLogger(__name__)

KEEP_LATEST = 3  # files of each kind (damaged, before a restore): enough to compare, and a fraction of a card


@dataclass(frozen=True, slots=True)
class SetAsideFile:
    """A file that was set aside, and why; `lost`: the rows of it that could not be read."""

    name: str
    kind: str
    lost: int


def recorded_set_asides(db: Database) -> list[SetAsideFile]:
    """All that store.db has recorded, the latest first, in order of their number: the time in a name comes from a clock."""
    found = rows(db, "select aside, kind, report from repairs order by number desc")
    return [SetAsideFile(row["aside"], row["kind"], _lost(row["report"])) for row in found if _is_one(row["aside"])]


def _lost(report: str) -> int:
    unreadable = msgspec.json.decode(report).get("unreadable") or {}
    return sum(unreadable.values())


def _is_one(name: str) -> bool:
    """Whether this can be the name of a file that was set aside: the row may come out of a damaged file."""
    return name.startswith(f"{STORE_DB}.") and Path(name).name == name


def delete_old_set_asides(folder: Path, known: Sequence[SetAsideFile]) -> list[str]:
    """Delete all but the latest of each kind, and the one with the most lost rows: somebody may want to examine that one.

    Files that store.db does not record, because an older copy of it was restored, are limited by their names alone. A file
    without such a name stays: a person has put it there, or may need it.
    """
    there = [old for old in known if (folder / old.name).exists()]
    kinds = {old.kind for old in there}
    kept = {old for kind in kinds for old in [one for one in there if one.kind == kind][:KEEP_LATEST]}
    kept |= {max(there, key=lambda old: old.lost)} if there else set()
    gone = [old.name for old in there if old not in kept]
    gone += [place.name for place in _forgotten(folder, {old.name for old in there})]
    for name in gone:
        delete_file_and_side_files(folder / name)
        log.warning("%s is deleted: it was set aside long ago, and %d later ones are here", name, KEEP_LATEST)
    return gone


def _forgotten(folder: Path, known: set[str]) -> list[Path]:
    """Those beyond the limit among the files that are not recorded."""
    found = []
    for places in find_set_asides(folder / STORE_DB).values():
        found += [place for place in places if place.name not in known][KEEP_LATEST:]
    return found
