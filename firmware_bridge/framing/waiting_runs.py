"""The bytes of a line that are no code yet: runs without an end, and the silence behind each."""

import itertools

from firmware_bridge.framing.framing import LINE_ENDS


class WaitingRuns:
    """`run`: the bytes; `gaps`: seconds of silence behind each run that was parted off, at least so many."""

    def __init__(self) -> None:
        self.run = bytearray()
        self.gaps: list[float] = []
        self._ends: list[int] = []  # where the runs end in `run`

    @property
    def is_parted(self) -> bool:
        """Whether nothing has come since the last run was parted off."""
        return bool(self._ends) and self._ends[-1] == len(self.run)

    def part(self, gap: float) -> None:
        """So many seconds of silence end a run."""
        self._ends.append(len(self.run))
        self.gaps.append(gap)

    def runs(self) -> list[bytes]:
        """The runs that were parted off."""
        return [bytes(self.run[a:b]) for a, b in itertools.pairwise([0, *self._ends])]

    def take(self) -> bytes:
        """All bytes without line ends behind them; nothing waits any more."""
        whole = bytes(self.run).rstrip(LINE_ENDS)
        self.clear()
        return whole

    def clear(self) -> None:
        """Nothing waits any more."""
        self.run.clear()
        self._ends.clear()
        self.gaps.clear()
