"""How long an engine or a step will take on this frame: what keeps the worst frame inside its budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CARE = 1.5  # times what is expected: of 3,900 calls on photographs and synthetic frames 98 % stayed below it
CALM = 0.5  # of the usual pace is believed at least: an even corner says little about the rungs to come
SETUP = 0.0005  # seconds anything may take; small pictures would teach nonsense otherwise
TELLING = 20_000  # pixels a picture must have for its time to say something about the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What work costs on this machine: seconds per pixel of engines and of steps, and the pixels a step makes of one.

    What is not in it is taken for free, and for a step that leaves the size as it is.
    """

    engines: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    growth: Mapping[str, float] = field(default_factory=dict)


class Pace:
    """Seconds that work takes on one frame: what is usual on this machine, times how full this frame proves to be.

    A frame full of noise or print costs every engine several times the usual, each about as many times: what the
    first rungs took tells what the next will. Nothing is kept from frame to frame, so no bad run shuts anything out.
    """

    def __init__(self, usual: Usual) -> None:
        self._usual = usual
        self._fullness = CALM

    def expected(self, step: str, engine: str, pixels: int) -> float:
        """Seconds for a step on a picture of so many pixels and an engine on what it makes of it, with care."""
        read = self._fullness * self._usual.engines.get(engine, 0.0) * self._usual.growth.get(step, 1.0)
        return SETUP + CARE * pixels * (self._usual.steps.get(step, 0.0) + read)

    def took(self, engine: str, pixels: int, seconds: float) -> None:
        """Learn from an engine that took so many seconds of the clock."""
        usual = self._usual.engines.get(engine, 0.0) * pixels
        if usual and pixels >= TELLING:
            self._fullness = max(self._fullness, (seconds - SETUP) / usual)
