"""How long an engine or a step will take, learnt from how long it took: what keeps the worst frame inside its budget."""

GUESS = 10e-9  # seconds a pixel of what was never run: a turn or a resize; engines are measured at the start
CARE = 1.5  # times the dearest pace is expected: the next frame may be fuller than any before
SETUP = 0.0005  # seconds anything may take at least; small pictures would teach nonsense otherwise
FORGET = 0.8  # of the dearest pace is kept per run, so one hiccup is not held against an engine for ever


class Pace:
    """Seconds per pixel of each engine and step: the dearest lately, not the mean, since it guards the worst case."""

    def __init__(self) -> None:
        self._dearest: dict[str, float] = {}

    def fits(self, work: str, pixels: int, left: float) -> bool:
        """Whether so many pixels are expected to be done in the `left` seconds.

        What is refused is thought a little cheaper the next time: nothing is shut out for ever by one bad run.
        """
        dearest = self._dearest.get(work, GUESS)
        if SETUP + pixels * CARE * dearest < left:
            return True
        self._dearest[work] = FORGET * dearest
        return False

    def took(self, work: str, pixels: int, seconds: float) -> None:
        """Learn from one run of so many seconds of the processor."""
        now = max(0.0, seconds - SETUP) / max(1, pixels)
        self._dearest[work] = max(now, FORGET * self._dearest.get(work, 0.0))
