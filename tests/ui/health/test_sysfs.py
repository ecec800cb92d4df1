"""What Linux tells of the machine, read from folders laid out as it lays them out."""

from pathlib import Path

import pytest

from tests.support.sysfs_machine import lay_out_card, set_temperature, set_throttled, set_voltage_alarm, write
from ui.health import sysfs


def test_the_hottest_sensor_counts(tmp_path: Path) -> None:
    assert sysfs.temperature(tmp_path) is None
    set_temperature(tmp_path, 48.3, 61.7)
    assert sysfs.temperature(tmp_path) == 61.7


@pytest.mark.parametrize(
    ("bits", "voltage"), [(0, "ok"), (0x1, "low"), (0x50005, "low"), (0x50000, "was_low"), (0x80008, "ok")]
)
def test_the_firmware_says_whether_the_power_is_and_was_enough(tmp_path: Path, bits: int, voltage: str) -> None:
    set_throttled(tmp_path, bits)
    set_voltage_alarm(tmp_path, alarm=False)  # the sensor knows nothing of what was
    assert sysfs.voltage(tmp_path) == voltage


def test_without_the_firmwares_file_the_sensor_of_the_kernel_counts(tmp_path: Path) -> None:
    assert sysfs.voltage(tmp_path) is None
    set_voltage_alarm(tmp_path, alarm=True)
    assert sysfs.voltage(tmp_path) == "low"
    set_voltage_alarm(tmp_path, alarm=False)
    assert sysfs.voltage(tmp_path) == "ok"


@pytest.mark.parametrize(
    ("life_time", "pre_eol", "used", "reserve"),
    [
        ("0x01 0x03", "0x01", 30, "normal"),
        ("0x0b 0x02", "0x03", 110, "urgent"),
        ("0x00 0x00", "0x00", None, ""),
        (None, None, None, ""),
    ],
)
def test_a_card_tells_its_wear_if_it_knows_it(
    tmp_path: Path, life_time: str | None, pre_eol: str | None, used: int | None, reserve: str
) -> None:
    lay_out_card(tmp_path, tmp_path, sectors=428_272, life_time=life_time, pre_eol=pre_eol)
    card = sysfs.block_device(tmp_path, tmp_path)
    assert card == sysfs.BlockDevice(name="mmcblk0", written=428_272 * 512, life_used=used, reserve=reserve)


def test_a_folder_on_no_disk_of_this_machine_has_no_card(tmp_path: Path) -> None:
    assert sysfs.block_device(tmp_path, tmp_path) is None


def test_a_disk_without_partitions_is_the_disk(tmp_path: Path) -> None:
    lay_out_card(tmp_path, tmp_path)
    link = next((tmp_path / "sys/dev/block").iterdir())
    disk = link.resolve().parent
    link.unlink()
    link.symlink_to(disk)
    write(disk / "stat", "1 2 3 4 5 6 8 9")
    card = sysfs.block_device(tmp_path, tmp_path)
    assert (card and card.name, card and card.written) == ("mmcblk0", 4096)
