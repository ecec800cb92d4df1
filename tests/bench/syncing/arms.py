"""The arms: ours, and four ways people carry events to headquarters over MQTT today."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge import schema
from edge.clock import now
from edge.demo.children import noren
from edge.stock import StockRow
from edge.store import rows, writing
from sync.hq import feed
from sync.hq.founding import enrol, found, opened
from tests.bench.syncing.arena import DEBIAN, TUNED, Arena, answers, eventually, free_port, module
from tests.bench.syncing.faults import GROUPS
from tests.bench.syncing.peers.consumer import READY
from tests.bench.syncing.saying import said
from tests.bench.syncing.teller import GTINS, ON_HAND

NOREN = "noren"
CHAIN, STORE = "bench", "ginza"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial: an arm, a fault, a seed, and how many facts at how many a second."""

    arm: str
    fault: str
    seed: int
    facts: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """At HQ: facts said yes to, those it has not, those it counted more than once, and rows it has at all."""

    said: int
    lost: int
    doubled: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """How an arm is built, and how one sees what HQ has of it.

    `quiet`: seconds without news after which nothing more will come; longer than any wait between two tries.
    """

    build: Callable[[Arena, Trial], None]
    count: Callable[[Arena], Count]
    quiet: float


# --- ours


def build_noren(here: Arena, trial: Trial) -> None:
    """Real sync, real HQ, and HQ's broker as Debian installs it, which is the harshest for whoever trusts it."""
    hq = here.folder / "hq"
    found(hq, CHAIN, f"mqtt://127.0.0.1:{here.link}")
    bundle = enrol(hq, STORE, STORE)
    (here.folder / "store-signing.key").write_bytes((bundle / "store-signing.key").read_bytes())
    about = f'[store]\nchain = "{CHAIN}"\nid = "{STORE}"\ndata = "data"\n'
    (here.folder / "noren.toml").write_text(about + (bundle / "hq.toml").read_text())
    (here.folder / "data").mkdir()
    schema.migrate(here.folder / "data")
    _stock_up(hq)
    here.add_mosquitto("broker", here.broker, DEBIAN)
    here.add_link()
    here.add("consumer", noren("hq", "serve", "--dir", hq, "--broker", f"mqtt://127.0.0.1:{here.broker}"))
    here.add("sync", noren("run", "sync", "--config", here.folder / "noren.toml"))
    here.add("producer", module("teller", here.folder, trial.facts, trial.rate, here.link))
    here.roles = {**here.roles, "store": ("producer", "sync")}
    here.start("broker", "link", "consumer", "sync")
    eventually(lambda: answers(here.broker) and answers(here.link), "broker and link answer")


def _stock_up(hq: Path) -> None:
    """Goods whose pieces HQ counts, so that a fact counted twice is seen where it would hurt."""
    goods = [(gtin, StockRow(gtin=gtin, on_hand=ON_HAND, as_of=now().text)) for gtin in GTINS]
    with opened(hq) as db, writing(db):
        feed.put(db, "stock", STORE, [(gtin, json.dumps(_plain(row))) for gtin, row in goods])


def _plain(row: StockRow) -> Mapping[str, object]:
    return {"gtin": row.gtin, "on_hand": row.on_hand, "as_of": row.as_of}


def count_noren(here: Arena) -> Count:
    """Facts by their ids, and pieces by HQ's own stock: a key that hides doubled rows would show there."""
    with opened(here.folder / "hq") as db:
        ids = [id_ for (id_,) in db.conn.execute("select id from facts where store = ? order by number", (STORE,))]
        told = Counter(_gtins(rows(db, "select event from facts where type = 'noren.stock.moved'")))
        counted = {
            row["key"]: ON_HAND - json.loads(row["body"])["on_hand"]
            for row in rows(db, "select key, body from rows where feed = 'stock' and scope = ?", (STORE,))
        }
    wrong = {gtin: counted[gtin] - told[gtin] for gtin in GTINS}
    found_, promised = Counter(ids), set(said(here.folder))
    return Count(
        said=len(promised),
        lost=len(promised - set(found_)) + sum(-pieces for pieces in wrong.values() if pieces < 0),
        doubled=len(ids) - len(found_) + sum(pieces for pieces in wrong.values() if pieces > 0),
        rows=len(ids),
    )


def _gtins(found_: list[dict[str, str]]) -> list[str]:
    return [json.loads(row["event"])["data"]["gtin"] for row in found_]


# --- the peers


def _add_peers(here: Arena, trial: Trial, producer: str, port: int, settings: str) -> None:
    here.add_mosquitto("broker", here.broker, settings)
    here.add_link()
    groups = ("--groups",) if trial.fault == GROUPS else ()
    here.add("consumer", module("peers.consumer", here.folder, here.broker, *groups))
    here.add("producer", module(f"peers.{producer}", here.folder, trial.facts, trial.rate, port))
    here.start("broker", "link", "consumer")
    eventually((here.folder / READY).exists, "the consumer has subscribed")


def build_paho(here: Arena, trial: Trial) -> None:
    """HQ's broker is tuned: what is lost is the client's doing."""
    _add_peers(here, trial, "paho_queue", here.link, TUNED)


def build_sqlite_puback(here: Arena, trial: Trial) -> None:
    """HQ's broker is tuned."""
    _add_peers(here, trial, "sqlite_queue", here.link, TUNED)


def build_bridge(here: Arena, trial: Trial) -> None:
    """Both brokers as Debian installs them."""
    _bridge(here, trial, DEBIAN)


def build_bridge_tuned(here: Arena, trial: Trial) -> None:
    """Both brokers keep all, and write it down at each change."""
    _bridge(here, trial, TUNED)


def _bridge(here: Arena, trial: Trial, settings: str) -> None:
    local = free_port()
    # restart_timeout: mosquitto's own grows to 30 s, which would only make trials longer
    bridge = (
        f"connection hq\naddress 127.0.0.1:{here.link}\ntopic noren/# out 1\ncleansession false\nrestart_timeout 2\n"
    )
    here.add_mosquitto("local", local, settings + bridge)
    here.roles = {**here.roles, "store": ("local", "producer")}
    _add_peers(here, trial, "local_broker", local, settings)
    here.start("local")
    eventually(lambda: answers(local), "the store's broker answers")


def count_peer(here: Arena) -> Count:
    """What HQ's consumer wrote down, a row for each message it took."""
    db = sqlite3.connect(here.folder / "peer-hq.db", timeout=30)
    try:
        ids = [id_ for (id_,) in db.execute("select id from received")]
    finally:
        db.close()
    promised = set(said(here.folder))
    return Count(said=len(promised), lost=len(promised - set(ids)), doubled=len(ids) - len(set(ids)), rows=len(ids))


ARMS = {
    NOREN: Arm(build=build_noren, count=count_noren, quiet=80.0),
    "paho": Arm(build=build_paho, count=count_peer, quiet=8.0),
    "bridge": Arm(build=build_bridge, count=count_peer, quiet=8.0),
    "bridge_tuned": Arm(build=build_bridge_tuned, count=count_peer, quiet=8.0),
    "sqlite_puback": Arm(build=build_sqlite_puback, count=count_peer, quiet=8.0),
}
