"""HQ as people write it: paho with a persistent session, each message into SQLite; with --groups many in a commit."""

import argparse
import json
import queue
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

READY = "consumer-ready"
GROUP = 100  # messages in a commit
GROUP_WAIT = 0.25  # s a message waits for others


def database(folder: Path, *, wal: bool = True) -> sqlite3.Connection:
    """SQLite as it is opened by default, or with the log that suits it better.

    One row per message taken. A unique key on the producer's id would hide doubles; what is lost stays lost.
    """
    db = sqlite3.connect(folder / "peer-hq.db", isolation_level=None, check_same_thread=False)
    if wal:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")  # as ours, and as the default: what is acknowledged is on the disk
    db.execute(
        "create table if not exists received (number integer primary key, id text not null, event text not null)"
    )
    return db


def keep(db: sqlite3.Connection, payloads: list[bytes]) -> None:
    """Write messages down in one transaction."""
    db.execute("begin immediate")
    db.executemany(
        "insert into received (id, event) values (?, ?)", [(json.loads(text)["id"], text.decode()) for text in payloads]
    )
    db.execute("commit")


def write_groups(db: sqlite3.Connection, inbox: "queue.Queue[bytes]") -> None:
    """Take what has come, at most GROUP, and commit; the usual advice for speed: callbacks only put into a queue."""
    while True:
        payloads, end = [inbox.get()], time.monotonic() + GROUP_WAIT
        with suppress(queue.Empty):
            while len(payloads) < GROUP:
                payloads.append(inbox.get(timeout=max(0.0, end - time.monotonic())))
        keep(db, payloads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--groups", action="store_true")
    parser.add_argument("--defaults", action="store_true", help="SQLite without any pragma")
    words = parser.parse_args()
    db = database(words.folder, wal=not words.defaults)
    client = paho.Client(CallbackAPIVersion.VERSION2, "hq", clean_session=False)
    client.reconnect_delay_set(1, 2)
    inbox: queue.Queue[bytes] = queue.Queue()

    def on_connect(here: paho.Client, _data: Any, _flags: Any, _code: Any, _properties: Any) -> None:
        here.subscribe("noren/#", qos=1)

    def on_subscribe(_client: paho.Client, _data: Any, _mid: int, _codes: Any, _properties: Any) -> None:
        (words.folder / READY).touch()

    def on_message(_client: paho.Client, _data: Any, arrived: paho.MQTTMessage) -> None:
        # paho acknowledges when this returns: after the commit, or with --groups before it
        if words.groups:
            inbox.put(bytes(arrived.payload))
        else:
            keep(db, [bytes(arrived.payload)])

    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    if words.groups:
        threading.Thread(target=write_groups, args=(db, inbox), daemon=True).start()
    client.connect_async("127.0.0.1", words.port)
    client.loop_forever(retry_first_connection=True)


if __name__ == "__main__":
    main()
