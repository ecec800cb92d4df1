"""Sealing the data key with systemd: it is decrypted again and compared before it is put in place and its file is deleted."""

import subprocess
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.crypto.data_key import DataKey, data_key_to_text
from edge.key_files import own_secrets
from edge.key_files.data_key_file import CREDENTIAL_NAME, WrongKey, key_path, read_key
from edge.platform.set_aside import fsync_files

FOLDER_MODE = 0o700  # for root only
SEAL_TIMEOUT_S = 60.0  # seconds; a TPM takes one or two


def seal_credential(config: Config, key: DataKey, place: Path) -> Path | None:
    """Seal the key at `place`, and delete its plain file. Returns that file; None if there was none.

    Raises BadConfig if systemd does not seal it, or if a key would be lost: then nothing has been changed.
    """
    _refuse_place(config, place)
    if name := _another(key_path(config), key):
        raise BadConfig(
            f"{key_path(config)} has another data key, {name}, than {key.id}, which is to be sealed. Nothing has been touched. "
            "If anything was written with it, move it to where it is kept; if not, delete it. Then say this again."
        )
    new = place.with_name(f"{place.name}.new")
    try:
        place.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        _creds("encrypt", f"--name={CREDENTIAL_NAME}", "-", str(new), given=data_key_to_text(key))
        if _creds("decrypt", f"--name={CREDENTIAL_NAME}", str(new), "-") != data_key_to_text(key):
            raise BadConfig("systemd-creds: what it has sealed opens as something else. Nothing has been touched.")
        fsync_files(new)
        new.replace(place)
        fsync_files(place)
    except OSError as error:
        raise BadConfig(f"{error.filename or place}: {error.strerror}. Nothing has been touched.") from error
    finally:
        new.unlink(missing_ok=True)
    return _taken_away(key_path(config), key)


def finish_deletion(config: Config, place: Path) -> None:
    """Delete the plain file if a killed process has overwritten it already and the sealed key is in place."""
    file = key_path(config)
    if place.exists() and file.is_file() and file.read_bytes() == bytes(file.stat().st_size or 1):
        file.unlink()
        fsync_files(file.parent)


def is_fully_sealed(config: Config, place: Path) -> bool:
    """Whether nothing is left to do: the key is sealed, and no file has it in the clear."""
    return place.exists() and not key_path(config).exists()


def _refuse_place(config: Config, place: Path) -> None:
    """Refuse a place that the box uses itself: a credential replaces the file that is there."""
    taken = {key_path(config).resolve(), *own_secrets.secret_files(config).values()}
    if place.resolve() in taken or place.resolve().parent == Path(config.store.data).resolve():
        raise BadConfig(
            f"{place} is no place for a credential of systemd's: the box has files of its own there. Nothing has been touched."
        )


def _another(file: Path, key: DataKey) -> str | None:
    """The name of the key in a file if it is another key: data that was encrypted with that one may be lost without it."""
    try:
        there = read_key(file)
    except (FileNotFoundError, WrongKey):
        return None
    return there.id if there != key else None


def _taken_away(file: Path, key: DataKey) -> Path | None:
    if not file.exists():
        return None
    if name := _another(file, key):  # the start of another process has made it meanwhile
        raise BadConfig(f"{key.id} is sealed, and {file} has another data key by now, {name}: it stays where it is.")
    with file.open("r+b") as plain:
        plain.write(bytes(file.stat().st_size))
    fsync_files(file)
    file.unlink()
    fsync_files(file.parent)
    return file


def _creds(*words: str, given: str = "") -> str:
    done = subprocess.run(
        ["systemd-creds", *words], input=given, capture_output=True, text=True, timeout=SEAL_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise BadConfig(
            f"systemd-creds {words[0]}: {done.stderr.strip() or done.returncode}. Nothing has been touched."
        )
    return done.stdout.strip()
