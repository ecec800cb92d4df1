"""A secret is written whole or not at all, by several at once, after a kill, and on a file system without links."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.config.toml_schema import Config, HqSection, StoreSection
from edge.key_files import private_file
from edge.key_files.data_key_file import DATA_KEY_FILE
from edge.key_files.private_file import write_secret
from edge.key_files.unlocking import unlock_databases


class Killed(BaseException):
    """As a power cut: nothing after it is done."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    store = StoreSection(chain="hanada", id="ginza", data=str(tmp_path / "data"))
    return Config(store=store, hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}))


def test_a_secret_is_its_owners_and_never_replaced(tmp_path: Path) -> None:
    write_secret(tmp_path / "own.key", "x\n")
    assert (tmp_path / "own.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "own.key", "y\n")
    assert (tmp_path / "own.key").read_text() == "x\n"
    assert [file.name for file in tmp_path.iterdir()] == ["own.key"]


def test_it_is_written_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT refuses link(2) with EPERM."""

    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    test_a_secret_is_its_owners_and_never_replaced(tmp_path)


@pytest.mark.parametrize("left", [f"{DATA_KEY_FILE}.part", f"{DATA_KEY_FILE}.4711.part"])
def test_what_a_kill_left_of_the_key_is_gone_with_the_next_start(config: Config, left: str) -> None:
    unlock_databases(config, None, make=True)
    folder = Path(config.store.data)
    (folder / left).hardlink_to(folder / DATA_KEY_FILE)
    unlock_databases(config, None, make=True)
    assert [file.name for file in folder.glob("data.key*")] == [DATA_KEY_FILE]


def test_a_kill_after_the_key_was_put_in_its_place_leaves_no_second_name_of_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = private_file.move_if_absent

    def die(source: Path, target: Path) -> None:
        true(source, target)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(private_file, "move_if_absent", die)
        unlock_databases(config, None, make=True)
    folder = Path(config.store.data)
    assert [file.name for file in folder.glob("data.key*")] == [DATA_KEY_FILE]
    assert (folder / DATA_KEY_FILE).stat().st_nlink == 1


MAKER = """
import sys
from edge.config.toml_schema import Config, HqSection, StoreSection
from edge.key_files.unlocking import unlock_databases
for n in range(int(sys.argv[2])):
    store = StoreSection(chain="hanada", id="ginza", data=f"{sys.argv[1]}/{n}")
    print(n, flush=True)
    sys.stdin.readline()
    print(unlock_databases(Config(store=store, hq=HqSection(broker="mqtt://x:1", keys={})), None, make=True).key.id, flush=True)
"""
TIMES = 100


def test_two_that_make_the_key_at_once_both_have_it(tmp_path: Path) -> None:
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", MAKER, str(tmp_path), str(TIMES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        for _ in range(2)
    ]
    try:
        for n in range(TIMES):
            assert [_line(one) for one in makers] == [str(n), str(n)]
            for one in makers:
                assert one.stdin is not None
                one.stdin.write("go\n")
            first, second = (_line(one) for one in makers)
            assert first == second
            assert first
    finally:
        for one in makers:
            one.communicate()


def _line(maker: subprocess.Popen[str]) -> str:
    assert maker.stdout is not None
    return maker.stdout.readline().strip()
