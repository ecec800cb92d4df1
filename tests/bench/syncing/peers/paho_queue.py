"""A store that trusts paho: QoS 1, a persistent session, and the client's own queue for what cannot be sent yet."""

import threading

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from tests.bench.syncing.saying import RUN_ROOM, Ledger, message, paced, read_task

TAKEN = (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN)  # sent, or queued until there is a line


def main() -> None:
    task = read_task()
    ledger = Ledger(task.folder)
    client = paho.Client(CallbackAPIVersion.VERSION2, "store", clean_session=False)
    client.reconnect_delay_set(1, 2)
    client.connect_async("127.0.0.1", task.port)
    client.loop_start()
    for number in paced(task.left(), task.rate):
        name, payload = message(task.run * RUN_ROOM + number)
        if client.publish("noren/events", payload, qos=1).rc in TAKEN:
            ledger.add(name)
    threading.Event().wait()  # paho's thread goes on sending; the trial ends this process


if __name__ == "__main__":
    main()
