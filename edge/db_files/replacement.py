"""Putting a new store.db in the place of the old one, which is set aside. One rename is last; after a kill it can go on."""

import logging
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from edge.db_files import set_aside_retention
from edge.db_files.repair_log import RepairRecord, last_repair
from edge.platform.set_aside import SIDE_FILE_SUFFIXES, delete_file_and_side_files, fsync_files, set_aside
from edge.platform.sqlite_file import STORE_DB, Damaged, connect, repair_request_path

log = logging.getLogger(__name__)

# still being written; complete, and about to replace store.db
PARTIAL_STORE_FILE, NEXT_STORE_FILE = f"{STORE_DB}.part", f"{STORE_DB}.next"


def prepare_new_file(folder: Path) -> Path:
    """The path where the new file is written. What a killed process left there is deleted."""
    part = folder / PARTIAL_STORE_FILE
    delete_file_and_side_files(part)
    return part


def replace_store(folder: Path, part: Path) -> None:
    """Replace store.db by the complete part. Nobody may have store.db open. Raises sqlite3.Error, with store.db unchanged."""
    checkpoint_wal(part)
    _forget_log(part)
    fsync_files(part)
    part.rename(folder / NEXT_STORE_FILE)
    fsync_files(folder / NEXT_STORE_FILE)
    finish_replacement(folder)


def checkpoint_wal(file: Path) -> None:
    """Move all commits into the file itself. Closing does that too, but it reports no error if the disk refuses."""
    with closing(connect(file)) as conn:
        conn.execute("pragma wal_checkpoint(truncate)").fetchone()


def finish_replacement(folder: Path) -> None:
    """Finish what `replace_store` began, if anything. The new file itself holds the name under which the old one is set aside."""
    here, new = folder / STORE_DB, folder / NEXT_STORE_FILE
    if not new.exists():
        return
    try:
        repair, known = _told_by(new)
    except Damaged as damaged:
        if here.exists():
            log.error("%s is unchanged, and the file that was to replace it is deleted: %s", here, damaged)
            delete_file_and_side_files(new)
            return
        repair, known = None, []  # the old one is set aside already: as much of the new one as can be read is salvaged
    _forget_log(new)
    if repair and repair.aside:
        set_aside(here, here.with_name(repair.aside))
    _forget_log(here)
    repair_request_path(folder).unlink(missing_ok=True)
    new.rename(here)
    fsync_files(here)
    set_aside_retention.delete_old_set_asides(folder, known)


def _told_by(new: Path) -> tuple[RepairRecord | None, list[set_aside_retention.SetAsideFile]]:
    """The repair that made it, and the files that were set aside, as far as they are recorded in it. Raises Damaged."""
    with closing(connect(new)) as conn:
        db = Database(conn)
        return last_repair(db), set_aside_retention.recorded_set_asides(db)


def _forget_log(file: Path) -> None:
    """Delete the log beside a closed file. It is empty, and it would not be found under the file's new name."""
    for end in SIDE_FILE_SUFFIXES:
        file.with_name(file.name + end).unlink(missing_ok=True)
