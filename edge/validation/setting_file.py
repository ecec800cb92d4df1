"""Reading a file that a setting names; an error becomes a fault of that setting."""

import os
import pwd
from pathlib import Path

from edge.validation.fault import Fault


def process_user_name() -> str:
    """The user of this process, as `ls -l` shows it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def read_file_of_setting(key: str, file: str) -> bytes | Fault:
    """The content of the file that a setting (`hq.ca_file`) names, or the fault that says why it cannot be read."""
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        return Fault(key, f"no such file: {file}")
    except IsADirectoryError:
        return Fault(key, f"expected a file, and {file} is a folder")
    except PermissionError:
        return Fault(key, f"{file} may not be read by the user `{process_user_name()}`", unseen=True)
    except OSError as error:
        return Fault(key, f"{file} cannot be read: {error.strerror}")
