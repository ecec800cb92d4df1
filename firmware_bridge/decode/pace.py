"""How long an engine will take, learnt from how long it took: what keeps the worst frame inside its budget."""

GUESS = 40e-9  # seconds a pixel of what was never run: zxing-cpp on clutter
CARE = 1.5  # times the dearest pace is expected: the next frame may be fuller than any before
SETUP = 0.001  # seconds any run takes at least; small pictures would teach nonsense otherwise
FORGET = 0.9  # of the dearest pace is kept per reading, so one hiccup is not held against an engine for ever


class Pace:
    """Seconds per pixel of each engine: the dearest lately, not the mean, since it guards the worst case."""

    def __init__(self) -> None:
        self._dearest: dict[str, float] = {}

    def expects(self, engine: str, pixels: int) -> float:
        """Seconds an engine is expected to take at most on so many pixels."""
        return SETUP + pixels * CARE * self._dearest.get(engine, GUESS)

    def took(self, engine: str, pixels: int, seconds: float) -> None:
        """Learn from one run."""
        now = max(0.0, seconds - SETUP) / max(1, pixels)
        self._dearest[engine] = max(now, FORGET * self._dearest.get(engine, 0.0))
