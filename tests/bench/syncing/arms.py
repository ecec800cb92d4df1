"""The arms side by side: how each is built, and how one sees what HQ has of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.syncing import ours, theirs
from tests.bench.syncing.trials.arena import Arena
from tests.bench.syncing.trials.terms import Count, Trial

NOREN = "noren"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """`quiet`: seconds without news after which nothing more will come; longer than any wait between two tries."""

    build: Callable[[Arena, Trial], None]
    count: Callable[[Arena], Count]
    quiet: float


ARMS = {
    NOREN: Arm(build=ours.build, count=ours.count, quiet=80.0),
    "paho": Arm(build=theirs.build_paho, count=theirs.count, quiet=8.0),
    "bridge": Arm(build=theirs.build_bridge, count=theirs.count, quiet=8.0),
    "bridge_tuned": Arm(build=theirs.build_bridge_tuned, count=theirs.count, quiet=8.0),
    "sqlite_puback": Arm(build=theirs.build_sqlite_puback, count=theirs.count, quiet=8.0),
}
