"""Scanners on a serial line, real or USB: pyserial's only room."""

import select
import termios
from collections.abc import Iterator
from errno import EACCES, EAGAIN, EBUSY, ENOENT, EPERM
from types import TracebackType

import serial

from edge.config import SerialDevice
from firmware_bridge.framing import Framer
from firmware_bridge.reading import TICK, Detail, DeviceLost, Refused, Word, reading

PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
AT_ONCE = 4096  # bytes taken in one go: what the kernel holds for a line
PROOF = 0.1  # seconds an opened line must last to count as working: one that is going away dies within
HALF = 10.0  # seconds of silence after which half a code is given up; no scanner pauses so long inside one
WHY = {
    ENOENT: Detail.NOT_FOUND,
    EACCES: Detail.NO_PERMISSION,
    EPERM: Detail.NO_PERMISSION,
    EBUSY: Detail.BUSY,
    EAGAIN: Detail.BUSY,  # flock: another process reads this line
}


class SerialScanner:
    """A scanner by /dev/serial/by-id or any path; held alone, because two readers would each get half of a code."""

    def __init__(self, device: SerialDevice) -> None:
        self._device = device

    def __enter__(self) -> Iterator[Word]:
        device = self._device
        try:
            self._line = serial.Serial(
                device.path,
                device.baud,
                bytesize=device.bytesize,
                parity=PARITY[device.parity],
                stopbits=device.stopbits,
                timeout=0,
                exclusive=True,
            )
        except (OSError, termios.error) as error:
            raise DeviceLost(WHY.get(error.args[0], Detail.WRONG_KIND)) from error
        return self._words(Framer(device.framing, aim=device.aim, gs=device.gs))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def _words(self, framer: Framer) -> Iterator[Word]:
        patience = self._device.idle_ms / 1000 if self._device.framing == "idle" else HALF
        told, quiet, wait = 0, 0.0, PROOF
        while True:
            data = self._hear(wait)
            quiet = 0.0 if data else quiet + wait
            yield from map(reading, framer.feed(data))
            if framer.unfinished and quiet >= patience:
                yield from map(reading, framer.silence())
            if framer.refused > told:
                yield Refused(framer.refused - told)
                told = framer.refused
            yield None
            wait = min(TICK, patience - quiet) if framer.unfinished else TICK

    def _hear(self, wait: float) -> bytes:
        """What comes in within `wait` seconds, as soon as it comes; nothing is polled."""
        try:
            ready, _, _ = select.select([self._line.fileno()], [], [], wait)
            return bytes(self._line.read(AT_ONCE)) if ready else b""
        except OSError as gone:
            raise DeviceLost(Detail.UNPLUGGED) from gone
