"""The note on the key beside the databases: its name, and the key sealed for HQ. No note that can recover a key is lost."""

from pathlib import Path

from edge.crypto import sealed_data_key
from edge.crypto.sealed_data_key import NotSealed, SealedKey
from edge.platform.set_aside import fsync_files

NOTE_FILE = (
    "data-key.sealed"  # beside the databases: which key encrypts them; if it is sealed for HQ, the key can be recovered
)


def noted_key(folder: Path) -> str | None:
    """The name of the key that the databases were encrypted with; None if it is not known."""
    noted = _noted(folder / NOTE_FILE)
    return noted.key if noted else None


def key_phrase(name: str | None) -> str:
    """A key's name, for the end of a sentence; empty if it is not known."""
    return f" (its name is {name})" if name else ""


def note_key(folder: Path, sealed: SealedKey) -> None:
    """Note the key of the databases. A note of another key is kept as `data-key.sealed.NAME`.

    A note that HQ can open is not replaced by a note of the same key that nobody can open.
    """
    noted, kept = _noted(folder / NOTE_FILE), _noted(_kept(folder, sealed.key))
    if not sealed.recovery:
        for one in (noted, kept):
            if one and one.key == sealed.key and one.recovery:
                sealed = one
                break
    if noted and noted.key != sealed.key:
        _keep(folder, noted)
    if noted is None or (noted.store, noted.key, noted.recovery) != (sealed.store, sealed.key, sealed.recovery):
        _write(folder / NOTE_FILE, sealed)


def _keep(folder: Path, noted: SealedKey) -> None:
    place = _kept(folder, noted.key)
    before = _noted(place)
    if before is None or noted.recovery or not before.recovery:
        _write(place, noted)


def _kept(folder: Path, key: str) -> Path:
    return folder / f"{NOTE_FILE}.{key}"


def _noted(place: Path) -> SealedKey | None:
    """What a file says of a key; None if it does not exist or is no sealed key."""
    try:
        return sealed_data_key.sealed_key_from_text(place.read_text(encoding="ascii", errors="replace"))
    except (FileNotFoundError, NotSealed):
        return None


def _write(place: Path, sealed: SealedKey) -> None:
    part = place.with_name(f"{place.name}.part")
    part.write_text(f"{sealed.text}\n", encoding="ascii")
    fsync_files(part)
    part.replace(place)
    fsync_files(place)
