"""What runs: systemd's units, the loops inside the web process, its pages and screens, and the versions of the software."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from edge.config.station_role import SHOPPER_ROLES
from edge.platform.version import version
from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import NotKnown

UNITS = ("noren-web", "noren-bridge", "noren-sync")
NETWORK_UNIT = "noren-front"  # runs only if the pages are offered to the shop's network
PRINT_UNIT = "noren-print"  # runs only if there are printers
MANY_RESTARTS = 5  # since the unit was started: an update or a change of config restarts it once
SYSTEMCTL_TIMEOUT_S = 5.0  # seconds for systemctl to answer
BOARD_PAGE = "board"


def units(context: CheckContext) -> Iterator[CheckResult]:
    """Each unit as systemd has it."""
    if not (context.root / "run/systemd/system").is_dir() or shutil.which("systemctl") is None:  # sd_booted(3)
        raise NotKnown("no_systemd")
    wanted = {NETWORK_UNIT: context.config.web.lan is not None, PRINT_UNIT: bool(context.config.printers)}
    for unit in [*UNITS, *(unit for unit, is_wanted in wanted.items() if is_wanted)]:
        told = _show(unit)
        restarts = int(told.get("NRestarts", 0) or 0)
        yield CheckResult(_unit_state(told, restarts), unit, {"unit": unit, "count": restarts})


def _show(unit: str) -> dict[str, str]:
    asked = ["systemctl", "show", "--property=LoadState,ActiveState,NRestarts", unit]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=SYSTEMCTL_TIMEOUT_S, check=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)


def _unit_state(told: dict[str, str], restarts: int) -> str:
    if told.get("LoadState") != "loaded":
        return "not_installed"
    match told.get("ActiveState"):
        case "active":
            return "restarts" if restarts >= MANY_RESTARTS else "active"
        case "failed":
            return "failed"
        case _:
            return "inactive"


def loops(context: CheckContext) -> Iterator[CheckResult]:
    """The loops of the web process: the scan processor, and the work behind the pages."""
    stuck = context.health.stuck
    if "desk" in stuck:
        yield CheckResult("desk")
    if set(stuck) - {"desk"}:
        yield CheckResult("behind")
    if not stuck:
        yield CheckResult("ok")


def failures(context: CheckContext) -> Iterator[CheckResult]:
    """Pages that ended in an error of ours."""
    count = context.pages.failing
    yield CheckResult("failing", args={"failing": count}) if count else CheckResult("none")


def front(context: CheckContext) -> Iterator[CheckResult]:
    """Whether the shop's network gets the pages."""
    cut = context.pages.cut
    if context.config.web.lan is None:
        yield CheckResult("none")
        return
    yield CheckResult("silent" if cut else "ok")


def screens(context: CheckContext) -> Iterator[CheckResult]:
    """Screens for shoppers that were there since the start; staff put their own away as they like."""
    open_, shop = context.pages.screens, context.shop
    places = {place.id: place.name for place in shop.config.stations if place.role in SHOPPER_ROLES}
    for station, count in sorted(open_.items()):
        if station in places:
            yield CheckResult("gone" if count == 0 else "open", station, {"place": places[station]})
        elif station == BOARD_PAGE:
            yield CheckResult("board_gone" if count == 0 else "board_open", station)


def software(context: CheckContext) -> Iterator[CheckResult]:
    """Whether this code is the version that the next start would run: a process that was not restarted runs an older one."""
    running, active = version(), context.root / "opt/noren/active"
    if not active.is_symlink():
        yield CheckResult("alone", args={"running": running})
        return
    current = Path(__file__).resolve().is_relative_to(active.resolve())
    yield CheckResult("current" if current else "other", args={"running": running, "installed": active.readlink().name})
