"""Card, temperature, power and clock, each at the mark where it becomes something to look at or to act on."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from edge.platform.clock import now
from tests.support.small_disk import small_disk
from tests.support.sysfs_machine import lay_out_card, set_temperature, set_throttled
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor
from ui.health.finding import HealthLevel

HOUR = 3_600_000  # ms
GIGABYTE = 1_000_000_000


@pytest.mark.parametrize(
    ("degrees", "state", "level"),
    [
        (61.0, "ok", HealthLevel.OK),
        (79.9, "ok", HealthLevel.OK),
        (80.0, "warm", HealthLevel.WARNING),
        (85.0, "hot", HealthLevel.ERROR),
    ],
)
def test_heat_is_told_from_where_a_pi_becomes_slow(
    look: Look, root: Path, degrees: float, state: str, level: HealthLevel
) -> None:
    set_temperature(root, 40.0, degrees)
    (found,) = look("power.temperature")
    assert (found.state, found.level, found.args) == (state, level, {"degrees": round(degrees)})


def test_weak_power_is_an_error_now_and_a_warning_afterwards(look: Look, root: Path) -> None:
    told = []
    for bits in (0x0, 0x50005, 0x50000):
        set_throttled(root, bits)
        (found,) = look("power.voltage")
        told.append((found.state, found.level))
    assert told == [("ok", HealthLevel.OK), ("low", HealthLevel.ERROR), ("was_low", HealthLevel.WARNING)]


def test_a_machine_without_sensors_says_that_it_has_none(look: Look) -> None:
    found = [look(check)[0] for check in ("power.temperature", "power.voltage", "disk.wear", "disk.writes")]
    assert [one.state for one in found] == ["no_sensor", "no_pi", "no_block_device", "no_block_device"]
    assert {one.level for one in found} == {HealthLevel.UNKNOWN}


@pytest.mark.parametrize(
    ("life_time", "pre_eol", "state"),
    [
        ("0x07 0x01", "0x01", "ok"),
        ("0x01 0x08", "0x01", "worn"),
        ("0x01 0x01", "0x02", "worn"),
        ("0x0b 0x01", "0x01", "over"),
        ("0x05 0x01", "0x03", "over"),
    ],
)
def test_a_card_that_has_used_up_its_life_is_told(
    look: Look, floor: Floor, root: Path, life_time: str, pre_eol: str, state: str
) -> None:
    lay_out_card(root, Path(floor.config.store.data), life_time=life_time, pre_eol=pre_eol)
    assert look("disk.wear")[0].state == state


def test_an_sd_card_tells_no_wear(look: Look, floor: Floor, root: Path) -> None:
    lay_out_card(root, Path(floor.config.store.data))
    (found,) = look("disk.wear")
    assert (found.state, found.args) == ("no_wear_figure", {"name": "mmcblk0"})


@pytest.mark.parametrize(("written", "state"), [(9, "ok"), (10, "heavy")])  # GB in half a day
def test_what_is_written_in_a_day_is_told_by_the_hours_so_far(
    look: Look, floor: Floor, root: Path, written: int, state: str
) -> None:
    lay_out_card(root, Path(floor.config.store.data), sectors=written * GIGABYTE // 512)
    (found,) = look("disk.writes", moment=replace(now(), uptime_ms=12 * HOUR))
    assert (found.state, found.args["gigabytes"]) == (state, 2 * written)


def test_of_a_box_that_has_just_started_nothing_is_told_of_a_day(look: Look, floor: Floor, root: Path) -> None:
    lay_out_card(root, Path(floor.config.store.data), sectors=10**9)
    assert look("disk.writes", moment=replace(now(), uptime_ms=6 * HOUR - 1))[0].state == "young"


@pytest.mark.parametrize(
    ("clock", "level"), [("synced", HealthLevel.OK), ("holdover", HealthLevel.WARNING), ("unset", HealthLevel.WARNING)]
)
def test_the_clock_is_told_as_it_is(look: Look, clock: str, level: HealthLevel) -> None:
    moment = replace(now(), clock=clock)  # type: ignore[arg-type]
    assert look("clock.quality", moment=moment)[0].level is level


def test_room_and_files_of_a_real_card_are_told(look: Look) -> None:
    (room,), (files,) = look("disk.space"), look("disk.inodes")
    assert room.args.keys() == {"left", "total", "free", "tags", "refused"}
    assert 0 < int(str(files.args["free"])) <= 100


def test_a_card_full_of_small_files_is_told_though_there_is_room(look: Look, floor: Floor, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        store = msgspec.structs.replace(floor.config.store, data=str(disk))
        config = msgspec.structs.replace(floor.config, store=store)
        assert look("disk.inodes", config=config)[0].state == "ok"
        told = os.statvfs(disk)
        states = []
        for used in (0.9, 0.98):
            for number in range(round(told.f_files * used) + 1):
                (disk / str(number)).touch()
            states.append(look("disk.inodes", config=config)[0].state)
        assert states == ["short", "full"]
