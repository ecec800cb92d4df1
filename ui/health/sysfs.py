"""What Linux tells of the machine under /sys: its temperature, its power supply, and the wear of its card or disk."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SECTOR_BYTES = 512  # bytes of a sector in `stat`, whatever the disk's own are (Documentation/block/stat.rst of Linux)
SECTORS_WRITTEN_FIELD = 6  # field of `stat`, from 0
LIFE_STEP_PERCENT = (
    10  # percent: `life_time` of an eMMC counts tenths, 0x01 to 0x0a, and 0x0b once it is past its end (JESD84-B51)
)
PRE_EOL_NAMES = {1: "normal", 2: "consumed", 3: "urgent"}  # of the blocks kept in reserve; 2: 80 % of them are used up
UNDER_VOLTAGE_NOW, UNDER_VOLTAGE_WAS = 1 << 0, 1 << 16  # bits of vcgencmd(1) get_throttled

Voltage = Literal["ok", "low", "was_low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDevice:
    """The disk or card under a folder."""

    name: str  # mmcblk0, sda
    written: int  # bytes since it was switched on
    life_used: int | None  # percent of the writes it was made for; None: it tells none (SD cards, most disks)
    reserve: str  # normal, consumed, urgent; empty if it tells none


def temperature(root: Path) -> float | None:
    """The hottest part that has a sensor, in degrees Celsius; None without one."""
    found = [text for path in root.glob("sys/class/thermal/thermal_zone*/temp") if (text := _read(path))]
    return max(int(text) / 1000 for text in found) if found else None


def voltage(root: Path) -> Voltage | None:
    """Whether a Raspberry Pi has enough power: by the firmware's own word, or by the kernel's sensor `rpi_volt`, which knows
    only of now; None on other machines."""
    if throttled := _read(root / "sys/devices/platform/soc/soc:firmware/get_throttled"):
        bits = int(throttled, 16)
        return "low" if bits & UNDER_VOLTAGE_NOW else "was_low" if bits & UNDER_VOLTAGE_WAS else "ok"
    for sensor in sorted(root.glob("sys/class/hwmon/hwmon*")):
        if _read(sensor / "name") == "rpi_volt":
            return "low" if _read(sensor / "in0_lcrit_alarm") == "1" else "ok"
    return None


def block_device(root: Path, folder: Path) -> BlockDevice | None:
    """The disk under a folder; None if it is on none of this machine's own (a container, a network's, memory)."""
    number = folder.stat().st_dev
    here = root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    if not here.exists():
        return None
    here = here.resolve()
    disk = here.parent if (here / "partition").exists() else here
    stat = _read(disk / "stat").split()
    if len(stat) <= SECTORS_WRITTEN_FIELD:
        return None
    life = max((int(part, 16) for part in _read(disk / "device/life_time").split()), default=0)
    reserve = _read(disk / "device/pre_eol_info")
    return BlockDevice(
        name=disk.name,
        written=int(stat[SECTORS_WRITTEN_FIELD]) * SECTOR_BYTES,
        life_used=life * LIFE_STEP_PERCENT if life else None,
        reserve=PRE_EOL_NAMES.get(int(reserve, 16), "") if reserve else "",
    )


def _read(path: Path) -> str:
    """Empty if there is no such file, or its device has nothing to say at this moment."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
