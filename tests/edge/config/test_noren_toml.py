"""A wrong settings file is refused as a whole, with the place and what is expected there."""

from pathlib import Path

import pytest

from edge.config.loader import read_config
from edge.config.toml_schema import BadConfig, CameraDevice, SerialDevice

GOOD = """
[store]
chain = "kasane"
id = "ginza"
data = "data"
[hq]
broker = "mqtt://127.0.0.1:1883"
keys = {}
[[stations]]
id = "k1"
role = "kiosk"
name = { ja = "キオスク" }
[[devices]]
id = "scanner-1"
kind = "serial"
station = "k1"
path = "dev/scanner"
[[devices]]
id = "camera-1"
kind = "camera"
station = "k1"
source = "/dev/video0"
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "noren.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_meant_from_the_files_own_folder(tmp_path: Path) -> None:
    config = read_config(_file(tmp_path, GOOD))
    assert config.store.data == str(tmp_path / "data")
    scanner, camera = config.devices
    assert isinstance(scanner, SerialDevice)
    assert scanner.path == str(tmp_path / "dev/scanner")
    assert isinstance(camera, CameraDevice)
    assert camera.source == "/dev/video0"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('role = "kiosk"', 'role = "kitchen"', r"stations\[0\]\.role.*kitchen"),
        ('id = "ginza"', 'id = "Ginza Store"', r"store\.id: expected lower-case letters, digits and hyphens"),
        (
            'broker = "mqtt://127.0.0.1:1883"',
            'broker = "http://x"',
            r"hq\.broker: expected an address such as `mqtts://",
        ),
        ("[hq]", "[hq]\nbrokr = 1", r"line 7: hq\.brokr: there is no such key: did you mean `broker`\?"),
        (
            'station = "k1"\npath',
            'station = "k9"\npath',
            r"devices\[0\]\.station: expected the id of a station, got `k9`",
        ),
        ('id = "camera-1"', 'id = "scanner-1"', r"devices\[1\]\.id: each id is used once"),
        ('kind = "serial"', 'kind = "telepathy"', r"devices\[0\]\.kind.*telepathy"),
        ('data = "data"', 'data = "data"\ntime_zone = "Asia/Tokio"', r"store\.time_zone: expected a time zone such as"),
        (
            'data = "data"',
            'data = "data"\nday_starts = 25',
            r"store\.day_starts: expected a whole number from 0 to 12; got `25`",
        ),
        (
            'data = "data"',
            'data = "data"\nkey = "data/store.db"',
            r"store\.key: .*store\.db is where the box keeps something",
        ),
        (
            'data = "data"',
            'data = "data"\nkey = "data/../data/hq.db-wal"',
            r"store\.key: .*hq\.db-wal is where the box",
        ),
        ('data = "data"', 'data = "data"\nkey = "data"', r"store\.key: .*data is where the box keeps something else"),
        (
            'data = "data"',
            f'data = "data"\nkey = "{"k" * 300}"',
            r"store\.key: expected a path of names of at most 255",
        ),
        ("[hq]", "[hq", r"line 6"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_expected(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = _file(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(BadConfig, match=said) as told:
        read_config(path)
    assert str(path) in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"none\.toml: no such file"):
        read_config(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noren.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadConfig, match="not written in UTF-8"):
        read_config(path)
