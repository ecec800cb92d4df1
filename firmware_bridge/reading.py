"""What a device says to the bridge: readings, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol

from edge.codes.symbology import from_aim
from edge.scan import Reading
from firmware_bridge.framing import Code

TICK = 0.5  # seconds a source may be silent before it yields None, so that the end of the process is noticed


class Detail(StrEnum):
    """What is wrong with a device, as a slug that pages put into a clerk's words."""

    NOT_FOUND = "not_found"  # nothing is plugged in at that path
    BUSY = "busy"  # another program holds it
    NO_PERMISSION = "no_permission"
    WRONG_KIND = "wrong_kind"  # something is there, but no scanner, camera or keyboard
    UNPLUGGED = "unplugged"  # it was there, and went away
    SILENT = "silent"  # a camera that is open and gives no picture
    BLACK = "black"  # a camera in the dark, or with its cap on
    COVERED = "covered"  # a camera that sees one even surface: a finger, tape, a poster
    ENDED = "ended"  # a video file or folder that has been shown to its end


class DeviceLost(Exception):
    """The device cannot be read any more, or not yet; `detail` says why."""

    def __init__(self, detail: Detail) -> None:
        super().__init__(detail.value)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Trouble:
    """The device is open, yet nothing can be read from it; over with the next other word."""

    detail: Detail


@dataclass(frozen=True, slots=True)
class Refused:
    """Something came in that is no reading (half a code, noise); `count` of them, told and never guessed."""

    count: int


Word = Reading | Trouble | Refused | None  # None: it works, and there was nothing to read


def reading(code: Code) -> Reading:
    """A code off a line as a reading; its symbology is known where the scanner sent an AIM identifier."""
    return Reading(data=code.data, aim=code.aim, symbology=from_aim(code.aim) if code.aim else None)


class Source(Protocol):
    """A device as a `with` block over its words, of which the first says that it works.

    A word comes at least every TICK seconds. Entering it, and asking for the next word, raise DeviceLost.
    """

    def __enter__(self) -> Iterator[Word]: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
