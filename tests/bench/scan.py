"""Scan to screen with the broker up and down, memory after 1,000 scans, idle CPU, and start with a large catalogue."""

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil
from playwright.sync_api import Browser, Page

from edge.demo.stack import DemoStack
from edge.demo.subprocesses import noren_command
from edge.platform.database import open_hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed
from tests.processes import town as towns
from tests.processes.chromium import KIOSK, chromium, until

PRODUCTS = 10_000  # in the catalogue while scans are measured
RATE = 5.0  # scans a second, as the issue has it
PROCESSES = ("web", "bridge", "sync")
QUIET = 5.0  # seconds after the last scan before idle is measured
IDLE = 30.0  # seconds over which idle CPU is measured
STARTS = 3  # starts of each process; the median counts

# Notes the wall clock at which the page first shows an outcome's seq; Python reads the same clock on the same machine.
WATCH = """() => {
  window.shown = {};
  const note = () => {
    const seq = document.querySelector('.stage')?.dataset.seq;
    if (seq && !(seq in window.shown)) window.shown[seq] = performance.timeOrigin + performance.now();
  };
  new MutationObserver(note).observe(document.body, {childList: true, subtree: true, attributes: true});
}"""


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def grow_catalog(hq: Path, products: int) -> None:
    """Put made-up products into HQ's catalogue until it has `products`; each of one style, as the sample's rows are."""
    with open_headquarters(hq) as db:
        (text,) = db.conn.execute("select body from rows where feed = 'catalog' limit 1").fetchone()
        have = db.conn.execute("select count(*) from rows where feed = 'catalog'").fetchone()[0]
        row = msgspec.json.decode(text)
        db.conn.execute("begin immediate")
        feed.put_rows(db, "catalog", "all", (_made_up(row, number) for number in range(products - have)))
        db.conn.execute("commit")


def _made_up(row: dict[str, object], number: int) -> tuple[str, str]:
    body = f"0459{number:09d}"
    digit = -sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))) % 10
    gtin = f"{body}{digit}"
    return gtin, msgspec.json.encode({**row, "gtin": gtin, "style": f"99-{number // 8:05d}"}).decode()


def tags(town: DemoStack) -> list[str]:
    """All price tags of the store's catalogue (EAN-13)."""
    found = towns.look(town.data / "hq.db", "select key from catalog where body is not null order by key limit 300")
    return [key[1:] for (key,) in found]


def scan_at_rate(town: DemoStack, page: Page, codes: Iterable[str]) -> list[float]:
    """Milliseconds from the order to the scanner (before the first byte is on the line) to the outcome in the DOM."""
    seq = towns.look(town.data / "store.db", "select coalesce(max(seq), 0) from outcomes")[0][0]
    sent: dict[int, float] = {}
    for code in codes:
        seq += 1
        due = time.monotonic() + 1 / RATE
        sent[seq] = time.time() * 1000
        towns.scan(town, "k1", code)
        page.wait_for_timeout(max(0.0, (due - time.monotonic()) * 1000))
    until(page, "seq => seq in window.shown", arg=str(seq))
    shown: dict[str, float] = page.evaluate("window.shown")
    return [shown[str(number)] - moment for number, moment in sent.items() if str(number) in shown]


def pss_mb(process: int) -> float:
    """Proportional set size of a process and its children, MB (10^6 bytes)."""
    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return sum(_pss(one.pid) for one in family) / 1000


def _pss(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) * 1024 // 1000


def cpu_seconds(process: int) -> float:
    """User and system time of a process and its children so far, seconds."""
    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


