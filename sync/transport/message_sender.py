"""The interface for sending messages: all that senders need to know of an MQTT connection."""

from typing import Protocol


class MessageSender(Protocol):
    """An MQTT connection (sync/transport/mqtt_client.py), or something with the same two methods."""

    @property
    def has_room(self) -> bool:
        """Whether it would accept a message now."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Accept a message without waiting. False: not accepted. True does not promise that it arrives."""
