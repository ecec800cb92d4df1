"""A box that HQ has taken out of use: the replica is wiped, and nothing is sent until the box is enrolled again."""

import errno
import logging
from pathlib import Path

from sqlite_utils import Database

from edge.platform.database import NoRoom, writing
from edge.platform.replica_schema.migrations import FEED_TABLES, LOADING_SUFFIX
from edge.platform.set_aside import fsync_files
from sync.search_index import wipe_index

log = logging.getLogger(__name__)

OUT_OF_USE_FILE = (
    "out-of-use"  # in the data folder, where no restore changes it: the ids of the signing keys that have ended
)


def is_decommissioned(folder: Path, key: str) -> bool:
    """Whether HQ has taken the box out of use, as long as it has this signing key."""
    file = folder / OUT_OF_USE_FILE
    return file.exists() and key in file.read_text(encoding="ascii").split()


def decommission(folder: Path, key: str, db: Database, mirror: Database) -> None:
    """Remember it, then wipe; after a crash in between, the next start wipes again. Raises NoRoom."""
    log.error("HQ has taken this box out of use: what it holds of HQ's is wiped; enrol it anew to use it again")
    if not is_decommissioned(folder, key):
        _remember(folder, key)
    for beside in folder.glob("hq.db.*"):  # damaged ones that were set aside, and a new one that is being written
        beside.unlink(missing_ok=True)
    wipe_data_of_hq(db, mirror)


def _remember(folder: Path, key: str) -> None:
    try:
        with (folder / OUT_OF_USE_FILE).open("a", encoding="ascii") as file:
            file.write(f"{key}\n")
        fsync_files(folder / OUT_OF_USE_FILE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom(f"{OUT_OF_USE_FILE}: {error.strerror}") from error


def wipe_data_of_hq(db: Database, mirror: Database) -> None:
    """Delete all rows of HQ from hq.db and all answers of HQ from store.db; the bytes are overwritten, not only freed.

    Triggers empty the members' index, and fill the list of the styles whose words have changed.
    """
    mirror.conn.execute("pragma secure_delete = on")
    with writing(mirror):
        made = set(mirror.table_names())
        for name in (*FEED_TABLES, *(feed + LOADING_SUFFIX for feed in FEED_TABLES), "feeds", "loads", "set_aside"):
            if name in made:
                mirror.conn.execute(f"delete from {name}")
        wipe_index(mirror)
    mirror.conn.execute("pragma wal_checkpoint(truncate)")
    db.conn.execute("pragma secure_delete = on")
    with writing(db):
        db.conn.execute("delete from answers")
    db.conn.execute("pragma wal_checkpoint(truncate)")
