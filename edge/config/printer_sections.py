"""The printers of noren.toml: what each hangs on, how wide it prints, and for which stations."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from edge.config.value_types import DevicePath, Name

Host = Annotated[
    str, Meta(pattern=r"\A[A-Za-z0-9.:_-]{1,253}\Z", extra={"words": "an address such as `192.168.1.40`, or a name"})
]


class PrinterSection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: Name
    stations: list[Name] = []  # empty: those that have no printer of their own
    width: Literal[384, 576] = 576  # dots: of paper 58 mm wide, and of 80 mm


class UsbPrinter(PrinterSection, frozen=True, kw_only=True, tag="usb", tag_field="kind"):
    """An ESC/POS printer that has a device node of its own."""

    path: DevicePath
    answers: bool = True  # tells its state (DLE EOT, GS r)


class SerialPrinter(PrinterSection, frozen=True, kw_only=True, tag="serial", tag_field="kind"):
    """An ESC/POS printer on a serial line, also over USB."""

    path: DevicePath
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    answers: bool = True


class NetworkPrinter(PrinterSection, frozen=True, kw_only=True, tag="network", tag_field="kind"):
    """An ESC/POS printer on the shop's network."""

    host: Host
    port: Annotated[int, Meta(ge=1, le=65535)] = 9100
    answers: bool = True


class FolderPrinter(PrinterSection, frozen=True, kw_only=True, tag="file", tag_field="kind"):
    """A folder into which each document is written as a picture, and as the bytes a printer would get; for trials."""

    folder: DevicePath


Printer = UsbPrinter | SerialPrinter | NetworkPrinter | FolderPrinter


def printer_of_station(printers: Iterable[Printer], station: str) -> Printer | None:
    """The printer that prints what is asked for at a station: its own, else the first that is for all; None without any."""
    listed = list(printers)
    own = (one for one in listed if station in one.stations)
    return next(own, None) or next((one for one in listed if not one.stations), None)


def printer_path(printer: Printer) -> str | None:
    """The device node or folder behind a printer; None for one on the network."""
    match printer:
        case FolderPrinter(folder=path) | UsbPrinter(path=path) | SerialPrinter(path=path):
            return path
        case NetworkPrinter():
            return None


def printer_path_key(printer: Printer) -> str:
    """The key that has the path of a printer."""
    return "folder" if isinstance(printer, FolderPrinter) else "path"


def with_path(printer: Printer, path: str) -> Printer:
    """The same printer at another path."""
    return msgspec.structs.replace(printer, **{printer_path_key(printer): path})
