"""Reads `noren.toml`, once at start. If a key is wrong the whole file is refused, each fault with its line."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import msgspec

from edge.config.credential_paths import readable_path
from edge.config.cross_checks import cross_field_faults
from edge.config.printer_sections import printer_path, with_path
from edge.config.toml_schema import FILE_KEYS_OF_HQ, BadConfig, CameraDevice, Config, Device
from edge.validation import conversion
from edge.validation.fault import Fault
from edge.validation.source_position import SourceText

MAX_FILE_BYTES = 1_000_000  # bytes of a settings file; a store with a hundred devices has some 20,000


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A settings file as it was read. If a key is wrong, `config` has a placeholder for it, so that the rest can be checked."""

    path: Path
    text: SourceText
    config: Config
    faults: list[Fault]
    unsure: tuple[str, ...]

    def is_fault_of_file(self, fault: Fault) -> bool:
        """Whether a fault that was found later is one of the file, and not of a placeholder."""
        wrong = (*self.unsure, *(one.path for one in self.faults))
        return not any(fault.path == one or fault.path.startswith((f"{one}.", f"{one}[")) for one in wrong)

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """The faults as text, each after its file and line, from the first line to the last."""
        found = [(self.text.place(fault.path)[0], fault) for fault in faults]
        found.sort(key=itemgetter(0))
        return [Fault("", f"{self.path}, line {line}: {fault}", fault.unseen, fault.sealed) for line, fault in found]


def read_config(path: Path) -> Config:
    """The settings in a file; paths in them are made absolute. Raises BadConfig with the place of every fault."""
    looked = read_with_faults(path)
    if looked.faults:
        raise BadConfig(*looked.placed(looked.faults))
    return looked.config


def read_with_faults(path: Path, handed: str | None = None) -> LoadedConfig:
    """The settings in a file, and the faults of their keys. Raises BadConfig if the file is not TOML.

    `handed`: the folder of the keys that systemd has given to this process.
    """
    content = _content(path)
    try:
        taken = conversion.convert_value(Config, tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: not readable as TOML: {error}") from None  # the error names line and column
    except RecursionError:
        raise BadConfig(f"{path}: not readable as TOML: nested too deep") from None
    except ValueError as error:  # a number with more digits than Python reads
        raise BadConfig(f"{path}: not readable as TOML: {error}") from None
    config = _absolute(taken.value, path.parent, handed)
    looked = LoadedConfig(path, SourceText(kind="toml", text=content), config, taken.faults, tuple(taken.unsure))
    looked.faults.extend([fault for fault in cross_field_faults(config) if looked.is_fault_of_file(fault)])
    return looked


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise BadConfig(f"{path}: no such file. Say where it is with --config.") from None
    except IsADirectoryError:
        raise BadConfig(f"{path} is a folder. Name the file in it with --config.") from None
    except OSError as error:
        raise BadConfig(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE_BYTES:
        raise BadConfig(f"{path} has more than {MAX_FILE_BYTES} bytes: this is no noren.toml")
    try:
        text = content.decode("utf-8-sig")  # Windows' editor puts a mark before the text
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadConfig(f"{path}, line {line}: not written in UTF-8, as TOML is: save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _absolute(config: Config, base: Path, handed: str | None) -> Config:
    """Paths in the file are relative to the file's own folder."""

    def here(place: str) -> str:
        return str((base / place).absolute())

    hq = msgspec.structs.replace(
        config.hq,
        **{
            name: readable_path(here(value), handed)
            for name in FILE_KEYS_OF_HQ
            if (value := getattr(config.hq, name)) is not None
        },
    )
    own = here(config.store.key) if config.store.key else None
    store = msgspec.structs.replace(config.store, data=here(config.store.data), key=own)
    files = {name: here(value) for name in ("play", "certificate", "key") if (value := getattr(config.web, name))}
    web = msgspec.structs.replace(config.web, **files)
    devices = [_placed(device, here) for device in config.devices]
    printers = [with_path(one, here(path)) if (path := printer_path(one)) else one for one in config.printers]
    return msgspec.structs.replace(config, hq=hq, store=store, web=web, devices=devices, printers=printers)


def _placed(device: Device, here: Callable[[str], str]) -> Device:
    match device:
        case CameraDevice():
            return msgspec.structs.replace(device, source=here(device.source))
        case _:
            return msgspec.structs.replace(device, path=here(device.path))
