"""Bits flipped and pages lost at random places of a store's files, stopped and running: what is lost, doubled, not answered."""

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from edge.box_identity import ensure_identity
from edge.db_files import repair, replica_rebuild
from edge.db_files.inspection import READ_BUDGET_S, find_damage
from edge.db_files.repair_log import last_repair
from edge.demo.stack import DemoStack
from edge.platform.clock import now
from edge.platform.database import Replica, open_store
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.platform.sqlite_file import Damaged
from edge.replica.hq_replica import rows_where
from sync.hq.schema import migrate, open_hq_store
from tests.processes.town import a_town, card, eventually, look, scan
from tests.support.damaged_store import ENDS, STORE, Lived, at_hq, carry, copied, flip, live, spoil

PAGE = 4096
SETTLE = 6.0  # seconds a running box is watched after each damage
Figures = Counter[str]


def damage(folder: Path, dice: random.Random) -> str:
    """Flip a bit or lose a page of one of the files that are there; which, in words."""
    files = [folder / f"{name}{end}" for name in ("store.db", "hq.db") for end in ENDS]
    file = dice.choice([one for one in files if one.exists() and one.stat().st_size])
    place = dice.randrange(file.stat().st_size)
    if dice.random() < 0.6:
        flip(file, place, dice.randrange(8))
        return f"a bit of {file.name} at {place}"
    start = place - place % PAGE
    spoil(file, start, min(PAGE, file.stat().st_size - start), dice)
    return f"page {start // PAGE + 1} of {file.name}"


def stopped(rounds: int, first: int, facts: int) -> Figures:
    """Each damage on a copy of the same store, which is then started and carries its facts to HQ."""
    figures: Figures = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        migrate(folder / "hq")
        with open_hq_store(folder / "hq") as hq:
            hq.conn.execute("pragma synchronous = off")
            lived = live(folder / "store", hq, facts=facts, dice=random.Random(first))
        for seed in range(first, first + rounds):
            with copied(folder / "store", folder / "c") as store, copied(folder / "hq", folder / "h") as at:
                what = damage(store, random.Random(seed))
                try:
                    found = _start(store, at, lived)
                except Exception as error:  # noqa: BLE001  a box that does not start is what is looked for
                    print(f"{seed}: {what}: {type(error).__name__}: {error}", flush=True)
                    found = Counter({"does_not_start": 1})
                if found["doubled"]:
                    print(f"{seed}: {what}: {dict(found)}", flush=True)
                figures += found
    figures["damages"] = rounds
    figures["facts"], figures["scans"] = len(lived.facts), len(lived.scans)
    return figures


def _start(store: Path, at: Path, lived: Lived) -> Figures:
    repair.repair_store_if_damaged(store, STORE, now(), within=READ_BUDGET_S)
    replica_rebuild.rebuild_if_unreadable(store, now(), within=READ_BUDGET_S)
    _read_mirror(store)
    with open_store(store) as db, open_hq_store(at) as hq:
        for one in (db, hq):
            one.conn.execute("pragma synchronous = off")
        ensure_identity(db, STORE, now())
        carry(db, hq)
        told, scans = at_hq(hq), dict(db.conn.execute("select seq, data from scans").fetchall())
        repaired = last_repair(db) is not None
    return Counter(
        salvaged=int(repaired),
        lost=sum(text not in told for text in lived.facts.values()),
        doubled=sum(times > 1 for times in told.values()),
        scans_lost=sum(scans.get(seq) != data for seq, data in lived.scans.items()),
    )


def _read_mirror(folder: Path) -> None:
    """Read as pages do; if a read meets damage, another file has taken the place afterwards."""
    for _ in range(2):
        with Replica(folder) as hq:
            try:
                for feed in FEED_TABLES:
                    rows_where(hq, feed, dict)
                return
            except Damaged as damaged:
                replica_rebuild.rebuild_or_raise(damaged, now())
    raise AssertionError(f"the mirror stays damaged: {find_damage(folder / replica_rebuild.REPLICA_FILE)}")


def running(rounds: int, first: int) -> Figures:
    """One damage after the other under a box whose shoppers go on scanning."""
    figures: Figures = Counter()
    with tempfile.TemporaryDirectory() as name, a_town(Path(name)) as town:
        code = card(town, "member", "App member")
        for seed in range(first, first + rounds):
            dice = random.Random(seed)
            what = damage(town.data, dice)
            until = time.monotonic() + SETTLE
            while time.monotonic() < until:
                _look_after(town, figures)
                try:
                    scan(town, "k1", code)
                    figures["scanned"] += 1
                except OSError:
                    figures["scanner_away"] += 1
                time.sleep(0.3)
            answers = _is_well(town, figures)
            print(f"{seed}: {what}: {'answers' if answers else 'does not answer'}", flush=True)
            figures["does_not_answer"] += not answers
        ids = [row[0] for row in look(town.hq / "hq-store.db", "select id from facts")]
        figures["doubled"] = len(ids) - len(set(ids))
        figures["at_hq"] = len(ids)
    figures["damages"] = rounds
    return figures


def _look_after(town: DemoStack, figures: Figures) -> None:
    def told(_text: str) -> None:
        figures["processes_fell"] += 1

    for child in town.children.values():
        child.look_after(told)


def _is_well(town: DemoStack, figures: Figures) -> bool:
    def well() -> bool:
        _look_after(town, figures)
        return town.is_ready()

    try:
        return eventually(well, "the pages answer")
    except AssertionError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--damages", type=int, default=2_000, help="of a stopped store, each on a fresh copy")
    parser.add_argument("--running", type=int, default=20, help="of a store that runs, one after the other")
    parser.add_argument("--facts", type=int, default=900)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    words = parser.parse_args()
    logging.disable()
    begun = time.monotonic()
    parts = {"stopped": stopped(words.damages, words.first, words.facts)}
    parts["stopped"]["ms_each"] = round(1000 * (time.monotonic() - begun) / max(1, words.damages))
    if words.running:
        parts["running"] = running(words.running, words.first)
    figures = {f"damage.{part}.{name}": count for part, found in parts.items() for name, count in sorted(found.items())}
    for name, value in figures.items():
        print(f"{name:32} {value:8}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")
    bad = ("doubled", "does_not_start", "does_not_answer")
    return int(any(found[name] for found in parts.values() for name in bad))


if __name__ == "__main__":
    sys.exit(main())
