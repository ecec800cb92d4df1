"""A box's data key: where its file is, that it is made only once, and that a wrong key is refused."""

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path

from edge.config.noren_toml import BadConfig, Config
from edge.crypto.data_key import DATA_KEY_BYTES, DataKey, NoDataKey, data_key_from_text, data_key_to_text
from edge.crypto.page_cipher import is_encrypted, is_plain_header
from edge.crypto.sealed_data_key import SealedKey, read_recovery_public, seal
from edge.key_files import own_secrets
from edge.key_files.key_note import key_phrase, note_key, noted_key
from edge.key_files.key_proof import first_bytes, has_content, key_fits_file
from edge.key_files.private_file import delete_partial_writes, write_secret
from edge.platform.migration import migration_lock
from edge.platform.os_errors import DISK_ERRNOS
from edge.platform.sqlite_file import STORE_DB, use_key
from edge.validation.fault import Fault

log = logging.getLogger(__name__)

ASK_HQ_FOR_IT = (
    "ask HQ for it (`noren hq data-key FILE --dir HQ`): data-key.sealed beside the databases has it, and every backup, if "
    "[hq] names HQ's recovery_key."
)

CREDENTIAL_NAME = "noren-data-key"  # LoadCredentialEncrypted= in the units
SEALED_CREDENTIAL = Path("/etc/credstore.encrypted") / CREDENTIAL_NAME  # noren-key.service looks for it there
BY_HAND = f"systemd-run --quiet --pipe --wait --uid noren --gid noren -p UMask=0077 -p LoadCredential={CREDENTIAL_NAME} noren …"
DATA_KEY_FILE = "data.key"  # in the data folder, if noren.toml names no other file
DATABASE_FILES = (STORE_DB, "hq.db")


class WrongKey(Exception):
    """The databases were encrypted with another data key than the one found, or no key was found. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The key and its file. `handed`: systemd handed it over; only systemd can decrypt the file on the card."""

    key: DataKey
    place: Path
    handed: bool


def unlock_databases(
    config: Config, handed: str | None, *, make: bool, sealed: Path = SEALED_CREDENTIAL
) -> FoundKey | None:
    """Find the box's data key, and use it for its databases from now on; None if neither key nor databases exist yet.

    `handed`: the folder of the credentials that systemd gives this process. `make`: make a key if there is none, unless a
    database needs another one or a key is sealed at `sealed`. Raises WrongKey, BadConfig, OSError.
    """
    folder = Path(config.store.data)
    if make:
        with migration_lock(folder):
            return _made_or_found(config, folder, handed, sealed)
    _refuse_in_the_clear(folder)
    found = find_key(config, handed)
    if found is None:
        _refuse_without(config, folder)
        return None
    return _unlocked(config, found, folder)


def _made_or_found(config: Config, folder: Path, handed: str | None, sealed: Path) -> FoundKey:
    """Runs under a lock, one process at a time: so a half-written key file can only come from a process that was killed."""
    _sweep(config)
    found = find_key(config, handed)
    if found is None:
        _refuse_without(config, folder)
        _refuse_beside(sealed)
        found = _made(config)
    _unlocked(config, found, folder)
    note_key(folder, sealed_for_hq(config, found.key))
    return found


def _unlocked(config: Config, found: FoundKey, folder: Path) -> FoundKey:
    check_key_fits(config, found)
    use_key(folder, found.key)
    return found


def key_to_seal(config: Config, handed: str | None, sealed: Path = SEALED_CREDENTIAL) -> DataKey:
    """The key that was found and fits; a new one if nothing was encrypted yet. Raises WrongKey."""
    folder = Path(config.store.data)
    found = find_key(config, handed)
    if found is None:
        _refuse_without(config, folder)
        _refuse_beside(sealed)
        return DataKey(secrets.token_bytes(DATA_KEY_BYTES))
    check_key_fits(config, found)
    return found.key


def log_key_protection(found: FoundKey | None) -> None:
    """Log at the start of a process if a stolen card can be read."""
    if found and not found.handed:
        log.warning(
            "the data key is in a file, %s: with the card the databases can be read. systemd/README.md says how to seal it",
            found.place,
        )


def log_key_recovery(config: Config) -> None:
    """Log at a start if a lost key could not be recovered."""
    if not config.hq.recovery_key:
        log.warning(
            "[hq] has no recovery_key: a data key that is lost is lost for good, and a backup is readable on this box alone. "
            "`noren hq data-key --dir HQ` prints the line there."
        )


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


