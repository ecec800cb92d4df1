"""Scanners that type like a keyboard: read from the kernel's event device, to which the box takes exclusive access."""

import fcntl
import os
import select
import struct
from collections.abc import Iterator
from errno import EACCES, EBUSY, ENODEV, ENOENT, ENXIO, EPERM
from types import TracebackType
from typing import Literal

from edge.codes.keyboard_layouts import AUTO_LAYOUTS, Layout, likeliest_layout, undo_caps_lock
from edge.config.toml_schema import HidDevice
from firmware_bridge.devices.events import DeviceEvent, DeviceFault, DeviceLost
from firmware_bridge.devices.framed_reader import read_codes
from firmware_bridge.devices.keymap import KeyboardState
from firmware_bridge.framing.framing import FramedCode, RefusalReason
from firmware_bridge.framing.terminator_learning import RUN_GAP_S, LearningFramer

INPUT_EVENT = struct.Struct("llHHi")  # linux/input.h: struct input_event { timeval, type, code, value }
READ_BYTES = 64 * INPUT_EVENT.size  # the kernel's own buffer for a keyboard
EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int): no other program sees the keys, so no scan is typed into a page
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3  # the kernel's buffer overflowed
RELEASED, PRESSED = 0, 1  # 2 is the keyboard's own repeat: a scanner never means it
GRAB_SETTLE_S = (
    0.03  # seconds after Enter or Tab until it counts as the code's end; scanners type a key in some milliseconds
)
Event = tuple[int, int, int]  # type, code, value
FAULT_OF_ERRNO = {
    ENOENT: DeviceFault.NOT_FOUND,
    ENODEV: DeviceFault.NOT_FOUND,
    ENXIO: DeviceFault.NOT_FOUND,
    EACCES: DeviceFault.NO_PERMISSION,
    EPERM: DeviceFault.NO_PERMISSION,
    EBUSY: DeviceFault.BUSY,
}


class HidScanner:
    """A keyboard-wedge scanner by /dev/input/by-id; needs no driver and no package."""

    def __init__(self, device: HidDevice) -> None:
        self._device = device

    def __enter__(self) -> Iterator[DeviceEvent]:
        try:
            self._fd = os.open(self._device.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceLost(FAULT_OF_ERRNO.get(error.errno or 0, DeviceFault.WRONG_KIND)) from error
        try:
            fcntl.ioctl(self._fd, EVIOCGRAB, 1)
        except OSError as error:
            os.close(self._fd)
            raise DeviceLost(FAULT_OF_ERRNO.get(error.errno or 0, DeviceFault.WRONG_KIND)) from error
        return read_events(self._fd, self._device.layout)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)  # releases the grab, too


def read_events(fd: int, layout: Layout | Literal["auto"]) -> Iterator[DeviceEvent]:
    """The events of what is typed at an open event device."""
    return read_codes(KeyDecoder(layout), lambda wait: _hear(fd, wait))


def _hear(fd: int, wait: float) -> list[Event]:
    """The events that come in within `wait` seconds, as soon as they come."""
    try:
        ready, _, _ = select.select([fd], [], [], wait)
        if not ready:
            return []
        data = os.read(fd, READ_BYTES)
    except OSError as gone:
        raise DeviceLost(DeviceFault.UNPLUGGED) from gone
    if not data:
        raise DeviceLost(DeviceFault.UNPLUGGED)
    return [(kind, code, value) for _, _, kind, code, value in INPUT_EVENT.iter_unpack(data)]


class KeyDecoder:
    """Key events to codes; half a code whose events were lost is dropped and counted.

    If the scanner's keyboard is not configured, each code is read with all of them, and the code itself shows the right one.
    """

    def __init__(self, layout: Layout | Literal["auto"]) -> None:
        self._layouts = AUTO_LAYOUTS if layout == "auto" else (layout,)
        self._boards = [KeyboardState(one) for one in self._layouts]
        self._framers = [LearningFramer(idle=RUN_GAP_S, settle=GRAB_SETTLE_S, doubtful=True) for _ in self._layouts]

    @property
    def refused(self) -> int:
        return self._framers[0].refused

    @property
    def why(self) -> RefusalReason:
        return self._framers[0].why

    @property
    def ending(self) -> str:
        return self._framers[0].ending

    @property
    def unfinished(self) -> bool:
        return any(framer.unfinished for framer in self._framers)

    @property
    def patience(self) -> float:
        return min(framer.patience for framer in self._framers if framer.unfinished)

    def feed(self, events: list[Event]) -> list[FramedCode]:
        """The codes that end with these events."""
        return [code for event in events for code in self._take(*event)]

    def silence(self) -> list[FramedCode]:
        """Nothing has been typed for `patience` seconds."""
        wait = self.patience
        due = [framer.unfinished and framer.patience <= wait for framer in self._framers]
        return self._told([framer.silence() if at else [] for framer, at in zip(self._framers, due, strict=True)])

    def _take(self, kind: int, code: int, value: int) -> list[FramedCode]:
        if kind == EV_KEY and value in (RELEASED, PRESSED):
            typed = [board.key(code, value == PRESSED) for board in self._boards]
            return self._told([framer.feed(data) for framer, data in zip(self._framers, typed, strict=True)])
        if (kind, code) == (EV_SYN, SYN_DROPPED):
            for board, framer in zip(self._boards, self._framers, strict=True):
                board.lost()
                framer.lost()
        return []

    def _told(self, codes: list[list[FramedCode]]) -> list[FramedCode]:
        """The same codes as each keyboard spells them, reduced to those of the right one."""
        first = codes[0]
        if any(len(others) != len(first) for others in codes):
            return first  # they were split at different places: nothing can be compared
        return [self._meant(one) for one in zip(*codes, strict=True)]

    def _meant(self, spelt: tuple[FramedCode, ...]) -> FramedCode:
        texts = {
            layout: (code.aim or "").encode() + code.data for layout, code in zip(self._layouts, spelt, strict=True)
        }
        code = spelt[self._layouts.index(likeliest_layout(texts))]
        return FramedCode(data=undo_caps_lock(code.data), aim=code.aim)
