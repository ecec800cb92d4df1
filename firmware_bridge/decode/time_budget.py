"""The expected time of an engine or a step on this frame: it keeps the worst frame inside its budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SAFETY_FACTOR = 1.5  # times the expected time: of 3,900 calls on photographs and synthetic frames 98 % stayed below it
MIN_TIME_FACTOR = 0.5  # least factor of the usual time: a plain corner says little about the stages to come
ENGINE_SETUP_S = 0.0005  # seconds anything may take; without it small pictures would give wrong figures
MIN_PIXELS_TIMED = 20_000  # pixels that a picture must have for its time to say something about the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCosts:
    """The cost of work on this machine: seconds per pixel of engines and of steps, and the pixels a step makes of one.

    `comparisons`: seconds of each kind of work whose cost does not depend on the size of the picture.
    Work that is not listed costs nothing, and a step that is not listed keeps the size.
    """

    engines: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    growth: Mapping[str, float] = field(default_factory=dict)
    comparisons: Mapping[str, float] = field(default_factory=dict)


class TimeBudget:
    """Seconds that work takes on one frame: the usual time on this machine, times a factor for this frame's content.

    A frame full of noise or print costs every engine several times the usual, each about the same factor: the time of the
    first stages predicts that of the next. Nothing is kept from frame to frame, so a slow run never excludes a stage for good.
    """

    def __init__(self, usual: UsualCosts) -> None:
        self._usual = usual
        self._fullness = MIN_TIME_FACTOR

    def expected_s(self, step: str, engine: str, pixels: int) -> float:
        """Seconds for a step on a picture of so many pixels and an engine on its result, with a reserve."""
        read = self._fullness * self._usual.engines.get(engine, 0.0) * self._usual.growth.get(step, 1.0)
        sized = pixels * (self._usual.steps.get(step, 0.0) + read)
        return ENGINE_SETUP_S + SAFETY_FACTOR * (sized + self._usual.comparisons.get(step, 0.0))

    def learn_cost(self, engine: str, pixels: int, seconds: float) -> None:
        """Learn from an engine that took so many seconds of the clock."""
        usual = self._usual.engines.get(engine, 0.0) * pixels
        if usual and pixels >= MIN_PIXELS_TIMED:
            self._fullness = max(self._fullness, (seconds - ENGINE_SETUP_S) / usual)
