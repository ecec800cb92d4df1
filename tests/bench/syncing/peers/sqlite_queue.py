"""A store that keeps a queue in SQLite and deletes a row when the broker confirms it: durable up to the broker, no further."""

import queue
import sqlite3
import threading
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.syncing.saying import RUN_ROOM, Ledger, Task, message, paced, read_task

UNDER_WAY = 100  # messages the broker has not confirmed
LOOK = 0.02  # s between looks at the queue when it was empty


def open_queue(folder: Path) -> sqlite3.Connection:
    db = sqlite3.connect(folder / "queue.db", isolation_level=None, timeout=30)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("create table if not exists queue (number integer primary key autoincrement, payload blob not null)")
    return db


def say(task: Task) -> None:
    """Make the facts: yes is said when the commit has returned."""
    db, ledger = open_queue(task.folder), Ledger(task.folder)
    for number in paced(task.left(), task.rate):
        name, payload = message(task.run * RUN_ROOM + number)
        db.execute("insert into queue (payload) values (?)", (payload,))
        ledger.add(name)


def send(task: Task) -> None:
    """Publish row by row, in order; delete what is confirmed."""
    db = open_queue(task.folder)
    confirmed: queue.Queue[int] = queue.Queue()

    def on_publish(_client: paho.Client, _data: Any, mid: int, _code: Any, _properties: Any) -> None:
        confirmed.put(mid)

    client = paho.Client(CallbackAPIVersion.VERSION2, "store", clean_session=False)
    client.reconnect_delay_set(1, 2)
    client.on_publish = on_publish
    client.connect_async("127.0.0.1", task.port)
    client.loop_start()
    under_way: dict[int, int] = {}
    last = 0
    while True:
        sql = "select number, payload from queue where number > ? order by number limit ?"
        for number, payload in db.execute(sql, (last, UNDER_WAY - len(under_way))).fetchall():
            under_way[client.publish("noren/events", payload, qos=1).mid] = last = number
        _delete(db, _taken(confirmed), under_way)


def _taken(confirmed: "queue.Queue[int]") -> list[int]:
    """What was confirmed meanwhile; waits a little for the first."""
    mids = []
    try:
        mids.append(confirmed.get(timeout=LOOK))
        while True:
            mids.append(confirmed.get_nowait())
    except queue.Empty:
        return mids


def _delete(db: sqlite3.Connection, mids: list[int], under_way: dict[int, int]) -> None:
    if mids:
        db.execute("begin immediate")
        db.executemany("delete from queue where number = ?", [(under_way.pop(mid),) for mid in mids])
        db.execute("commit")


def main() -> None:
    task = read_task()
    open_queue(task.folder).close()  # made by one thread, before two use it
    threading.Thread(target=say, args=(task,), daemon=True).start()
    send(task)


if __name__ == "__main__":
    main()
