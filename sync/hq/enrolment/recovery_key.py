"""HQ's recovery key: with it a box's data key is had again, when the box or its key is lost."""

import errno
import logging
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlite_utils import Database

from edge.crypto.data_key import DataKey
from edge.crypto.sealed_data_key import (
    NotSealed,
    SealedKey,
    open_data_key,
    parse_recovery_private,
    recovery_key_id,
    recovery_private_to_text,
    recovery_public_to_text,
    sealed_key_from_text,
)
from edge.db_files import backup_trailer
from edge.key_files.private_file import write_secret
from edge.platform.clock import now
from edge.platform.database import first_row
from sync.hq.errors import NotPossible

log = logging.getLogger(__name__)

RECOVERY_KEY_FILE = "hq-recovery-key.json"


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    private: str  # X25519, base64url


def ensure_recovery_key(db: Database, folder: Path) -> X25519PrivateKey:
    """The key; made if there never was one. Raises NotPossible if another one was noted, or it is gone."""
    known = _noted(db)
    if known is None and not (folder / RECOVERY_KEY_FILE).exists():
        key = X25519PrivateKey.generate()
        kept = _KeyFile(id=recovery_key_id(key.public_key()), private=recovery_private_to_text(key))
        write_secret(folder / RECOVERY_KEY_FILE, msgspec.json.encode(kept).decode() + "\n")
    key = read_recovery_key(folder)
    here = recovery_key_id(key.public_key())
    if known is None:
        _note(db, here)
    elif here != known:
        raise NotPossible(
            f"{folder / RECOVERY_KEY_FILE} is the recovery key {here}, "
            f"and the boxes' data keys are sealed for {known}: put that one back"
        )
    return key


def note_recovery_key(db: Database, folder: Path) -> None:
    """Note a key that is there and was made before its name was noted."""
    if _noted(db) is None and (folder / RECOVERY_KEY_FILE).exists():
        try:
            _note(db, recovery_key_id(read_recovery_key(folder).public_key()))
        except NotPossible as error:  # nothing that is done here needs it
            log.warning("%s", error)


def _noted(db: Database) -> str | None:
    row = first_row(db, "select id from recovery")
    return str(row[0]) if row else None


def _note(db: Database, name: str) -> None:
    db.conn.execute("insert or ignore into recovery (id, noted, only_one) values (?, ?, 1)", (name, now().text))


def read_recovery_key(folder: Path) -> X25519PrivateKey:
    """HQ's recovery key. Raises NotPossible if it is missing or damaged."""
    file = folder / RECOVERY_KEY_FILE
    try:
        return parse_recovery_private(msgspec.json.decode(file.read_bytes(), type=_KeyFile).private)
    except FileNotFoundError:
        raise NotPossible(
            f"{file}: no such file. Put HQ's recovery key back: without it no box's data key is had again."
        ) from None
    except (NotSealed, msgspec.MsgspecError):
        raise NotPossible(f"{file} is damaged: put HQ's recovery key back from its backup") from None


def recovery_line(db: Database, folder: Path) -> str:
    """The public half, as [hq] of noren.toml has it."""
    return f'recovery_key = "{recovery_public_to_text(ensure_recovery_key(db, folder).public_key())}"'


def read_sealed_key(what: str) -> SealedKey:
    """The sealed data key, given as the line itself, a backup, or the file beside a box's databases. Raises NotPossible."""
    file = _file(what)
    try:
        if file:
            found = backup_trailer.read_trailer(file)
            return found if found else sealed_key_from_text(file.read_text(encoding="ascii", errors="replace")[:1000])
        return sealed_key_from_text(what)
    except NotSealed as error:
        # a text is not repeated: it may be the key itself
        which = str(file) if file else "what was given"
        raise NotPossible(f"{which}: no sealed data key, and no file that carries one: {error}") from None


def _file(what: str) -> Path | None:
    """The file of that name, if it is one."""
    if what.startswith("noren-key-"):
        return None
    try:
        return Path(what) if Path(what).is_file() else None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise


def open_key_of_box(folder: Path, line: SealedKey) -> DataKey:
    """The data key behind it. Raises NotPossible."""
    try:
        return open_data_key(line, read_recovery_key(folder))
    except NotSealed as error:
        ours = recovery_key_id(read_recovery_key(folder).public_key())
        raise NotPossible(f"the data key {line.key} of store `{line.store}`: {error}; HQ's is {ours}") from None
