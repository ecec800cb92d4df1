"""What a device reports to the bridge: readings, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol

from edge.codes.symbology import from_aim
from edge.scan.log import Reading
from firmware_bridge.framing.framing import FramedCode, RefusalReason

READ_TIMEOUT_S = 0.5  # seconds a source may be silent before it yields None, so that the end of the process is noticed


class DeviceFault(StrEnum):
    """What is wrong with a device, as a slug; the pages show it in a clerk's words."""

    NOT_FOUND = "not_found"  # nothing is plugged in at that path
    BUSY = "busy"  # another program holds it
    NO_PERMISSION = "no_permission"
    WRONG_KIND = "wrong_kind"  # something is there, but no scanner, camera or keyboard
    UNPLUGGED = "unplugged"  # it was there, and went away
    SILENT = "silent"  # a camera that is open and gives no picture
    BLACK = "black"  # a camera in the dark, or with its cap on
    COVERED = "covered"  # a camera that sees one plain surface: a finger, tape, a poster
    ENDED = "ended"  # a video file or folder that has been shown to its end


class DeviceLost(Exception):
    """The device cannot be read any more, or not yet; `detail` says why."""

    def __init__(self, detail: DeviceFault) -> None:
        super().__init__(detail.value)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """The device is open, but nothing can be read from it; this ends with any other event."""

    detail: DeviceFault


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """Something came in that is no reading (half a code, noise): `count` of them. It is reported, and never guessed at."""

    count: int
    why: RefusalReason = RefusalReason.UNFINISHED


@dataclass(frozen=True, slots=True)
class BytesReceived:
    """Bytes (of a scanner that types: key events) came in; the events that follow say what they make.

    `ending` is what ends a code on this line, as noren.toml names it; empty if it is not known yet.
    """

    count: int
    ending: str = ""


DeviceEvent = (
    Reading | DeviceTrouble | RefusedInput | BytesReceived | None
)  # None: it works, and there was nothing to read


def reading_of_code(code: FramedCode) -> Reading:
    """A code from a line as a reading; its symbology is known if the scanner sent an AIM identifier."""
    return Reading(data=code.data, aim=code.aim, symbology=from_aim(code.aim) if code.aim else None)


class Source(Protocol):
    """A device as a `with` block over its events; the first of them says that it works.

    An event comes at least every TICK seconds. Entering the block, and asking for the next event, raise DeviceLost.
    """

    def __enter__(self) -> Iterator[DeviceEvent]: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
