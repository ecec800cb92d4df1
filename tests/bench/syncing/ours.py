"""Our arm: the store's real sync, the real HQ, and HQ's broker as Debian installs it, the harshest for whoever trusts it."""

import json
from collections import Counter
from pathlib import Path

import msgspec

from edge.demo.subprocesses import noren_command
from edge.features.stock import StockRow
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import rows, writing
from sync.hq.enrolment.founding import enrol_store, found_headquarters, open_headquarters
from sync.hq.feeds import feed
from tests.bench.syncing.saying import said
from tests.bench.syncing.teller import GTINS, ON_HAND
from tests.bench.syncing.trials.arena import DEBIAN, Arena, answers, eventually, module
from tests.bench.syncing.trials.terms import Count, Trial
from tests.support.keyed_databases import unlocked

CHAIN, STORE = "bench", "ginza"


def settle_in(here: Arena) -> None:
    """A headquarters with one store and its goods, the store's settings and databases, and the processes, not started."""
    hq = here.folder / "hq"
    found_headquarters(hq, CHAIN, f"mqtt://127.0.0.1:{here.link}")
    bundle = enrol_store(hq, STORE, STORE)
    (here.folder / "store-signing.key").write_bytes((bundle / "store-signing.key").read_bytes())
    about = f'[store]\nchain = "{CHAIN}"\nid = "{STORE}"\ndata = "data"\n'
    (here.folder / "noren.toml").write_text(about + (bundle / "hq.toml").read_text())
    (here.folder / "data").mkdir()
    migration.migrate(unlocked(here.folder / "data"))
    _stock_up(hq)
    here.add_mosquitto("broker", here.broker, DEBIAN)
    here.add_link()
    here.add("consumer", noren_command("hq", "serve", "--dir", hq, "--broker", f"mqtt://127.0.0.1:{here.broker}"))
    here.add("sync", noren_command("run", "sync", "--config", here.folder / "noren.toml"))


def _stock_up(hq: Path) -> None:
    """Goods whose pieces HQ counts, so that a fact counted twice shows as a wrong stock."""
    goods = [StockRow(gtin=gtin, on_hand=ON_HAND, as_of=now().time) for gtin in GTINS]
    with open_headquarters(hq) as db, writing(db):
        feed.put_rows(db, "stock", STORE, [(row.gtin, msgspec.json.encode(row).decode()) for row in goods])


def build(here: Arena, trial: Trial) -> None:
    """All but the producer is up when this returns."""
    settle_in(here)
    here.add("producer", module("teller", here.folder, trial.facts, trial.rate, here.link))
    here.roles = {**here.roles, "store": ("producer", "sync")}
    here.start("broker", "link", "consumer", "sync")
    eventually(lambda: answers(here.broker) and answers(here.link), "broker and link answer")


def count(here: Arena) -> Count:
    """Facts by their ids, and pieces by HQ's own stock: a key that hides doubled rows would show there."""
    with open_headquarters(here.folder / "hq") as db:
        ids = [id_ for (id_,) in db.conn.execute("select id from facts where store = ?", (STORE,))]
        moves = rows(db, "select event from facts where type = 'noren.stock.moved'")
        stock = rows(db, "select key, body from rows where feed = 'stock' and scope = ?", (STORE,))
    told = Counter(json.loads(row["event"])["data"]["gtin"] for row in moves)
    wrong = [ON_HAND - json.loads(row["body"])["on_hand"] - told[row["key"]] for row in stock]
    distinct, promised = set(ids), set(said(here.folder))
    return Count(
        said=len(promised),
        lost=len(promised - distinct) + sum(-pieces for pieces in wrong if pieces < 0),
        doubled=len(ids) - len(distinct) + sum(pieces for pieces in wrong if pieces > 0),
        rows=len(ids),
    )
