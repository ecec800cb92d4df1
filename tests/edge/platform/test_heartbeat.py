"""Each loop's last round is noted, and a loop that has stopped is known from it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from edge.platform import heartbeat
from edge.platform.clock import now
from edge.platform.database import open_store, rows
from edge.platform.migration import migrate
from edge.platform.process import ProcessLife, join_threads, start_tasks
from tests.processes.sync_and_hq import until


def test_a_loop_that_stands_still_is_known_and_the_others_are_not_blamed(tmp_path: Path) -> None:
    migrate(tmp_path)
    at, moment = 1000.0, now()
    later = replace(moment, uptime_ms=moment.uptime_ms + 6000)
    with open_store(tmp_path) as db:
        heartbeat.note_rounds(db, "web", {"desk": at - 2, "follower": at}, at, moment)
        heartbeat.note_rounds(db, "bridge", {"heartbeat": at}, at, moment)
        assert heartbeat.silent_loops(db, moment) == frozenset()
        assert heartbeat.silent_loops(db, later) == {("web", "desk")}
        heartbeat.note_rounds(db, "web", {"follower": at + 6}, at + 6, later)
        assert heartbeat.silent_loops(db, later) == frozenset(), "a loop that is no more is nothing that stands still"


def test_a_living_process_notes_its_loops_and_those_of_a_life_within(tmp_path: Path) -> None:
    migrate(tmp_path)
    life, stuck = ProcessLife(), threading.Event()

    def short_rests(own: ProcessLife) -> None:
        while own.goes_on():
            own.rest(0.01)

    def goes_round(own: ProcessLife) -> None:
        with own.within() as inner:
            threads = start_tasks(inner, {"gun": short_rests})
            while own.goes_on():
                own.rest(0.01)
        join_threads(threads)

    def stands_still(own: ProcessLife) -> None:
        own.goes_on()
        stuck.wait()

    tasks: dict[str, Callable[[ProcessLife], None]] = {
        "a": goes_round,
        "b": stands_still,
        "heartbeat": partial(heartbeat.run_heartbeat, tmp_path, "bridge"),
    }
    threads = start_tasks(life, tasks)

    def rounds() -> dict[str, int]:
        with open_store(tmp_path) as db:
            return {row["loop"]: row["round_ms"] for row in rows(db, "select loop, round_ms from loops")}

    try:
        until(lambda: set(rounds()) == {"a", "b", "heartbeat", "within/gun"})
        before = rounds()

        def only_b_stood_still() -> bool:
            """Between two notes; a machine that halts within one shifts what is noted, all of it alike."""
            nonlocal before
            last, before = before, rounds()
            same = abs(before["b"] - last["b"]) <= 1  # the same round, to a millisecond
            return same and all(before[loop] > last[loop] for loop in ("a", "within/gun", "heartbeat"))

        until(only_b_stood_still)
    finally:
        life.end()
        stuck.set()
    assert join_threads(threads, 60) == []


def test_what_cannot_be_noted_ends_no_process(tmp_path: Path) -> None:
    migrate(tmp_path)
    life = ProcessLife()
    with open_store(tmp_path) as db:
        db.conn.execute("begin immediate")
        threads = start_tasks(life, {"heartbeat": partial(heartbeat.run_heartbeat, tmp_path, "sync")})
        until(lambda: "heartbeat" in life.rounds())
        time.sleep(2 * heartbeat.BUSY_TIMEOUT_MS / 1000)
        assert life.broken is None
        db.conn.execute("rollback")
        until(lambda: bool(rows(db, "select * from loops")))
    life.end()
    assert join_threads(threads, 60) == []
