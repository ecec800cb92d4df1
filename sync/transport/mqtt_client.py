"""The only module that uses paho: a connection that is restored by itself, and a queue of the messages that arrived."""

import random
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from sync.protocol.envelope import MAX_WIRE_BYTES
from sync.transport.broker import BrokerAddress, BrokerSettings, address_text
from sync.transport.inbox import Inbox
from sync.transport.mqtt_events import Connected, Disconnected, Event, MessageReceived

KEEPALIVE_S = 30  # s: a dead connection is noticed after one and a half of it
# ms that sent bytes may stay unacknowledged by TCP before the connection counts as dead (tcp(7))
TCP_USER_TIMEOUT_MS = 20_000
CONNECT_TIMEOUT_S = 10.0  # s for the TCP and TLS handshakes
FIRST_RETRY_S = (0.5, 1.5)  # s before the first try to reconnect; random, so that not all stores come at once
MAX_RETRY_S = (4.0, 8.0)  # s between later tries; each wait doubles up to this
MAX_UNCONFIRMED = 40  # messages the broker has not confirmed; more of them would only wait in memory
SUBSCRIBE_RETRY_S = 2.0  # s until a refused subscription is tried again: a cluster without a leader refuses for a while
# bytes of a message with its topic and MQTT's own: a broker sends us none that is larger
MAX_PACKET_BYTES = MAX_WIRE_BYTES + 4 * 1024
QOS = 1


class ClientThreadEnded(Exception):
    """paho's thread has ended: an exception in a callback ends it silently, so it must be checked."""


@dataclass(slots=True)
class TrafficCounters:
    """Counts of what was sent and received since the start."""

    connects: int = 0
    losses: int = 0
    sent: int = 0
    sent_bytes: int = 0
    arrived: int = 0
    arrived_bytes: int = 0


@dataclass(frozen=True, slots=True)
class LastWill:
    """The message that the broker publishes for us when we are gone (retained)."""

    topic: str
    payload: bytes


