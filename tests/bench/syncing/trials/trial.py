"""One trial from start to count: an arm says its facts while a seed's faults happen, and then has time to settle."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.syncing.arms import ARMS, NOREN, Arm
from tests.bench.syncing.saying import said
from tests.bench.syncing.trials.arena import Arena, Never, arena
from tests.bench.syncing.trials.faults import Step, schedule
from tests.bench.syncing.trials.terms import Count, Trial

SAYING = 300.0  # s within which all facts must be said; only a hang takes so long
SETTLED = 2.0  # s without news after everything has arrived, so that doubles are seen too
TICK = 0.02  # s between looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a trial came to; `seconds` from the first fact to the count."""

    trial: Trial
    count: Count
    seconds: float

    @property
    def is_clean(self) -> bool:
        return self.count.lost == 0 and self.count.doubled == 0


def run(trial: Trial, *, keep: bool = False) -> Result:
    """Run a trial; its folder is kept on request, if it fails, or if ours is not clean. Raises Never."""
    arm = ARMS[trial.arm]
    results: list[Result] = []

    def stays() -> bool:
        return keep or (trial.arm == NOREN and not results[0].is_clean)

    with arena(f"{trial.arm}-{trial.fault}-{trial.seed}", stays) as here:
        arm.build(here, trial)
        here.start("producer")
        _wait(here, lambda: len(said(here.folder)) > 0, "the first fact")
        begun = time.monotonic()
        for step in schedule(trial.fault, trial.seed, trial.facts / trial.rate):
            _until(here, begun, step)
        _wait(here, lambda: len(said(here.folder)) >= trial.facts, "all facts are said", SAYING)
        count = _settle(here, arm)
        results.append(Result(trial=trial, count=count, seconds=round(time.monotonic() - begun, 1)))
    return results[0]


def _until(here: Arena, begun: float, step: Step) -> None:
    """Wait for a step's moment and let it happen."""
    while (left := begun + step.at - time.monotonic()) > 0:
        here.look_after()
        time.sleep(min(left, TICK))
    here.do(step.act, step.role)


def _wait(here: Arena, seen: Callable[[], bool], what: str, within: float = SAYING) -> None:
    end = time.monotonic() + within
    while not seen():
        here.look_after()
        if time.monotonic() > end:
            raise Never(f"{what}: not within {within:.0f} s")
        time.sleep(TICK * 5)


def _settle(here: Arena, arm: Arm) -> Count:
    """The count when nothing has changed for a while: a short one when all is there, else a long one."""
    count, since = arm.count(here), time.monotonic()
    while time.monotonic() - since < (arm.quiet if count.lost else SETTLED):
        here.look_after()
        time.sleep(0.25)
        if (again := arm.count(here)) != count:
            count, since = again, time.monotonic()
    return count
