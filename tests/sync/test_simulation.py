"""Histories of a store, a broker and HQ: whatever is lost, doubled, late or killed, each fact is kept once."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import schema
from sync.hq import schema as hq_schema
from tests.sync.simulation import World, play

SEEDS = int(os.environ.get("NOREN_SEEDS", "30"))  # histories of each kind; thousands when somebody has the time
STEPS = 150


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fresh databases, made once and copied for each history."""
    folder = tmp_path_factory.mktemp("empty")
    schema.migrate(folder / "store")
    hq_schema.migrate(folder / "hq")
    return folder


@pytest.fixture
def folder(empty: Path, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "world"
    shutil.copytree(empty, place)
    yield place
    shutil.rmtree(place)


def doubled(world: World) -> list[int]:
    return [n for n, times in world.at_hq().items() if times > 1]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_fact_is_kept_once_through_loss_doubling_delay_and_crashes(folder: Path, seed: int) -> None:
    world = World(folder, seed)
    play(world, STEPS)
    assert world.at_hq() == dict.fromkeys(range(world.told), 1)
    assert world.rounds.up.closed == set()
    assert world.mirrored()
    world.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_rows_hq_cannot_read_are_isolated_and_the_rest_flows(folder: Path, seed: int) -> None:
    world = World(folder, seed)
    play(world, STEPS, {"spoil": 4})
    assert world.at_hq() == dict.fromkeys(range(world.told), 1)
    world.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_an_hq_restored_from_a_backup_gets_again_what_it_has_lost(folder: Path, seed: int) -> None:
    world = World(folder, seed)
    play(world, STEPS, {"back_up_hq": 3, "restore_hq": 2, "change_feeds": 0})
    assert world.at_hq() == dict.fromkeys(range(world.told), 1)
    world.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_box_restored_from_a_backup_forks_and_loses_nothing_it_still_has(folder: Path, seed: int) -> None:
    world = World(folder, seed)
    play(world, STEPS, {"back_up_store": 3, "restore_store": 2})
    kept = world.at_hq()
    assert doubled(world) == []
    assert world.journal() <= set(kept)
    assert world.mirrored()
    world.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_pruning_and_backups_on_both_sides_lose_nothing_the_store_still_has(folder: Path, seed: int) -> None:
    world = World(folder, seed)
    backups = {"back_up_hq": 2, "restore_hq": 1, "back_up_store": 2, "restore_store": 1}
    play(world, STEPS, {**backups, "prune": 4, "change_feeds": 0})
    assert doubled(world) == []
    assert world.journal() <= set(world.at_hq())
    world.close()
