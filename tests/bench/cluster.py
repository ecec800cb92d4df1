"""A node of a clustered broker (NATS) killed while a store's backlog goes up: facts lost, doubled, and the seconds it took."""

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge.platform.database import rows
from sync.hq.enrolment.founding import open_headquarters
from tests.processes.sync_and_hq import CHAIN, Ends, until, up
from tests.sync.nats import NAMES, Cluster, cluster, ends_of

FACTS = 20_000
DEAD = (2.0, 15.0)  # s a node stays dead: from systemd's restart to somebody who looks after it
KILLS_AT = (0.05, 0.7)  # share of the facts kept when the node dies
PATIENCE = 600.0  # s for a run; only a hang takes so long
VICTIMS = (
    "store",
    "hq",
    "leader",
    "any",
)  # whose node: the store's, HQ's, the one all messages go through, or a drawn one


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one backlog."""

    victim: str
    lost: int
    doubled: int
    seconds: float


def _counted(ends: Ends[Cluster]) -> tuple[int, int]:
    """Facts the store said yes to that HQ has not, and those it has twice."""
    with open_headquarters(ends.hq) as db:
        found = rows(db, "select event from facts union all select cast(event as text) from quarantine")
        data = [msgspec.json.decode(row["event"])["data"] for row in found]
    at_hq = Counter(one["n"] for one in data if "n" in one)
    return ends.told - len(at_hq), sum(times - 1 for times in at_hq.values())


def _victim(ends: Ends[Cluster], victim: str, dice: random.Random) -> str:
    """The node to kill; a random one if nobody can be asked at the moment."""
    match victim:
        case "store" | "hq":
            node = ends.broker.node_of(ends.processes["sync" if victim == "store" else "hq"].pid)
        case "leader":
            node = ends.broker.leader()
        case _:
            node = None
    return node or dice.choice(NAMES)


def run(folder: Path, victim: str, facts: int, dice: random.Random) -> Run:
    """One backlog, one node killed and started again."""
    with cluster(folder, CHAIN) as nodes:
        ends = ends_of(nodes, folder)
        ends.tell_many(facts)
        with up(ends):
            begun = time.monotonic()
            enough = facts * dice.uniform(*KILLS_AT)
            until(lambda: ends.count_kept() > enough, PATIENCE)
            node = _victim(ends, victim, dice)
            nodes.kill(node)
            time.sleep(dice.uniform(*DEAD))
            nodes.start(node)
            until(ends.is_all_kept, PATIENCE)
            took = time.monotonic() - begun
            lost, doubled = _counted(ends)
    return Run(victim=victim, lost=lost, doubled=doubled, seconds=took)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--seeds", type=int, default=4, help="runs; each victim in turn")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--facts", type=int, default=FACTS)
    words = parser.parse_args()
    runs: list[Run] = []
    for seed, victim in zip(range(words.first, words.first + words.seeds), itertools.cycle(VICTIMS), strict=False):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run(Path(folder), victim, words.facts, random.Random(seed)))
        print(f"seed {seed}: {runs[-1]}", flush=True)
    figures = {
        "cluster.runs": len(runs),
        "cluster.lost": sum(one.lost for one in runs),
        "cluster.doubled": sum(one.doubled for one in runs),
        "cluster.seconds": statistics.median(one.seconds for one in runs),
        "cluster.seconds_most": max(one.seconds for one in runs),
    }
    for name, value in figures.items():
        print(f"{name:24} {value:10.3f}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")
    return int(bool(figures["cluster.lost"] or figures["cluster.doubled"]))


if __name__ == "__main__":
    sys.exit(main())
