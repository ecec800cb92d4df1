"""Printers in noren.toml: what each is, which station uses which, and what is wrong with them."""

from pathlib import Path

import pytest

from edge.config.loader import read_config
from edge.config.printer_sections import FolderPrinter, NetworkPrinter, SerialPrinter, UsbPrinter, printer_of_station
from edge.config.toml_schema import BadConfig, Config
from tests.support.enrolled_store import hq_part

STORE = """
[store]
chain = "hanada"
id = "ginza"
data = "data"
[[stations]]
id = "c1"
role = "counter"
name = { ja = "カウンター" }
[[stations]]
id = "c2"
role = "counter"
name = { ja = "奥" }
[[devices]]
id = "gun"
kind = "serial"
station = "c1"
path = "/dev/ttyUSB0"
"""
USB = '[[printers]]\nid = "a"\nkind = "usb"\npath = "/dev/usb/lp0"\n'
FILE = '[[printers]]\nid = "b"\nkind = "file"\nfolder = "printed"\n'


def read(folder: Path, printers: str) -> Config:
    file = folder / "noren.toml"
    file.write_text(hq_part(folder) + STORE + printers, encoding="utf-8")
    return read_config(file)


def test_each_kind_of_printer_is_read_with_its_path_made_absolute(tmp_path: Path) -> None:
    line = '[[printers]]\nid = "c"\nkind = "serial"\npath = "/dev/ttyUSB9"\nbaud = 9600\nanswers = false\n'
    network = '[[printers]]\nid = "d"\nkind = "network"\nhost = "192.168.1.40"\nwidth = 384\n'
    assert read(tmp_path, USB + FILE + line + network).printers == [
        UsbPrinter(id="a", path="/dev/usb/lp0"),
        FolderPrinter(id="b", folder=str(tmp_path / "printed")),
        SerialPrinter(id="c", path="/dev/ttyUSB9", baud=9600, answers=False),
        NetworkPrinter(id="d", host="192.168.1.40", width=384),
    ]


def test_a_station_uses_its_own_printer_else_the_first_that_is_for_all(tmp_path: Path) -> None:
    assert printer_of_station([], "c1") is None
    printers = read(tmp_path, f'{USB}stations = ["c1"]\n{FILE}').printers
    used = {station: printer_of_station(printers, station) for station in ("c1", "c2")}
    assert {station: one and one.id for station, one in used.items()} == {"c1": "a", "c2": "b"}
    assert printer_of_station(printers[:1], "c2") is None


@pytest.mark.parametrize(
    ("printers", "fault"),
    [
        (USB + USB.replace("lp0", "lp1"), "each id is used once, `a` is used twice"),
        (f'{USB}stations = ["c3"]\n', "expected the id of a station, got `c3`"),
        (f'{USB}stations = ["c1"]\n{FILE}stations = ["c1"]\n', "`a` prints for c1 already"),
        (USB.replace("/dev/usb/lp0", "/dev/ttyUSB0"), "`gun` uses /dev/ttyUSB0 already"),
        (USB + USB.replace('"a"', '"z"'), "`a` uses /dev/usb/lp0 already"),
        (f"{USB}width = 400\n", "width: expected one of 384, 576"),
        (FILE.replace("printed", "p" * 300), "expected a path of names of at most 255 bytes"),
    ],
)
def test_what_is_wrong_with_printers_is_said(tmp_path: Path, printers: str, fault: str) -> None:
    with pytest.raises(BadConfig) as wrong:
        read(tmp_path, printers)
    assert fault in str(wrong.value)
