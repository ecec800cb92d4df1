"""From a printer's settings to the printer."""

from functools import partial
from pathlib import Path

from edge.config.printer_sections import FolderPrinter, NetworkPrinter, Printer, SerialPrinter, UsbPrinter
from firmware_bridge.printing.escpos_printer import EscPosSource
from firmware_bridge.printing.file_printer import FilePrinter
from firmware_bridge.printing.line import open_device, open_network
from firmware_bridge.printing.printer import PrinterSource


def make_printer(printer: Printer) -> PrinterSource:
    """What prints for a section of noren.toml; nothing is opened yet."""
    match printer:
        case UsbPrinter():
            return EscPosSource(
                connect=partial(open_device, printer.path), width=printer.width, answers=printer.answers
            )
        case NetworkPrinter():
            connect = partial(open_network, printer.host, printer.port)
            return EscPosSource(connect=connect, width=printer.width, answers=printer.answers)
        case SerialPrinter():
            from firmware_bridge.printing.serial_line import open_serial

            line = partial(open_serial, printer.path, printer.baud)
            return EscPosSource(connect=line, width=printer.width, answers=printer.answers)
        case FolderPrinter():
            return FilePrinter(folder=Path(printer.folder), width=printer.width)
