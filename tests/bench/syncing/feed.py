"""A catalogue of a million products comes to a new store: time, memory, bytes, and whether a scan feels it.

HQ's worker, the broker and the store share this one machine, its cores and its disk; in a chain only the last is in the shop.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import click
import msgspec
from sqlite_utils import Database

from edge.codes.check_digits import mod10_digit
from edge.demo.stack import DemoStack
from edge.platform.clock import now
from edge.platform.database import open_hq, writing
from edge.platform.migration import migrate
from sync.feeds import replica_table
from sync.feeds.receiver import FeedReceiver
from sync.feeds.versions import HeadComparison, compare_with_head
from sync.hq.enrolment.founding import found_headquarters, open_headquarters
from sync.hq.feeds import feed, publisher
from sync.protocol.messages import FeedHead, Head, Want
from tests.bench.scan import quantile
from tests.bench.syncing import shop
from tests.processes import town as towns

PRODUCTS, FEW = 1_000_000, 50_000
QUIET, QUIET_FEW = 300, 60  # scans of each kind before the load
SIZES = (10_000, 100_000)  # of the smaller mirrors whose digest is checked
HQ_CACHE = 800_000  # KiB while HQ is given its rows: one transaction of them all, by keys in no order
LIKE = 300  # products of the sample chain that the made-up ones are like
CHECKS = 2_000  # times a digest is checked
WITHIN = 1800.0  # seconds a load may take


def measure(asked: argparse.Namespace) -> dict[str, float]:
    """The figures `feed.*`."""
    products, quiet = (FEW, QUIET_FEW) if asked.quick else (PRODUCTS, QUIET)
    with tempfile.TemporaryDirectory() as folder:
        town, _ = shop.built(Path(folder))
        begun = time.monotonic()
        with open_headquarters(town.hq) as db:
            grow(db, products)
        print(f"HQ has {products} products after {time.monotonic() - begun:.0f} s", flush=True)
        figures = _first_load(town, products)
        figures |= _digests(town, Path(folder))
        figures |= _scans(town, products, quiet)
    return figures


def grow(db: Database, products: int) -> None:
    """Give HQ's catalogue made-up products, in no order of their GTINs: as a feed is after some seasons of changes."""
    have = db.conn.execute("select count(*) from rows where feed = 'catalog'").fetchone()[0]
    new = products - have
    db.conn.execute(f"pragma cache_size = -{HQ_CACHE}")
    made = made_up(products_of(db), new)
    with writing(db), click.progressbar(made, new, "products", file=sys.stderr) as bar:
        feed.put_rows(db, "catalog", "all", bar)


def products_of(db: Database) -> list[dict[str, object]]:
    """The sample chain's products, which the made-up ones are like."""
    found = db.conn.execute("select body from rows where feed = 'catalog' order by version limit ?", (LIKE,)).fetchall()
    return [msgspec.json.decode(text) for (text,) in found]


def made_up(like: Sequence[dict[str, object]], products: int) -> Iterator[tuple[str, str]]:
    """Keys and bodies of products that nobody sells, eight of a style."""
    dice, numbers = random.Random(1), list(range(products))
    dice.shuffle(numbers)
    for number in numbers:
        digits = f"0459{number:09d}"
        gtin, style, price = f"{digits}{mod10_digit(digits)}", f"99-{number // 8:05d}", dice.randrange(190, 19990)
        yield gtin, msgspec.json.encode({**dice.choice(like), "gtin": gtin, "style": style, "price": price}).decode()


def _first_load(town: DemoStack, products: int) -> dict[str, float]:
    """A store that has nothing: sync alone, nobody scans."""
    with shop.up(town, *shop.HQ_SIDE):
        before = shop.sent_by_broker(town)
        begun = time.monotonic()
        with shop.up(town, "sync"), shop.memory_watched(town.children["sync"].pid) as memory:
            towns.eventually(lambda: loaded(town, products), "the catalogue is here", WITHIN)
            seconds = time.monotonic() - begun
            time.sleep(2)  # the broker counts once a second
            wire = shop.sent_by_broker(town) - before
    _check(town)
    print(f"first load: {seconds:.1f} s, {wire / products:.0f} bytes a row on the wire", flush=True)
    return {
        "feed.rows": products,
        "feed.seconds": seconds,
        "feed.rows_per_s": products / seconds,
        "feed.pss_mb": max(memory),
        "feed.wire_mb": wire / 1e6,
    }


def loaded(town: DemoStack, products: int) -> bool:
    """Whether the mirror has all of so many products."""
    found = towns.look(town.data / "hq.db", "select rows, version from feeds where feed = 'catalog'")
    return bool(found) and found[0][0] >= products and found[0][1] > 0


