"""What is wrong, gravest first, and the one thing a clerk can do about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from ui.health.box_health import Health
from ui.health.finding import Finding
from ui.health.readers import Reader
from ui.health.registry import ON_PAGE

MAX_THINGS_TO_DO = 2  # things to do at once (experience.md rule 29)

Severity = Literal["alert", "low"]  # the shop may be unable to work; the shop can go on
# Gravest first. `line` comes before `clock`, because a box that reaches HQ again sets its clock too.
ProblemKind = Literal[
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
    "power",
    "heat",
    "wear",
    "certificate",
]

ORDER_OF_URGENCY: tuple[ProblemKind, ...] = get_args(ProblemKind)

# What affects every clerk's work; the rest is shown on the devices page.
CONCERNS_EVERYBODY: frozenset[ProblemKind] = frozenset(
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
        "wear",
        "certificate",
    }
)  # what to do is to call the support line

# Which findings a clerk is told of in the first lines of the page, as which problem, and what to do. All other findings are in
# the list below. What to do about a device is its own matter (`_problem`).
PROBLEM_OF_FINDING: Mapping[tuple[str, str], tuple[ProblemKind, str]] = {
    ("disk.space", "full"): ("disk_full", "disk_full"),
    ("disk.space", "short"): ("disk", "disk"),
    ("disk.inodes", "short"): ("disk", "disk"),
    ("disk.inodes", "full"): ("disk", "disk"),
    ("processes.loops", "desk"): ("desk", "support"),
    ("processes.loops", "behind"): ("background", "support"),
    ("pages.failures", "failing"): ("pages", "support"),
    ("pages.front", "silent"): ("front", "front"),
    ("hq.clones", "several"): ("cloned", "cloned"),
    ("devices.any", "blind"): ("blind", ""),
    ("devices.reader", "lost"): ("reader", ""),
    ("devices.reader", "stopped"): ("reader", ""),
    ("devices.reader", "garbled"): ("garbled", ""),
    ("devices.keyboard_wedge", "settings"): ("typing", ""),
    ("devices.keyboard_wedge", "separators"): ("wedge", "wedge"),
    ("hq.connection", "revoked"): ("revoked", "revoked"),
    ("hq.connection", "cut"): ("line", "router"),
    ("hq.connection", "stopped"): ("line", "support"),
    ("hq.connection", "never"): ("line", "support"),
    ("hq.connection", "not_believed"): ("line", "not_believed"),
    ("hq.connection", "away"): ("line", "wait"),
    ("hq.connection", "late"): ("line", "wait"),
    ("databases.salvage", "saved"): ("saved", "saved"),
    ("databases.replica", "refilling"): ("refilling", "refilling"),
    ("databases.retention", "late"): ("unswept", "unswept"),
    ("clock.quality", "unset"): ("clock", "clock"),
    ("pages.screens", "gone"): ("screen", "screen"),
    ("pages.screens", "board_gone"): ("screen", "screen"),
    ("power.voltage", "low"): ("power", "power"),
    ("power.temperature", "warm"): ("heat", "heat"),
    ("power.temperature", "hot"): ("heat", "heat"),
    ("disk.wear", "worn"): ("wear", "wear"),
    ("disk.wear", "over"): ("wear", "wear"),
    ("certificates.pages", "soon"): ("certificate", "certificate"),
    ("certificates.pages", "ended"): ("certificate", "certificate"),
}
CHECKS_FOR_EVERYBODY = tuple(
    check
    for check in ON_PAGE
    if any(what in CONCERNS_EVERYBODY for (told, _), (what, _) in PROBLEM_OF_FINDING.items() if told == check.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is not as it should be: words `status.wrong.<what>`, and `status.do.<do>` for what helps."""

    what: ProblemKind
    do: str
    station: str | None = None
    reader: Reader | None = None  # the one it is about
    about: dict[str, int] = field(default_factory=dict)

    @property
    def grave(self) -> Severity:
        return "alert" if self.what in ("disk_full", "desk", "pages", "front", "revoked", "cloned", "blind") else "low"


def _problem(one: Finding, it: Health, what: ProblemKind, do: str) -> Problem:
    """The problem behind a finding; for a device, what to do depends on what is wrong with it."""
    numbers = {name: value for name, value in one.args.items() if isinstance(value, int)}
    match what:
        case "reader" | "garbled":
            reader = next(reader for reader in it.readers if reader.device == one.subject)
            do = reader.counts.why if what == "garbled" else one.do.removeprefix("health.do.")
            return Problem(what=what, do=do, station=reader.station, reader=reader, about=numbers)
        case "typing":
            wedge = next(wedge for wedge in it.wedges if wedge.station == one.subject)
            return Problem(what=what, do=wedge.trouble, station=one.subject, about=numbers)
        case _:
            return Problem(what=what, do=do, station=one.subject or None, about=numbers)


def find_problems(findings: Iterable[Finding], it: Health) -> list[Problem]:
    """All that a clerk should know of, gravest first. If no reader is left, that is told of each of them."""
    told = [
        (one, *PROBLEM_OF_FINDING[one.id, one.state]) for one in findings if (one.id, one.state) in PROBLEM_OF_FINDING
    ]
    blind = any(what == "blind" for _, what, _ in told)
    found = [_problem(one, it, what, do) for one, what, do in told if what != "blind"]
    if blind:
        found = [replace(one, what="blind") if one.what == "reader" else one for one in found]
    return sorted(found, key=lambda one: ORDER_OF_URGENCY.index(one.what))


def first_steps(found: list[Problem]) -> list[Problem]:
    """What to do first: each thing once, and no more than anybody remembers on the way to the back room."""
    first: list[Problem] = []
    for one in found:
        if one.do == "support" and any(other.do in CALL_SUPPORT for other in first):
            continue
        first.append(one)
    return first[:MAX_THINGS_TO_DO]
