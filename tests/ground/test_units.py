"""The systemd units start what is there, may do only what they need, and keep the broker's stores apart."""

import shutil
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from edge.key_files.data_key_file import CREDENTIAL_NAME
from edge.platform.os_errors import EX_CONFIG

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.glob("noren*.service"))
PROCESSES = ["noren-bridge.service", "noren-sync.service", "noren-web.service"]
FRONT = "noren-front.service"
PRINT = "noren-print.service"
STARTED = sorted([*PROCESSES, FRONT, PRINT])
# systemd-analyze's exposure, 0 best, 10 worst: as measured with systemd 252; 257 finds each 0.2 better
MOST_EXPOSED = {
    "noren-bridge.service": 0.8,
    "noren-front.service": 1.5,  # 0.2 of it because its watcher, no main process, feeds the watchdog
    "noren-key.service": 1.1,  # it is root, and has the TPM if there is one
    "noren-migrate.service": 0.5,
    "noren-print.service": 1.6,  # it has both: printers on the network, and device nodes
    "noren-sync.service": 1.3,
    "noren-web.service": 1.3,
}
# MB of memory and number of threads beyond which systemd ends a process, so that the box lives on; all of them together
# must leave room on a Pi of 2 GB.
MEMORY_ALL = 1792
KEY = "noren-key.service"
HQS = "hq:/etc/noren/keys"
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
    """A root folder with Noren in the place the units name, and Debian's own units beside it."""
    root = tmp_path_factory.mktemp("box")
    units = root / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for path in [*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.target")]:
        shutil.copy(path, units)
    command = root / "opt" / "noren" / "active" / "bin" / "noren"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for program in ("/usr/bin/install",):
        place = root / program[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, place)
    readme = root / "opt/noren/active/systemd/README.md"
    readme.parent.mkdir()
    readme.touch()
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


def test_a_process_that_grows_is_ended_before_it_takes_the_box_with_it() -> None:
    memory = {unit: settings(unit)["MemoryMax"] for unit in UNITS}
    assert all(len(said) == 1 and said[0].endswith("M") for said in memory.values()), memory
    # the migration has ended before the others begin
    assert sum(int(memory[unit][0].removesuffix("M")) for unit in STARTED) <= MEMORY_ALL
    assert all(int(settings(unit)["TasksMax"][0]) <= 256 for unit in UNITS)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        *((one, True) for one in ("8.8.8.8", "10.1.2.3", "100.64.0.1", "172.16.0.9", "192.168.1.1", "223.255.255.254")),
        *((one, True) for one in ("2001:db8::1", "fd00::1", "64:ff9b::808:808")),
        *((one, False) for one in ("224.0.0.251", "239.255.255.250", "255.255.255.255", "0.0.0.0", "ff02::fb")),
    ],
)
def test_sync_may_call_any_host_and_never_many_at_once(address: str, may: bool) -> None:
    said = settings("noren-sync.service")
    listed = [net for net in " ".join(said["IPAddressAllow"]).split() if "/" in net]
    assert said["IPAddressDeny"] == ["any"]
    assert any(ip_address(address) in ip_network(net) for net in listed) == may


@pytest.mark.parametrize("unit", UNITS)
def test_what_a_process_has_in_memory_is_never_written_to_the_card(unit: str) -> None:
    assert settings(unit)["MemorySwapMax"] == ["0"]


@pytest.mark.parametrize("unit", UNITS)
def test_what_a_process_writes_is_for_its_own_user_alone(unit: str) -> None:
    assert settings(unit)["UMask"] == ["0077"]


@pytest.mark.parametrize("unit", PROCESSES)
def test_a_process_is_watched_and_started_again_for_ever(unit: str) -> None:
    said = settings(unit)
    assert (said["Type"], said["Restart"], said["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
    assert int(said["WatchdogSec"][0]) > 0


def test_the_front_is_started_again_for_ever_and_skipped_where_nothing_is_offered_to_the_network() -> None:
    said = settings(FRONT)
    assert (said["Type"], said["Restart"], said["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
    assert "front --wanted" in said["ExecCondition"][0]


def test_who_prints_is_watched_and_skipped_on_a_box_without_printers() -> None:
    said = settings(PRINT)
    assert (said["Type"], said["Restart"], said["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
    assert int(said["WatchdogSec"][0]) > 0
    assert "run print --wanted" in said["ExecCondition"][0]


def test_who_prints_calls_the_shops_own_network_and_is_called_by_nobody() -> None:
    said = settings(PRINT)
    assert (said["IPAddressDeny"], said["SocketBindDeny"]) == (["any"], ["any"])
    assert said["IPAddressAllow"] == settings(FRONT)["IPAddressAllow"]


def test_only_the_front_listens_to_the_network_of_the_shop() -> None:
    """The pages themselves hear this box alone, whatever a setting says."""
    assert settings("noren-web.service")["IPAddressAllow"] == ["localhost"]
    assert "192.168.0.0/16" in settings(FRONT)["IPAddressAllow"][0].split()


@pytest.mark.parametrize("unit", STARTED)
def test_settings_that_are_wrong_are_not_tried_again_and_again(unit: str) -> None:
    assert settings(unit)["RestartPreventExitStatus"] == [str(EX_CONFIG)]


@pytest.mark.parametrize("unit", STARTED)
def test_no_process_starts_before_the_databases_are_of_this_version(unit: str) -> None:
    said = settings(unit)
    assert "noren-migrate.service" in said["Requires"][0].split()
    assert "noren-migrate.service" in said["After"][0].split()


@pytest.mark.parametrize("unit", UNITS)
def test_only_the_bridge_and_who_prints_see_devices_and_who_prints_no_scanner_that_is_a_keyboard(unit: str) -> None:
    said = settings(unit)
    assert ("DeviceAllow" in said) == ("PrivateDevices" not in said) == (unit in {"noren-bridge.service", PRINT})
    assert ("char-input rw" in said.get("DeviceAllow", [])) == (unit == "noren-bridge.service")


@pytest.mark.parametrize("unit", UNITS)
def test_only_sync_and_the_check_before_it_hold_keys(unit: str) -> None:
    said = settings(unit)
    holds = unit in {"noren-sync.service", "noren-migrate.service"}
    assert (HQS in said.get("LoadCredential", [])) == holds


@pytest.mark.parametrize("unit", UNITS)
def test_who_opens_the_databases_is_handed_their_key(unit: str) -> None:
    said = settings(unit)
    assert (CREDENTIAL_NAME in said.get("LoadCredential", [])) == (unit not in {FRONT, KEY})
    # an encrypted one puts the TPM among the devices of its unit: only one has it
    assert ("LoadCredentialEncrypted" in said) == (unit == KEY)
    # systemd hides other units' credentials from a unit that has some (systemd.exec(5)); who has none must not see any
    assert ("InaccessiblePaths" in said) == (unit == FRONT)


@pytest.mark.parametrize("unit", UNITS)
def test_the_bridge_the_migration_and_the_key_have_no_network(unit: str) -> None:
    said = settings(unit)
    assert ("PrivateNetwork" in said) == (unit in {"noren-bridge.service", "noren-migrate.service", KEY})
    assert ("PrivateNetwork" in said) == (said["RestrictAddressFamilies"] == ["AF_UNIX"])


def test_the_target_starts_every_process() -> None:
    assert sorted(settings("noren.target")["Wants"][0].split()) == STARTED


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
