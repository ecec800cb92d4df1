"""Bytes off a line to codes: where one ends, its AIM identifier, its GS separators."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from edge.config import Framing

LIMIT = 4096  # bytes a code may have; one byte more is kept, so that the desk sees that it was too long
AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424: flag, code character, modifier
AIM_BYTES = 3
GS = b"\x1d"
STX = 0x02
BETWEEN = b"\r\n"  # what scanners send between codes besides their framing
ENDS: dict[Framing, bytes] = {"line": BETWEEN, "stx": b"\x03", "idle": b""}
# ISO/IEC 15424 identifiers of GS1 data; in other codes a scanner's stand-in for GS is just a character.
GS1 = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What stood between two ends: its bytes, and the AIM identifier the scanner put before them."""

    data: bytes
    aim: str | None = None


class Place(Enum):
    """Where on the line we are."""

    OUTSIDE = auto()  # `stx`: before the next STX
    INSIDE = auto()  # in a code
    SKIPPING = auto()  # in what can be no code any more (too long, or noise), until its end


class Framer:
    """One line's bytes, in any pieces, to codes; holds at most LIMIT bytes and a few more.

    `line`: CR, LF or both end a code. `stx`: a code stands between STX and ETX, what is outside is no code.
    `idle`: silence ends a code. `aim` takes a leading identifier off, `gs` is what the scanner sends for the
    separator 0x1d. `refused` counts what came in and is no code: it is dropped, never guessed at.
    """

    def __init__(self, framing: Framing = "line", *, aim: bool = True, gs: str | None = None):
        self._framing = framing
        self._ends = ENDS[framing]
        self._aim = aim
        self._gs = gs.encode() if gs else None
        self._code = bytearray()
        self._start = Place.OUTSIDE if framing == "stx" else Place.INSIDE
        self._place = self._start
        self.refused = 0

    @property
    def unfinished(self) -> bool:
        """Whether something has begun, so that silence would mean something."""
        return bool(self._code) or self._place is not self._start

    def feed(self, data: bytes) -> list[Code]:
        """The codes these bytes bring to their end."""
        return [code for byte in data if (code := self._take(byte))]

    def silence(self) -> list[Code]:
        """The line has been silent: that ends a code for `idle`, and drops half a code or noise for the others."""
        if self._framing == "idle":
            done = self._end()
            return [done] if done else []
        self._drop(self._start)
        return []

    def lost(self) -> None:
        """Bytes were lost on the way: what is coming in is no code any more, up to its end."""
        self.refused += 1
        self._code.clear()
        self._place = Place.SKIPPING

    def _take(self, byte: int) -> Code | None:
        if byte in self._ends:
            return self._end()
        if byte == STX and self._framing == "stx":
            self._drop(Place.INSIDE)
        elif self._place is Place.INSIDE:
            self._code.append(byte)
            if len(self._code) > LIMIT + AIM_BYTES:
                return self._too_long()
        elif self._place is Place.OUTSIDE and byte not in BETWEEN:
            self.refused += 1
            self._place = Place.SKIPPING
        return None

    def _drop(self, place: Place) -> None:
        """Give up a code whose end was lost on the way."""
        self.refused += bool(self._code)
        self._code.clear()
        self._place = place

    def _taken(self, place: Place) -> bytes:
        code = bytes(self._code)
        self._code.clear()
        self._place = place
        return code

    def _end(self) -> Code | None:
        code = self._taken(self._start)
        if self._framing == "idle":
            code = code.rstrip(BETWEEN)
        return self._code_of(code, self._gs) if code else None

    def _too_long(self) -> Code:
        """Told at once, not at its end: noise may have none."""
        return self._code_of(self._taken(Place.SKIPPING), None)

    def _code_of(self, code: bytes, gs: bytes | None) -> Code:
        aim = None
        if self._aim and AIM.match(code):
            aim, code = code[:AIM_BYTES].decode("ascii"), code[AIM_BYTES:]
        if gs and (aim is None or aim in GS1):
            code = code.replace(gs, GS)
        return Code(data=code[: LIMIT + 1], aim=aim)
