"""Scanners and cameras: whether each works, whether its device is plugged in, and what it sends."""

import os
from collections.abc import Iterator
from pathlib import Path

from edge.config.noren_toml import device_path
from ui.health.check import Result
from ui.health.context import Context
from ui.health.finding import Argument, Term
from ui.health.readers import Reader, noun

# What a clerk can do about a device, by firmware_bridge's slug of what is wrong; with any other the support line must help.
CLERK_CAN_MEND = {"not_found": "plug", "unplugged": "plug", "silent": "replug", "black": "light", "covered": "clear"}


def _about(context: Context, one: Reader) -> dict[str, Argument]:
    place = context.shop.config.station(one.station)
    return {"thing": Term(f"status.thing.{noun(one)}"), "place": place.name if place else one.station}


def readers(context: Context) -> Iterator[Result]:
    """Each scanner and camera of noren.toml, as the process that reads them sees it."""
    found = context.health.readers
    if not found:
        yield Result("none")
    for one in found:
        about = _about(context, one)
        if one.garbled:
            yield Result("garbled", one.device, about | {"count": one.counts.refused_in_a_row})
        elif one.state == "works":
            yield Result("works", one.device, about | {"count": one.today})
        elif one.state == "lost" and not one.blind:
            yield Result("ended", one.device, about)
        elif one.state == "lost" and one.since is not None:
            why: dict[str, Argument] = {"reason": Term(f"status.lost.{one.detail}"), "since": one.since}
            yield Result("lost", one.device, about | why, do=CLERK_CAN_MEND.get(one.detail, "support"))
        else:
            yield Result(one.state, one.device, about)


def any_reader(context: Context) -> Iterator[Result]:
    """Whether the store can read a code at all."""
    found = context.health.readers
    if found:
        yield Result("blind" if all(one.blind for one in found) else "ok")


def nodes(context: Context) -> Iterator[Result]:
    """Whether the path of each device is there, and may be used by the user who asks."""
    for device in context.config_in_force.devices:
        path = Path(device_path(device))
        if not path.exists():
            yield Result("missing", device.id, {"path": str(path)})
        elif not os.access(path, os.R_OK):
            yield Result("no_permission", device.id, {"path": str(path)})
        else:
            yield Result("present", device.id, {"path": str(path)})


def keyboard_wedges(context: Context) -> Iterator[Result]:
    """Scanners that type into a page: whether their settings let a code through whole."""
    wrong = [one for one in context.health.wedges if one.trouble]
    for one in wrong:
        place = context.shop.config.station(one.station)
        yield Result("settings", one.station, {"place": place.name if place else one.station})
    if context.health.gs_lost:
        yield Result("separators", args={"since": context.health.gs_lost})
    elif not wrong:
        yield Result("ok")
