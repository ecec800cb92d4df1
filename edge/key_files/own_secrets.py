"""The files of the box's own secrets for headquarters, as [hq] names them: which are sealed, and which in the clear."""

import logging
from pathlib import Path

from edge.config.toml_schema import Config
from edge.crypto.sealed_secret import SECRET_USES, SecretUse, is_sealed
from edge.platform.set_aside import fsync_files

log = logging.getLogger(__name__)

HEAD_BYTES = 64  # first bytes that show whether a file is sealed
CLEAR_SUFFIX = ".clear"  # suffix of the old file, until it is overwritten (edge/key_files/secret_sealing.py)
CLEAR_KEYS_NOTE_FILE = "keys-in-the-clear"  # in the data folder, because pages may read that and not the keys
SEAL_ADVICE = "`noren seal-keys` seals them: systemd/README.md, step 5"


def secret_files(config: Config) -> dict[SecretUse, Path]:
    """The files that [hq] names, by use, with links resolved."""
    return {use: Path(file).resolve() for use in SECRET_USES if (file := getattr(config.hq, use)) is not None}


def sealed_files(config: Config) -> list[Path]:
    """The files that are sealed, as far as this user may look."""
    return [file for file in secret_files(config).values() if _is_sealed(file)]


def unsealed_files(config: Config) -> list[Path] | None:
    """The files whose secret can be read from a stolen card; None if this user may not look into one of them."""
    files = secret_files(config).values()
    seen = [_is_sealed(file) for file in files]
    if None in seen:
        return None
    return [file for file, sealed in zip(files, seen, strict=True) if not sealed or unsealed_copy(file).exists()]


def unsealed_copy(file: Path) -> Path:
    """The file that holds the old bytes until they are overwritten."""
    return file.with_name(file.name + CLEAR_SUFFIX)


def report_unsealed_files(config: Config, *, handed: bool) -> None:
    """At a start, log it and leave a note for the pages if the data key is sealed (`handed`) and some of the files are not."""
    found = unsealed_files(config)
    if found is None:
        return
    note = delete_unsealed_note(config)
    if not (found and handed):
        return
    names = ", ".join(file.name for file in found)
    log.warning(
        "%s: in the clear beside a data key that is sealed: who takes the card has them. %s", names, SEAL_ADVICE
    )
    note.write_text(f"{names}\n", encoding="utf-8")
    fsync_files(note)


def delete_unsealed_note(config: Config) -> Path:
    """Delete the note for the pages. Returns its path."""
    note = Path(config.store.data) / CLEAR_KEYS_NOTE_FILE
    note.unlink(missing_ok=True)
    return note


def has_unsealed_note(folder: Path) -> bool:
    """Whether the last start found secrets in the clear although the data key is sealed."""
    return (folder / CLEAR_KEYS_NOTE_FILE).exists()


def _is_sealed(file: Path) -> bool | None:
    """None if it cannot be known: there is no such file, or this user may not read it."""
    try:
        with file.open("rb") as handle:
            return is_sealed(handle.read(HEAD_BYTES))
    except OSError:
        return None
