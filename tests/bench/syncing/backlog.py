"""A million facts wait: whether a new one, and a scan while they drain, take longer than in a shop with no backlog.

HQ's worker, the broker and the store share this one machine, its cores and its disk; in a chain only the last is in the shop.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from sqlite_utils import Database

from edge.demo.stack import DemoStack
from edge.facts.journal import BoxIdentity, journal_progress, tell
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from tests.bench.scan import quantile
from tests.bench.syncing import shop
from tests.processes import town as towns

FACTS, FEW = 1_000_000, 50_000
ENQUEUED, ENQUEUED_FEW = 3_000, 300  # facts given to each store, in turn
QUIET, QUIET_FEW = 300, 60  # scans before the drain, and after it
STILL = 10  # facts that wait when the drain counts as over: scans go on, and each tells one


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """The figures `backlog.*`."""
    facts, enqueued, quiet = (FEW, ENQUEUED_FEW, QUIET_FEW) if asked.quick else (FACTS, ENQUEUED, QUIET)
    with tempfile.TemporaryDirectory() as folder:
        (none, box), (town, full) = (shop.built(Path(folder) / name) for name in ("none", "full"))
        _load_mirror(town)
        print(f"{facts} facts wait after {shop.fill_journal(town, full, facts):.0f} s", flush=True)
        return _enqueue((none, box), (town, full), enqueued) | _scans(town, full, quiet)


def _load_mirror(town: DemoStack) -> None:
    """HQ's rows come before the backlog does, so that every scan finds its product."""
    with shop.up(town, *shop.HQ_SIDE, "sync"):
        towns.eventually(lambda: towns.mirror_is_whole(town), "the catalogue is here")


def _enqueue(none: tuple[DemoStack, BoxIdentity], full: tuple[DemoStack, BoxIdentity], facts: int) -> dict[str, float]:
    """A fact to the one store and one to the other, in random order, so that a moody disk is moody to both."""
    stores = [(open_store(town.data), box) for town, box in (none, full)]
    took: tuple[list[float], list[float]] = ([], [])
    dice = random.Random(1)
    for number in range(facts):
        for which in dice.sample((0, 1), 2):
            took[which].append(_tell(*stores[which], number))
    for db, _ in stores:
        db.close()
    shop.tell_table("a fact told and on the disk, ms", [("none waits", took[0]), ("all wait", took[1])])
    empty, waiting = quantile(took[0], 0.99), quantile(took[1], 0.99)
    return {
        "backlog.enqueue_ms.p50_empty": quantile(took[0], 0.5),
        "backlog.enqueue_ms.p50_full": quantile(took[1], 0.5),
        "backlog.enqueue_ms.p99_empty": empty,
        "backlog.enqueue_ms.p99_full": waiting,
        "backlog.enqueue_ratio": waiting / empty,
    }


def _tell(db: Database, box: BoxIdentity, number: int) -> float:
    begun = time.perf_counter()
    with writing(db):
        fact, about = shop.scanned(number)
        tell(db, box, fact, now(), about)
    return (time.perf_counter() - begun) * 1000


def _scans(town: DemoStack, box: BoxIdentity, quiet: int) -> dict[str, float]:
    """Scan to screen while everything that waits drains; before that with sync down, and then with nothing to send.

    The drain is held to the quicker of the two.
    """
    with shop.up(town, *shop.HQ_SIDE, *shop.SCREEN_SIDE, "sync"):
        town.children["sync"].end()  # until the kiosk is there
        towns.eventually(town.is_ready, "the pages answer")
        towns.eventually(lambda: towns.devices_work(town), "the scanners work")
        with shop.kiosk(town) as page:
            before = shop.scan_until(town, page, lambda scans: scans >= quiet)
            waited, begun = _waiting(town, box), time.monotonic()
            town.children["sync"].start()
            during = shop.scan_until(town, page, lambda _scans: _waiting(town, box) < STILL)
            seconds = time.monotonic() - begun
            after = shop.scan_until(town, page, lambda scans: scans >= quiet)
    runs = [("quiet, sync down", before), ("quiet, none waits", after), (f"{waited} facts drain", during)]
    shop.tell_table("scan to screen, ms", runs)
    calm = min(quantile(before, 0.99), quantile(after, 0.99))
    return {
        "backlog.scan_quiet_ms.p99": calm,
        "backlog.scan_ms.p50": quantile(during, 0.5),
        "backlog.scan_ms.p99": quantile(during, 0.99),
        "backlog.scan_p99_ratio": quantile(during, 0.99) / calm,
        "backlog.drained_facts_per_s": waited / seconds,
    }


def _waiting(town: DemoStack, box: BoxIdentity) -> int:
    """Facts HQ has not acknowledged."""
    db = open_store(town.data)
    waiting = journal_progress(db, box.epoch).waiting
    db.close()
    return waiting
