"""What has arrived and waits to be read: a limited number of messages and bytes, so that a flood cannot fill memory."""

import queue

from sync.transport.inbox_limit import InboxLimit
from sync.transport.mqtt_events import Event, MessageReceived, MessagesDropped

INBOX_SIZE = 1000  # messages waiting to be read; a full inbox delays our PUBACKs, so that the broker sends no faster
INBOX_BYTES = 16 * 1024 * 1024  # of messages waiting or given out, likewise: sixty of the largest
INBOX_PUT_TIMEOUT_S = 5.0  # s before a message is dropped instead: its receiver will ask for it again


class Inbox:
    """A queue between paho's thread, which puts, and one that reads."""

    def __init__(self, most: int = INBOX_SIZE) -> None:
        self.dropped = 0  # messages, since the start; written by paho's thread
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._messages = InboxLimit(most)
        self._bytes = InboxLimit(INBOX_BYTES)
        self._in_hand = 0  # bytes that the last `read` gave out
        self._told = 0  # of `dropped`, how many `read` has reported

    def put(self, event: Event) -> None:
        """An event of the connection. It is never dropped: it is not repeated, and without it the reader would send nothing over
        a good connection."""
        self._events.put(event)

    def put_message(self, message: MessageReceived) -> None:
        """A message; it waits for room, and is dropped if nobody reads."""
        size = len(message.payload)
        if not self._bytes.take(size, INBOX_PUT_TIMEOUT_S):
            self.dropped += 1
        elif not self._messages.take(1, INBOX_PUT_TIMEOUT_S):
            self._bytes.give(size)
            self.dropped += 1
        else:
            self._events.put(message)

    def free(self) -> None:
        """What the last `read` gave out counts as read from now on, and makes room for more."""
        self._bytes.give(self._in_hand)
        self._in_hand = 0

    def read(self, timeout: float) -> list[Event]:
        """The events that have arrived; waits up to `timeout` seconds for the first."""
        events: list[Event] = []
        if (dropped := self.dropped) > self._told:
            events.append(MessagesDropped(dropped - self._told))
            self._told = dropped
        try:
            events.append(self._events.get(timeout=0 if events else timeout))
        except queue.Empty:
            return events
        while len(events) < INBOX_SIZE and not self._events.empty():
            events.append(self._events.get())
        messages = [event for event in events if isinstance(event, MessageReceived)]
        self._in_hand = sum(len(message.payload) for message in messages)
        self._messages.give(len(messages))
        return events
