"""The life of a config: received, validated, on trial, kept; or refused, or rolled back. Pure rules.

A newer config that comes meanwhile ends the one under way: it is rolled back as superseded, and the newer one begins. A
trial that nobody could judge to its end is rolled back, too, and done again: a box that lost its power over its first config
must not wait for a person at HQ. But not for ever, since the config may be why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    RECEIVED = "received"
    VALIDATED = "validated"
    TRIAL = "trial"
    KEPT = "kept"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


class Turn(StrEnum):
    """What happens to a config."""

    FIT = "fit"  # all in it can be
    UNFIT = "unfit"
    TRY = "try"
    PASS = "pass"
    FAIL = "fail"
    SUPERSEDE = "supersede"  # HQ has sent a newer one
    INTERRUPT = "interrupt"  # it could not be judged: a process has gone, for what reason is not known


LIFE: Mapping[tuple[Stage, Turn], Stage] = {
    (Stage.RECEIVED, Turn.FIT): Stage.VALIDATED,
    (Stage.RECEIVED, Turn.UNFIT): Stage.REFUSED,
    (Stage.RECEIVED, Turn.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.VALIDATED, Turn.TRY): Stage.TRIAL,
    (Stage.VALIDATED, Turn.UNFIT): Stage.REFUSED,  # noren.toml, or Noren itself, is another one since
    (Stage.VALIDATED, Turn.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.TRIAL, Turn.PASS): Stage.KEPT,
    (Stage.TRIAL, Turn.FAIL): Stage.ROLLED_BACK,
    (Stage.TRIAL, Turn.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.TRIAL, Turn.INTERRUPT): Stage.ROLLED_BACK,
}

DEADLINE = 30.0  # s a trial may take: a process that fell is up again within 10 s, HQ speaks every 20 s
PATIENCE = 5.0  # s something may be wrong before the trial has failed: the bridge tries a lost device again within 2 s
TRIES = 3  # times a config is tried that could not be judged: a config over which a process falls makes it fall thrice
SETTLE = 1.0  # s all must be well together: a process that falls over the new config does so at its first rounds

OPEN = frozenset({Stage.RECEIVED, Stage.VALIDATED, Stage.TRIAL})

STAGE_FACTS: Mapping[Stage, str] = {stage: f"config.{stage}" for stage in Stage}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A config HQ has sent, and which time it is tried; numbers rise in the order in which they came."""

    number: int
    epoch: str
    version: int
    stage: Stage
    attempt: int = 1
    interrupted: bool = False  # rolled back without a verdict on the config itself


def next_attempt(entries: Iterable[Entry], epoch: str, version: int) -> int:
    """Which time a config would be tried; 0 where it is not: what was judged is never tried again under its version."""
    newer = [entry for entry in entries if entry.epoch == epoch and entry.version >= version]
    last = max(newer, key=lambda entry: entry.number, default=None)
    if last is None:
        return 1
    again = last.version == version and last.interrupted and last.attempt < TRIES
    return last.attempt + 1 if again else 0


def under_way(entries: Iterable[Entry]) -> Entry | None:
    """The one whose end is open; there is never more than one."""
    return next((entry for entry in entries if entry.stage in OPEN), None)


def booted(entries: Iterable[Entry]) -> int:
    """The number of the config that a process lives with which begins now: the last one kept; 0: noren.toml alone."""
    return max((entry.number for entry in entries if entry.stage is Stage.KEPT), default=0)


def in_force(entries: Iterable[Entry], past: int) -> int:
    """The same for a process that lives already; `past` was on trial when it began, and is not taken up."""
    good = [e.number for e in entries if e.stage is Stage.KEPT or (e.stage is Stage.TRIAL and e.number != past)]
    return max(good, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a trial has not passed yet. `not_yet`: it only has not come about; `wrong`: something fails, perhaps for a
    moment; `over`: it cannot get better. `gone`: a process is not there to be asked, which may not be the config's fault."""

    text: str
    sort: Literal["not_yet", "wrong", "over"]
    gone: bool = False


PASSED = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """PASSED, or why not; `again`: nothing is said of the config itself."""

    why: str = PASSED
    again: bool = False


def judge(doubts: Sequence[Doubt], *, trial_s: float, wrong_s: float, well_s: float) -> Verdict | None:
    """The verdict on a trial; None while it goes on.

    Seconds since the trial began, since something has been wrong, since all has been well, each without a break.
    """
    if not doubts:
        return Verdict() if well_s >= SETTLE else None
    first = {doubt.sort: doubt for doubt in reversed(doubts)}
    match first:
        case {"over": doubt}:
            pass
        case {"wrong": doubt} if wrong_s >= PATIENCE or trial_s >= DEADLINE:
            pass
        case _ if trial_s >= DEADLINE:
            doubt = doubts[0]
        case _:
            return None
    return Verdict(why=doubt.text, again=doubt.gone)
