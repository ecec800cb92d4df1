"""The noren command speaks plainly, and no process starts half-way."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from edge.crypto.data_key import DataKey, data_key_from_text, data_key_to_text
from edge.db_files.encryption_migration import unencrypted_files
from edge.platform import migration
from tests.edge.config.test_noren_toml import GOOD as BARE
from tests.support.enrolled_store import hq_part
from tests.support.small_disk import fill, small_disk

EX_CONFIG = 78


def settings_file(folder: Path) -> Path:
    path = folder / "noren.toml"
    bare = re.sub(r"\[hq\].*?(?=\[\[)", hq_part(folder), BARE, flags=re.DOTALL)
    path.write_text(bare, encoding="utf-8")
    return path


def _noren(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "edge", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("process", ["web", "bridge", "sync"])
def test_a_process_without_its_database_says_what_to_run_first(tmp_path: Path, process: str) -> None:
    path = settings_file(tmp_path)
    told = _noren("run", process, "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert told.stderr == (
        f"noren: {tmp_path / 'data/store.db'}: no such database. Run `noren migrate --config {path}` first.\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_is_one_plain_sentence(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('role = "kiosk"', "role = 7"), encoding="utf-8")
    told = _noren("migrate", "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert told.stderr.startswith(
        f"noren: {path}, line 12: stations[0].role: expected one of counter, entrance, fitting_room"
    )
    assert len(told.stderr.splitlines()) == 1


def test_migrating_makes_both_databases(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    assert _noren("migrate", "--config", str(path)).returncode == 0
    assert {"store.db", "hq.db"} <= {file.name for file in (tmp_path / "data").iterdir()}


def test_a_backup_and_the_way_back_are_commands(tmp_path: Path) -> None:
    path, place = settings_file(tmp_path), tmp_path / "backup.db"
    assert _noren("migrate", "--config", str(path)).returncode == 0
    told = _noren("backup", str(place), "--config", str(path))
    assert told.returncode == 0
    assert f"noren restore {place}" in told.stdout
    assert _noren("restore", str(place), "--config", str(path)).returncode == 0
    assert list((tmp_path / "data").glob("store.db.before-restore-*Z"))
    refused = _noren("restore", str(tmp_path / "none.db"), "--config", str(path))
    assert (refused.returncode, refused.stderr) == (75, f"noren: {tmp_path / 'none.db'}: no such file.\n")


def test_a_key_to_restore_with_that_is_none_is_said_before_anything_is_made(tmp_path: Path) -> None:
    path, key = settings_file(tmp_path), tmp_path / "data-key.sealed"
    key.write_text("noren-key-1.ginza.0123456789abcdef.-.-\n")
    told = _noren("restore", str(tmp_path / "copy.db"), "--key", str(key), "--config", str(path))
    assert (told.returncode, "`noren hq data-key` writes such a file" in told.stderr) == (EX_CONFIG, True)
    assert not (tmp_path / "data").exists()


def test_migrating_repairs_what_is_damaged(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    assert _noren("migrate", "--config", str(path)).returncode == 0
    for name in ("store.db", "hq.db"):
        (tmp_path / "data" / name).write_bytes(b"no database, but a letter to the shop")
    told = _noren("migrate", "--config", str(path))
    assert told.returncode == 0
    assert "store.db is damaged, what can be read is saved" in told.stderr
    assert "hq.db was made anew" in told.stderr


@pytest.mark.parametrize(
    "words", [("migrate",), ("run", "web"), ("run", "bridge"), ("run", "sync"), ("backup", "copy.db"), ("data-key",)]
)
def test_another_data_key_is_said_and_nothing_is_done(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = settings_file(tmp_path)
    assert _noren("migrate", "--config", str(path)).returncode == 0
    before = (tmp_path / "data" / "store.db").read_bytes()
    (tmp_path / "data" / "data.key").write_text(data_key_to_text(DataKey(bytes(32))) + "\n")
    told = _noren(*words, "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert "store.db was written with another data key" in told.stderr
    assert "Nothing has been touched" in told.stderr
    assert (tmp_path / "data" / "store.db").read_bytes() == before
    assert not list((tmp_path / "data").glob("*.damaged-*"))


def test_a_check_names_a_key_that_is_cut(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    assert _noren("migrate", "--config", str(path)).returncode == 0
    (tmp_path / "data" / "data.key").write_text("AAECAw\n")
    told = _noren("check", "--config", str(path))
    assert (told.returncode, "data.key is damaged" in told.stderr) == (EX_CONFIG, True)


def test_databases_in_the_clear_are_encrypted_by_migrate_and_opened_by_nothing_before(tmp_path: Path) -> None:
    path, data = settings_file(tmp_path), tmp_path / "data"
    migration.migrate(data)  # as a version did that knew no key
    for words in (("run", "web"), ("backup", "copy.db")):
        told = _noren(*words, "--config", str(path))
        assert told.returncode == EX_CONFIG
    assert _noren("migrate", "--config", str(path)).returncode == 0
    assert unencrypted_files(data) == []
    assert _noren("backup", str(tmp_path / "copy.db"), "--config", str(path)).returncode == 0


def test_a_key_that_cannot_be_made_is_said_with_its_setting(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    (tmp_path / "file").touch()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[store]\n", '[store]\nkey = "file/data.key"\n', 1), encoding="utf-8")
    told = _noren("migrate", "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert told.stderr.startswith("noren: store.key: ")


def test_the_key_to_be_sealed_is_the_one_that_is_here(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    new = _noren("data-key", "--config", str(path))
    assert data_key_from_text(new.stdout) != data_key_from_text(_noren("data-key", "--config", str(path)).stdout)
    assert not (tmp_path / "data").exists(), "it is only said"
    assert _noren("migrate", "--config", str(path)).returncode == 0
    assert _noren("data-key", "--config", str(path)).stdout == (tmp_path / "data" / "data.key").read_text()


@pytest.mark.parametrize(("laid_by", "code"), [(10_000_000, 0), (0, 75)])
def test_on_a_full_disk_the_room_for_a_start_is_there_for_the_key_too(tmp_path: Path, laid_by: int, code: int) -> None:
    path = settings_file(tmp_path)
    with small_disk(tmp_path / "data", 16) as data:
        migration.migrate(data)  # as a version did that knew no key
        (data / "room-for-a-start").write_bytes(bytes(laid_by))
        fill(data)
        told = _noren("migrate", "--config", str(path))
        assert told.returncode == code, told.stderr
        assert code == 0 or "the disk is full" in told.stderr
        assert (unencrypted_files(data) == []) == (code == 0)
