"""Scanners that type like a keyboard: read from the kernel's event device, which the box takes for itself."""

import fcntl
import os
import select
import struct
from collections.abc import Iterator
from errno import EACCES, EBUSY, ENODEV, ENOENT, ENXIO, EPERM
from types import TracebackType

from edge.config import HidDevice
from firmware_bridge.framing import Code, Framer
from firmware_bridge.keyboard import Keyboard, Layout
from firmware_bridge.reading import TICK, Detail, DeviceLost, Refused, Word, reading

EVENT = struct.Struct("llHHi")  # linux/input.h: struct input_event { timeval, type, code, value }
AT_ONCE = 64 * EVENT.size  # the kernel's own buffer for a keyboard
EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int): no other program sees the keys, so no scan types into a page
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3  # the kernel's buffer ran over
RELEASED, PRESSED = 0, 1  # 2 is the keyboard's own repeat: a scanner never means it
HALF = 2.0  # seconds of silence after which half a code is given up; scanners type a key in some milliseconds
WHY = {
    ENOENT: Detail.NOT_FOUND,
    ENODEV: Detail.NOT_FOUND,
    ENXIO: Detail.NOT_FOUND,
    EACCES: Detail.NO_PERMISSION,
    EPERM: Detail.NO_PERMISSION,
    EBUSY: Detail.BUSY,
}


class HidScanner:
    """A keyboard-wedge scanner by /dev/input/by-id; needs no driver and no package."""

    def __init__(self, device: HidDevice) -> None:
        self._device = device

    def __enter__(self) -> Iterator[Word]:
        try:
            self._fd = os.open(self._device.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceLost(WHY.get(error.errno or 0, Detail.WRONG_KIND)) from error
        try:
            fcntl.ioctl(self._fd, EVIOCGRAB, 1)
        except OSError as error:
            os.close(self._fd)
            raise DeviceLost(WHY.get(error.errno or 0, Detail.WRONG_KIND)) from error
        return words(self._fd, self._device.layout)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)  # lets go of the grab too


def words(fd: int, layout: Layout) -> Iterator[Word]:
    """What is typed at an open event device: each code ends with Enter or Tab."""
    typist, told, quiet = Typist(layout), 0, 0.0
    while True:
        events = _hear(fd)
        quiet = 0.0 if events else quiet + TICK
        for kind, code, value in events:
            yield from map(reading, typist.event(kind, code, value))
        if quiet >= HALF:
            typist.framer.silence()
        if typist.framer.refused > told:
            yield Refused(typist.framer.refused - told)
            told = typist.framer.refused
        yield None


def _hear(fd: int) -> list[tuple[int, int, int]]:
    """The events (type, code, value) that come in within TICK seconds, as soon as they come."""
    try:
        ready, _, _ = select.select([fd], [], [], TICK)
        if not ready:
            return []
        data = os.read(fd, AT_ONCE)
    except OSError as gone:
        raise DeviceLost(Detail.UNPLUGGED) from gone
    if not data:
        raise DeviceLost(Detail.UNPLUGGED)
    return [(kind, code, value) for _, _, kind, code, value in EVENT.iter_unpack(data)]


class Typist:
    """Key events to codes; half a code whose events were lost is dropped, and counted by the framer."""

    def __init__(self, layout: Layout) -> None:
        self.framer = Framer("line")
        self._keyboard = Keyboard(layout)

    def event(self, kind: int, code: int, value: int) -> list[Code]:
        """The codes that one event brings to their end."""
        if kind == EV_KEY and value in (RELEASED, PRESSED):
            return self.framer.feed(self._keyboard.key(code, value == PRESSED))
        if (kind, code) == (EV_SYN, SYN_DROPPED):
            self._keyboard.lost()
            self.framer.lost()
        return []
