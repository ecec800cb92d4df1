"""The interface of every engine."""

from typing import Protocol

from firmware_bridge.decode.detection import Detection, Gray


class Engine(Protocol):
    """Finds codes in pictures."""

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """Codes in a grey picture (uint8, H x W)."""
        ...
