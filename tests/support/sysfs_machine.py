"""A machine's /sys and /opt laid out in a folder, as Linux lays them out for a Raspberry Pi."""

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """As sysfs gives it, with a new line at its end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", encoding="ascii")


def lay_out_card(
    root: Path, data: Path, *, sectors: int = 0, life_time: str | None = None, pre_eol: str | None = None
) -> None:
    """The card mmcblk0, with the folder `data` on its second partition."""
    disk = root / "sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0"
    write(
        disk / "stat",
        f"    3256      458    48118      241     2933     4273   {sectors}      785        0      492     1197",
    )
    write(disk / "mmcblk0p2/partition", "2")
    card = root / "sys/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:0001"
    (disk / "device").symlink_to(card)
    if life_time is not None:
        write(card / "life_time", life_time)
    if pre_eol is not None:
        write(card / "pre_eol_info", pre_eol)
    number = data.stat().st_dev
    place = root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    place.parent.mkdir(parents=True)
    place.symlink_to(disk / "mmcblk0p2")


def set_temperature(root: Path, *degrees: float) -> None:
    """A sensor for each of the temperatures, in degrees Celsius."""
    for number, degree in enumerate(degrees):
        write(root / f"sys/class/thermal/thermal_zone{number}/temp", str(round(degree * 1000)))


def set_throttled(root: Path, bits: int) -> None:
    """The firmware's word on power and heat, in hexadecimal without a prefix as the kernel gives it."""
    write(root / "sys/devices/platform/soc/soc:firmware/get_throttled", f"{bits:x}")


def set_voltage_alarm(root: Path, *, alarm: bool) -> None:
    """The kernel's voltage sensor of a Pi, beside one of another kind."""
    write(root / "sys/class/hwmon/hwmon0/name", "cpu_thermal")
    write(root / "sys/class/hwmon/hwmon1/name", "rpi_volt")
    write(root / "sys/class/hwmon/hwmon1/in0_lcrit_alarm", str(int(alarm)))
