"""The machine: room and wear of its card, its temperature, its power, its clock."""

import os
from collections.abc import Iterator

from ui.health import sysfs
from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import MessageArgument, NotKnown

GIGABYTE = 1e9  # as card makers count
INODES_SHORT_SHARE, INODES_FULL_SHARE = 0.90, 0.98  # share in use
LIFE_WORN_PERCENT, LIFE_OVER_PERCENT = (
    80,
    110,
)  # percent of the writes a card was made for; 110: the maker's number is used up
# Per day of running. A shop writes some 0.5 GB; a cheap card of 32 GB is made for some 10 TB, which 20 GB use up in 500 days.
HEAVY_WRITES_GB = 20.0
WRITES_REPORTED_AFTER_HOURS = (
    6.0  # hours of running before a day's writes are told by them: a start writes more than the hours after it
)
WARM_CELSIUS, HOT_CELSIUS = (
    80.0,
    85.0,
)  # °C: a Raspberry Pi becomes slower from 80 on, and slows down hard at 85 (its documentation)
HOURS_A_DAY, HOUR_MS = 24.0, 3_600_000  # hours; milliseconds


def space(context: CheckContext) -> Iterator[CheckResult]:
    """The room for records, as the processes count it."""
    disk = context.health.disk
    args: dict[str, MessageArgument] = {
        "left": round(disk.free / GIGABYTE, 1),
        "total": round(disk.total / GIGABYTE, 1),
        "free": round(100 * disk.free / disk.total) if disk.total else 0,  # percent
        "tags": disk.looked_up,
        "refused": disk.refused,
    }
    yield CheckResult(disk.level.value, args=args)


def inodes(context: CheckContext) -> Iterator[CheckResult]:
    """The number of files that still fit on the card."""
    found = os.statvfs(context.data)
    if not found.f_files:
        raise NotKnown("no_inodes")
    used = 1 - found.f_ffree / found.f_files
    state = "full" if used >= INODES_FULL_SHARE else "short" if used >= INODES_SHORT_SHARE else "ok"
    yield CheckResult(state, args={"free": round(100 * (1 - used))})


def _device(context: CheckContext) -> sysfs.BlockDevice:
    found = sysfs.block_device(context.root, context.data)
    if found is None:
        raise NotKnown("no_block_device")
    return found


def wear(context: CheckContext) -> Iterator[CheckResult]:
    """How much of its life a card has used, if it tells."""
    card = _device(context)
    if card.life_used is None:
        raise NotKnown("no_wear_figure", name=card.name)
    if card.life_used >= LIFE_OVER_PERCENT or card.reserve == "urgent":
        state = "over"
    else:
        state = "worn" if card.life_used >= LIFE_WORN_PERCENT or card.reserve == "consumed" else "ok"
    yield CheckResult(state, card.name, {"name": card.name, "percent": card.life_used})


def writes(context: CheckContext) -> Iterator[CheckResult]:
    """How much is written to the card in a day."""
    card, hours = _device(context), context.moment.uptime_ms / HOUR_MS
    if hours < WRITES_REPORTED_AFTER_HOURS:
        raise NotKnown("young", hours=int(WRITES_REPORTED_AFTER_HOURS))
    daily = round(card.written / GIGABYTE / hours * HOURS_A_DAY, 1)
    yield CheckResult("heavy" if daily >= HEAVY_WRITES_GB else "ok", card.name, {"name": card.name, "gigabytes": daily})


def temperature(context: CheckContext) -> Iterator[CheckResult]:
    """The hottest sensor."""
    degrees = sysfs.temperature(context.root)
    if degrees is None:
        raise NotKnown("no_sensor")
    state = "hot" if degrees >= HOT_CELSIUS else "warm" if degrees >= WARM_CELSIUS else "ok"
    yield CheckResult(state, args={"degrees": round(degrees)})


def voltage(context: CheckContext) -> Iterator[CheckResult]:
    """Whether a Raspberry Pi gets enough power."""
    found = sysfs.voltage(context.root)
    if found is None:
        raise NotKnown("no_pi")
    yield CheckResult(found)


def clock(context: CheckContext) -> Iterator[CheckResult]:
    """How far the box's time can be trusted."""
    yield CheckResult(context.moment.clock)
