"""The files of the box's own secrets for headquarters, as [hq] names them: which are sealed, and which in the clear."""

import logging
from pathlib import Path

from edge.config.noren_toml import Config
from edge.crypto.sealed_secret import USES, SecretUse, is_sealed
from edge.platform.set_aside import on_the_card

log = logging.getLogger(__name__)

HEAD_MOST = 64  # first bytes that show whether a file is sealed
CLEAR = ".clear"  # suffix of the old file, until it is overwritten (edge/key_files/secret_sealing.py)
NOTE = "keys-in-the-clear"  # in the data folder, because pages may read that and not the keys
HOW = "`noren seal-keys` seals them: systemd/README.md, step 5"


def named(config: Config) -> dict[SecretUse, Path]:
    """The files that [hq] names, by use, with links resolved."""
    return {use: Path(file).resolve() for use in USES if (file := getattr(config.hq, use)) is not None}


def sealed_ones(config: Config) -> list[Path]:
    """The files that are sealed, as far as this user may look."""
    return [file for file in named(config).values() if _is_sealed(file)]


def plain_ones(config: Config) -> list[Path] | None:
    """The files whose secret can be read from a stolen card; None if this user may not look into one of them."""
    files = named(config).values()
    seen = [_is_sealed(file) for file in files]
    if None in seen:
        return None
    return [file for file, sealed in zip(files, seen, strict=True) if not sealed or clear_of(file).exists()]


def clear_of(file: Path) -> Path:
    """The file that holds the old bytes until they are overwritten."""
    return file.with_name(file.name + CLEAR)


def tell_plain_ones(config: Config, *, handed: bool) -> None:
    """At a start, log it and leave a note for the pages if the data key is sealed (`handed`) and some of the files are not."""
    found = plain_ones(config)
    if found is None:
        return
    note = forget_plain_ones(config)
    if not (found and handed):
        return
    names = ", ".join(file.name for file in found)
    log.warning("%s: in the clear beside a data key that is sealed: who takes the card has them. %s", names, HOW)
    note.write_text(f"{names}\n", encoding="utf-8")
    on_the_card(note)


def forget_plain_ones(config: Config) -> Path:
    """Delete the note for the pages. Returns its path."""
    note = Path(config.store.data) / NOTE
    note.unlink(missing_ok=True)
    return note


def plain_ones_told(folder: Path) -> bool:
    """Whether the last start found secrets in the clear although the data key is sealed."""
    return (folder / NOTE).exists()


def _is_sealed(file: Path) -> bool | None:
    """None if it cannot be known: there is no such file, or this user may not read it."""
    try:
        with file.open("rb") as handle:
            return is_sealed(handle.read(HEAD_MOST))
    except OSError:
        return None
