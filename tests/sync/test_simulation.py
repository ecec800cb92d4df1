"""Histories of a store, a broker and HQ: whatever is lost, doubled, late or killed, each fact is kept once."""

import logging
import os
from collections.abc import Iterator

import pytest

from tests.sync.simulated.disk import Blanks, blanks
from tests.sync.simulated.histories import HISTORIES, live

SEEDS = int(os.environ.get("NOREN_SEEDS", "340"))  # histories of each kind; `./dev bench simulation` lives more
FIRST = int(os.environ.get("NOREN_FIRST", "0"))
BLOCK = 50  # histories a test: each alone would cost pytest as much as the history


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blanks]:
    made = blanks(tmp_path_factory.mktemp("empty"))
    yield made
    for conn in made.values():
        conn.close()


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Thousands of lost lines are lost on purpose."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", range(FIRST, FIRST + SEEDS, BLOCK))
@pytest.mark.parametrize("kind", HISTORIES)
def test_every_fact_is_kept_once_through(kind: str, first: int, empty: Blanks) -> None:
    for seed in range(first, min(first + BLOCK, FIRST + SEEDS)):
        live(empty, kind, seed)


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_history_told_again_is_the_same_to_its_last_throw(kind: str, empty: Blanks) -> None:
    """So that a seed that fails can be looked at."""
    assert [live(empty, kind, seed) for seed in range(20)] == [live(empty, kind, seed) for seed in range(20)]
