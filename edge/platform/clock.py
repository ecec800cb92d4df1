"""Time and its quality: what the box's clock says, and how far that clock can be trusted."""

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

RELEASE_TIME = datetime(
    2026, 11, 1, tzinfo=UTC
)  # a clock that shows a time before this release was made has not been set
SYNCHRONISED_UPTIME_S = (
    3600.0  # seconds of uptime that the clock must be synchronised before its time may be used to delete old data
)
MIN_CLOCK_JUMP = timedelta(
    seconds=60
)  # if time and uptime drift apart by more than this between two looks, the clock was set
TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised
TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; the kernel writes no more than its own size


@dataclass(frozen=True, slots=True)
class Now:
    """A moment as the box knows it: UTC time, the clock's quality, the id of the boot, the milliseconds since that boot."""

    time: datetime
    clock: Quality
    boot: str
    uptime_ms: int

    @property
    def text(self) -> str:
        """UTC, ISO 8601 with milliseconds and Z: `2026-11-21T10:42:00.123Z`."""
        return utc_text(self.time)


def utc_text(moment: datetime) -> str:
    """A moment as the text that is kept in databases and sent to HQ. These texts sort in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """The moment that a text of `utc_text` or of HQ means. Raises ValueError."""
    return datetime.fromisoformat(text)


@functools.cache
def boot_id() -> str:
    """The kernel's id of this boot. It is the same for every process and changes at each boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


def clock_quality(moment: datetime) -> Quality:
    """How far the clock can be trusted: the network sets it, or it was set once and runs on, or never set (a Pi has no battery)."""
    if moment < RELEASE_TIME:
        return "unset"
    state = _libc().adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    return "holdover" if state in (TIME_ERROR, -1) else "synced"


def now() -> Now:
    """The current moment."""
    moment = datetime.now(UTC)
    uptime = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return Now(moment, clock_quality(moment), boot_id(), uptime)


def business_day(moment: datetime, zone: ZoneInfo, day_starts_hour: int) -> str:
    """The shop's calendar day, `2026-11-21`. The hours before `day_starts_hour` belong to the day before (night shift)."""
    return (moment.astimezone(zone) - timedelta(hours=day_starts_hour)).date().isoformat()


class SteadyClock:
    """Whether the clock has been right for so long that its time may be used to delete data.

    A clock that was set wrong (typing error, bad time server, restored image) looks like a right one: only time shows it.
    """

    def __init__(self) -> None:
        self._since: Now | None = None
        self._last: Now | None = None

    def is_steady_at(self, moment: Now) -> bool:
        """Call once per round. True if all calls of the last `SYNCHRONISED_UPTIME_S` found it synchronised, without a jump."""
        if moment.clock != "synced" or (self._last is not None and _jumped(self._last, moment)):
            self._since = None
        elif self._since is None:
            self._since = moment
        self._last = moment
        return self._since is not None and moment.uptime_ms - self._since.uptime_ms >= SYNCHRONISED_UPTIME_S * 1000


def _jumped(before: Now, after: Now) -> bool:
    passed = timedelta(milliseconds=after.uptime_ms - before.uptime_ms)
    return before.boot != after.boot or abs(after.time - before.time - passed) > MIN_CLOCK_JUMP
