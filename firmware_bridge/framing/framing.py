"""Bytes from a line to codes if the end of a code is configured; also its AIM identifier and its GS separators."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Literal

from edge.codes import aim_identifiers as identifiers
from edge.codes.separators import with_separators

MAX_CODE_BYTES = (
    4096  # bytes a code may have; one byte more is kept, so that the scan processor sees that it was too long
)
AIM_BYTES = identifiers.IDENTIFIER_BYTES
STX, ETX = 0x02, 0x03
LINE_ENDS = b"\r\n"  # what scanners send between codes besides their framing
HALF_CODE_TIMEOUT_S = (
    10.0  # seconds of silence after which half a code is dropped; no scanner pauses so long inside one
)
FramingMode = Literal["line", "tab", "stx", "idle"]
END_BYTES: dict[FramingMode, bytes] = {"line": LINE_ENDS, "tab": b"\t", "stx": bytes([ETX]), "idle": b""}


class RefusalReason(StrEnum):
    """Why bytes were refused, as a slug; the pages show it in a clerk's words."""

    UNFINISHED = "unfinished"  # a code whose end did not come
    OUTSIDE = "outside"  # bytes outside STX and ETX
    LOST = "lost"  # the computer lost a part of the code before we saw it
    NO_ROOM = "no_room"  # a code that could not be written down: the disk was full


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedCode:
    """The bytes between two ends, and the AIM identifier that the scanner sent before them."""

    data: bytes
    aim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerAdditions:
    """What a scanner adds to a code: an AIM identifier (`aim`), and `gs` in place of the separator 0x1d."""

    aim: bool = True
    gs: str | None = None

    def off(self, sent: bytes) -> FramedCode:
        """The code without these additions."""
        found = identifiers.leading_identifier(sent) if self.aim else None
        data = sent[AIM_BYTES:] if found else sent
        return FramedCode(data=with_separators(data, found, self.gs)[: MAX_CODE_BYTES + 1], aim=found)


class LinePosition(Enum):
    """The position on the line."""

    OUTSIDE = auto()  # `stx`: before the next STX
    INSIDE = auto()  # in a code
    SKIPPING = auto()  # in what can no longer be a code (too long, or noise), until its end


class Framer:
    """One line's bytes, in any pieces, to codes; holds at most MAX_CODE_BYTES bytes and a few more.

    `line`: CR, LF or both end a code. `tab`: a tab does. `stx`: a code is between STX and ETX, and what is outside is
    no code. `idle`: silence of `idle` seconds ends a code. `refused` counts what came in and is no code, and `why` gives
    the reason for the last of it: it is dropped, never guessed at.
    """

    def __init__(self, framing: FramingMode = "line", *, aim: bool = True, gs: str | None = None, idle: float = 0.06):
        self._framing = framing
        self._ends = END_BYTES[framing]
        self._cover = ScannerAdditions(aim=aim, gs=gs)
        self._code = bytearray()
        self._start = LinePosition.OUTSIDE if framing == "stx" else LinePosition.INSIDE
        self._place = self._start
        self.patience = idle if framing == "idle" else HALF_CODE_TIMEOUT_S
        self.refused = 0
        self.why = RefusalReason.UNFINISHED

    @property
    def ending(self) -> str:
        return self._framing

    @property
    def unfinished(self) -> bool:
        """Whether something has begun, so that `patience` seconds of silence would have a meaning."""
        return bool(self._code) or self._place is not self._start

    def feed(self, data: bytes) -> list[FramedCode]:
        """The codes that end with these bytes."""
        return [code for byte in data if (code := self._take(byte))]

    def silence(self) -> list[FramedCode]:
        """The line has been silent: that ends a code for `idle`, and drops half a code or noise for the others."""
        if self._framing == "idle":
            done = self._end()
            return [done] if done else []
        self._drop(self._start)
        return []

    def lost(self) -> None:
        """Bytes were lost on the way: what comes in is no code, up to its end."""
        self._refuse(RefusalReason.LOST)
        self._code.clear()
        self._place = LinePosition.SKIPPING

    def _refuse(self, why: RefusalReason) -> None:
        self.refused += 1
        self.why = why

    def _take(self, byte: int) -> FramedCode | None:
        if byte in self._ends:
            return self._end()
        if byte == STX and self._framing == "stx":
            self._drop(LinePosition.INSIDE)
        elif self._place is LinePosition.INSIDE:
            self._code.append(byte)
            if len(self._code) > MAX_CODE_BYTES + AIM_BYTES:
                return self._too_long()
        elif self._place is LinePosition.OUTSIDE and byte not in LINE_ENDS:
            self._refuse(RefusalReason.OUTSIDE)
            self._place = LinePosition.SKIPPING
        return None

    def _drop(self, place: LinePosition) -> None:
        """Drop a code whose end was lost on the way."""
        if self._code:
            self._refuse(RefusalReason.UNFINISHED)
        self._code.clear()
        self._place = place

    def _taken(self, place: LinePosition) -> bytes:
        code = bytes(self._code)
        self._code.clear()
        self._place = place
        return code

    def _end(self) -> FramedCode | None:
        code = self._taken(self._start)
        if self._framing == "idle":
            code = code.rstrip(LINE_ENDS)
        return self._cover.off(code) if code else None

    def _too_long(self) -> FramedCode:
        """Returned at once, not at its end: noise may have none."""
        return self._cover.off(self._taken(LinePosition.SKIPPING))
