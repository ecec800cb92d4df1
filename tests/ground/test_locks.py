"""The lock files hold what pyproject.toml asks for, all of it pinned and hashed, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
GROUPS = PROJECT["dependency-groups"]
WANTED_BY = {
    "requirements.lock": WANTED,
    "requirements-dev.lock": WANTED + [Requirement(line) for line in GROUPS["dev"]],
    "requirements-tools.lock": [Requirement(line) for line in GROUPS["tools"]],
}
LOCKS = tuple(WANTED_BY)
PYTHONS = ("3.11", "3.12", "3.13")


def pins(lock: str) -> list[Requirement]:
    """The requirements of a lock file, without their hashes."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    return [Requirement(line.partition(" --hash")[0]) for line in joined.splitlines() if line.strip()]


def pinned(lock: str, python: str) -> dict[str, str]:
    """Name to version, as pip chooses on a 64-bit Linux with that Python."""
    here = {name: str(value) for name, value in default_environment().items()}
    place = {**here, "python_version": python, "python_full_version": f"{python}.2"}
    chosen = [pin for pin in pins(lock) if pin.marker is None or pin.marker.evaluate(place)]
    assert len({canonicalize_name(pin.name) for pin in chosen}) == len(chosen), "a name is pinned twice"
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in chosen}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str, python: str) -> None:
    versions = pinned(lock, python)
    unmet = [
        str(want)
        for want in WANTED_BY[lock]
        if not want.specifier.contains(versions.get(canonicalize_name(want.name), "0"))
    ]
    assert unmet == []


@pytest.mark.parametrize("python", PYTHONS)
def test_tests_run_with_the_very_versions_that_shops_run(python: str) -> None:
    assert pinned("requirements.lock", python).items() <= pinned("requirements-dev.lock", python).items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_one_version_with_hashes(lock: str) -> None:
    entries = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    shape = re.compile(r"[a-z0-9.-]+==\S+( ; [^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry[:60] for entry in entries if not shape.fullmatch(entry)] == []


def test_the_pythons_tried_here_are_those_the_project_names() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"


def test_what_builds_the_package_is_pinned_too() -> None:
    wanted = [Requirement(line).name for line in PROJECT["build-system"]["requires"]]
    assert set(wanted) <= pinned("requirements-tools.lock", "3.11").keys()
