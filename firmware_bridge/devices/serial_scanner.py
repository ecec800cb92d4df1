"""Scanners on a serial line, real or USB; the only module that uses pyserial."""

import select
import termios
from collections.abc import Iterator
from errno import EACCES, EAGAIN, EBUSY, ENOENT, EPERM
from types import TracebackType

import serial

from edge.config.toml_schema import SerialDevice
from firmware_bridge.devices.events import DeviceEvent, DeviceFault, DeviceLost
from firmware_bridge.devices.framed_reader import ByteReader, read_codes
from firmware_bridge.framing.framing import Framer
from firmware_bridge.framing.idle_gaps import LearnedPauses
from firmware_bridge.framing.terminator_learning import RUN_SETTLE_S, LearningFramer
from firmware_bridge.framing.terminators import Terminator

PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
READ_BYTES = 4096  # bytes taken at once: what the kernel holds for a line
MIN_OPEN_DURATION_S = (
    0.1  # seconds an opened line must last to count as working: one that is going away fails within this time
)
SILENCE_CHARACTERS = 5  # a slow line's silence is counted in characters of ten bits: at 1200 baud one takes 8 ms
FAULT_OF_ERRNO = {
    ENOENT: DeviceFault.NOT_FOUND,
    EACCES: DeviceFault.NO_PERMISSION,
    EPERM: DeviceFault.NO_PERMISSION,
    EBUSY: DeviceFault.BUSY,
    EAGAIN: DeviceFault.BUSY,  # flock: another process reads this line
}


class SerialScanner:
    """A scanner by /dev/serial/by-id or any path; opened exclusively, because two readers would each get half of a code."""

    def __init__(self, device: SerialDevice) -> None:
        self._device = device
        self._end: Terminator | None = None  # found when it was last open
        self._pauses = LearnedPauses(
            idle=device.idle_ms / 1000
        )  # kept, because most likely the same scanner comes back

    def __enter__(self) -> Iterator[DeviceEvent]:
        device = self._device
        try:
            self._line = serial.Serial(
                device.path,
                device.baud,
                bytesize=device.bytesize,
                parity=PARITIES[device.parity],
                stopbits=device.stopbits,
                timeout=0,
                exclusive=True,
            )
        except (OSError, termios.error) as error:
            raise DeviceLost(FAULT_OF_ERRNO.get(error.args[0], DeviceFault.WRONG_KIND)) from error
        self._ear = self._framer()
        return read_codes(self._ear, self._hear, first=MIN_OPEN_DURATION_S)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._ear, LearningFramer):
            self._end = self._ear.end
        self._line.close()

    def _framer(self) -> ByteReader[bytes]:
        device, idle = self._device, self._device.idle_ms / 1000
        if device.framing == "auto":
            settle = max(RUN_SETTLE_S, SILENCE_CHARACTERS * 10 / device.baud)
            return LearningFramer(aim=device.aim, gs=device.gs, settle=settle, end=self._end, pauses=self._pauses)
        return Framer(device.framing, aim=device.aim, gs=device.gs, idle=idle)

    def _hear(self, wait: float) -> bytes:
        """What comes in within `wait` seconds, as soon as it comes; nothing is polled."""
        try:
            ready, _, _ = select.select([self._line.fileno()], [], [], wait)
            return bytes(self._line.read(READ_BYTES)) if ready else b""
        except OSError as gone:
            raise DeviceLost(DeviceFault.UNPLUGGED) from gone
