"""`noren backup` and `noren restore`: making a consistent, checked copy of store.db, and putting one back."""

from contextlib import closing
from mmap import ACCESS_READ, mmap
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.box_identity import read_box, renew_epoch_after_restore
from edge.crypto.data_key import PAGE_SIZE, DataKey, PageKey
from edge.crypto.page_cipher import HEADER_BYTES, is_encrypted, key_fits
from edge.crypto.sealed_data_key import SealedKey
from edge.db_files import backup_trailer
from edge.db_files.encrypted_copy import export_encrypted
from edge.db_files.file_lock import exclusive_lock, shared_lock
from edge.db_files.inspection import is_store
from edge.db_files.repair_log import Repair, note_repair
from edge.db_files.replacement import (
    NEXT_STORE_FILE,
    PARTIAL_STORE_FILE,
    finish_replacement,
    prepare_new_file,
    replace_store,
)
from edge.facts.box import BoxRestored
from edge.facts.journal import tell
from edge.platform import migration
from edge.platform.clock import Now
from edge.platform.database import first_row, writing
from edge.platform.set_aside import SIDE_FILE_SUFFIXES, fsync_files, set_aside_path
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import (
    STORE_DB,
    Connection,
    connect,
    connect_with_key,
    is_damage,
    key_of_folder,
    page_key_of,
)
from edge.platform.store_schema import migrations

PARTIAL_FILES = (
    PARTIAL_STORE_FILE,
    NEXT_STORE_FILE,
)  # of store.db: the next start deletes the one or puts the other in place
FILES_OF_THE_BOX = tuple(
    name + end for name in (STORE_DB, "hq.db", *PARTIAL_FILES) for end in ("", *SIDE_FILE_SUFFIXES)
)


class CannotBackUp(Exception):
    """No backup was made or restored. The message says why. Nothing was changed."""


def back_up(
    folder: Path, store: str, target: Path, now: Now, *, sealed: SealedKey | None = None, force: bool = False
) -> Path:
    """Copy store.db to `target` as it is at one moment. Returns the path. If `target` is a folder, the file gets a name there.

    The box may go on working. `sealed`: the data key of store.db, which goes into the same file. Raises CannotBackUp.
    """
    place = target / f"noren-{store}-{now.time:%Y%m%dT%H%M%SZ}.db" if target.is_dir() else target
    if _is_own(folder, place):
        raise CannotBackUp(f"{place} is a file that the box works with: no backup was made. Name another file.")
    if place.exists() and not (force or _is_backup(folder, place)):
        raise CannotBackUp(
            f"{place} is no backup of Noren's: it was not overwritten. Name another file, or say --force."
        )
    part = place.with_name(f".{place.name}.part")
    try:
        part.touch()  # if nothing can be written here, the system gives the reason, and SQLite would not
        with shared_lock(folder), closing(connect(folder / STORE_DB)) as source:
            _copy(source, part, page_key_of(folder / STORE_DB))
        if sealed:
            backup_trailer.append_trailer(part, sealed)
            fsync_files(part)
        part.replace(place)
        fsync_files(place)
    except OSError as error:
        raise CannotBackUp(f"{place}: {error.strerror}. No backup was made.") from error
    finally:
        _forget(part)
    return place


def restore_backup(folder: Path, store: str, source: Path, now: Now, given: DataKey | None = None) -> Path | None:
    """Put a backup in the place of store.db, in a new epoch. Returns where the present store.db was set aside.

    `given`: the data key of the box that made the backup, if it is another box; the restored file has this box's key. All facts
    of it that HQ has not kept are sent again: HQ recognises those it has. Raises CannotBackUp, InUse, NewerDatabase.
    """
    if not source.is_file():
        raise CannotBackUp(f"{source}: no such file.")
    if source.name in PARTIAL_FILES and source.resolve().parent == folder.resolve():
        raise CannotBackUp(
            f"{source} is what a restore or a repair that was cut off has left: `noren migrate` ends it. Nothing was restored."
        )
    key = _key_of(source, key_of_folder(folder), given)
    if not is_store(source, key):
        raise CannotBackUp(f"{source} is no backup made by `noren backup`: nothing was restored.")
    with exclusive_lock(folder, within=0):
        finish_replacement(folder)
        here = folder / STORE_DB
        place = set_aside_path(here, "before-restore", now) if here.exists() else None
        part = prepare_new_file(folder)
        try:
            _take(source, key, part)
            _begin_anew(part, store, Repair(kind="restore", why=source.name, aside=place.name if place else ""), now)
            replace_store(folder, part)
        except BaseException:
            prepare_new_file(folder)
            raise
    return place


