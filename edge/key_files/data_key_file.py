"""The file of a box's data key: where it is, what is in it, and that it is made whole."""

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.crypto.data_key import DATA_KEY_BYTES, DataKey, NoDataKey, data_key_from_text, data_key_to_text
from edge.key_files.private_file import delete_partial_writes, write_secret
from edge.platform.os_errors import DISK_ERRNOS
from edge.validation.fault import Fault

log = logging.getLogger(__name__)

ASK_HQ_ADVICE = (
    "ask HQ for it (`noren hq data-key FILE --dir HQ`): data-key.sealed beside the databases has it, and every backup, if "
    "[hq] names HQ's recovery_key."
)

CREDENTIAL_NAME = "noren-data-key"  # LoadCredentialEncrypted= in the units
DATA_KEY_FILE = "data.key"  # in the data folder, if noren.toml names no other file


class WrongKey(Exception):
    """The databases were encrypted with another data key than the one found, or no key was found. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The key and its file. `handed`: systemd handed it over; only systemd can decrypt the file on the card."""

    key: DataKey
    place: Path
    handed: bool


def key_path(config: Config) -> Path:
    """The file of the key if systemd hands none over."""
    return Path(config.store.key) if config.store.key else Path(config.store.data) / DATA_KEY_FILE


def find_key(config: Config, handed: str | None) -> FoundKey | None:
    """The key that is here, or None. Raises WrongKey if its file holds no key, BadConfig if the file cannot be read."""
    place = key_path(config)
    try:
        if handed is not None and (Path(handed) / CREDENTIAL_NAME).exists():
            place = Path(handed) / CREDENTIAL_NAME
            return FoundKey(read_key(place), place, True)
        return FoundKey(read_key(place), place, False) if place.exists() else None
    except OSError as error:
        if error.errno in DISK_ERRNOS:
            raise
        raise BadConfig(Fault("store.key", f"{place} cannot be read: {error.strerror}")) from error


def key_if_readable(config: Config, handed: str | None) -> DataKey | None:
    """The key if this user can read it, to look at what else is sealed with it. Whether it fits is not checked."""
    try:
        found = find_key(config, handed)
    except (WrongKey, BadConfig, OSError) as error:
        log.info("the data key is not available: %s", error)
        return None
    return found.key if found else None


def read_key(place: Path) -> DataKey:
    """The key in a file. Raises WrongKey, OSError."""
    return _read(place, f"Put the key back to its place, or {ASK_HQ_ADVICE}")


def read_other_key(place: Path) -> DataKey:
    """The key in a file that a person names: the key of another box. Raises WrongKey, OSError."""
    return _read(
        place, "`noren hq data-key` writes such a file at headquarters, out of a backup or of data-key.sealed."
    )


def _read(place: Path, way_out: str) -> DataKey:
    try:
        return data_key_from_text(place.read_text(encoding="utf-8"))
    except (NoDataKey, UnicodeDecodeError) as error:
        why = error if isinstance(error, NoDataKey) else "expected base64url"
        raise WrongKey(f"{place} is damaged, or no data key: {why}. Nothing has been touched. {way_out}") from None


def make_key(config: Config) -> FoundKey:
    place = key_path(config)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_secret(place, data_key_to_text(DataKey(secrets.token_bytes(DATA_KEY_BYTES))) + "\n")
    except OSError as error:
        raise BadConfig(f"store.key: {place} cannot be made: {error.strerror}") from error
    return FoundKey(read_key(place), place, False)


def delete_partial_key(config: Config) -> None:
    place = key_path(config)
    try:
        delete_partial_writes(place)
    except OSError as error:
        log.warning("whether a kill has left a part of %s beside it cannot be looked after: %s", place, error.strerror)
