"""The floors are kept, and each contract that keeps them breaks when its floor is broken."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract's beginning -> a file of the tree, and a line that has no place in it
BREAKS = {
    "Imports run downstairs": ("edge/platform/clock.py", "import ui"),
    "ui, firmware_bridge and sync never import": ("firmware_bridge/camera/motion_gate.py", "import sync"),
    "Inside edge": ("edge/facts/journal.py", "import edge.features.visit"),
    "No circles": ("edge/validation/localized_text.py", "if TYPE_CHECKING:\n    import edge.config.policy"),
    "Pure modules": ("edge/validation/localized_text.py", "import time"),
    "One door to SQLite": ("sync/hq/feeds/feed.py", "import sqlite3"),
    "One door to MQTT": ("edge/platform/process.py", "import paho.mqtt.client"),
    "One door to light": ("ui/__init__.py", "import cv2"),
    "One door to serial lines": ("firmware_bridge/camera/motion_gate.py", "import serial"),
    "One door to the browser": ("edge/platform/process.py", "import flask"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The four packages and their contracts, to be broken at will."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("edge", "firmware_bridge", "sync", "ui"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    return tmp_path


def broken(folder: Path) -> set[str]:
    """The names of the contracts that import-linter finds broken in a folder."""
    wide = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    said = subprocess.run([sys.executable, "-c", LINT], cwd=folder, env=wide, capture_output=True, text=True).stdout
    assert "Contracts: " in said, said
    return set(re.findall(r"^(.*) BROKEN", said, re.MULTILINE))


def test_every_contract_has_a_case_that_breaks_it() -> None:
    names = [contract["name"] for contract in CONTRACTS]
    assert [[name for name in names if name.startswith(start)] for start in BREAKS] == [[name] for name in names]


def test_the_house_stands(copy: Path) -> None:
    assert broken(copy) == set()


@pytest.mark.parametrize("start", BREAKS)
def test_a_line_on_the_wrong_floor_breaks_its_contract(copy: Path, start: str) -> None:
    name, line = BREAKS[start]
    path = copy / name
    path.write_text(f"{path.read_text()}\n{line}\n")
    assert any(contract.startswith(start) for contract in broken(copy))
