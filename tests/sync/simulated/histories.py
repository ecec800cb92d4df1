"""Kinds of histories, how each is drawn from its seed, and what must hold at its end."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from unittest import mock

from tests.sync.simulated.disk import HQ_DB, STORE_DB, Blanks
from tests.sync.simulated.world import World

STEPS = 50  # of a history; more seeds find more than longer ones

WEATHER: dict[str, int] = {
    "tell": 20,
    "run_web": 6,
    "run_sync": 30,
    "run_hq": 25,
    "wait": 15,
    "connect": 8,
    "cut": 2,
    "restart_sync": 1,
    "doom_sync": 3,
    "doom_hq": 2,
    "change_feeds": 4,
}


def play(world: World, steps: int, extra: dict[str, int] | None = None) -> None:
    """Draw a history and live it."""
    weights = {**WEATHER, **(extra or {})}
    acts: dict[str, Callable[[], None]] = {
        "wait": lambda: _wait(world),
        "back_up_hq": lambda: world.disk.back_up(HQ_DB),
        "back_up_store": lambda: world.disk.back_up(STORE_DB),
        "spoil": lambda: world.bad.add(world.told),
    }
    for _ in range(steps):
        name = world.dice.choices(list(weights), list(weights.values()))[0]
        world.notes.append(name)
        acts.get(name, getattr(world, name, None) or (lambda: None))()
    world.settle()


def _wait(world: World) -> None:
    world.sky.clock += world.dice.expovariate(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What may happen beside the weather; `holds` raises AssertionError if the end is not as it must be."""

    holds: Callable[[World], None]
    extra: dict[str, int] = field(default_factory=dict)


def kept_once(world: World) -> None:
    """The confirmed facts are the facts HQ has kept, each once, and in each lane in the order of the journal."""
    assert world.at_hq() == dict.fromkeys(range(world.told), 1)
    assert world.in_order()


def kept_once_and_one_past(world: World) -> None:
    kept_once(world)
    assert world.rounds.up.closed == set()
    assert world.mirrored()


def nothing_doubled(world: World) -> None:
    """After backups on the store's side: what it still has is kept, and nothing twice."""
    kept = world.at_hq()
    assert [n for n, times in kept.items() if times > 1] == []
    assert world.journal() <= set(kept)
    assert world.mirrored()


HISTORIES: dict[str, Kind] = {
    "loss, doubling, delay and crashes": Kind(holds=kept_once_and_one_past),
    "rows HQ cannot read": Kind(holds=kept_once, extra={"spoil": 4}),
    "HQ restored from backups": Kind(holds=kept_once, extra={"back_up_hq": 3, "restore_hq": 2, "change_feeds": 0}),
    "the box restored from backups": Kind(holds=nothing_doubled, extra={"back_up_store": 3, "restore_store": 2}),
    # at once, where a box keeps rows for days: an old word of HQ's about a row that is gone looks like another past
    "pruning": Kind(holds=kept_once, extra={"prune": 6}),
    "pruning and backups on both sides": Kind(
        holds=nothing_doubled,
        extra={
            "back_up_hq": 2,
            "restore_hq": 1,
            "back_up_store": 2,
            "restore_store": 1,
            "prune": 4,
            "change_feeds": 0,
        },
    ),
}


def live(blanks: Blanks, kind: str, seed: int) -> float:
    """One history to its end; its last throw of the dice, by which one that is told again is known to be the same.

    Raises AssertionError that names it.
    """
    names = random.Random(seed)
    # epochs are drawn, too: their order must be the same when a history is run again
    with mock.patch("secrets.token_hex", lambda size: names.randbytes(size).hex()):
        world = World(blanks, seed)
        try:
            play(world, STEPS, HISTORIES[kind].extra)
            HISTORIES[kind].holds(world)
        except Exception as error:
            raise AssertionError(f"history {seed} of `{kind}` (NOREN_FIRST={seed} NOREN_SEEDS=1): {error}") from error
        finally:
            world.close()
    return world.dice.random()
