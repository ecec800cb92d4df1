"""What the operating system refuses (files, ports, databases): as a sentence for the user, and as an exit code of sysexits(3)."""

import errno
import os

from edge.platform.sqlite import sqlite3
from edge.validation.setting_file import process_user_name

EX_NOINPUT = 66  # a file or folder that should exist does not
EX_UNAVAILABLE = 69  # a resource of the machine is not available now
EX_SOFTWARE = 70  # a bug
EX_CANTCREAT = 73  # a file or folder cannot be made
EX_IOERR = 74  # the disk
EX_NOPERM = 77  # this user has no permission
EX_CONFIG = 78  # the settings are wrong; systemd units do not restart on it

MISSING_ERRNOS = {errno.ENOENT, errno.ENODEV, errno.ENXIO}
FORBIDDEN_ERRNOS = {errno.EACCES, errno.EPERM}
PORT_ERRNOS = {errno.EADDRINUSE, errno.EADDRNOTAVAIL}
DISK_ERRNOS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EIO: "the disk does not answer",
}
OCCUPIED_ERRNOS = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}

SQLITE_ERRORS = {
    sqlite3.SQLITE_CANTOPEN: ("a database cannot be opened", EX_NOPERM),
    sqlite3.SQLITE_READONLY: ("a database may not be written", EX_NOPERM),
    sqlite3.SQLITE_PERM: ("a database may not be opened", EX_NOPERM),
    sqlite3.SQLITE_IOERR: ("the disk does not answer", EX_IOERR),
}


def is_full(error: BaseException) -> bool:
    """Whether a database reports that the disk is full, and no other error."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def explain_error(error: BaseException) -> tuple[str, int] | None:
    """The sentence and the exit code; None if the error is not a refusal of the machine, but a bug of ours."""
    match error:
        case OSError(errno=number) if number is not None:
            return _refused(error, number)
        case sqlite3.OperationalError() if is_full(error):
            return f"{DISK_ERRNOS[errno.ENOSPC]} ({error}). Nothing was lost that had been said yes to.", EX_IOERR
        case sqlite3.OperationalError() if known := SQLITE_ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF):
            what, code = known
            return f"{what} by the user `{process_user_name()}`: look who owns the folder of the data ({error})", code
        case _:
            return None


def _refused(error: OSError, number: int) -> tuple[str, int] | None:
    what = _named(error)
    if number in FORBIDDEN_ERRNOS:
        return (
            f"{what} is not for the user `{process_user_name()}`. Give it to that user, or name another place.",
            EX_NOPERM,
        )
    if number == errno.EROFS:
        return f"{what} is on a file system that may only be read. Name another place.", EX_CANTCREAT
    if number in MISSING_ERRNOS:
        return f"{what} is not there.", EX_NOINPUT
    if number in OCCUPIED_ERRNOS:
        return (
            f"{what} is in the way: a folder was expected where a file is, or a file where a folder is.",
            EX_CANTCREAT,
        )
    if number in DISK_ERRNOS:
        return f"{what}: {DISK_ERRNOS[number]}. Nothing was lost that had been said yes to.", EX_IOERR
    if number in PORT_ERRNOS:
        return f"{what}: {error.strerror}.", EX_UNAVAILABLE
    return None


def _named(error: OSError) -> str:
    """The file that the error is about. If the error names none, the current folder."""
    named = error.filename2 or error.filename
    if named is not None:
        return os.fsdecode(named) if isinstance(named, bytes | str) else str(named)
    try:
        return f"the folder {os.getcwd()}"  # noqa: PTH109 (a Path of it would hide that it is asked now)
    except OSError:
        return "the folder you are in"
