"""A store whose health is looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.platform.clock import now
from tests.ui.shop_floor import Floor
from ui.health.box_health import PagesState
from ui.health.check import run_checks
from ui.health.context import CheckContext
from ui.health.finding import Finding
from ui.health.registry import CHECKS

Look = Callable[..., list[Finding]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Of a machine that tells nothing of itself, until a test lays out its files."""
    folder = tmp_path / "machine"
    folder.mkdir()
    return folder


@pytest.fixture
def look(floor: Floor, root: Path) -> Look:
    """The findings of one check; the context's arguments may be given."""

    def findings(check: str, **more: object) -> list[Finding]:
        context = {"moment": now(), "config": floor.config, "shop": floor.shop, "root": root} | more
        return run_checks([one for one in CHECKS if one.id == check], CheckContext(**context))  # type: ignore[arg-type]

    return findings


@pytest.fixture
def pages() -> PagesState:
    return PagesState(screens={}, failing=0, cut=False)