def _check(town: DemoStack) -> None:
    """What the mirror has is what HQ has: every row, and the digest that both keep."""
    with open_headquarters(town.hq) as db:
        there = feed.feed_position(db, "catalog", "all")
        rows = db.conn.execute("select key, version, body from rows where feed = 'catalog' order by key")
        mirror = open_hq(town.data)
        here = replica_table.feed_position(mirror, "catalog")
        assert there is not None
        assert (here.epoch, here.version, here.digest) == (there.epoch, there.version, there.digest)
        own = mirror.conn.execute("select key, version, body from catalog order by key")
        assert all(one == other for one, other in zip(rows, own, strict=True)), "the mirror differs from HQ"
        mirror.close()


def _digests(town: DemoStack, folder: Path) -> dict[str, float]:
    """How long it takes to know that a mirror is HQ's, by size; the smaller ones are loaded without a line."""
    with open_headquarters(town.hq) as db:
        like, whole = products_of(db), feed.feed_position(db, "catalog", "all")
    assert whole is not None
    took = {whole.rows: _digest_ms(town.data, whole.head)}
    for size in (size for size in SIZES if size < whole.rows):
        place = folder / f"of-{size}"
        took[size] = _digest_ms(place, _mirrored(place, like, size))
    for size, value in sorted(took.items()):
        print(f"digest check at {size:9} rows: {value * 1000:8.1f} µs", flush=True)
    return {
        **{f"feed.digest_ms.{size}": value for size, value in took.items()},
        "feed.digest_ms": took[max(took)],
        "feed.digest_ratio": took[max(took)] / took[min(took)],
    }


def _mirrored(place: Path, like: Sequence[dict[str, object]], size: int) -> FeedHead:
    """A headquarters and a mirror of it with so many products; the position of HQ's feed."""
    found_headquarters(place / "hq", "hanada", "mqtt://127.0.0.1:1")
    migrate(place)
    with open_headquarters(place / "hq") as db:
        with writing(db):
            feed.put_rows(db, "catalog", "all", made_up(like, size))
        there = feed.feed_position(db, "catalog", "all")
        assert there is not None
        wants: deque[Want] = deque()

        def ask(want: Want) -> bool:
            wants.append(want)
            return True

        mirror = FeedReceiver(open_hq(place), ask, lambda _noted: None)
        mirror.on_head("all", Head(feeds={"catalog": there.head}), 0.0, now())
        for second in count():
            mirror.send(second)
            while wants and (page := publisher.feed_page(db, "ginza", wants.popleft())):
                mirror.on_rows(*page, second, now())
            if mirror.positions()["catalog"].version == there.version:
                break
        mirror.db.close()
    return there.head


def _digest_ms(place: Path, head: FeedHead) -> float:
    """The time to read the mirror's position and compare it with HQ's head; median."""
    db, took = open_hq(place), []
    for _ in range(CHECKS):
        begun = time.perf_counter()
        same = compare_with_head(replica_table.feed_position(db, "catalog"), head)
        took.append((time.perf_counter() - begun) * 1000)
        assert same is HeadComparison.SAME
    db.close()
    return statistics.median(took)


def _scans(town: DemoStack, products: int, quiet: int) -> dict[str, float]:
    """Scan to screen with nothing to do, then while a store that has an empty catalogue again loads all of it.

    A product that has not come yet is a screen of its own ("not known here"), so both are scanned in the quiet too; the
    load is held to the quicker of them.
    """
    with shop.up(town, *shop.HQ_SIDE, *shop.SCREEN_SIDE, "sync"):
        towns.eventually(town.is_ready, "the pages answer")
        towns.eventually(lambda: towns.devices_work(town), "the scanners work")
        with shop.kiosk(town) as page:
            known = shop.scan_until(town, page, lambda scans: scans >= quiet)
            town.children["sync"].end()
            empty(town)
            unknown = shop.scan_until(town, page, lambda scans: scans >= quiet)
            begun = time.monotonic()
            town.children["sync"].start()
            during = shop.scan_until(town, page, lambda _scans: loaded(town, products))
            seconds = time.monotonic() - begun
    runs = [("quiet, known products", known), ("quiet, unknown ones", unknown), (f"{products} products load", during)]
    shop.tell_table("scan to screen, ms", runs)
    calm = min(quantile(known, 0.99), quantile(unknown, 0.99))
    return {
        "feed.scan_quiet_ms.p99": calm,
        "feed.scan_ms.p50": quantile(during, 0.5),
        "feed.scan_ms.p99": quantile(during, 0.99),
        "feed.scan_p99_ratio": quantile(during, 0.99) / calm,
        "feed.scanned_seconds": seconds,
    }


def empty(town: DemoStack) -> None:
    """Take the catalogue out of the mirror, as on a new store; sync, its one writer, is down."""
    db = open_hq(town.data)
    with writing(db):
        db.conn.execute("delete from catalog")
        db.conn.execute("delete from feeds where feed = 'catalog'")
    db.conn.execute("pragma wal_checkpoint(truncate)")
    db.close()
