"""Scanners and cameras: whether each works, whether its device is plugged in, and what it sends."""

import os
from collections.abc import Iterator
from pathlib import Path

from edge.config.toml_schema import device_path
from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import MessageArgument, MessageKey
from ui.health.readers import Reader, reader_noun

# What a clerk can do about a device, by firmware_bridge's slug of what is wrong; with any other the support line must help.
CLERK_CAN_MEND = {"not_found": "plug", "unplugged": "plug", "silent": "replug", "black": "light", "covered": "clear"}


def _about(context: CheckContext, one: Reader) -> dict[str, MessageArgument]:
    place = context.shop.config.station(one.station)
    return {"thing": MessageKey(f"status.thing.{reader_noun(one)}"), "place": place.name if place else one.station}


def readers(context: CheckContext) -> Iterator[CheckResult]:
    """Each scanner and camera of noren.toml, as the process that reads them sees it."""
    found = context.health.readers
    if not found:
        yield CheckResult("none")
    for one in found:
        about = _about(context, one)
        if one.garbled:
            yield CheckResult("garbled", one.device, about | {"count": one.counts.refused_in_a_row})
        elif one.state == "works":
            yield CheckResult("works", one.device, about | {"count": one.today})
        elif one.state == "lost" and not one.blind:
            yield CheckResult("ended", one.device, about)
        elif one.state == "lost" and one.since is not None:
            why: dict[str, MessageArgument] = {"reason": MessageKey(f"status.lost.{one.detail}"), "since": one.since}
            yield CheckResult("lost", one.device, about | why, do=CLERK_CAN_MEND.get(one.detail, "support"))
        else:
            yield CheckResult(one.state, one.device, about)


def any_reader(context: CheckContext) -> Iterator[CheckResult]:
    """Whether the store can read a code at all."""
    found = context.health.readers
    if found:
        yield CheckResult("blind" if all(one.blind for one in found) else "ok")


def nodes(context: CheckContext) -> Iterator[CheckResult]:
    """Whether the path of each device is there, and may be used by the user who asks."""
    for device in context.config_in_force.devices:
        path = Path(device_path(device))
        if not path.exists():
            yield CheckResult("missing", device.id, {"path": str(path)})
        elif not os.access(path, os.R_OK):
            yield CheckResult("no_permission", device.id, {"path": str(path)})
        else:
            yield CheckResult("present", device.id, {"path": str(path)})


def keyboard_wedges(context: CheckContext) -> Iterator[CheckResult]:
    """Scanners that type into a page: whether their settings let a code through whole."""
    wrong = [one for one in context.health.wedges if one.trouble]
    for one in wrong:
        place = context.shop.config.station(one.station)
        yield CheckResult("settings", one.station, {"place": place.name if place else one.station})
    if context.health.gs_lost:
        yield CheckResult("separators", args={"since": context.health.gs_lost})
    elif not wrong:
        yield CheckResult("ok")
