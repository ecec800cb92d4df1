"""How long a rung will take, learnt from how long it took: what keeps the worst frame inside its budget."""

GUESS = 40e-9  # seconds a pixel before anything was measured: zxing-cpp on clutter, on a slow core
SETUP = 0.001  # seconds any rung takes at least; small pictures would teach nonsense otherwise
FORGET = 0.9  # of the dearest pace is kept per reading, so one hiccup is not held against a rung for ever


class Pace:
    """Seconds per pixel of each rung: the dearest lately, not the mean, since it guards the worst case."""

    def __init__(self) -> None:
        self._dearest: dict[str, float] = {}

    def expects(self, rung: str, pixels: int) -> float:
        """Seconds this rung is expected to take at most on so many pixels."""
        return SETUP + pixels * self._dearest.get(rung, GUESS)

    def took(self, rung: str, pixels: int, seconds: float) -> None:
        """Learn from one run."""
        now = max(0.0, seconds - SETUP) / max(1, pixels)
        self._dearest[rung] = max(now, FORGET * self._dearest.get(rung, 0.0))
