"""`noren check`: every process's own checks of the settings, before any of them begins."""

import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import cast

import msgspec

from edge.config.loader import LoadedConfig, read_with_faults
from edge.config.toml_schema import BadConfig, Config
from edge.key_files import key_faults
from edge.validation.fault import Fault
from edge.validation.setting_file import process_user_name

# By name, as in edge/__main__.py: each floor knows what it needs.
CHECK_MODULES = {"web": "ui.check", "bridge": "firmware_bridge.check", "sync": "sync.check"}
CREDENTIALS_DIRECTORY_VARIABLE = "CREDENTIALS_DIRECTORY"  # systemd.exec(5)
CHECKED_FILES = ("store.db", "hq.db", "migrate.lock")


def load_checked_config(path: Path, process: str | None = None) -> Config:
    """The settings in a file, once nothing in them is wrong for any process. Raises BadConfig with every fault.

    `process` is the one that is about to begin: a file that only another one may read is none of its business.
    """
    looked = read_with_faults(path, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE))
    later = _asked_aside(lambda: _later(looked)) if process else _later(looked)
    found = [fault for fault in looked.faults + later if not (fault.unseen or fault.sealed)]
    if process:
        # what is sealed is opened once the data key is found: that is another question, with an answer of its own
        found += [fault for fault in _faults_of(process, looked.config) if fault.unseen]
    if found:
        raise BadConfig(*looked.placed(found))
    return looked.config


def all_config_faults(path: Path) -> list[Fault]:
    """Every fault with its line, also that of a file this user may not look into; and what is sealed and was not looked into.

    Raises BadConfig if the file is not TOML.
    """
    handed = os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE)
    looked = read_with_faults(path, handed)
    where_it_lies = (Fault("store.data", ""), Fault("store.key", ""))
    is_known = all(looked.is_fault_of_file(one) for one in where_it_lies)
    of_the_key = [*key_faults.key_file_faults(looked.config, handed)] if is_known else []
    return looked.placed(looked.faults + of_the_key + _later(looked))


def _later(looked: LoadedConfig) -> list[Fault]:
    """What the processes find, and whether the data can be kept."""
    found = [*_data_faults(Path(looked.config.store.data))]
    for process in CHECK_MODULES:
        found += _faults_of(process, looked.config)
    return [fault for fault in found if looked.is_fault_of_file(fault)]


def _asked_aside(ask: Callable[[], list[Fault]]) -> list[Fault]:
    """Ask in a child: a process that begins shall not keep for good what the others' floors load (7 MB in the bridge)."""
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(say, "wb") as out:
            out.write(msgspec.json.encode(ask()))
        os._exit(0)
    os.close(say)
    with os.fdopen(hear, "rb") as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise ChildProcessError(f"the check of the settings ended with {os.waitstatus_to_exitcode(status)}")
    return msgspec.json.decode(told, type=list[Fault])


def _faults_of(process: str, config: Config) -> Iterable[Fault]:
    if process not in CHECK_MODULES:  # its settings need no more than their types
        return ()
    module = importlib.import_module(CHECK_MODULES[process])
    return cast(Callable[[Config], Iterable[Fault]], module.config_faults)(config)


def _data_faults(folder: Path) -> Iterator[Fault]:
    """Why the store's data could not be kept in `folder`, if so: it, or the first of its parents that is there."""
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not there.is_dir():
        yield Fault("store.data", f"expected a folder, and {there} is none")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield Fault("store.data", f"{there} may not be written by the user `{process_user_name()}`")
    for name in CHECKED_FILES:
        file = folder / name
        if there == folder and file.exists() and not os.access(file, os.R_OK | os.W_OK):
            yield Fault("store.data", f"{file} may not be read and written by the user `{process_user_name()}`")
