"""The life of a config: received, validated, on trial, kept; or refused, or rolled back. Pure rules.

A newer config that comes meanwhile ends the one under way: it is rolled back as superseded, and the newer one begins.
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
    INTERRUPT = "interrupt"  # whoever judges it has gone: sync was stopped, or fell


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
SETTLE = 1.0  # s all must be well together: a process that falls over the new config does so at its first rounds

OPEN = frozenset({Stage.RECEIVED, Stage.VALIDATED, Stage.TRIAL})

STAGE_FACTS: Mapping[Stage, str] = {stage: f"config.{stage}" for stage in Stage}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A config HQ has sent; numbers rise in the order in which they came."""

    number: int
    epoch: str
    version: int
    stage: Stage


def is_news(entries: Iterable[Entry], epoch: str, version: int) -> bool:
    """Whether a config is a new one: what was kept, refused or rolled back is never tried again under its version."""
    return all(entry.version < version for entry in entries if entry.epoch == epoch)


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
    moment; `over`: it cannot get better."""

    text: str
    sort: Literal["not_yet", "wrong", "over"]


def judge(doubts: Sequence[Doubt], *, trial_s: float, wrong_s: float, well_s: float) -> str | None:
    """The verdict on a trial: empty where it has passed, else why it has failed; None while it goes on.

    Seconds since the trial began, since something has been wrong, since all has been well, each without a break.
    """
    if not doubts:
        return "" if well_s >= SETTLE else None
    first = {doubt.sort: doubt.text for doubt in reversed(doubts)}
    if "over" in first:
        return first["over"]
    if "wrong" in first and wrong_s >= PATIENCE:
        return first["wrong"]
    return first.get("wrong", doubts[0].text) if trial_s >= DEADLINE else None
