"""What is wrong, gravest first, and the one thing a clerk can do about each."""

from dataclasses import dataclass, field
from typing import Literal

from edge.fullness import Level
from ui.health import Health, Reader

MOST = 2  # things to do at once (experience.md rule 29)

Grave = Literal["alert", "low"]  # the shop may stand still; the shop goes on
What = Literal["disk_full", "blind", "line", "clock", "disk", "reader", "wedge", "screen"]

# Gravest first. `line` stands before `clock`, because a box that reaches HQ again sets its clock too.
ORDER: tuple[What, ...] = ("disk_full", "blind", "line", "clock", "disk", "reader", "wedge", "screen")

# What touches every clerk's work; the rest is told where devices are looked after.
FOR_ALL: frozenset[What] = frozenset({"disk_full", "blind", "line", "clock", "disk"})

# Details of a device that a clerk can do something about; with any other the support line must help.
CALLS = frozenset({"support", "disk", "disk_full", "wedge"})  # what to do is to call the support line
CLERKS = {"not_found": "plug", "unplugged": "plug", "silent": "replug", "black": "light", "covered": "clear"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Something that is not as it should be: words `status.wrong.<what>`, and `status.do.<do>` for what helps."""

    what: What
    do: str
    station: str | None = None
    reader: Reader | None = None  # the one it is about
    about: dict[str, int] = field(default_factory=dict)

    @property
    def grave(self) -> Grave:
        return "alert" if self.what in ("disk_full", "blind") else "low"


def _disk(it: Health) -> list[Wrong]:
    percent = {"free": round(100 * it.disk.free / it.disk.total) if it.disk.total else 0}
    match it.disk.level:
        case Level.FULL:
            return [Wrong(what="disk_full", do="disk_full", about=percent)]
        case Level.SHORT:
            return [Wrong(what="disk", do="disk", about=percent)]
        case _:
            return []


def _help(reader: Reader) -> str:
    return "support" if reader.state == "stopped" else CLERKS.get(reader.detail, "support")


def _readers(it: Health) -> list[Wrong]:
    """Each reader that reads nothing; all of them together where the shop has no other left."""
    blind = [one for one in it.readers if one.blind]
    what: What = "blind" if blind and len(blind) == len(it.readers) else "reader"
    return [Wrong(what=what, do=_help(one), station=one.station, reader=one) for one in blind]


def _line(it: Health) -> list[Wrong]:
    if it.line.reach == "there":
        return []
    do = {"cut": "router", "stopped": "support"}.get(it.line.reach, "wait")
    return [Wrong(what="line", do=do, about={"waiting": it.line.facts.waiting})]


def _clock(it: Health) -> list[Wrong]:
    return [Wrong(what="clock", do="clock")] if it.clock == "unset" else []


def _wedge(it: Health) -> list[Wrong]:
    return [Wrong(what="wedge", do="wedge")] if it.gs_lost else []


def _screens(it: Health) -> list[Wrong]:
    """Screens for shoppers that were there since the start and are gone; staff put their own away as they like."""
    gone = sorted(station for station, count in it.screens.items() if count == 0)
    return [Wrong(what="screen", do="screen", station=station) for station in gone]


def wrongs(it: Health, for_shoppers: frozenset[str]) -> list[Wrong]:
    """All that is wrong, gravest first; `for_shoppers` are the stations and surfaces whose screens must be there."""
    found = [*_disk(it), *_readers(it), *_line(it), *_clock(it), *_wedge(it), *_screens(it)]
    met = [one for one in found if one.what != "screen" or one.station in for_shoppers]
    return sorted(met, key=lambda one: ORDER.index(one.what))


def to_do(found: list[Wrong]) -> list[Wrong]:
    """What to do first: each thing once, and no more than anybody remembers on the way to the back room."""
    first: list[Wrong] = []
    for one in found:
        if one.do == "support" and any(other.do in CALLS for other in first):
            continue
        first.append(one)
    return first[:MOST]
