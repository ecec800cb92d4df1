"""What every kind of printer does, whatever it hangs on."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from PIL import Image

from edge.features.printing.printer_fault import PrinterFault


class Printer(Protocol):
    """A printer that is open. Both methods raise PrinterTrouble if it cannot print or goes on no more."""

    def check(self) -> None:
        """Whether it would print now."""

    def print(self, picture: Image.Image, name: str, *, clear: bool) -> Iterator[PrinterFault | None]:
        """Print a picture: at the end it is on paper. Yields what it waits for (no paper), or None, at least each half second.

        `name`: of the job, the same for the same job. `clear`: the job before may lie half printed in the printer.
        """


class PrinterSource(Protocol):
    """A printer by its settings. `open` raises PrinterTrouble."""

    @property
    def width(self) -> int:
        """Dots across."""

    def open(self) -> AbstractContextManager[Printer]:
        """Open it for a few jobs: others may use it in between."""