def _is_backup(folder: Path, place: Path) -> bool:
    """Whether the file there may be overwritten by a new backup: it is a backup, unencrypted or with this box's key."""
    with place.open("rb") as handle:
        clear = not is_encrypted(handle.read(HEADER_BYTES))
    return is_store(place, None if clear else page_key_of(folder / STORE_DB))


def _is_own(folder: Path, place: Path) -> bool:
    """Whether the file is needed: by its name, or because it is in the box's own folder and no backup (it may be the key)."""
    if place.resolve().parent != folder.resolve():
        return False
    return place.resolve().name in FILES_OF_THE_BOX or (place.exists() and not _is_backup(folder, place))


def _key_of(source: Path, own: DataKey | None, given: DataKey | None) -> PageKey | None:
    """The key of a backup's pages; None if it is not encrypted. Raises CannotBackUp if no known key fits."""
    with source.open("rb") as handle:
        if not is_encrypted(handle.read(HEADER_BYTES)):
            return None
        if source.stat().st_size < PAGE_SIZE:
            raise CannotBackUp(f"{source} is cut off: not even its first page is whole. Nothing was restored.")
        with mmap(handle.fileno(), 0, access=ACCESS_READ) as data:
            for key in (given, own):
                if key and key_fits(key.pages(STORE_DB), data):
                    return key.pages(STORE_DB)
    made = backup_trailer.read_trailer(source)
    whose = f" (its name is {made.key}, of a box of store `{made.store}`)" if made else ""
    ask = (
        f"Ask HQ to open it: `noren hq data-key {made.text} --out data.key`"
        if made and made.recovery
        else "It is sealed for nobody: look for the key where the installer kept it"
    )
    here = f"{own.id}, which is this box's own" if own else "none, which is what is here"
    wrong = f", nor with {given.id}, which --key has given: that is the key of another box" if given else ""
    raise CannotBackUp(
        f"{source} was written with another data key{whose} than {here}{wrong}. "
        f"{ask}, then: `noren restore {source} --key data.key`. Nothing was restored."
    )


def _take(source: Path, key: PageKey | None, part: Path) -> None:
    if key is None and page_key_of(part):
        export_encrypted(source, part)
        return
    with closing(connect_with_key(key, source, mode="ro")) as conn:
        _copy(conn, part, page_key_of(part))


def _copy(source: Connection, part: Path, key: PageKey | None) -> None:
    """Make a whole copy in one file, without a log beside it; it is checked, and on the card. Raises CannotBackUp."""
    _forget(part)
    try:
        with closing(connect_with_key(key, part, mode="rwc")) as copy:
            source.backup(copy)  # in one step: what others commit meanwhile is not in it
            copy.execute("pragma journal_mode = delete")
            (found,) = copy.execute("pragma integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise CannotBackUp(f"{part.parent}: {error}. Nothing was copied.") from error
        found = str(error)
    if found != "ok":
        raise CannotBackUp(
            f"the copy of {STORE_DB} does not hold together: {found}. If the box's own file is damaged, "
            "start the box anew: it repairs it."
        )
    fsync_files(part)


def _begin_anew(part: Path, store: str, repair: Repair, now: Now) -> None:
    with closing(connect(part)) as conn:
        conn.execute("pragma journal_mode = wal")
    migration.migrate_path(part, migrations.store_migrations)
    with closing(connect(part)) as conn:
        db = Database(conn)
        _refuse_other_store(db, store)
        with writing(db):
            # sessions of that time must not be valid now, and a device revoked since then must not get access again
            for table in ("staff_sessions", "piece_ticks", "paired_devices", "pairing_codes"):
                db.conn.execute(f"delete from {table}")
            if first_row(db, "select 1 from box") is None:
                note_repair(db, repair, "", {}, now)
                return  # the backup is from before the box's first start
            closed = renew_epoch_after_restore(db, now)
            note_repair(db, repair, closed, {}, now)
            box = read_box(db, store)
            assert box is not None
            tell(db, box, BoxRestored(backup=repair.why, aside=repair.aside, closed=closed), now)


def _refuse_other_store(db: Database, store: str) -> None:
    row = first_row(db, "select event from journal order by seq desc limit 1")
    source = msgspec.json.decode(row[0], type=dict)["source"] if row else f"/stores/{store}"
    if source != f"/stores/{store}":
        raise CannotBackUp(f"this is a backup of store `{source.rpartition('/')[2]}`, and this box is `{store}`.")


def _forget(part: Path) -> None:
    for end in ("", *SIDE_FILE_SUFFIXES, "-journal"):
        part.with_name(part.name + end).unlink(missing_ok=True)
