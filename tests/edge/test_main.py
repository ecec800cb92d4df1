"""The noren command speaks plainly, and no process starts half-way."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.test_config import GOOD

EX_CONFIG = 78


def _noren(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "edge", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("process", ["web", "bridge", "sync"])
def test_a_process_without_its_database_says_what_to_run_first(tmp_path: Path, process: str) -> None:
    path = tmp_path / "noren.toml"
    path.write_text(GOOD, encoding="utf-8")
    told = _noren("run", process, "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert told.stderr == (
        f"noren: {tmp_path / 'data/store.db'}: no such database. Run `noren migrate --config {path}` first.\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_is_one_plain_sentence(tmp_path: Path) -> None:
    path = tmp_path / "noren.toml"
    path.write_text(GOOD.replace('role = "kiosk"', "role = 7"), encoding="utf-8")
    told = _noren("migrate", "--config", str(path))
    assert told.returncode == EX_CONFIG
    assert told.stderr.startswith(f"noren: {path}: stations[0].role: ")
    assert len(told.stderr.splitlines()) == 1


def test_migrating_makes_both_databases(tmp_path: Path) -> None:
    path = tmp_path / "noren.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert _noren("migrate", "--config", str(path)).returncode == 0
    assert {"store.db", "hq.db"} <= {file.name for file in (tmp_path / "data").iterdir()}
