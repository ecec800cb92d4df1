"""Nothing starts half-way: every process's checks are asked first, and all that is wrong is named at once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.check import all_config_faults
from edge.platform.os_errors import EX_CONFIG
from edge.validation.setting_file import process_user_name
from sync.protocol.ed25519_keys import new_key, private_to_text, public_to_text
from tests.packaging.unprivileged_noren import noren

GOOD = """\
[store]
chain = "kasane"
id = "ginza"
data = "data"
time_zone = "Asia/Tokyo"
[web]
host = "127.0.0.1"
[hq]
broker = "mqtts://n1.example.com,n2.example.com:8884"
keys = {{ "hq-1" = "{public}" }}
signing_key_file = "own.key"
[[stations]]
id = "k1"
role = "kiosk"
name = {{ ja = "キオスク" }}
[[devices]]
id = "scanner-1"
kind = "serial"
station = "k1"
path = "/dev/ttyACM0"
[[devices]]
id = "camera-1"
kind = "camera"
station = "k1"
source = "/dev/video0"
symbologies = ["ean13", "qr"]
region = [0.1, 0.0, 0.9, 1.0]
"""

Edit = Callable[[str], Path]


@pytest.fixture
def good(tmp_path: Path) -> str:
    (tmp_path / "own.key").write_text(private_to_text(new_key()), encoding="utf-8")
    return GOOD.format(public=public_to_text(new_key().public))


@pytest.fixture
def written(tmp_path: Path) -> Edit:
    def write(text: str) -> Path:
        path = tmp_path / "noren.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


# Each would let some processes start, and one end for good.
WRONG = [
    ('["ean13", "qr"]', '["EANN13"]', "devices[1].symbologies[0]", "did you mean `ean13`?"),
    ('["ean13", "qr"]', '["ean13", "runes"]', "devices[1].symbologies[1]", "expected one of ean13, ean8"),
    ("[0.1, 0.0, 0.9, 1.0]", "[0.9, 0.0, 0.1, 1.0]", "devices[1].region", "left < right"),
    ("[0.1, 0.0, 0.9, 1.0]", "[0.1, 0.0, 0.9, 1.5]", "devices[1].region", "shares from 0 to 1"),
    ("[0.1, 0.0, 0.9, 1.0]", "[0.1, 0.0, 0.9]", "devices[1].region", "left, top, right, bottom"),
    ("[0.1, 0.0, 0.9, 1.0]", "[0.5, 0.0, 0.501, 1.0]", "devices[1].region", "at least 32 pixels"),
    ('"/dev/video0"', '"/dev/ttyACM0"', "devices[1].source", "`scanner-1` reads /dev/ttyACM0 already"),
    ('"/dev/video0"', '"/dev/../dev/ttyACM0"', "devices[1].source", "`scanner-1` reads"),
    ("n2.example.com:8884", "n2.example.com:x", "hq.broker", "expected a port from 1 to 65535"),
    ("n2.example.com:8884", "n2.example.com:0", "hq.broker", "expected a port from 1 to 65535"),
    ("n2.example.com:8884", "me:secret@n2.example.com", "hq.broker", "`password_file`"),
    ("n2.example.com:8884", "", "hq.broker", "expected a host"),
    ('signing_key_file = "own.key"', 'signing_key_file = "gone.key"', "hq.signing_key_file", "no such file"),
    ('signing_key_file = "own.key"', 'signing_key_file = "."', "hq.signing_key_file", "expected a file"),
    ('signing_key_file = "own.key"', 'signing_key_file = "noren.toml"', "hq.signing_key_file", "signing key"),
    ('signing_key_file = "own.key"', "", "hq.signing_key_file", "is missing"),
    ("[hq]", '[hq]\nca_file = "own.key"', "hq.ca_file", "expected certificates as PEM"),
    ("[hq]", '[hq]\ncert_file = "own.key"', "hq.key_file", "`cert_file` is there"),
    ("[hq]", '[hq]\npassword_file = "gone"', "hq.password_file", "no such file"),
    ('"127.0.0.1"', '"nonsense host"', "web.host", "expected an address of loopback"),
    ('"127.0.0.1"', '"10.0.0.3"', "web.host", "`web.lan` is the one on the network"),
    ('"127.0.0.1"', '"127.0.0.1"\nlan = "10.0.0.300"', "web.lan", "expected an IP address of this machine"),
    ('"127.0.0.1"', '"127.0.0.1"\nlan = "127.0.0.2"', "web.lan", "on the network"),
    ('"127.0.0.1"', '"127.0.0.1"\nnames = ["a:80"]', "web.names[0]", "expected a name"),
    ('"127.0.0.1"', '"127.0.0.1"\nplay = "own.key"', "web.play", "cannot be used"),
    ("Asia/Tokyo", "Asia/Tokio", "store.time_zone", "did you mean `Asia/Tokyo`?"),
    ("[web]", "[web]\nprot = 80", "web.prot", "did you mean `port`?"),
    ("[web]", "[web]\nport = 808080", "web.port", "expected a whole number from 1 to 65535; got `808080`"),
    ('role = "kiosk"', 'role = "kisok"', "stations[0].role", "did you mean `kiosk`?"),
    ('kind = "serial"', 'kind = "seriel"', "devices[0].kind", "did you mean `serial`?"),
    ('path = "/dev/ttyACM0"', "", "devices[0].path", "is missing"),
    ('data = "data"', 'data = "own.key"', "store.data", "expected a folder"),
    ('data = "data"', 'data = "da\\u0000ta"', "store.data", "expected a path"),
    ('data = "data"', f'data = "{"x" * 300}"', "store.data", "at most 255 bytes"),
    ('data = "data"', 'data = "data"\nbudget_mb = 99999999999999999999', "store.budget_mb", "from 16 to 100000000"),
    ('path = "/dev/ttyACM0"', 'path = "/dev/tty\\u0000"', "devices[0].path", "expected a path"),
    ('path = "/dev/ttyACM0"', f'path = "{"/dev" * 1100}"', "devices[0].path", "4095 together"),
    ('"own.key"', '"own\\u0000.key"', "hq.signing_key_file", "expected a path"),
    ("[0.1, 0.0, 0.9, 1.0]", "[nan, 0.0, 0.9, 1.0]", "devices[1].region", "left < right"),
    ("[0.1, 0.0, 0.9, 1.0]", "[0.1, 0.0, inf, 1.0]", "devices[1].region", "shares from 0 to 1"),
    ('"/dev/video0"', '"/dev/video0"\nexposure = nan', "devices[1].exposure", "expected a number"),
    ('["ean13", "qr"]', "[]", "devices[1].symbologies", "one at least"),
    ("n2.example.com", "n" * 64, "hq.broker", "parts of 1 to 63 characters"),
    ("n2.example.com", "n2..com", "hq.broker", "parts of 1 to 63 characters"),
    ("[hq]", '[hq]\nusername = "a\\nb"', "hq.username", "a text of one line"),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_each_fault_is_named_with_file_line_key_and_what_is_expected(
    good: str, written: Edit, old: str, new: str, key: str, words: str
) -> None:
    assert old in good
    path = written(good.replace(old, new))
    (line,) = map(str, all_config_faults(path))
    assert re.match(rf"{re.escape(str(path))}, line \d+: {re.escape(key)}: ", line)
    assert words in line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# caf\xe9", "line 1: not written in UTF-8"),
        ("[store]\n# 店".encode("shift_jis"), "line 2: not written in UTF-8"),
        (b"a = " + b"9" * 5000, "not readable as TOML"),
        (b"a = " + b"[" * 5000, "nested too deep"),
        (b"# x\n" * 300_000, "has more than 1000000 bytes"),
        (b"\0", "not readable as TOML"),
        (b"", "store: is missing"),
    ],
    ids=["latin", "sjis", "digits", "deep", "huge", "nul", "empty"],
)
def test_what_is_no_settings_file_at_all_is_a_sentence(written: Edit, content: bytes, words: str) -> None:
    path = written("")
    path.write_bytes(content)
    told = noren("check", "--config", path)
    assert (told.returncode, told.stderr.splitlines()[0].startswith(f"noren: {path}")) == (EX_CONFIG, True)
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_path_the_systems_language_has_no_characters_for_is_a_sentence(good: str, written: Edit) -> None:
    path = written(good.replace('data = "data"', 'data = "店"'))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command in (("check",), ("migrate",), ("run", "web")):
        told = noren(*command, "--config", path, env=ascii_only)
        assert told.returncode == EX_CONFIG
        assert re.search(r"line 4: store.data: this system's language is set to ascii, .* LC_ALL=C.UTF-8", told.stderr)


@pytest.mark.parametrize("as_saved", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_file_saved_by_another_systems_editor_is_read(
    good: str, written: Edit, as_saved: Callable[[str], str]
) -> None:
    path = written("")
    path.write_bytes(as_saved(good).encode())
    assert all_config_faults(path) == []


def test_all_faults_are_named_at_once_from_the_top_down(good: str, written: Edit) -> None:
    text = good
    for old, new in [
        ("Asia/Tokyo", "Asia/Tokio"),
        ('"127.0.0.1"', '"nonsense host"'),
        ("n2.example.com:8884", "n2.example.com:x"),
        ('signing_key_file = "own.key"', 'signing_key_file = "gone.key"'),
        ('kind = "serial"', 'kind = "seriel"'),
        ('["ean13", "qr"]', '["EANN13"]'),
        ("[0.1, 0.0, 0.9, 1.0]", "[0.9, 0.0, 0.1, 1.0]"),
    ]:
        text = text.replace(old, new)
    told = noren("check", "--config", written(text)).stderr
    found = re.findall(r"line (\d+): ([^:]+): ", told)
    wanted = ("Asia/Tokio", "nonsense", ":x", "gone.key", "seriel", "EANN13", "[0.9")
    assert [int(line) for line, _ in found] == [line_of(text, piece) for piece in wanted]


@pytest.mark.parametrize("command", [("migrate",), ("run", "web"), ("run", "bridge"), ("run", "sync")])
def test_nothing_begins_while_another_process_could_not(good: str, written: Edit, command: tuple[str, ...]) -> None:
    path = written(good)
    assert noren("migrate", "--config", path).returncode == 0
    for old, new, _, words in WRONG[0], WRONG[8], WRONG[13], WRONG[19]:  # of the bridge, of sync twice, of web
        told = noren(*command, "--config", written(good.replace(old, new)))
        assert (told.returncode, words in told.stderr) == (EX_CONFIG, True), told.stderr


def test_good_settings_are_said_to_be_good(good: str, written: Edit) -> None:
    told = noren("check", "--config", written(good))
    assert (told.returncode, told.stderr) == (0, "")
    assert "nothing is wrong" in told.stdout


def test_two_cameras_may_share_a_film_but_not_a_lens(good: str, written: Edit, tmp_path: Path) -> None:
    second = '[[devices]]\nid = "camera-2"\nkind = "camera"\nstation = "k1"\nsource = "{}"\n'
    (told,) = all_config_faults(written(good + second.format("/dev/video0")))
    assert "`camera-1` reads /dev/video0 already" in str(told)
    (tmp_path / "pictures").mkdir()
    shared = good.replace("/dev/video0", "pictures") + second.format("pictures")
    assert all_config_faults(written(shared)) == []


def test_the_key_that_only_another_process_may_read_keeps_nobody_from_beginning(
    good: str, written: Edit, tmp_path: Path
) -> None:
    path = written(good)
    (tmp_path / "own.key").chmod(0o000)
    assert noren("migrate", "--config", path).returncode == 0
    for words in (("check",), ("run", "sync")):
        told = noren(*words, "--config", path)
        assert told.returncode == EX_CONFIG
        assert "hq.signing_key_file: " in told.stderr
        assert f"may not be read by the user `{process_user_name()}`" in told.stderr
