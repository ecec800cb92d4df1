"""The life of a config: received, validated, on trial, kept; or refused, or rolled back. Pure rules.

A newer config ends the one under way: that is rolled back as superseded, and the newer one begins. A trial that was
interrupted is rolled back, too, and repeated: a box that lost power during its first config must not wait for a person at
HQ. It is repeated MAX_TRIALS times at most, because the config may be the cause.
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


class Transition(StrEnum):
    """What happens to a config."""

    FIT = "fit"  # all of it is valid
    UNFIT = "unfit"
    TRY = "try"
    PASS = "pass"
    FAIL = "fail"
    SUPERSEDE = "supersede"  # HQ has sent a newer one
    INTERRUPT = "interrupt"  # it could not be judged: a process is gone, the reason is unknown


TRANSITIONS: Mapping[tuple[Stage, Transition], Stage] = {
    (Stage.RECEIVED, Transition.FIT): Stage.VALIDATED,
    (Stage.RECEIVED, Transition.UNFIT): Stage.REFUSED,
    (Stage.RECEIVED, Transition.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.VALIDATED, Transition.TRY): Stage.TRIAL,
    (Stage.VALIDATED, Transition.UNFIT): Stage.REFUSED,  # noren.toml, or Noren itself, has changed since
    (Stage.VALIDATED, Transition.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.TRIAL, Transition.PASS): Stage.KEPT,
    (Stage.TRIAL, Transition.FAIL): Stage.ROLLED_BACK,
    (Stage.TRIAL, Transition.SUPERSEDE): Stage.ROLLED_BACK,
    (Stage.TRIAL, Transition.INTERRUPT): Stage.ROLLED_BACK,
}

TRIAL_DEADLINE_S = 30.0  # s a trial may take: a crashed process is up again within 10 s, HQ sends every 20 s
FAULT_TOLERANCE_S = (
    5.0  # s a fault may last before the trial has failed: the bridge tries a lost device again within 2 s
)
MAX_TRIALS = 3  # times a config that could not be judged is tried: one that crashes a process crashes it three times
SETTLE_S = 1.0  # s all must be well at the same time: a process that the new config crashes does so in its first rounds

OPEN_STAGES = frozenset({Stage.RECEIVED, Stage.VALIDATED, Stage.TRIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedConfig:
    """A config that HQ has sent, and how often it has been tried; numbers rise in the order of arrival."""

    number: int
    epoch: str
    version: int
    stage: Stage
    attempt: int = 1
    interrupted: bool = False  # rolled back without a verdict on the config itself


def next_attempt(entries: Iterable[TriedConfig], epoch: str, version: int) -> int:
    """The number of a config's next attempt; 0 if there is none: a version that was judged is never tried again."""
    newer = [entry for entry in entries if entry.epoch == epoch and entry.version >= version]
    last = max(newer, key=lambda entry: entry.number, default=None)
    if last is None:
        return 1
    again = last.version == version and last.interrupted and last.attempt < MAX_TRIALS
    return last.attempt + 1 if again else 0


def open_entry(entries: Iterable[TriedConfig]) -> TriedConfig | None:
    """The entry that has not ended; there is never more than one."""
    return next((entry for entry in entries if entry.stage in OPEN_STAGES), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDoubt:
    """Why a trial has not passed yet. `not_yet`: it has not happened yet; `wrong`: something fails, perhaps for a moment;
    `over`: it cannot get better. `gone`: a process does not run, which may not be the config's fault."""

    text: str
    sort: Literal["not_yet", "wrong", "over"]
    gone: bool = False


PASSED_REASON = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialVerdict:
    """PASSED_REASON, or why not; `again`: the config itself was not judged."""

    why: str = PASSED_REASON
    again: bool = False


def judge_trial(doubts: Sequence[TrialDoubt], *, trial_s: float, wrong_s: float, well_s: float) -> TrialVerdict | None:
    """The verdict on a trial; None while it goes on.

    Seconds since the trial began, since something has been wrong, since all has been well, each without a break.
    """
    if not doubts:
        return TrialVerdict() if well_s >= SETTLE_S else None
    first = {doubt.sort: doubt for doubt in reversed(doubts)}
    match first:
        case {"over": doubt}:
            pass
        case {"wrong": doubt} if wrong_s >= FAULT_TOLERANCE_S or trial_s >= TRIAL_DEADLINE_S:
            pass
        case _ if trial_s >= TRIAL_DEADLINE_S:
            doubt = doubts[0]
        case _:
            return None
    return TrialVerdict(why=doubt.text, again=doubt.gone)
