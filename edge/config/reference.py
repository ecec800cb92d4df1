"""The reference of noren.toml: every key with its type and its meaning in a shop.

`python -m edge.config.reference > docs/noren.toml.md` writes the page; a test fails if the page differs.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from edge.config.key_meanings import KEY_MEANINGS, SECTION_MEANINGS
from edge.config.printer_sections import FolderPrinter, NetworkPrinter, SerialPrinter, UsbPrinter
from edge.config.toml_schema import CameraDevice, Config, HidDevice, SerialDevice
from edge.validation.expected_words import expected_in_words
from edge.validation.type_parts import item_type_of, struct_types_in, without_none

PAGE_HEAD = """\
# noren.toml, key by key

<!-- Not by hand: `python -m edge.config.reference` writes it from edge/config/toml_schema.py; `noren reference` prints it. -->

The settings of a box, written by its installer and read once at each start: `/etc/noren/noren.toml`, in TOML and UTF-8.
Paths are relative to the folder of the file. `noren check` names every fault, with its line.
The settings of the shop floor (check-in, pickup, looks) are not here: headquarters sends them.
"""
DEVICE_TYPES: dict[str, tuple[type[Struct], str]] = {
    "serial": (SerialDevice, "A scanner on a serial line, most often over USB."),
    "hid": (HidDevice, "A scanner that types like a keyboard; only the box receives its keys, no page does."),
    "camera": (CameraDevice, "A camera that reads codes, or a video file or folder of pictures in its place."),
}
PRINTER_TYPES: dict[str, tuple[type[Struct], str]] = {
    "usb": (UsbPrinter, "A receipt or label printer that understands ESC/POS, with a device node of its own."),
    "serial": (SerialPrinter, "The same on a serial line, also over USB."),
    "network": (NetworkPrinter, "The same on the shop's network."),
    "file": (FolderPrinter, "A folder into which documents are written as pictures, for trials."),
}
KEYS_OF_ALL_DEVICES = ("id", "station")  # keys that every kind of device has
KEYS_OF_ALL_PRINTERS = ("id", "stations", "width")
# the sections whose items are of several kinds: what a kind's name in KEY_MEANINGS begins with, the kinds, the keys of all
KINDS = {
    "devices": ("", DEVICE_TYPES, KEYS_OF_ALL_DEVICES),
    "printers": ("printers.", PRINTER_TYPES, KEYS_OF_ALL_PRINTERS),
}


def reference_page() -> str:
    """The page. Raises KeyError if a key has no meaning in KEY_MEANINGS."""
    return "\n".join(_page()) + "\n"


def documented_keys() -> Iterator[tuple[str, Any]]:
    """Each key with its field; the key is its name in KEY_MEANINGS."""
    for section in SECTION_MEANINGS:
        for one in _fields_of(section):
            yield f"{section}.{one.encode_name}", one
    for before, kinds, shared in KINDS.values():
        for kind, (struct, _) in kinds.items():
            for one in msgspec.structs.fields(struct):
                if one.encode_name not in shared:
                    yield f"{before}{kind}.{one.encode_name}", one


def _fields_of(section: str) -> Iterator[Any]:
    kind = _type_of(section)
    struct = struct_types_in(item_type_of(kind) or kind)[0]
    for one in msgspec.structs.fields(struct):
        if section not in KINDS or one.encode_name in KINDS[section][2]:
            yield one


def _type_of(section: str) -> Any:
    """The type of a table, also of one within the items of a list (`stations.wedge`)."""
    kind: Any = Config
    for name in section.split("."):
        struct = struct_types_in(item_type_of(kind) or kind)[0]
        (kind,) = (one.type for one in msgspec.structs.fields(struct) if one.encode_name == name)
    return kind


def _page() -> Iterator[str]:
    yield PAGE_HEAD
    for section, words in SECTION_MEANINGS.items():
        yield from _table(f"[[{section}]]" if item_type_of(_type_of(section)) else f"[{section}]", words, section)
    for section, (before, kinds, _) in KINDS.items():
        for kind, (_, words) in kinds.items():
            yield from _table(f'[[{section}]] with kind = "{kind}"', words, f"{before}{kind}")


def _table(title: str, words: str, section: str) -> Iterator[str]:
    yield f"## `{title}`\n\n{words}\n"
    yield "| key | expected | if left out | meaning | example |\n|---|---|---|---|---|"
    for name, one in documented_keys():
        if name.rpartition(".")[0] == section:
            yield _row(name, one)
    if section in KINDS:
        kinds = ", ".join(KINDS[section][1])
        yield f'| `kind` | one of {kinds} | must be there | What it is. | `kind = "serial"` |'
    yield ""


def _row(name: str, one: Any) -> str:
    meaning, example = KEY_MEANINGS[name]
    key = one.encode_name
    cells = (f"`{key}`", expected_in_words(one.type), _default(one), meaning, f"`{key} = {example}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(one: Any) -> str:
    if one.required:
        return "must be there"
    if one.default in (None, msgspec.NODEFAULT) or struct_types_in(one.type):
        return "-"
    return f"`{json.dumps(one.default, ensure_ascii=False)}`"


def example_of_key(name: str) -> tuple[Any, Any]:
    """A key's type and the example of it as TOML text, for a test that decodes the one as the other."""
    return next(without_none(one.type) for key, one in documented_keys() if key == name), KEY_MEANINGS[name][1]


if __name__ == "__main__":
    print(reference_page(), end="")  # noqa: T201 (its one task)
