"""Honest time: what the box's clock says, and how good that clock is."""

import ctypes
import ctypes.util
import functools
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Quality = Literal["synced", "holdover", "unset"]

BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # a clock that shows a time before this release was made has not been set
TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised
TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; the kernel writes no more than its own size


@dataclass(frozen=True, slots=True)
class Now:
    """A moment as the box knows it: UTC time, the clock's quality, the boot and milliseconds since it."""

    time: datetime
    clock: Quality
    boot: str
    uptime_ms: int

    @property
    def text(self) -> str:
        """UTC, ISO 8601 with milliseconds and Z: `2026-11-21T10:42:00.123Z`."""
        return utc_text(self.time)


def utc_text(moment: datetime) -> str:
    """A moment as the text kept in databases and sent to HQ; sorts as it happened."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The moment behind a text made by `utc_text` or by HQ. Raises ValueError."""
    return datetime.fromisoformat(text)


@functools.cache
def boot_id() -> str:
    """The kernel's id of this boot: the same for every process, another one after a power cut."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


def quality(moment: datetime) -> Quality:
    """How far the clock can be trusted: set by the network, running on since, or never set (a Pi has no battery)."""
    if moment < BUILT:
        return "unset"
    state = _libc().adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    return "holdover" if state in (TIME_ERROR, -1) else "synced"


def now() -> Now:
    """This moment."""
    moment = datetime.now(UTC)
    uptime = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return Now(moment, quality(moment), boot_id(), uptime)


def business_day(moment: datetime, zone: ZoneInfo, day_starts_hour: int) -> str:
    """The shop's calendar day, `2026-11-21`; a night shift before `day_starts_hour` belongs to the day before."""
    return (moment.astimezone(zone) - timedelta(hours=day_starts_hour)).date().isoformat()
