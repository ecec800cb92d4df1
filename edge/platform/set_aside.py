"""Names for a file that is set aside, and moving it there with the files that belong to it."""

import os
import re
from pathlib import Path
from typing import Literal, get_args

from edge.platform.clock import Now

SIDE_FILE_SUFFIXES = ("-wal", "-shm")  # suffixes of the files that SQLite keeps beside a database
SetAsideReason = Literal["damaged", "before-restore"]
_NAME = re.compile(
    rf"(?P<file>.+)\.(?P<why>{'|'.join(get_args(SetAsideReason))})-(?P<time>\d{{8}}T\d{{6}}Z)(-(?P<number>\d+))?"
)


def set_aside_path(file: Path, why: SetAsideReason, now: Now) -> Path:
    """Where `file` is set aside: `store.db.damaged-20261126T112233Z`; with a number if that name is taken."""
    name = f"{file.name}.{why}-{now.time:%Y%m%dT%H%M%SZ}"
    place, number = file.with_name(name), 1
    while place.exists():
        number += 1
        place = file.with_name(f"{name}-{number}")
    return place


def find_set_asides(file: Path) -> dict[str, list[Path]]:
    """The files that were `file` once and were set aside, by reason. The latest by the time in its name comes first."""
    found: dict[str, list[tuple[str, int, Path]]] = {}
    for place in file.parent.iterdir():
        name = _NAME.fullmatch(place.name)
        if name and name["file"] == file.name:
            found.setdefault(name["why"], []).append((name["time"], int(name["number"] or 1), place))
    return {why: [place for *_, place in sorted(places, reverse=True)] for why, places in found.items()}


def set_aside(file: Path, place: Path) -> None:
    """Move a file and the files that belong to it, as far as they exist. The file goes first: then nobody opens it any more."""
    for end in ("", *SIDE_FILE_SUFFIXES):
        one = file.with_name(file.name + end)
        if one.exists():
            one.rename(place.with_name(place.name + end))


def delete_file_and_side_files(file: Path) -> None:
    """Delete a file and the files that belong to it."""
    for end in ("", *SIDE_FILE_SUFFIXES):
        file.with_name(file.name + end).unlink(missing_ok=True)


def fsync_files(*files: Path) -> None:
    """Wait until the files, and the entries of their folder, are on the card: a rename must not get there before the content."""
    for one in (*files, files[0].parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
