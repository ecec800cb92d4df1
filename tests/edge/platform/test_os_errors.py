"""What the machine refuses reaches a person as one sentence with what to do, and never as a traceback."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from edge.platform.os_errors import (
    EX_CANTCREAT,
    EX_CONFIG,
    EX_IOERR,
    EX_NOINPUT,
    EX_NOPERM,
    EX_UNAVAILABLE,
    explain_error,
)
from edge.platform.sqlite import sqlite3
from tests.edge.test_main import settings_file
from tests.packaging.unprivileged_noren import noren

CLICKS_OWN = (1, 2)  # exit codes of click: what cannot be done, and how a command is used


def one_sentence(told: subprocess.CompletedProcess[str], *codes: int) -> str:
    assert "Traceback" not in told.stderr
    assert told.returncode in codes, told.stderr
    assert told.stderr.strip()
    return told.stderr


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder of somebody else's."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a file"
    path.write_text("x", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError(2, "No such file or directory", "/x"), EX_NOINPUT),
        (PermissionError(13, "Permission denied", "/x"), EX_NOPERM),
        (OSError(30, "Read-only file system", "/x"), EX_CANTCREAT),
        (FileExistsError(17, "File exists", "/x"), EX_CANTCREAT),
        (OSError(28, "No space left on device", "/x"), EX_IOERR),
        (OSError(98, "Address already in use"), EX_UNAVAILABLE),
    ],
)
def test_each_refusal_has_its_exit_code_and_names_the_place(error: OSError, code: int) -> None:
    told = explain_error(error)
    assert told is not None
    assert told[1] == code
    assert str(error.filename or "") in told[0]


def test_a_database_that_cannot_be_opened_is_a_refusal_and_a_wrong_statement_a_bug(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(f"file:{tmp_path}/none.db?mode=rw", uri=True)
    assert explain_error(refused.value)
    with sqlite3.connect(":memory:") as db, pytest.raises(sqlite3.OperationalError) as bug:
        db.execute("nonsense")
    db.close()
    assert explain_error(bug.value) is None
    assert explain_error(ValueError("x")) is None


def test_a_folder_for_settings_is_said_to_be_one(tmp_path: Path) -> None:
    for words in (("migrate",), ("check",), ("run", "web")):
        assert "is a folder" in one_sentence(noren(*words, "--config", tmp_path), EX_CONFIG)


def test_settings_that_may_not_be_read(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.chmod(0o000)
    assert "cannot be read" in one_sentence(noren("check", "--config", path), EX_CONFIG)


@pytest.mark.parametrize("data", ["locked/data", "a file/data", "/proc/nothing"])
def test_data_that_cannot_be_kept(tmp_path: Path, locked: Path, file: Path, data: str) -> None:
    path = settings_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"data"', f'"{data}"'), encoding="utf-8")
    assert "store.data: " in one_sentence(noren("migrate", "--config", path), EX_CONFIG)
    assert locked.is_dir()
    assert file.is_file()


@pytest.mark.parametrize("process", ["web", "bridge", "sync"])
def test_databases_of_somebody_else(tmp_path: Path, process: str) -> None:
    path = settings_file(tmp_path)
    assert noren("migrate", "--config", path).returncode == 0
    (tmp_path / "data" / "store.db").chmod(0o400)
    assert "store.db may not be read and written" in one_sentence(noren("run", process, "--config", path), EX_CONFIG)


@pytest.mark.parametrize(
    "words",
    [
        ("hq", "init", "--dir", "locked/hq"),
        ("hq", "init", "--dir", "a file/hq"),
        ("hq", "sample", "--dir", "locked/hq"),
        ("demo", "--folder", "locked/var"),
        ("demo", "--folder", "a file/var"),
        ("virtual-scanner", "--link", "locked/link", "--control", "locked/control"),
    ],
)
def test_a_place_where_nothing_can_be_made(tmp_path: Path, locked: Path, file: Path, words: tuple[str, ...]) -> None:
    told = one_sentence(noren(*words, cwd=tmp_path), EX_NOPERM, EX_CANTCREAT, EX_CONFIG)
    assert locked.name in told or file.name in told


@pytest.mark.parametrize("zone", ["Mars/X", "Asia", "/etc/passwd", "", "../x", "Asia/Tokio"])
def test_a_zone_that_does_not_exist(tmp_path: Path, zone: str) -> None:
    told = one_sentence(noren("hq", "report", "--dir", tmp_path, "--zone", zone), *CLICKS_OWN)
    assert "expected a time zone such as `Asia/Tokyo`" in told


@pytest.mark.parametrize("option", ["--ca-file", "--cert-file", "--password-file"])
def test_a_file_for_headquarters_line_that_is_not_there(tmp_path: Path, option: str) -> None:
    assert noren("hq", "init", "--dir", tmp_path).returncode == 0
    told = one_sentence(noren("hq", "serve", "--dir", tmp_path, option, tmp_path / "gone"), EX_CONFIG)
    assert f"{option}: no such file" in told


@pytest.mark.parametrize(
    "command", [("hq", "fleet"), ("hq", "serve"), ("hq", "stores", "list"), ("hq", "keys", "list")]
)
def test_headquarters_of_somebody_else(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert noren("hq", "init", "--dir", tmp_path).returncode == 0
    for path in tmp_path.iterdir():
        path.chmod(0o000)
    one_sentence(noren(*command, "--dir", tmp_path), EX_NOPERM)


def test_the_version_is_said_in_a_source_tree_too() -> None:
    told = noren("--version")
    assert told.returncode == 0
    assert told.stdout.startswith("0.1.0")


def test_a_terminal_of_another_encoding_sees_every_word_it_can(tmp_path: Path) -> None:
    path = tmp_path / "設定.toml"
    told = noren("check", "--config", path, env={"PYTHONIOENCODING": "iso-8859-1:strict"})
    assert r"\u8a2d\u5b9a.toml: no such file" in one_sentence(told, EX_CONFIG)


def test_a_process_runs_where_it_may_not_enter(tmp_path: Path) -> None:
    """It holds no folder: gunicorn would ask for the one it was started in."""
    path = settings_file(tmp_path)
    assert noren("migrate", "--config", path).returncode == 0
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"rmdir '{gone}'; exec '{sys.executable}' -m edge run web --config '{path}'"
    # another program has the port: the end of it is what web itself says, after it has loaded
    root = str(Path(__file__).parents[3])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path.write_text(f"{path.read_text(encoding='utf-8')}[web]\nport = {port}\n", encoding="utf-8")
        told = subprocess.run(
            ["sh", "-c", script],
            cwd=gone,
            env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
    assert f"web.port: cannot listen on 127.0.0.1 port {port}" in one_sentence(told, EX_CONFIG)
