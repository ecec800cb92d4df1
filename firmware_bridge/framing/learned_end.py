"""How sure a line is of what its scanner ends a code with: scans in a row that agree, and scans that do not."""

from firmware_bridge.framing.terminators import Terminator

TRUSTED_AFTER = 2  # scans in a row with the same end after which one without it is only half a scan
# What one scan without the end leaves of that: the next such scan is taken, the next good one mends it.
DOUBTED_AT = TRUSTED_AFTER - 1


class LearnedEnd:
    """`end`: what codes end with, as far as it is known. An end that is met twice in a row replaces another one."""

    def __init__(self, end: Terminator | None = None) -> None:
        self.end = end
        self._agreed = 0  # scans in a row with that end
        self._other: Terminator | None = None  # what the last scan ended with, if it was another one
        self._unended = 0  # runs in a row that were refused because they had no end

    @property
    def is_trusted(self) -> bool:
        """Whether a scan without the end is only half a scan."""
        return self._agreed >= TRUSTED_AFTER

    @property
    def has_refused(self) -> bool:
        """Whether the run before was refused because it had no end."""
        return self._unended > 0

    def confirm(self, end: Terminator) -> None:
        """A scan has come with that end."""
        self._unended = 0
        if end is self.end:
            self._agreed, self._other = self._agreed + 1, None
        elif self.end is None or self._other is end:
            self.replace(end)
        else:
            self._other = end

    def replace(self, end: Terminator) -> None:
        """The end is another one from now on."""
        self.end, self._agreed, self._other, self._unended = end, 1, None, 0

    def doubt(self) -> None:
        """A whole code has come without the end."""
        self._agreed = min(self._agreed, DOUBTED_AT)

    def refuse_unended(self) -> None:
        """A run without the end was refused."""
        self._unended += 1
        self.doubt()
