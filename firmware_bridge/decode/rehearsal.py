"""An engine that fails on purpose, as native code does: the fire drill for `contained`, chosen in the settings."""

import ctypes
import os
import signal
import sys
from enum import IntEnum

from firmware_bridge.decode.found import Gray, Sighting

NAME = "rehearsal"


class Fault(IntEnum):
    """A picture of nothing but this grey level brings the fault about; no camera gives a frame without noise."""

    ABORT = 1
    SEGMENT = 2
    HANG = 3
    RAISE = 4
    CHATTER = 5


FAULTS = frozenset(int(fault) for fault in Fault)


class Rehearsal:
    """Reads nothing, ever."""

    def read(self, gray: Gray) -> tuple[Sighting, ...]:
        """Falls over when asked to by the picture, else sees no code."""
        level = int(gray.flat[0])
        if level in FAULTS and int(gray.min()) == int(gray.max()):
            _fall(Fault(level))
        return ()


def _fall(fault: Fault) -> None:
    match fault:
        case Fault.ABORT:
            os.abort()
        case Fault.SEGMENT:
            ctypes.string_at(0)
        case Fault.HANG:
            signal.pause()
        case Fault.RAISE:
            raise ValueError("rehearsed")
        case Fault.CHATTER:
            sys.stderr.write("WARNING: rehearsed\n" * 1000)
