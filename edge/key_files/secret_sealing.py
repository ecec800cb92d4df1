"""Sealing the box's own secrets for headquarters with its data key, or opening them again: each file is changed whole.

After a kill there is one good file under the name. Beside it may be files that the next run deletes: `.part`, the unfinished
new file, and `.clear`, the old file until its bytes are overwritten (as far as a card really overwrites them).
"""

import os
from collections.abc import Callable
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.crypto.data_key import DataKey
from edge.crypto.sealed_pem import NoPem
from edge.crypto.sealed_secret import SECRET_USES, NotOpened, SecretUse, is_sealed, open_secret, seal_secret
from edge.key_files.own_secrets import secret_files, unsealed_copy
from edge.key_files.private_file import OWNER_ONLY
from edge.platform.set_aside import fsync_files
from edge.validation.fault import Fault
from edge.validation.setting_file import read_file_of_setting

PART_SUFFIX = ".part"


def seal_keys(config: Config, key: DataKey) -> list[Path]:
    """Seal the files that are in the clear. Returns the changed files. Raises BadConfig with nothing touched, OSError."""
    return _change(config, lambda use, data: _sealed(key, use, data))


def open_keys(config: Config, key: DataKey) -> list[Path]:
    """Write the sealed files back in the clear. Returns the changed files. Raises BadConfig with nothing touched, OSError."""
    return _change(config, lambda use, data: open_secret(key, use, data) if is_sealed(data) else data)


def _sealed(key: DataKey, use: SecretUse, data: bytes) -> bytes:
    """Sealed data. It is opened again as a check before the plain file may be deleted."""
    if is_sealed(data):
        open_secret(key, use, data)
        return data
    made = seal_secret(key, use, data)
    again = open_secret(key, use, made)
    if again != data and use != "key_file":
        raise NotOpened("it does not open as it was")
    return made


def _change(config: Config, how: Callable[[SecretUse, bytes], bytes]) -> list[Path]:
    files = secret_files(config)
    changes = _prepared(files, how)  # all are prepared before the first file is changed
    for file in files.values():
        _clear_up(file)
    for file, data in changes.items():
        _put(file, data)
    return list(changes)


def _prepared(files: dict[SecretUse, Path], how: Callable[[SecretUse, bytes], bytes]) -> dict[Path, bytes]:
    faults, changes = [], {}
    for use, file in files.items():
        data = read_file_of_setting(f"hq.{use}", str(file))
        if isinstance(data, Fault):
            faults.append(data)
            continue
        other = next((one for one in SECRET_USES if one != use and files.get(one) == file), None)
        try:
            if other:
                raise NotOpened(f"`{other}` names it, too: each secret has a file of its own")
            if (new := how(use, data)) != data:
                changes[file] = new
        except (NotOpened, NoPem) as error:
            faults.append(Fault(f"hq.{use}", f"{file}: {error}. Nothing has been touched."))
    if faults:
        raise BadConfig(*faults)
    return changes


def _put(file: Path, data: bytes) -> None:
    """Replace a file, with the same owner and rights. The old bytes are overwritten once the new ones are on the card."""
    part, was = file.with_name(file.name + PART_SUFFIX), file.stat()
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as new:
            os.fchown(new.fileno(), was.st_uid, was.st_gid)
            os.fchmod(new.fileno(), was.st_mode & 0o7777)
            new.write(data)
        fsync_files(part)
        unsealed_copy(file).hardlink_to(file)
        part.replace(file)
        fsync_files(file)
    finally:
        _clear_up(file)


def _clear_up(file: Path) -> None:
    """Overwrite and delete what a kill or a full disk left beside a good file. Another link to the good file is only deleted."""
    for beside in (file.with_name(file.name + PART_SUFFIX), unsealed_copy(file)):
        if not beside.exists():
            continue
        if not beside.samefile(file):
            _overwrite(beside)
        beside.unlink()
        fsync_files(file)


def _overwrite(file: Path) -> None:
    with file.open("r+b") as old:
        old.write(bytes(os.fstat(old.fileno()).st_size))
        old.flush()
        os.fsync(old.fileno())
