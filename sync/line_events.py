"""What happens on a line to a broker, for whoever reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message from the broker; `retained`: it was said before we came, perhaps long ago."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is up and our topics are subscribed to."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is down, or could not be brought up."""

    reason: str


Event = Arrived | Connected | Lost
