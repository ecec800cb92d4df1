"""A store that trusts a mosquitto of its own, bridged to HQ's: a fact is said yes to when the local broker confirms it."""

import queue
import threading
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.syncing.saying import RUN_ROOM, Ledger, Task, message, paced, read_task


def note_confirmed(task: Task, confirmed: "queue.Queue[int]", names: "queue.Queue[tuple[int, str]]") -> None:
    """Write down what the broker has confirmed; the numbers of messages come in any order."""
    ledger, waiting = Ledger(task.folder), dict[int, str]()
    while True:
        mid = confirmed.get()
        while mid not in waiting:
            number, name = names.get()
            waiting[number] = name
        ledger.add(waiting.pop(mid))


def main() -> None:
    task = read_task()
    confirmed: queue.Queue[int] = queue.Queue()
    names: queue.Queue[tuple[int, str]] = queue.Queue()

    def on_publish(_client: paho.Client, _data: Any, mid: int, _code: Any, _properties: Any) -> None:
        confirmed.put(mid)

    client = paho.Client(CallbackAPIVersion.VERSION2, "store", clean_session=False)
    client.reconnect_delay_set(1, 2)
    client.on_publish = on_publish
    client.connect_async("127.0.0.1", task.port)
    client.loop_start()
    threading.Thread(target=note_confirmed, args=(task, confirmed, names), daemon=True).start()
    for number in paced(task.left(), task.rate):
        name, payload = message(task.run * RUN_ROOM + number)
        names.put((client.publish("noren/events", payload, qos=1).mid, name))
    threading.Event().wait()


if __name__ == "__main__":
    main()
