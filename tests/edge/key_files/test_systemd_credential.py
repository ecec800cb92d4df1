"""The data key is sealed, or stays in its file: whatever systemd-creds does."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge.config.toml_schema import BadConfig, Config, HqSection, StoreSection
from edge.crypto.data_key import DataKey, data_key_to_text
from edge.key_files import systemd_credential
from edge.key_files.data_key_file import read_key

KEY, OTHER = DataKey(bytes(32)), DataKey(bytes([1]) * 32)
# as systemd has it: what is sealed is opened by name, and another text
GOOD = '[[ $1 == encrypt ]] && { tr A-Za-z B-ZAb-za >"$4"; } || tr B-ZAb-za A-Za-z <"$3"'

Creds = Callable[[str], None]


@pytest.fixture
def creds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Creds:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def write(line: str) -> None:
        (folder / "systemd-creds").write_text(f"#!/bin/bash\n{line}\n", encoding="utf-8")
        (folder / "systemd-creds").chmod(0o755)

    return write


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        store=StoreSection(chain="nagi", id="ginza", data=str(tmp_path)),
        hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}),
    )


def test_it_is_sealed_and_its_file_goes(creds: Creds, config: Config, tmp_path: Path) -> None:
    creds(GOOD)
    place, file = tmp_path / "credstore" / "noren-data-key", tmp_path / "data.key"
    file.write_text(data_key_to_text(KEY))
    assert not systemd_credential.is_fully_sealed(config, place)
    assert systemd_credential.seal_credential(config, KEY, place) == file
    assert not file.exists()
    assert data_key_to_text(KEY) not in place.read_text()
    assert systemd_credential.is_fully_sealed(config, place)
    assert [one.name for one in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize(
    "line",
    [
        "exit 1",
        'cat >/dev/null; [[ $4 == - ]] || : >"$4"',
        '[[ $1 == encrypt ]] && head -c 9 >"$4" || cat "$2"',
        "sleep 0",
    ],
)
def test_what_systemd_does_not_seal_stays_where_it_is(creds: Creds, config: Config, tmp_path: Path, line: str) -> None:
    place, file = tmp_path / "credstore" / "noren-data-key", tmp_path / "data.key"
    place.parent.mkdir()
    place.write_text("what was sealed before")
    file.write_text(data_key_to_text(KEY))
    creds(line)
    with pytest.raises(BadConfig, match="Nothing has been touched"):
        systemd_credential.seal_credential(config, KEY, place)
    assert file.read_text() == data_key_to_text(KEY)
    assert place.read_text() == "what was sealed before"
    assert [one.name for one in place.parent.iterdir()] == [place.name]


def test_a_machine_without_systemd_says_so(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadConfig, match="systemd-creds"):
        systemd_credential.seal_credential(config, OTHER, tmp_path / "credstore" / "noren-data-key")


@pytest.mark.parametrize("name", ["data.key", "store.db", "keys/own.key", "link"])
def test_no_file_of_the_boxs_own_gives_its_place_to_a_credential(
    creds: Creds, config: Config, tmp_path: Path, name: str
) -> None:
    """`--at data.key` overwrote and deleted what it had just sealed there: the only key."""
    creds(GOOD)
    (tmp_path / "keys").mkdir()
    for one in ("data.key", "store.db", "keys/own.key"):
        (tmp_path / one).write_text(data_key_to_text(KEY))
    (tmp_path / "keys" / "link").symlink_to(tmp_path / "data.key")
    hq = HqSection(broker="mqtt://127.0.0.1:1", keys={}, signing_key_file=str(tmp_path / "keys" / "own.key"))
    place = tmp_path / "keys" / "link" if name == "link" else tmp_path / name
    with pytest.raises(BadConfig, match="Nothing has been touched"):
        systemd_credential.seal_credential(msgspec.structs.replace(config, hq=hq), KEY, place)
    assert place.read_text() == data_key_to_text(KEY)
    assert (tmp_path / "data.key").read_text() == data_key_to_text(KEY)


def test_a_file_with_another_key_is_not_taken_away_with_the_one_that_is_sealed(
    creds: Creds, config: Config, tmp_path: Path
) -> None:
    """systemd hands one, and the file has that of databases which were moved away."""
    creds(GOOD)
    place, file = tmp_path / "credstore" / "noren-data-key", tmp_path / "data.key"
    file.write_text(data_key_to_text(OTHER))
    with pytest.raises(BadConfig, match=f"another data key, {OTHER.id}.*Nothing has been touched"):
        systemd_credential.seal_credential(config, KEY, place)
    assert read_key(file) == OTHER
    assert not place.exists()


def test_a_key_that_a_start_makes_while_another_one_is_sealed_stays(
    creds: Creds, config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "data.key"
    creds(f"{GOOD}; [[ $1 == encrypt ]] || echo {data_key_to_text(OTHER)} >{file}")
    with pytest.raises(BadConfig, match=f"another data key by now, {OTHER.id}"):
        systemd_credential.seal_credential(config, KEY, tmp_path / "credstore" / "noren-data-key")
    assert read_key(file) == OTHER


@pytest.mark.parametrize(
    ("left", "sealed", "gone"),
    [(bytes(44), True, True), (bytes(44), False, False), (b"", True, False)],
    ids=["overwritten", "not sealed", "empty"],
)
def test_what_a_kill_left_of_a_file_that_was_overwritten_is_taken_away_where_the_key_is_sealed(
    config: Config, tmp_path: Path, left: bytes, sealed: bool, gone: bool
) -> None:
    place, file = tmp_path / "credstore", tmp_path / "data.key"
    file.write_bytes(left)
    if sealed:
        place.touch()
    systemd_credential.finish_deletion(config, place)
    assert file.exists() != gone
