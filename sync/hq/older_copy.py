"""A note beside HQ's database of how far its feeds are: a database behind the note is an older copy, found before use."""

import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.platform.database import first_row
from sync.hq import epoch_reset

log = logging.getLogger(__name__)

RUN_FILE = "hq-life.json"
NOTE_INTERVAL_S = 1.0  # seconds between the notes of `serve`; a copy younger than that is no backup


class _Life(Struct, frozen=True):
    stamp: int  # of the last change of any feed


def renew_if_older(db: Database, folder: Path) -> int:
    """Before anything is pushed or sent: if the database is behind the note, renew its feeds; returns how many.

    Else a push would give versions a second meaning, and a store that got the first would take both for the same.
    """
    known, here = _noted(folder), _stamp(db)
    if known <= here:
        return 0
    count = epoch_reset.renew_older_epochs(db, known, here)
    note_versions(db, folder)
    return count


def note_versions(db: Database, folder: Path) -> None:
    """Note how far the feeds are, after a commit. Should a kill come between, the note is behind, which shows nothing."""
    here = _stamp(db)
    if here == _noted(folder):
        return
    new = folder / f"{RUN_FILE}.new"
    new.write_bytes(msgspec.json.encode(_Life(here)))
    new.replace(folder / RUN_FILE)


def _stamp(db: Database) -> int:
    (stamp,) = first_row(db, "select coalesce(max(stamp), 0) from heads") or (0,)
    return int(stamp)


def _noted(folder: Path) -> int:
    """The note; 0 if there is none, or a power cut has left half of it."""
    try:
        return msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=_Life).stamp
    except FileNotFoundError:
        return 0
    except msgspec.DecodeError as error:
        log.warning("%s is left out: %s", folder / RUN_FILE, error)
        return 0


@dataclass(slots=True)
class VersionNotes:
    """Notes every EVERY seconds, for a process that changes feeds all day."""

    db: Database
    folder: Path
    _due: float = 0.0

    def note_if_due(self, at: float) -> None:
        """`at`: monotonic seconds."""
        if at >= self._due:
            self._due = at + NOTE_INTERVAL_S
            note_versions(self.db, self.folder)
