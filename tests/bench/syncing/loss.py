"""Facts lost and doubled on the way to HQ while everything is killed: ours beside what people use instead."""

import argparse
import itertools
import multiprocessing
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

import msgspec

from tests.bench.syncing.arms import ARMS, NOREN
from tests.bench.syncing.trials.faults import FAULTS
from tests.bench.syncing.trials.terms import Trial
from tests.bench.syncing.trials.trial import Result, run

FACTS = 5_000
RATES = (500.0, 1_000.0)  # facts a second; each seed draws its own
QUICK = 0.5  # share of facts and of rate in a quick look: the faults take as long as in a long one
SEEDS_OURS, SEEDS_PEERS, QUICK_SEEDS = 20, 3, 2
AT_ONCE = 2  # trials; each waits more than it works


def trials(asked: argparse.Namespace) -> list[Trial]:
    """What is to be run, seed by seed, so that a campaign that is cut off has seen a bit of everything."""
    share = QUICK if asked.quick else 1.0
    chosen = [arm for arm in ARMS if arm in (asked.arm or ARMS)]
    seeds = [range(1, _seeds(asked, arm) + 1) for arm in chosen]
    cells = [
        (seed, arm, fault)
        for arm, numbers in zip(chosen, seeds, strict=True)
        for seed in ([asked.seed] if asked.seed else numbers)
        for fault in FAULTS
        if fault in (asked.fault or FAULTS)
    ]
    return [
        Trial(arm=arm, fault=fault, seed=seed, facts=int(FACTS * share), rate=rate(seed) * share)
        for seed, arm, fault in sorted(cells)
    ]


def _seeds(asked: argparse.Namespace, arm: str) -> int:
    if asked.seeds:
        return int(asked.seeds)
    if asked.quick:
        return QUICK_SEEDS
    return SEEDS_OURS if arm == NOREN else SEEDS_PEERS


def rate(seed: int) -> float:
    """Facts a second of a seed's trials."""
    return round(random.Random(f"rate/{seed}").uniform(*RATES), 1)


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """Run what is not yet in `--resume`, and show all that was asked for. Raises SystemExit if a trial hung."""
    wanted = trials(asked)
    results = {result.trial: result for result in read(asked.resume)}
    keep = len(wanted) == 1
    to_do = [trial for trial in wanted if trial not in results or keep]
    until = time.monotonic() + 60 * asked.minutes if asked.minutes else None
    for number, result in enumerate(_run_all(to_do, keep, until), 1):
        _say(result, f"{number} of {len(to_do)}")
        results[result.trial] = result
        if asked.resume:
            with asked.resume.open("ab") as log:
                log.write(msgspec.json.encode(result) + b"\n")
    found = [results[trial] for trial in wanted if trial in results]
    show(found)
    print(f"{len(found)} of {len(wanted)} trials")
    return figures(found)


def read(path: Path | None) -> list[Result]:
    """The results of an earlier slice of the campaign."""
    if path is None or not path.exists():
        return []
    return [msgspec.json.decode(line, type=Result) for line in path.read_bytes().splitlines()]


def _run_all(to_do: Sequence[Trial], keep: bool, until: float | None) -> Iterator[Result]:
    """The results as they come, `AT_ONCE` trials at a time; none is begun after `until` (monotonic seconds)."""
    waiting, running = iter(to_do), set[Future[Result]]()
    # spawn: a trial's process shares nothing with another's
    with ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as pool:
        while True:
            room = AT_ONCE - len(running) if until is None or time.monotonic() < until else 0
            running |= {pool.submit(run, trial, keep=keep) for trial in itertools.islice(waiting, room)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def _say(result: Result, place: str) -> None:
    trial, count = result.trial, result.count
    name = f"{place:>12}  {trial.arm}/{trial.fault}/{trial.seed}"
    print(
        f"{name:72} {count.lost:6} lost {count.doubled:6} doubled {result.seconds:6.1f} s", file=sys.stderr, flush=True
    )


def show(results: Sequence[Result]) -> None:
    """Fault by arm: lost/doubled at HQ, from the best seed to the worst."""
    arms = [arm for arm in ARMS if any(result.trial.arm == arm for result in results)]
    print(f"\n{'lost/doubled':38}" + "".join(f"{arm:>20}" for arm in arms))
    for fault in FAULTS:
        cells = [
            _cell([result for result in results if (result.trial.fault, result.trial.arm) == (fault, arm)])
            for arm in arms
        ]
        if any(cells):
            print(f"{fault:38}" + "".join(f"{cell:>20}" for cell in cells))


def _cell(results: Sequence[Result]) -> str:
    if not results:
        return ""
    return f"{_range([r.count.lost for r in results])}/{_range([r.count.doubled for r in results])}"


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"


def figures(results: Sequence[Result]) -> dict[str, float]:
    """`loss.<arm>.lost` and `.doubled` over everything, the same for each fault, and the number of trials."""
    found: dict[str, float] = {}
    for result in results:
        arm, fault = f"loss.{result.trial.arm}", f"loss.{result.trial.arm}.{result.trial.fault}"
        for name, value in _each(arm, fault, result):
            found[name] = found.get(name, 0) + value
    return found


def _each(arm: str, fault: str, result: Result) -> Iterable[tuple[str, int]]:
    for prefix in (arm, fault):
        yield f"{prefix}.lost", result.count.lost
        yield f"{prefix}.doubled", result.count.doubled
        yield f"{prefix}.trials", 1
