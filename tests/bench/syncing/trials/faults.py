"""What happens to a trial, and when: drawn by seed, the same for every arm."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Act = Literal["kill", "start", "freeze", "thaw"]
Role = Literal["store", "link", "broker", "consumer"]

NONE = "none"
STORE = "store_killed"
OUTAGE = "outage_then_store_killed"
BROKER = "hq_broker_killed"
PARTITION = "link_partitioned"
CONSUMER = "hq_consumer_killed"
GROUPS = "hq_consumer_killed_writing_in_groups"
ALL = "all_of_it"
FAULTS = (NONE, STORE, OUTAGE, BROKER, PARTITION, CONSUMER, GROUPS, ALL)

DOWN = (0.2, 2.0)  # s a killed process stays down
AWAY = (1.0, 4.0)  # s a link carries nothing
FIRST, LAST = 0.1, 1.0  # share of the producing time in which faults begin


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Step:
    """At `at` seconds after the first fact, do something to the processes of a role."""

    at: float
    role: Role
    act: Act


def schedule(fault: str, seed: int, seconds: float) -> list[Step]:
    """The steps of a fault in order, for a trial that makes facts for `seconds`; everything is up again at the end."""
    dice = random.Random(f"{fault}/{seed}")
    steps: list[Step] = []
    match fault:
        case "none":
            pass
        case "store_killed":
            steps += _killed(dice, "store", dice.randint(2, 3), seconds)
        case "outage_then_store_killed":
            steps += _outage(dice, seconds)
        case "hq_broker_killed":
            steps += _killed(dice, "broker", 2, seconds)
        case "link_partitioned":
            steps += _partitioned(dice, 2, seconds)
        case "hq_consumer_killed" | "hq_consumer_killed_writing_in_groups":
            steps += _killed(dice, "consumer", dice.randint(2, 3), seconds)
        case "all_of_it":
            for role in ("store", "broker", "consumer"):
                steps += _killed(dice, role, 2, seconds)
            steps += _partitioned(dice, 2, seconds)
        case _:
            raise ValueError(f"no such fault: {fault}; there are {', '.join(FAULTS)}")
    return sorted(steps)


def _windows(
    dice: random.Random, count: int, seconds: float, lengths: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    """Times (from, until) that do not overlap: one in each of `count` slots."""
    slot = (LAST - FIRST) * seconds / count
    for number in range(count):
        begin = FIRST * seconds + (number + dice.uniform(0, 0.5)) * slot
        yield begin, begin + min(dice.uniform(*lengths), slot * 0.45)


def _killed(dice: random.Random, role: Role, times: int, seconds: float) -> Iterator[Step]:
    for begin, end in _windows(dice, times, seconds, DOWN):
        yield Step(at=begin, role=role, act="kill")
        yield Step(at=end, role=role, act="start")


def _partitioned(dice: random.Random, times: int, seconds: float) -> Iterator[Step]:
    """The link carries nothing in both directions, without an error; then it goes on, or it has forgotten its connections."""
    for begin, end in _windows(dice, times, seconds, AWAY):
        yield Step(at=begin, role="link", act="freeze")
        if dice.random() < 0.5:
            yield Step(at=end, role="link", act="thaw")
        else:
            yield Step(at=end, role="link", act="kill")
            yield Step(at=end + 0.1, role="link", act="start")


def _outage(dice: random.Random, seconds: float) -> Iterator[Step]:
    """HQ cannot be reached for most of the time, and before it can the store is killed."""
    killed = dice.uniform(0.8, 0.95) * seconds
    yield Step(at=dice.uniform(0.1, 0.2) * seconds, role="link", act="kill")
    yield Step(at=killed, role="store", act="kill")
    yield Step(at=killed + dice.uniform(*DOWN), role="store", act="start")
    yield Step(at=killed + DOWN[1] + dice.uniform(*DOWN), role="link", act="start")
