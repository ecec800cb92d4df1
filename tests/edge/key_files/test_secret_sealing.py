"""Secrets are sealed in their files: whole or not at all, by no other key, and the plain bytes are overwritten."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config.loader import read_config
from edge.config.toml_schema import BadConfig, Config, HqSection, StoreSection
from edge.crypto.data_key import DataKey
from edge.crypto.sealed_secret import SecretUse, is_sealed, open_secret, seal_secret
from edge.key_files.own_secrets import sealed_files, unsealed_copy, unsealed_files
from edge.key_files.secret_sealing import PART_SUFFIX, open_keys, seal_keys
from tests.sync.certificates import Authority

KEY, OTHER = DataKey(bytes(range(32))), DataKey(b"o" * 32)
SEED, PASSWORD = b"the seed of a store\n", b"the password at the broker"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "seed").write_bytes(SEED)
    (folder / "password").write_bytes(PASSWORD)
    return folder


@pytest.fixture
def config(folder: Path) -> Config:
    certificate, key = Authority(folder).issue("ginza")
    hq = HqSection(
        broker="mqtts://127.0.0.1:1",
        keys={},
        signing_key_file=str(folder / "seed"),
        password_file=str(folder / "password"),
        cert_file=certificate,
        key_file=key,
    )
    return Config(store=StoreSection(chain="hanada", id="ginza", data=str(folder.parent / "data")), hq=hq)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_all_three_are_sealed_and_come_back_as_they_were(config: Config, folder: Path) -> None:
    before, rights = content(folder), (folder / "seed").stat().st_mode
    names = ["seed", "password", "ginza.key"]
    assert [file.name for file in seal_keys(config, KEY)] == names
    assert [file.name for file in sealed_files(config)] == names
    assert unsealed_files(config) == []
    assert (folder / "ginza.crt").read_bytes() == before["ginza.crt"], "a certificate is no secret"
    assert (folder / "seed").stat().st_mode == rights
    sealed = content(folder)
    assert sealed.keys() == before.keys()
    assert seal_keys(config, KEY) == []
    assert content(folder) == sealed
    assert [file.name for file in open_keys(config, KEY)] == names
    assert content(folder) == before
    assert open_keys(config, KEY) == []


def test_the_plain_bytes_are_overwritten(config: Config, folder: Path) -> None:
    with (folder / "seed").open("rb") as same, (folder / "ginza.key").open("rb") as tls:
        seal_keys(config, KEY)
        assert same.read().strip(b"\0") == b""
        assert tls.read().strip(b"\0") == b""


def test_another_data_key_touches_nothing(config: Config, folder: Path) -> None:
    seal_keys(config, KEY)
    (folder / "password").write_bytes(PASSWORD)  # one of them was changed since
    before = content(folder)
    for change in (seal_keys, open_keys):
        with pytest.raises(BadConfig, match=f"sealed with the data key {KEY.id}.*Nothing has been touched"):
            change(config, OTHER)
        assert content(folder) == before


def lacks(folder: Path) -> None:
    (folder / "ginza.key").unlink()


def is_no_key(folder: Path) -> None:
    (folder / "ginza.key").write_bytes(b"no key")


def is_anothers(folder: Path) -> None:
    (folder / "password").write_bytes(seal_secret(KEY, "signing_key_file", SEED))


def is_the_same(folder: Path) -> None:
    (folder / "password").unlink()
    (folder / "password").symlink_to("seed")


@pytest.mark.parametrize("how", [lacks, is_no_key, is_anothers, is_the_same])
def test_where_one_cannot_be_sealed_none_is(config: Config, folder: Path, how: Callable[[Path], None]) -> None:
    how(folder)
    before = content(folder)
    with pytest.raises(BadConfig):
        seal_keys(config, KEY)
    assert content(folder) == before


def half_written(file: Path) -> None:
    file.with_name(file.name + PART_SUFFIX).write_bytes(b"noren-seal")


def about_to_be_replaced(file: Path) -> None:
    file.with_name(file.name + PART_SUFFIX).write_bytes(seal_secret(KEY, "signing_key_file", SEED))
    unsealed_copy(file).hardlink_to(file)


def replaced(file: Path) -> None:
    about_to_be_replaced(file)
    file.with_name(file.name + PART_SUFFIX).replace(file)


def half_overwritten(file: Path) -> None:
    replaced(file)
    unsealed_copy(file).write_bytes(bytes(9) + SEED[9:])


@pytest.mark.parametrize("killed", [half_written, about_to_be_replaced, replaced, half_overwritten])
def test_after_a_kill_there_is_one_good_file_and_the_next_run_takes_the_rest_away(
    config: Config, folder: Path, killed: Callable[[Path], None]
) -> None:
    file = folder / "seed"
    with file.open("rb") as old:
        killed(file)
        found = file.read_bytes()
        assert (open_secret(KEY, "signing_key_file", found) if is_sealed(found) else found) == SEED
        plain = unsealed_files(config)
        assert plain
        assert file in plain, "as long as the plain bytes lie there it is said"
        seal_keys(config, KEY)
        assert old.read().strip(b"\0") == b""
    assert set(content(folder)) == {"seed", "password", "ginza.key", "ginza.crt", "test authority.crt"}
    assert open_secret(KEY, "signing_key_file", file.read_bytes()) == SEED


KILLED_AT = """
import os, sys
from edge.config.loader import read_config
from edge.crypto.data_key import DataKey
from edge.key_files.secret_sealing import open_keys, seal_keys
config, way, at = read_config(__import__("pathlib").Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
count = 0
def hook(event, args):
    global count
    if event == "open" or event.startswith("os."):
        count += 1
        if count == at:
            os._exit(9)
sys.addaudithook(hook)
{"seal": seal_keys, "open": open_keys}[way](config, DataKey(bytes(range(32))))
"""


@pytest.mark.parametrize("way", ["seal", "open"])
def test_killed_before_any_of_its_acts_each_secret_is_whole_and_the_next_run_ends_it(
    folder: Path, tmp_path: Path, way: str
) -> None:
    """The process is ended once at each call that opens, links, renames or deletes a file."""
    settings = tmp_path / "noren.toml"
    settings.write_text(
        '[store]\nchain = "hanada"\nid = "ginza"\ndata = "data"\n[hq]\nbroker = "mqtt://127.0.0.1:1"\nkeys = {}\n'
        'signing_key_file = "keys/seed"\npassword_file = "keys/password"\n'
    )
    config = read_config(settings)
    at, code = 0, 9
    while code == 9:
        at += 1
        (folder / "seed").write_bytes(SEED)
        (folder / "password").write_bytes(PASSWORD)
        if way == "open":
            seal_keys(config, KEY)
        code = subprocess.run([sys.executable, "-c", KILLED_AT, settings, way, str(at)], check=False).returncode
        assert (secret(folder / "seed", "signing_key_file"), secret(folder / "password", "password_file")) == (
            SEED,
            PASSWORD,
        ), at
        seal_keys(config, KEY)
        assert {name: is_sealed(data) for name, data in content(folder).items()} == {"seed": True, "password": True}, at
    assert (code, at > 20) == (0, True)


def secret(file: Path, use: SecretUse) -> bytes:
    data = file.read_bytes()
    return open_secret(KEY, use, data) if is_sealed(data) else data


def test_a_link_stays_a_link_to_what_is_sealed(config: Config, folder: Path) -> None:
    (folder / "seed").rename(folder / "truly")
    Path(folder / "seed").symlink_to("truly")
    seal_keys(config, KEY)
    assert (folder / "seed").is_symlink()
    assert is_sealed((folder / "truly").read_bytes())
