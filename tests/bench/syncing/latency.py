"""From a fact said yes to at the store to its commit at HQ, one at a time on an idle line; beside two that people use.

Producer and looker are two threads of one process, so one monotonic clock times both: from the moment the producer was
told yes (ours: its commit has returned) to the moment a look at HQ's database finds the row. A look every half
millisecond is in the figure. Broker, HQ and store share the machine: what a real line takes is to be added.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from tests.bench.scan import quantile
from tests.bench.syncing import shop, theirs
from tests.bench.syncing.peers.sqlite_queue import open_queue
from tests.bench.syncing.saying import message
from tests.bench.syncing.trials.arena import TUNED, Arena, arena
from tests.bench.syncing.trials.faults import NONE
from tests.bench.syncing.trials.terms import Trial
from tests.processes import town as towns

FACTS, FEW = 400, 60
WARM = 20  # facts before counting
SPACING = 0.15  # seconds between facts on average, drawn anew each time so that no tick of ours is met in step
LOOK = 0.0005  # seconds between looks at HQ's database

Say = Callable[[int], str]
"""Says fact number n; its id, once the answer is yes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where HQ keeps facts: `sql` gives number and id of the rows behind a number."""

    path: Path
    sql: str


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """The figures `latency.*`; those without an arm's name are ours."""
    facts = FEW if asked.quick else FACTS
    took = {"noren": _noren(facts), "paho": _paho(facts), "sqlite_puback": _sqlite_puback(facts)}
    shop.tell_table("fact said yes to, to kept at HQ, ms", list(took.items()))
    figures = {
        f"latency.{arm}.kept_ms.{name}": value
        for arm, values in took.items()
        for name, value in (("p50", statistics.median(values)), ("p99", quantile(values, 0.99)))
    }
    ours = {f"latency.kept_ms.{name}": figures[f"latency.noren.kept_ms.{name}"] for name in ("p50", "p99")}
    return figures | ours


def _noren(facts: int) -> list[float]:
    """Each fact in a transaction of its own, as the desk does it, with real sync, HQ and mosquitto as Debian sets it up."""
    with tempfile.TemporaryDirectory() as folder:
        town, box = shop.built(Path(folder))
        with shop.up(town, *shop.HQ_SIDE, "sync"):
            towns.eventually(lambda: towns.mirror_is_whole(town), "the line to HQ is up")
            db = open_store(town.data)

            def say(number: int) -> str:
                with writing(db):
                    fact, about = shop.scanned(number)
                    seq = tell(db, box, fact, now(), about)
                return f"{box.store}/{box.epoch}/{seq}"

            kept = Kept(town.hq / "hq-store.db", "select number, id from facts where number > ? order by number")
            took = _latencies(say, kept, facts)
            db.close()
    return took


def _paho(facts: int) -> list[float]:
    """paho publishes at once; yes means that its queue in memory has the message."""
    with arena("latency-paho", lambda: False, on_disk=True) as here:
        kept = _their_hq(here, "paho_queue")
        client = paho.Client(CallbackAPIVersion.VERSION2, "store", clean_session=False)
        client.connect("127.0.0.1", here.broker)
        client.loop_start()

        def say(number: int) -> str:
            name, payload = message(number)
            client.publish("noren/events", payload, qos=1)
            return name

        took = _latencies(say, kept, facts)
        client.disconnect()
        client.loop_stop()
    return took


def _sqlite_puback(facts: int) -> list[float]:
    """A queue in SQLite that another process publishes from; yes means committed, as with ours."""
    with arena("latency-sqlite", lambda: False, on_disk=True) as here:
        kept = _their_hq(here, "sqlite_queue")
        db = open_queue(here.folder)
        here.start("producer")  # it makes no facts itself: it only sends

        def say(number: int) -> str:
            name, payload = message(number)
            db.execute("insert into queue (payload) values (?)", (payload,))
            return name

        took = _latencies(say, kept, facts)
        db.close()
    return took


def _their_hq(here: Arena, producer: str) -> Kept:
    theirs.add(here, Trial(arm=producer, fault=NONE, seed=1, facts=0, rate=1.0), producer, here.broker, TUNED)
    return Kept(here.folder / "peer-hq.db", "select number, id from received where number > ? order by number")


def _latencies(say: Say, at: Kept, facts: int) -> list[float]:
    """Milliseconds of each fact after the first `WARM`."""
    kept: dict[str, float] = {}
    over = threading.Event()
    looker = threading.Thread(target=_look, args=(at, kept, over))
    looker.start()
    try:
        made = _spaced(say, WARM + facts)
        towns.eventually(lambda: made.keys() <= kept.keys(), "HQ has every fact")
    finally:
        over.set()
        looker.join()
    return [(kept[name] - moment) * 1000 for name, moment in list(made.items())[WARM:]]


def _spaced(say: Say, facts: int) -> dict[str, float]:
    """Facts at random moments; id -> when yes was said."""
    dice, made = random.Random(1), {}
    for number in range(1, facts + 1):
        time.sleep(dice.expovariate(1 / SPACING))
        name = say(number)
        made[name] = time.monotonic()
    return made


def _look(at: Kept, kept: dict[str, float], over: threading.Event) -> None:
    """Note when each row is first found in HQ's database; a look without news is one pragma."""
    db = sqlite3.connect(f"file:{at.path}?mode=ro", uri=True)
    seen, last = -1, 0
    while not over.wait(LOOK):
        (version,) = db.execute("pragma data_version").fetchone()
        if version == seen:
            continue
        seen = version
        rows = db.execute(at.sql, (last,)).fetchall()
        moment = time.monotonic()
        kept |= {name: moment for _, name in rows}
        last = rows[-1][0] if rows else last
    db.close()