def screens(scans: int, figures: dict[str, float]) -> None:
    """Latency with the broker up and down, then memory and idle CPU, in one town with 10,000 products."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        town = towns.built(Path(folder))
        grow_catalog(town.hq, PRODUCTS)
        with towns.up(town):
            _scans(town, browser, scans, figures)
            rest(town, figures)


def _scans(town: DemoStack, browser: Browser, scans: int, figures: dict[str, float]) -> None:
    page = browser.new_page(viewport={"width": KIOSK[0], "height": KIOSK[1]})
    page.goto(town.url("/kiosk/k1"))
    page.wait_for_selector(".stage")
    page.evaluate(WATCH)
    rows = "select rows from feeds where feed = 'catalog'"
    towns.eventually(lambda: towns.look(town.data / "hq.db", rows)[0][0] >= PRODUCTS, "the catalogue is here", 300)
    pick = random.Random(1)
    codes = tags(town)
    scan_at_rate(town, page, pick.choices(codes, k=20))  # caches and connections as in a shop that has opened
    up = scan_at_rate(town, page, pick.choices(codes, k=scans // 2))
    town.children["broker"].end()
    towns.eventually(lambda: towns.line_is(town, "down"), "the line is down")
    down = scan_at_rate(town, page, pick.choices(codes, k=scans - scans // 2))
    town.children["broker"].start()
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds it all")
    for name, values in (("scan.dom_ms", up + down), ("scan.up_dom_ms", up), ("scan.down_dom_ms", down)):
        figures[f"{name}.p50"], figures[f"{name}.p99"] = statistics.median(values), quantile(values, 0.99)
    figures["scan.seen"] = len(up + down) / scans
    page.close()


def rest(town: DemoStack, figures: dict[str, float]) -> None:
    """Memory and idle CPU of the three processes, no camera, no page open."""
    pids = {name: town.children[name].pid for name in PROCESSES}
    for name, pid in pids.items():
        figures[f"memory.{name}_pss_mb"] = pss_mb(pid)
    figures["memory.pss_mb"] = sum(figures[f"memory.{name}_pss_mb"] for name in PROCESSES)
    time.sleep(QUIET)
    before, begun = {name: cpu_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(IDLE)
    took = time.monotonic() - begun
    for name, pid in pids.items():
        figures[f"idle.{name}_cpu_pct"] = 100 * (cpu_seconds(pid) - before[name]) / took
    figures["idle.cpu_pct"] = sum(figures[f"idle.{name}_cpu_pct"] for name in PROCESSES)


def starts(figures: dict[str, float]) -> None:
    """Seconds from exec to ready with 100,000 products in the mirror; the slowest process's median counts."""
    with tempfile.TemporaryDirectory() as folder:
        town = towns.built(Path(folder))
        _fill_mirror(town, 100_000)
        for name in PROCESSES:
            took = [_start(town, name, Path(folder) / "notify") for _ in range(STARTS)]
            figures[f"start.{name}_s"] = statistics.median(took)
        figures["start.ready_s"] = max(figures[f"start.{name}_s"] for name in PROCESSES)


def _fill_mirror(town: DemoStack, products: int) -> None:
    hq = open_hq(town.data)
    with open_headquarters(town.hq) as there:
        (text,) = there.conn.execute("select body from rows where feed = 'catalog' limit 1").fetchone()
    row = msgspec.json.decode(text)
    hq.conn.execute("begin")
    hq.conn.executemany(
        "insert into catalog (key, version, body) values (?, ?, ?)",
        ((gtin, number, body) for number, (gtin, body) in enumerate(_made_up(row, n) for n in range(products))),
    )
    hq.conn.execute("commit")
    hq.close()


def _start(town: DemoStack, name: str, address: Path) -> float:
    """Start one process as systemd would, and wait until it says that it is ready; for web, until its pages answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        address.unlink(missing_ok=True)
        systemd.bind(str(address))
        systemd.settimeout(towns.WITHIN)
        begun = time.monotonic()
        process = subprocess.Popen(
            noren_command("run", name, "--config", town.config),
            env={**os.environ, "NOTIFY_SOCKET": str(address)},
            stderr=subprocess.DEVNULL,
        )
        try:
            while b"READY=1" not in systemd.recv(4096):
                pass
            if name == "web":
                towns.eventually(town.is_ready, "the pages answer")
            return time.monotonic() - begun
        finally:
            process.terminate()
            process.wait(towns.WITHIN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--scans", type=int, default=1000)
    words = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    figures: dict[str, float] = {}
    starts(figures)
    screens(words.scans, figures)
    for name, value in sorted(figures.items()):
        print(f"{name:28} {value:10.3f}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
