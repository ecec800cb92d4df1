"""Files damaged under a box that runs: its pages answer, its scans are answered, and HQ has everything once."""

import random
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.demo.stack import DemoStack
from edge.platform.sqlite import sqlite3
from tests.processes.town import a_town, card, devices_work, eventually, kept, look, made, outcomes, scan
from tests.support.damaged_store import spoil
from tests.support.keyed_databases import opened

PAGE = 4096
PAGES = ("/kiosk/k1", "/status", "/staff/c1", "/board")


@contextmanager
def in_a_thread(work: Callable[[], None]) -> Iterator[None]:
    """Something done all the time."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.1):
            work()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture(scope="module")
def fallen() -> list[str]:
    """What is reported of processes that fell."""
    return []


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, fallen: list[str]) -> Iterator[DemoStack]:
    """A town whose fallen processes are started again, by one thread until its end: a child dies with the one it is of."""

    def look_after() -> None:
        for child in one.children.values():
            child.look_after(fallen.append)

    with a_town(tmp_path_factory.mktemp("town")) as one, in_a_thread(look_after):
        yield one


@contextmanager
def asked_all_the_time(town: DemoStack) -> Iterator[list[str]]:
    """Pages asked for meanwhile; what was answered otherwise than with a page."""
    wrong: list[str] = []

    def ask() -> None:
        for page in PAGES:
            try:
                urllib.request.urlopen(town.url(page), timeout=60).read()
            except OSError as error:
                wrong.append(f"{page}: {error}")

    with in_a_thread(ask):
        yield wrong


def answered(town: DemoStack, code: str) -> None:
    """A scan is answered, however it is answered."""
    before = len(outcomes(town))
    scan(town, "k1", code)
    eventually(lambda: len(outcomes(town)) > before, "the scan is answered")


def is_filled_again(town: DemoStack) -> bool:
    try:
        found = look(town.data / "hq.db", "select whole from replaced")
        return bool(found and found[0][0]) and bool(look(town.data / "hq.db", "select 1 from catalog limit 1"))
    except sqlite3.Error:  # not yet
        return False


def all_at_hq_once(town: DemoStack) -> bool:
    ids = [row[0] for row in look(town.hq / "hq-store.db", "select id from facts where store = 'ginza'")]
    assert len(ids) == len(set(ids))
    here = {row[1] for row in made(town)}
    return here <= {row[1] for row in kept(town)} | {
        row[0] for row in look(town.hq / "hq-store.db", "select seq from echoes where store = 'ginza'")
    }


@pytest.mark.parametrize("what", ["gone", "empty", "noise", "pages"])
def test_a_mirror_is_made_anew_and_no_page_or_scan_waits_for_it(town: DemoStack, what: str) -> None:
    file = town.data / "hq.db"
    code = card(town, "member", "App member")
    pids = {name: town.children[name].pid for name in ("web", "bridge", "sync")}
    with asked_all_the_time(town) as wrong:
        match what:
            case "gone":
                for end in ("", "-wal", "-shm"):
                    (town.data / f"hq.db{end}").unlink(missing_ok=True)
            case "empty":
                file.write_bytes(b"")
            case "noise":
                spoil(file, 0, file.stat().st_size, random.Random(1))
            case "pages":
                for number in range(1, file.stat().st_size // PAGE, 3):
                    spoil(file, number * PAGE, PAGE, random.Random(number))
        answered(town, code)
        eventually(lambda: is_filled_again(town), "HQ has filled it again")
    assert wrong == []
    assert pids == {name: town.children[name].pid for name in pids}
    told = "select count(*) from facts where type = 'noren.mirror.replaced'"
    eventually(lambda: look(town.hq / "hq-store.db", told)[0][0] > 0, "HQ knows")


def test_a_damaged_store_db_is_salvaged_by_the_processes_themselves(town: DemoStack, fallen: list[str]) -> None:
    file, code = town.data / "store.db", card(town, "member", "App member")
    for _ in range(5):
        answered(town, code)
    scans = look(file, "select count(*) from scans")[0][0]
    checkpoint(file)
    for number in range(1, file.stat().st_size // PAGE, 3):
        spoil(file, number * PAGE, PAGE, random.Random(number))
    with asked_all_the_time(town):
        eventually(lambda: is_salvaged(file), "it is salvaged")
        eventually(town.is_ready, "the pages answer again")
        eventually(lambda: town.children["bridge"].is_up(), "the bridge is up again")
        eventually(lambda: devices_work(town), "the scanners work again")
        answered(town, code)
    assert any("ended with 74" in one for one in fallen)
    assert list(town.data.glob("store.db.damaged-*Z"))
    assert look(file, "select count(*) from scans")[0][0] <= scans + 1
    eventually(lambda: all_at_hq_once(town), "HQ has all of it once")


def checkpoint(file: Path) -> None:
    """What is in the log is in the file: there it can be damaged."""
    with opened(file, "rw") as conn:
        conn.execute("pragma wal_checkpoint")


def is_salvaged(file: Path) -> bool:
    try:
        return bool(look(file, "select 1 from repairs where kind = 'salvage'"))
    except sqlite3.Error:  # not yet
        return False
