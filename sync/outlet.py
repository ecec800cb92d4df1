"""Where messages go out: what the rules need to know of a line, so that they need not know the line."""

from typing import Protocol


class Outlet(Protocol):
    """A line to a broker (sync/link.py), or one that stands for it."""

    @property
    def has_room(self) -> bool:
        """Whether it would take a message now."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Take a message without waiting. False: not taken. True promises nothing about its arrival."""
