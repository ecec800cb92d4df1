"""What is wrong, gravest first, and the one thing a clerk can do about each."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from edge.disk.watermarks import DiskLevel
from ui.status.box_health import Health
from ui.status.readers import Reader

MAX_THINGS_TO_DO = 2  # things to do at once (experience.md rule 29)

Severity = Literal["alert", "low"]  # the shop may be unable to work; the shop can go on
# Gravest first. `line` comes before `clock`, because a box that reaches HQ again sets its clock too.
What = Literal[
    "disk_full",
    "desk",
    "pages",
    "front",
    "revoked",
    "cloned",
    "blind",
    "saved",
    "line",
    "refilling",
    "clock",
    "unswept",
    "disk",
    "background",
    "reader",
    "garbled",
    "typing",
    "wedge",
    "screen",
]

ORDER_OF_URGENCY: tuple[What, ...] = get_args(What)

# What affects every clerk's work; the rest is shown on the devices page.
FOR_ALL: frozenset[What] = frozenset(
    {"disk_full", "desk", "pages", "front", "revoked", "cloned", "blind", "saved", "line", "refilling", "clock", "disk"}
)

# Details of a device that a clerk can do something about; with any other the support line must help.
CALL_SUPPORT = frozenset(
    {
        "support",
        "disk",
        "disk_full",
        "saved",
        "revoked",
        "cloned",
        "not_believed",
        "unswept",
        "wedge",
        "unfinished",
        "outside",
        "lost",
        "cut",
        "keys",
        "no_text",
        "kana",
        "layout",
    }
)  # what to do is to call the support line
CLERK_CAN_MEND = {"not_found": "plug", "unplugged": "plug", "silent": "replug", "black": "light", "covered": "clear"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is not as it should be: words `status.wrong.<what>`, and `status.do.<do>` for what helps."""

    what: What
    do: str
    station: str | None = None
    reader: Reader | None = None  # the one it is about
    about: dict[str, int] = field(default_factory=dict)

    @property
    def grave(self) -> Severity:
        return "alert" if self.what in ("disk_full", "desk", "pages", "front", "revoked", "cloned", "blind") else "low"


def _disk(it: Health) -> list[Problem]:
    percent = {"free": round(100 * it.disk.free / it.disk.total) if it.disk.total else 0}
    match it.disk.level:
        case DiskLevel.FULL:
            return [
                Problem(
                    what="disk_full",
                    do="disk_full",
                    about={**percent, "tags": it.disk.looked_up, "refused": it.disk.refused},
                )
            ]
        case DiskLevel.SHORT:
            return [Problem(what="disk", do="disk", about=percent)]
        case _:
            return []


def _help(reader: Reader) -> str:
    return "support" if reader.state == "stopped" else CLERK_CAN_MEND.get(reader.detail, "support")


def _web(it: Health) -> list[Problem]:
    """Loops of the web process that do not run, and pages that fail: only the support line can help."""
    found = []
    if "desk" in it.stuck:
        found.append(Problem(what="desk", do="support"))
    if it.failing:
        found.append(Problem(what="pages", do="support", about={"failing": it.failing}))
    if it.cut:
        found.append(Problem(what="front", do="front"))
    if set(it.stuck) - {"desk"}:
        found.append(Problem(what="background", do="support"))
    return found


def _readers(it: Health) -> list[Problem]:
    """Each reader that reads nothing; all of them together if the shop has no other left."""
    blind = [one for one in it.readers if one.blind]
    what: What = "blind" if blind and len(blind) == len(it.readers) else "reader"
    return [Problem(what=what, do=_help(one), station=one.station, reader=one) for one in blind]


def _line(it: Health) -> list[Problem]:
    if it.line.reach == "there":
        return []
    if it.line.reach == "revoked":
        return [Problem(what="revoked", do="revoked")]
    do = {"cut": "router", "stopped": "support", "not_believed": "not_believed"}.get(it.line.reach, "wait")
    return [Problem(what="line", do=do, about={"waiting": it.line.facts.waiting})]


def _files(it: Health) -> list[Problem]:
    """What befell the box's own files."""
    found = [Problem(what="saved", do="saved", about={"saved": it.saved})] if it.saved is not None else []
    return [*found, *([Problem(what="refilling", do="refilling")] if it.refilling else [])]


def _cloned(it: Health) -> list[Problem]:
    """One store, two boxes: each hands over what the other does not know of."""
    return [Problem(what="cloned", do="cloned")] if it.clones else []


def _clock(it: Health) -> list[Problem]:
    """Not set now, and for days not by anybody who could be trusted."""
    found = [Problem(what="clock", do="clock")] if it.clock == "unset" else []
    if it.unswept is not None:
        found.append(Problem(what="unswept", do="unswept", about={"days": it.unswept}))
    return found


def _wedge(it: Health) -> list[Problem]:
    return [Problem(what="wedge", do="wedge")] if it.gs_lost else []


def _garbled(it: Health) -> list[Problem]:
    """Scanners whose data cannot be read: their settings and ours do not fit."""
    sent = [
        Problem(what="garbled", do=one.counts.why, station=one.station, reader=one) for one in it.readers if one.garbled
    ]
    typed = [Problem(what="typing", do=one.trouble, station=one.station) for one in it.wedges if one.trouble]
    return [*sent, *typed]


def _screens(it: Health) -> list[Problem]:
    """Screens for shoppers that were there since the start and are gone; staff put their own away as they like."""
    gone = sorted(station for station, count in it.screens.items() if count == 0)
    return [Problem(what="screen", do="screen", station=station) for station in gone]


def find_problems(it: Health, for_shoppers: frozenset[str]) -> list[Problem]:
    """All that is wrong, gravest first; `for_shoppers` are the stations and surfaces whose screens must be there."""
    found = [
        *_disk(it),
        *_web(it),
        *_cloned(it),
        *_readers(it),
        *_line(it),
        *_files(it),
        *_clock(it),
        *_garbled(it),
        *_wedge(it),
    ]
    found += _screens(it)
    met = [one for one in found if one.what != "screen" or one.station in for_shoppers]
    return sorted(met, key=lambda one: ORDER_OF_URGENCY.index(one.what))


def first_steps(found: list[Problem]) -> list[Problem]:
    """What to do first: each thing once, and no more than anybody remembers on the way to the back room."""
    first: list[Problem] = []
    for one in found:
        if one.do == "support" and any(other.do in CALL_SUPPORT for other in first):
            continue
        first.append(one)
    return first[:MAX_THINGS_TO_DO]