class MqttClient:
    """A connection to a broker as a `with` block. Callbacks, in paho's thread, only fill the inbox.

    Of a cluster's nodes the first is drawn, so that a chain spreads over them; after each failure the next is tried.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        client_id: str,
        topics: Sequence[str],
        will: LastWill | None = None,
        inbox: Inbox | None = None,
    ) -> None:
        self.inbox = inbox or Inbox()
        self.count = TrafficCounters()
        self.broker, self._topics = broker, topics
        self._turn = random.randrange(
            len(broker.places)
        )  # of the broker's places; paho's thread writes it once it runs
        self._deaf: float | None = None  # when to subscribe again (monotonic s), if the broker has refused it
        # Message ids, not counts: after a reconnect paho sends again by itself what was not confirmed, and a PUBACK for that
        # would open the window further with each lost connection.
        self._unconfirmed: set[int] = set()  # the reading thread's alone
        self._confirmed: deque[int] = deque()  # filled by paho's thread, emptied by the reading thread
        self._client = _client(broker, client_id)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_socket_open = _tell_half_open
        if will:
            self._client.will_set(will.topic, will.payload, qos=QOS, retain=True)

    def __enter__(self) -> "MqttClient":
        self._draw_delays()
        self._set_out()
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def place(self) -> BrokerAddress:
        """The host and port of the connection, or of the present try."""
        return self.broker.places[self._turn]

    @property
    def is_up(self) -> bool:
        return self._client.is_connected() and self._deaf is None

    @property
    def has_room(self) -> bool:
        """Whether there is a connection and the broker keeps pace."""
        while self._confirmed:
            self._unconfirmed.discard(self._confirmed.popleft())
        return self.is_up and len(self._unconfirmed) < MAX_UNCONFIRMED

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Give a message to paho without waiting. False: it was not taken. True promises nothing: HQ's acknowledgement does."""
        if not self.has_room:
            return False
        handed = self._client.publish(topic, payload, QOS, retain)
        if handed.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            return False
        self._unconfirmed.add(handed.mid)  # also if the socket is dead: paho keeps the message and sends it again
        if handed.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        self.count.sent += 1
        self.count.sent_bytes += len(payload)
        return True

    def read(self, timeout: float) -> list[Event]:
        """The events that have arrived; waits up to `timeout` seconds for the first. Raises ClientThreadEnded.

        What the last call gave out counts as read from now on, and makes room for more.
        """
        self.inbox.free()
        if self._client._thread is None:
            raise ClientThreadEnded
        if self._deaf is not None and time.monotonic() >= self._deaf:
            self._deaf = time.monotonic() + SUBSCRIBE_RETRY_S
            self._subscribe()
        return self.inbox.read(timeout)

    def listen_again(self) -> None:
        """Have the broker send its retained messages again."""
        self._subscribe()

    def _draw_delays(self) -> None:
        # paho's hint says int; it only adds the number to a time
        self._client.reconnect_delay_set(random.uniform(*FIRST_RETRY_S), random.uniform(*MAX_RETRY_S))  # type: ignore[arg-type]

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self.inbox.put(Disconnected(f"{address_text(self.place)}: {code}"))
            return
        self.count.connects += 1
        self._draw_delays()
        self._deaf = None
        self._subscribe()
        self.inbox.put(Connected())

    def _subscribe(self) -> None:
        if self._topics:
            self._client.subscribe([(topic, QOS) for topic in self._topics])

    def _on_subscribe(self, _client: paho.Client, _data: Any, _mid: int, codes: Any, _properties: Any) -> None:
        """A connection without our subscriptions counts as none: we could publish and would receive nothing."""
        refused = any(code.is_failure for code in codes)
        if refused and self._deaf is None:
            self.inbox.put(Disconnected(f"{address_text(self.place)}: refuses our subscriptions"))
        if not refused and self._deaf is not None:
            self.inbox.put(Connected())
        self._deaf = time.monotonic() + SUBSCRIBE_RETRY_S if refused else None

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self.inbox.put(Disconnected(f"{address_text(self.place)}: cannot be reached"))
        self._try_next()

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self.count.losses += 1
        self.inbox.put(Disconnected(f"{address_text(self.place)}: {code}"))
        self._try_next()

    def _try_next(self) -> None:
        """Let paho's next try go to the next address; its own wait before that stays."""
        if len(self.broker.places) > 1:
            self._turn = (self._turn + 1) % len(self.broker.places)
            self._set_out()

    def _set_out(self) -> None:
        """Set the address of paho's next try, and the largest packet that the broker may send."""
        wish = None
        if self.broker.protocol == "5":
            wish = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            wish.MaximumPacketSize = MAX_PACKET_BYTES
        self._client.connect_async(*self.place, KEEPALIVE_S, properties=wish)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self.count.arrived += 1
        self.count.arrived_bytes += len(message.payload)
        self.inbox.put_message(MessageReceived(message.topic, bytes(message.payload), bool(message.retain)))

    def _on_publish(self, client: paho.Client, _data: Any, mid: int, _code: Any, _properties: Any) -> None:
        self._confirmed.append(mid)
        _acknowledge_now(client)


def _client(broker: BrokerSettings, client_id: str) -> paho.Client:
    protocol = MQTTProtocolVersion.MQTTv5 if broker.protocol == "5" else MQTTProtocolVersion.MQTTv311
    clean = None if broker.protocol == "5" else True  # no session at the broker: a client asks for what it missed
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=clean, protocol=protocol)
    client.connect_timeout = CONNECT_TIMEOUT_S
    client.max_inflight_messages_set(MAX_UNCONFIRMED)
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    if broker.tls:
        client.tls_set(broker.ca_file, broker.cert_file, broker.key_file, keyfile_password=broker.key_password)
    return client


def _acknowledge_now(client: paho.Client) -> None:
    """Let the kernel acknowledge the PUBACK at once (tcp(7), TCP_QUICKACK; it does not last, so it is said each time).

    A broker with Nagle's algorithm on (mosquitto's default) holds HQ's answer back until then: 40 ms for each fact.
    """
    sock: Any = client.socket()
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _tell_half_open(_client: paho.Client, _data: Any, sock: Any) -> None:
    """A cable pulled out sends no FIN: let TCP give up in seconds, not in a quarter of an hour."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
