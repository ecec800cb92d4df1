"""How fast a store that was cut off is rid of what waits: ours beside one message per event, and beside the ceilings."""

import argparse
import itertools
import random
import sqlite3
import time
from pathlib import Path

from edge.box_identity import ensure_identity
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from sync.protocol.messages import EventRow
from tests.bench.syncing import ceilings, ours, theirs
from tests.bench.syncing.saying import said
from tests.bench.syncing.teller import facts
from tests.bench.syncing.trials.arena import DEBIAN, answers, arena, eventually
from tests.bench.syncing.trials.faults import NONE
from tests.bench.syncing.trials.terms import Trial

WAITING = 100_000  # facts at the store when the line comes up
PEERS = 5_000  # for the peers, who would take many minutes; their rate does not hang on the number
ROUNDS = 3  # drains on the disk of ours and of each peer; the best of each counts, because others use the machine, too
QUICK = 0.2  # share of both in a quick look
AT_ONCE = 1e9  # facts a second: as fast as a producer can
FAR = 0.02  # s each way to a HQ that is not next door: 40 ms there and back, as over a phone line
CHUNK = 500  # facts in a transaction while the backlog is made
WITHIN = 900.0  # s for a drain

# mosquitto as Debian installs it drops what a consumer cannot take at once; here all shall arrive
ROOMY = DEBIAN + "max_queued_messages 0\n"
THEIRS = {
    "paho": theirs.build_paho_by_default,
    "paho_wal": theirs.build_paho,
    "sqlite_puback": theirs.build_sqlite_puback,
    "bridge": theirs.build_bridge,
}


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """Facts a second of each arm from HQ's first fact to its last; shares of what SQLite and mosquitto do alone.

    Ours and the peers keep on the same disk with the same promise: what is acknowledged has been waited for. `paho` has
    the default settings of paho and of SQLite at both ends; the consumers of the others (`paho_wal` is paho with such a one)
    have SQLite's write-ahead log, as ours. Where waiting for the disk costs nothing the peers are quicker, so they run in
    memory, too (`…_in_memory`), and there with HQ some way off (`…_far`), which is what a message per event has to wait for.
    """
    share = QUICK if asked.quick else 1.0
    many, few = int(WAITING * share), int(PEERS * share)
    found: dict[str, float] = {}
    rounds = [_noren(many) for _ in range(ROUNDS)]
    found["noren"], backlog = max(rate for rate, _ in rounds), rounds[0][1]
    found["noren_far"], _ = _noren(many, FAR)
    for arm in THEIRS:
        found[arm] = max(_peer(arm, few, on_disk=True) for _ in range(ROUNDS))
        found[f"{arm}_in_memory"] = _peer(arm, few)
        found[f"{arm}_far"] = _peer(arm, few, far=FAR)
    found["sqlite"] = ceilings.sqlite(backlog)
    found["mosquitto"] = ceilings.mosquitto(backlog)
    return {f"drain.{name}.facts_per_s": rate for name, rate in found.items()} | {
        "drain.ratio_vs_paho": found["noren"] / found["paho"],
        "drain.ratio_vs_paho_wal": found["noren"] / found["paho_wal"],
        "drain.ratio_vs_paho_in_memory": found["noren"] / found["paho_in_memory"],
        "drain.ratio_vs_paho_far": found["noren_far"] / found["paho_far"],
        "drain.share_of_sqlite": found["noren"] / found["sqlite"],
        "drain.share_of_mosquitto": found["noren"] / found["mosquitto"],
    }


def fill(data: Path, many: int) -> list[EventRow]:
    """Let the store's web process tell facts while nobody listens; what lies in the journal then."""
    db = open_store(data)
    box, made = ensure_identity(db, ours.STORE, now()), facts(random.Random(1))
    for first in range(0, many, CHUNK):
        with writing(db):
            for fact in itertools.islice(made, min(CHUNK, many - first)):
                tell(db, box, fact, now())
    found = rows(db, "select seq, ordinal, event from journal order by seq")
    db.close()
    return [EventRow(seq=row["seq"], ordinal=row["ordinal"], event=row["event"]) for row in found]


def _noren(many: int, far: float = 0.0) -> tuple[float, list[EventRow]]:
    """Our rate, and the backlog that was drained."""
    with arena("drain-noren", lambda: False, on_disk=True) as here:
        ours.settle_in(here)
        backlog = fill(here.folder / "data", many)
        if far:
            here.add_far_link(far)
        here.start("broker", "link", "consumer")
        eventually(lambda: answers(here.broker) and answers(here.link), "broker and link answer")
        here.start("sync")
        return _rate(here.folder / "hq" / "hq-store.db", "facts", len(backlog)), backlog


def _peer(arm: str, many: int, *, on_disk: bool = False, far: float = 0.0) -> float:
    """The rate of an arm whose facts wait, as it keeps them, until there is a link."""
    with arena(f"drain-{arm}", lambda: False, on_disk=on_disk) as here:
        THEIRS[arm](here, Trial(arm=arm, fault=NONE, seed=1, facts=many, rate=AT_ONCE), ROOMY)
        here.do("kill", "link")
        here.start("producer")
        eventually(lambda: len(said(here.folder)) >= many, "all facts wait", WITHIN)
        if far:
            here.add_far_link(far)
        here.start("link")
        return _rate(here.folder / "peer-hq.db", "received", many)


def _rate(path: Path, table: str, many: int) -> float:
    """Facts a second, from the moment HQ's database has its first until it has `many`."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)

    def number() -> int:
        return int(db.execute(f"select coalesce(max(number), 0) from {table}").fetchone()[0])

    try:
        eventually(lambda: number() > 0, "the first fact is at HQ")
        begun, first = time.monotonic(), number()
        eventually(lambda: number() >= many, "the last fact is at HQ", WITHIN)
        return (many - first) / (time.monotonic() - begun)
    finally:
        db.close()
