"""The systemd units start what is there, may do only what they need, and keep the broker's stores apart."""

import shutil
import subprocess
from pathlib import Path

import pytest

from edge.__main__ import EX_CONFIG

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.glob("noren*.service"))
PROCESSES = ["noren-bridge.service", "noren-sync.service", "noren-web.service"]
# systemd-analyze's exposure, 0 best, 10 worst: as measured with systemd 252; 257 finds each 0.2 better
MOST_EXPOSED = {
    "noren-bridge.service": 1.0,
    "noren-migrate.service": 0.7,
    "noren-sync.service": 1.6,
    "noren-web.service": 1.5,
}
HARDENING = "# What no part of Noren needs."


def settings(unit: str) -> dict[str, list[str]]:
    """A unit's settings; one that is given several times keeps each value."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / unit).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def hardening(unit: str) -> str:
    return (SYSTEMD / unit).read_text().partition(HARDENING)[2].partition("\n[Install]")[0].strip()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder with Noren put where the units look for it, and Debian's own units beside it."""
    root = tmp_path_factory.mktemp("box")
    units = root / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for path in [*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.target")]:
        shutil.copy(path, units)
    command = root / "opt" / "noren" / "venv" / "bin" / "noren"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    (root / "opt" / "noren" / "README.md").touch()
    debian = root / "usr" / "lib" / "systemd" / "system"
    debian.mkdir(parents=True)
    for pattern in ("*.target", "*.slice", "*.socket", "modprobe@.service", "systemd-tmpfiles-setup.service"):
        for path in Path("/usr/lib/systemd/system").glob(pattern):
            shutil.copy(path, debian, follow_symlinks=True)
    return root


def analyze(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", "--no-pager", *args], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", [*UNITS, "noren.target"])
def test_systemd_finds_nothing_wrong_with_a_unit(box: Path, unit: str) -> None:
    verdict = analyze("verify", f"--root={box}", unit)
    assert [line for line in verdict.stderr.splitlines() if "noren" in line] == []
    assert verdict.returncode == 0, verdict.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_no_more_than_it_was(box: Path, unit: str) -> None:
    limit = f"--threshold={MOST_EXPOSED[unit] * 10:.0f}"
    verdict = analyze("security", "--offline=true", f"--root={box}", limit, unit)
    assert verdict.returncode == 0, verdict.stdout.splitlines()[-1:]


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_carries_the_same_hardening(unit: str) -> None:
    assert hardening(unit) == hardening("noren-web.service") != ""


@pytest.mark.parametrize("unit", PROCESSES)
def test_a_process_is_watched_and_started_again_for_ever(unit: str) -> None:
    said = settings(unit)
    assert (said["Type"], said["Restart"], said["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
    assert int(said["WatchdogSec"][0]) > 0


@pytest.mark.parametrize("unit", PROCESSES)
def test_settings_that_are_wrong_are_not_tried_again_and_again(unit: str) -> None:
    assert settings(unit)["RestartPreventExitStatus"] == [str(EX_CONFIG)]


@pytest.mark.parametrize("unit", PROCESSES)
def test_no_process_starts_before_the_databases_are_of_this_version(unit: str) -> None:
    said = settings(unit)
    assert "noren-migrate.service" in said["Requires"][0].split()
    assert "noren-migrate.service" in said["After"][0].split()


@pytest.mark.parametrize("unit", UNITS)
def test_only_the_bridge_sees_devices(unit: str) -> None:
    said = settings(unit)
    assert ("DeviceAllow" in said) == ("PrivateDevices" not in said) == (unit == "noren-bridge.service")


@pytest.mark.parametrize("unit", UNITS)
def test_only_sync_holds_keys(unit: str) -> None:
    said = settings(unit)
    assert ("LoadCredential" in said) == ("InaccessiblePaths" not in said) == (unit == "noren-sync.service")


@pytest.mark.parametrize("unit", UNITS)
def test_the_bridge_and_the_migration_have_no_network(unit: str) -> None:
    said = settings(unit)
    assert ("PrivateNetwork" in said) == (unit in {"noren-bridge.service", "noren-migrate.service"})
    assert ("PrivateNetwork" in said) == (said["RestrictAddressFamilies"] == ["AF_UNIX"])


def test_the_target_starts_every_process() -> None:
    assert sorted(settings("noren.target")["Wants"][0].split()) == PROCESSES


def test_the_user_and_groups_of_the_units_are_those_sysusers_makes(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    debian = "/usr/lib/sysusers.d/basic.conf"
    command = ["systemd-sysusers", f"--root={tmp_path}", debian, str(SYSTEMD / "noren.sysusers")]
    subprocess.run(command, check=True, capture_output=True)
    groups = {line.partition(":")[0] for line in (tmp_path / "etc" / "group").read_text().splitlines()}
    users = {line.partition(":")[0] for line in (tmp_path / "etc" / "passwd").read_text().splitlines()}
    for unit in UNITS:
        said = settings(unit)
        assert set(said["User"]) <= users
        assert set(said["Group"]) | set(" ".join(said.get("SupplementaryGroups", [])).split()) <= groups


def test_settings_and_keys_get_their_owners_on_a_fresh_box(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nnoren:x:990:990::/var/lib/noren:/bin/false\n")
    (tmp_path / "etc" / "group").write_text("root:x:0:\nnoren:x:990:\n")
    command = ["systemd-tmpfiles", "--create", f"--root={tmp_path}", str(SYSTEMD / "noren.tmpfiles")]
    subprocess.run(command, capture_output=True, check=False)  # only root may give files away; the modes are ours
    assert (tmp_path / "etc" / "noren").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "etc" / "noren" / "keys").stat().st_mode & 0o777 == 0o700