def readable_key(config: Config, handed: str | None) -> DataKey | None:
    """The key if this user can read it, to look at what else is sealed with it. Whether it fits is not checked."""
    try:
        found = find_key(config, handed)
    except (WrongKey, BadConfig, OSError) as error:
        log.info("the data key is not available: %s", error)
        return None
    return found.key if found else None


def read_key(place: Path) -> DataKey:
    """The key in a file. Raises WrongKey, OSError."""
    return _read(place, f"Put the key back to its place, or {ASK_HQ_FOR_IT}")


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


def _made(config: Config) -> FoundKey:
    place = key_path(config)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_secret(place, data_key_to_text(DataKey(secrets.token_bytes(DATA_KEY_BYTES))) + "\n")
    except OSError as error:
        raise BadConfig(f"store.key: {place} cannot be made: {error.strerror}") from error
    return FoundKey(read_key(place), place, False)


def _sweep(config: Config) -> None:
    place = key_path(config)
    try:
        delete_partial_writes(place)
    except OSError as error:
        log.warning("whether a kill has left a part of %s beside it cannot be looked after: %s", place, error.strerror)


def _refuse_in_the_clear(folder: Path) -> None:
    for name in DATABASE_FILES:
        if is_plain_header(first_bytes(folder / name)):
            raise WrongKey(
                f"{folder / name} lies in the clear, as versions before this one wrote it. Run `noren migrate` first."
            )


def _refuse_beside(sealed: Path) -> None:
    """Refuse to make a second key if systemd has a sealed one that this process was not given."""
    match is_key_sealed(sealed):
        case True:
            raise WrongKey(
                f"a data key is sealed in {sealed}, and it was not handed to this process. Nothing has been touched. By hand "
                f"it is: `{BY_HAND}`"
            )
        case None:
            log.warning("whether a data key is sealed in %s this user may not see; a key is made", sealed)


def is_key_sealed(sealed: Path) -> bool | None:
    """Whether a key is sealed there; None if this user may not look."""
    try:
        sealed.stat()
    except PermissionError:
        return None
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _refuse_without(config: Config, folder: Path) -> None:
    there = [name for name in DATABASE_FILES if is_encrypted(first_bytes(folder / name))]
    there += [file.name for file in own_secrets.sealed_files(config)]
    if there or (noted_key(folder) and any((folder / one).exists() for one in DATABASE_FILES)):
        what = " and ".join(there) or "the databases here"
        raise WrongKey(
            f"{folder}: {what} {'were' if len(there) != 1 else 'was'} written with a data key{key_phrase(noted_key(folder))}, and "
            f"it is neither handed by systemd ({CREDENTIAL_NAME}) nor in {key_path(config)}. Nothing has been touched. Put it "
            f"back, or {ASK_HQ_FOR_IT}"
        )


def check_key_fits(config: Config, found: FoundKey) -> None:
    """Raises WrongKey if a database was encrypted with another key: that must not be taken for damage.

    If store.db, or the name noted beside it, proves the key, then an hq.db that does not fit is damaged: HQ has all of its data.
    """
    folder = Path(config.store.data)
    name = noted_key(folder)
    known = {one: key_fits_file(found.key, folder / one) for one in DATABASE_FILES}
    is_ours = known[STORE_DB] is True or name == found.key.id
    for one in [one for one, fit in known.items() if fit is False]:
        if is_ours and (one != STORE_DB or not has_content(folder / one)):
            continue
        raise WrongKey(
            f"{folder / one} was written with another data key than {found.key.id}, which is in {found.place}"
            f"{key_phrase(name) if name != found.key.id else ''}. Nothing has been touched. "
            f"{_way_back(config, found, folder / one)}"
        )


def _way_back(config: Config, found: FoundKey, file: Path) -> str:
    beside = readable_key(config, None) if found.handed else None
    if beside and key_fits_file(beside, file):
        return f"The key it was written with is in {key_path(config)}: `noren data-key --seal`, as root, seals that one"
    return f"Put the box's own key back, or {ASK_HQ_FOR_IT}"


def sealed_for_hq(config: Config, key: DataKey) -> SealedKey:
    """The key sealed so that only HQ can open it; only its name if noren.toml has no recovery key of HQ."""
    public = config.hq.recovery_key
    return seal(key, config.store.id, read_recovery_public(public) if public else None)
