"""Four ways people carry events to headquarters over MQTT today, each well set up by what its manual says."""

import sqlite3

from edge.demo.ports import free_port
from tests.bench.syncing.peers.consumer import READY
from tests.bench.syncing.saying import said
from tests.bench.syncing.trials.arena import DEBIAN, TUNED, Arena, answers, eventually, module
from tests.bench.syncing.trials.faults import GROUPS
from tests.bench.syncing.trials.terms import Count, Trial


def build_paho(here: Arena, trial: Trial, settings: str = TUNED) -> None:
    """HQ's broker is tuned: what is lost is the client's doing."""
    add(here, trial, "paho_queue", here.link, settings)


def build_paho_by_default(here: Arena, trial: Trial, settings: str = TUNED) -> None:
    """HQ's consumer, too, has its library's default settings: SQLite with a rollback journal."""
    add(here, trial, "paho_queue", here.link, settings, "--defaults")


def build_sqlite_puback(here: Arena, trial: Trial, settings: str = TUNED) -> None:
    """HQ's broker is tuned."""
    add(here, trial, "sqlite_queue", here.link, settings)


def build_bridge(here: Arena, trial: Trial, settings: str = DEBIAN) -> None:
    """Both brokers as Debian installs them."""
    local = free_port()
    # restart_timeout: mosquitto's own grows to 30 s, which would only make trials longer
    bridge = (
        f"connection hq\naddress 127.0.0.1:{here.link}\ntopic noren/# out 1\ncleansession false\nrestart_timeout 2\n"
    )
    here.add_mosquitto("local", local, settings + bridge)
    here.roles = {**here.roles, "store": ("local", "producer")}
    add(here, trial, "local_broker", local, settings)
    here.start("local")
    eventually(lambda: answers(local), "the store's broker answers")


def build_bridge_tuned(here: Arena, trial: Trial) -> None:
    """Both brokers keep all, and write it down at each change."""
    build_bridge(here, trial, TUNED)


def add(here: Arena, trial: Trial, producer: str, port: int, settings: str, *words: str) -> None:
    """HQ's side and a producer that publishes to `port`; all but the producer is up when this returns.

    `words` are for the consumer.
    """
    here.add_mosquitto("broker", here.broker, settings)
    here.add_link()
    groups = ("--groups",) if trial.fault == GROUPS else ()
    here.add("consumer", module("peers.consumer", here.folder, here.broker, *groups, *words))
    here.add("producer", module(f"peers.{producer}", here.folder, trial.facts, trial.rate, port))
    here.start("broker", "link", "consumer")
    eventually((here.folder / READY).exists, "the consumer has subscribed")


def count(here: Arena) -> Count:
    """What HQ's consumer wrote down, a row for each message it took."""
    db = sqlite3.connect(here.folder / "peer-hq.db", timeout=30)
    try:
        ids = [id_ for (id_,) in db.execute("select id from received")]
    finally:
        db.close()
    distinct, promised = set(ids), set(said(here.folder))
    return Count(said=len(promised), lost=len(promised - distinct), doubled=len(ids) - len(distinct), rows=len(ids))
