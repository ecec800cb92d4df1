"""A store under measurement: a town whose parts start one by one, scans until something is done, memory watched."""

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page

from edge.box_identity import ensure_identity
from edge.demo.ports import is_free
from edge.demo.stack import DEMO_STATIONS, DemoStack
from edge.facts.fact import FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.features.product import ProductScanned
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from tests.bench.scan import RATE, WATCH, quantile
from tests.processes import town as towns
from tests.processes.chromium import KIOSK, chromium, until

HQ_SIDE = ("broker", "hq")
SCREEN_SIDE = (*(f"scanner-{station}" for station, *_ in DEMO_STATIONS), "web", "bridge")
WARM = 20  # scans before counting: caches and connections as in a shop that has opened
LOOK = 0.25  # seconds between looks at a process's memory
PEN = 5_000  # facts a transaction appends while a backlog is made; nobody scans meanwhile


def built(folder: Path) -> tuple[DemoStack, BoxIdentity]:
    """A town that is not up yet, and its box, which has its identity already."""
    town = towns.built(folder)
    conf = folder / "broker" / "mosquitto.conf"
    conf.write_text(conf.read_text() + "sys_interval 1\n")  # seconds between its own counts of bytes
    acl = folder / "broker" / "acl"
    acl.write_text("topic read $SYS/broker/bytes/sent\n" + acl.read_text())  # the shipped rules show them to nobody
    db = open_store(town.data)
    box = ensure_identity(db, "ginza", now())
    db.close()
    return town, box


@contextmanager
def up(town: DemoStack, *names: str) -> Iterator[None]:
    """Some parts of a town, started in order and ended in the other."""
    try:
        for name in names:
            town.children[name].start()
        yield
    finally:
        for name in reversed(names):
            town.children[name].end()


def fill_journal(town: DemoStack, box: BoxIdentity, facts: int) -> float:
    """Append facts nobody has sent yet, by the journal's own rule; seconds it took."""
    db = open_store(town.data)
    begun = time.monotonic()
    for first in range(0, facts, PEN):
        with writing(db):
            for number in range(first, min(first + PEN, facts)):
                fact, about = scanned(number)
                tell(db, box, fact, now(), about)
    db.conn.execute("pragma wal_checkpoint(truncate)")
    db.close()
    return time.monotonic() - begun


def scanned(number: int) -> tuple[ProductScanned, FactAttributes]:
    """A fact as the desk tells one of each product that is scanned, and what it is about."""
    return ProductScanned(gtin=f"{number:014d}", known=True), FactAttributes(station="k1", causation=f"scans/{number}")


@contextmanager
def kiosk(town: DemoStack) -> Iterator[Page]:
    """The kiosk's page in a browser, with a note of when each outcome was first in the DOM."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": KIOSK[0], "height": KIOSK[1]})
        page.goto(town.url("/kiosk/k1"))
        page.wait_for_selector(".stage")
        page.evaluate(WATCH)
        scan_until(town, page, lambda count: count >= WARM)
        yield page


def scan_until(town: DemoStack, page: Page, done: Callable[[int], bool]) -> list[float]:
    """Scan products `RATE` times a second until `done(scans so far)`.

    Milliseconds from the order to the scanner to the outcome in the DOM. An outcome that was overtaken by a later one
    counts until that one was seen, so that none that was too slow to be seen is left out.
    """
    pick, codes = random.Random(1), tags(town)
    seq = towns.look(town.data / "store.db", "select coalesce(max(seq), 0) from outcomes")[0][0]
    sent: dict[int, float] = {}
    while not done(len(sent)):
        seq += 1
        due = time.monotonic() + 1 / RATE
        sent[seq] = time.time() * 1000
        towns.scan(town, "k1", pick.choice(codes))
        page.wait_for_timeout(max(0.0, (due - time.monotonic()) * 1000))
    until(page, "seq => seq in window.shown", arg=str(seq), patience=towns.WITHIN)
    shown = {int(number): moment for number, moment in page.evaluate("window.shown").items()}
    return [_seen(shown, number) - moment for number, moment in sent.items()]


def tags(town: DemoStack) -> list[str]:
    """Price tags (EAN-13) of the products HQ had first: those a new store has with its first page."""
    rows = "select key from rows where feed = 'catalog' order by version limit 300"
    return [key[1:] for (key,) in towns.look(town.hq / "hq-store.db", rows)]


def _seen(shown: dict[int, float], number: int) -> float:
    return min(moment for seq, moment in shown.items() if seq >= number)


@contextmanager
def memory_watched(pid: int) -> Iterator[list[float]]:
    """A list that fills with the process's proportional set size, MB (10^6 bytes), while the block lasts."""
    seen: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK):
            with suppress(ProcessLookupError, FileNotFoundError):  # it has just ended
                seen.append(_pss(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) * 1024 / 1e6


def sent_by_broker(town: DemoStack) -> int:
    """Bytes the broker has sent to all its clients so far (MQTT packets, without TCP's own)."""
    towns.eventually(lambda: not is_free(town.ports.broker), "the broker listens")
    words = ["mosquitto_sub", "-p", str(town.ports.broker), "-t", "$SYS/broker/bytes/sent", "-C", "1", "-W", "20"]
    return int(subprocess.run(words, capture_output=True, check=True, text=True).stdout)


def tell_table(title: str, rows: Sequence[tuple[str, Sequence[float]]]) -> None:
    """Median, p99 and the worst of some runs of milliseconds."""
    print(f"\n{title:44}{'n':>8}{'p50':>10}{'p99':>10}{'max':>10}", flush=True)
    for name, values in rows:
        figures = (quantile(list(values), 0.5), quantile(list(values), 0.99), max(values))
        print(f"  {name:42}{len(values):8}" + "".join(f"{figure:10.2f}" for figure in figures), flush=True)
