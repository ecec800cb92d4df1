"""Fault injection: an engine that fails on purpose, as native code may, to test `ContainedDecoder`; chosen in the settings."""

import ctypes
import os
import signal
import sys
from enum import IntEnum

from firmware_bridge.decode.detection import Detection, Gray

ENGINE_NAME = "rehearsal"


class Fault(IntEnum):
    """The fault for a picture that has only this grey level; no camera gives a frame without noise."""

    ABORT = 1
    SEGMENT = 2
    HANG = 3
    RAISE = 4
    CHATTER = 5


FAULT_CODES = frozenset(int(fault) for fault in Fault)


class FaultInjection:
    """Never reads a code."""

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """Fails if the picture asks for it, else sees no code."""
        level = int(gray.flat[0])
        if level in FAULT_CODES and int(gray.min()) == int(gray.max()):
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
