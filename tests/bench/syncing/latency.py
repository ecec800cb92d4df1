"""From a fact's commit at the store to its commit at HQ, one at a time on an idle line.

Producer and looker are two threads of one process, so one monotonic clock times both: from the moment the producer's
commit has returned to the moment a look at HQ's database finds the row. A look every half millisecond is in the figure.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from pathlib import Path

from edge.clock import now
from edge.demo.town import Town
from edge.journal import Box, tell
from edge.store import open_store, writing
from tests import town as towns
from tests.bench.scan import quantile
from tests.bench.syncing import shop

FACTS, FEW = 400, 60
WARM = 20  # facts before counting
SPACING = 0.15  # seconds between facts on average, drawn anew each time so that no tick of ours is met in step
LOOK = 0.0005  # seconds between looks at HQ's database


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """The figures `latency.*`."""
    facts = FEW if asked.quick else FACTS
    with tempfile.TemporaryDirectory() as folder:
        town, box = shop.built(Path(folder))
        with shop.up(town, *shop.HQ_SIDE, "sync"):
            towns.eventually(lambda: towns.mirror_is_whole(town), "the line to HQ is up")
            _latencies(town, box, WARM)
            took = _latencies(town, box, facts)
    shop.tell_table("fact committed to kept at HQ, ms", [("noren", took)])
    return {
        "latency.kept_ms.p50": statistics.median(took),
        "latency.kept_ms.p99": quantile(took, 0.99),
        "latency.kept_ms.max": max(took),
    }


def _latencies(town: Town, box: Box, facts: int) -> list[float]:
    kept: dict[int, float] = {}
    over = threading.Event()
    looker = threading.Thread(target=_look, args=(town.hq / "hq-store.db", kept, over))
    looker.start()
    try:
        made = _tell(town, box, facts)
        towns.eventually(lambda: made.keys() <= kept.keys(), "HQ has every fact")
    finally:
        over.set()
        looker.join()
    return [(kept[seq] - moment) * 1000 for seq, moment in made.items()]


def _tell(town: Town, box: Box, facts: int) -> dict[int, float]:
    """Facts at random moments, each in a transaction of its own as the desk does it; seq -> when its commit returned."""
    db, dice, made = open_store(town.data), random.Random(1), {}
    for number in range(facts):
        time.sleep(dice.expovariate(1 / SPACING))
        with writing(db):
            seq = tell(db, box, shop.scanned(number), now())
        made[seq] = time.monotonic()
    db.close()
    return made


def _look(path: Path, kept: dict[int, float], over: threading.Event) -> None:
    """Note when each row is first found in HQ's database; a look without news is one pragma."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    seen, last = -1, db.execute("select coalesce(max(number), 0) from facts").fetchone()[0]
    while not over.wait(LOOK):
        (version,) = db.execute("pragma data_version").fetchone()
        if version == seen:
            continue
        seen = version
        rows = db.execute("select number, seq from facts where number > ? order by number", (last,)).fetchall()
        moment = time.monotonic()
        kept |= {seq: moment for _, seq in rows}
        last = rows[-1][0] if rows else last
    db.close()
