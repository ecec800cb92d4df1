"""Unlocking a box's databases with its data key: it is made only once, and a wrong key is refused before anything is touched."""

import logging
import secrets
from pathlib import Path

from edge.config.toml_schema import Config
from edge.crypto.data_key import DATA_KEY_BYTES, DataKey
from edge.crypto.page_cipher import is_encrypted, is_plain_header
from edge.crypto.sealed_data_key import SealedKey, parse_recovery_public, seal_data_key
from edge.key_files import own_secrets
from edge.key_files.data_key_file import (
    ASK_HQ_ADVICE,
    CREDENTIAL_NAME,
    FoundKey,
    WrongKey,
    delete_partial_key,
    find_key,
    key_if_readable,
    key_path,
    make_key,
)
from edge.key_files.key_note import key_phrase, note_key, noted_key
from edge.key_files.key_proof import has_pages_with_content, header_bytes, key_fits_file
from edge.platform.migration import migration_lock
from edge.platform.sqlite_file import STORE_DB, use_key

log = logging.getLogger(__name__)

SEALED_CREDENTIAL = Path("/etc/credstore.encrypted") / CREDENTIAL_NAME  # noren-key.service looks for it there
BY_HAND = f"systemd-run --quiet --pipe --wait --uid noren --gid noren -p UMask=0077 -p LoadCredential={CREDENTIAL_NAME} noren …"
DATABASE_FILES = (STORE_DB, "hq.db")


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
    delete_partial_key(config)
    found = find_key(config, handed)
    if found is None:
        _refuse_without(config, folder)
        _refuse_beside(sealed)
        found = make_key(config)
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


def _refuse_in_the_clear(folder: Path) -> None:
    for name in DATABASE_FILES:
        if is_plain_header(header_bytes(folder / name)):
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
    there = [name for name in DATABASE_FILES if is_encrypted(header_bytes(folder / name))]
    there += [file.name for file in own_secrets.sealed_files(config)]
    if there or (noted_key(folder) and any((folder / one).exists() for one in DATABASE_FILES)):
        what = " and ".join(there) or "the databases here"
        raise WrongKey(
            f"{folder}: {what} {'were' if len(there) != 1 else 'was'} written with a data key{key_phrase(noted_key(folder))}, and "
            f"it is neither handed by systemd ({CREDENTIAL_NAME}) nor in {key_path(config)}. Nothing has been touched. Put it "
            f"back, or {ASK_HQ_ADVICE}"
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
        if is_ours and (one != STORE_DB or not has_pages_with_content(folder / one)):
            continue
        raise WrongKey(
            f"{folder / one} was written with another data key than {found.key.id}, which is in {found.place}"
            f"{key_phrase(name) if name != found.key.id else ''}. Nothing has been touched. "
            f"{_way_back(config, found, folder / one)}"
        )


def _way_back(config: Config, found: FoundKey, file: Path) -> str:
    beside = key_if_readable(config, None) if found.handed else None
    if beside and key_fits_file(beside, file):
        return f"The key it was written with is in {key_path(config)}: `noren data-key --seal`, as root, seals that one"
    return f"Put the box's own key back, or {ASK_HQ_ADVICE}"


def sealed_for_hq(config: Config, key: DataKey) -> SealedKey:
    """The key sealed so that only HQ can open it; only its name if noren.toml has no recovery key of HQ."""
    public = config.hq.recovery_key
    return seal_data_key(key, config.store.id, parse_recovery_public(public) if public else None)
