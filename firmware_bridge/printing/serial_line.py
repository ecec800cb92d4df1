"""A printer on a serial line."""

import termios
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from firmware_bridge.printing.line import FdLine, Line, trouble_of


@contextmanager
def open_serial(path: str, baud: int) -> Iterator[Line]:
    """A line by its path, with hardware flow control off: what is sent waits for the printer's answers. Raises PrinterTrouble."""
    try:
        line = serial.Serial(path, baud, timeout=0, exclusive=True)
    except OSError as error:
        raise trouble_of(error) from error
    except termios.error as error:
        raise PrinterTrouble(PrinterFault.WRONG_MODEL) from error
    with line:
        yield FdLine(line.fileno(), ends=True)
