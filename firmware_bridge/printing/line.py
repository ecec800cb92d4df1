"""The line to a printer: a device node, a serial line, or a TCP connection, as bytes that go out and come in."""

import os
import select
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EAGAIN, EBUSY, ENODEV, ENOENT, ENXIO, EPERM
from typing import Protocol

from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble

READ_BYTES = 256
CONNECT_TIMEOUT_S = 3.0  # seconds: it is in the same building
FAULT_OF_ERRNO = {
    ENOENT: PrinterFault.NOT_FOUND,
    ENODEV: PrinterFault.NOT_FOUND,
    ENXIO: PrinterFault.NOT_FOUND,
    EACCES: PrinterFault.NO_PERMISSION,
    EPERM: PrinterFault.NO_PERMISSION,
    EBUSY: PrinterFault.BUSY,
    EAGAIN: PrinterFault.BUSY,  # flock: another process has this line
}


class Line(Protocol):
    """Both raise PrinterTrouble if the line has gone."""

    def send(self, data: bytes, within: float) -> int:
        """Send what the line takes within so many seconds; returns how many bytes that was."""

    def hear(self, within: float) -> bytes:
        """What comes in within so many seconds, as soon as it comes; empty if nothing does."""


class FdLine:
    """A line that is a file descriptor; `ends`: whether a read of nothing means that the other side has closed it."""

    def __init__(self, fd: int, *, ends: bool) -> None:
        self._fd, self._ends = fd, ends
        os.set_blocking(fd, False)

    def send(self, data: bytes, within: float) -> int:
        end, sent = time.monotonic() + within, 0
        while sent < len(data):
            _, ready, _ = select.select([], [self._fd], [], max(0.0, end - time.monotonic()))
            if not ready:
                break
            try:
                sent += os.write(self._fd, data[sent:])
            except BlockingIOError:
                continue
            except OSError as gone:
                raise PrinterTrouble(PrinterFault.GONE) from gone
        return sent

    def hear(self, within: float) -> bytes:
        if not select.select([self._fd], [], [], within)[0]:
            return b""
        try:
            heard = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as gone:
            raise PrinterTrouble(PrinterFault.GONE) from gone
        if not heard and self._ends:
            raise PrinterTrouble(PrinterFault.GONE)
        return heard


@contextmanager
def open_device(path: str) -> Iterator[Line]:
    """A printer's device node, such as /dev/usb/lp0. Raises PrinterTrouble."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise trouble_of(error) from error
    try:
        if not stat.S_ISCHR(os.fstat(fd).st_mode):
            raise PrinterTrouble(PrinterFault.WRONG_MODEL)
        yield FdLine(fd, ends=False)  # usblp gives a read of nothing now and then
    finally:
        os.close(fd)


@contextmanager
def open_network(host: str, port: int) -> Iterator[Line]:
    """A printer on the shop's network. Raises PrinterTrouble."""
    try:
        connection = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except OSError as error:
        raise PrinterTrouble(PrinterFault.NOT_FOUND) from error
    with connection:
        yield FdLine(connection.fileno(), ends=True)


def trouble_of(error: OSError) -> PrinterTrouble:
    """Why a device could not be opened."""
    return PrinterTrouble(FAULT_OF_ERRNO.get(error.errno or 0, PrinterFault.WRONG_MODEL))
