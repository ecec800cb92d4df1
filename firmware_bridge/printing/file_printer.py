"""A printer that is a folder: each job is a picture and the bytes a real printer would get, for the demo and for trials."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from io import BytesIO
from pathlib import Path

from PIL import Image

from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from firmware_bridge.printing import escpos
from firmware_bridge.printing.line import trouble_of

MAX_KEPT_JOBS = 200  # jobs in the folder: older ones are deleted, the card is small


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePrinter:
    """`folder` must be there: if it is not, the printer is not plugged in."""

    folder: Path
    width: int

    @contextmanager
    def open(self) -> Iterator["FilePrinter"]:
        """Raises PrinterTrouble."""
        self.check()
        yield self

    def check(self) -> None:
        """Raises PrinterTrouble."""
        if not self.folder.is_dir():
            raise PrinterTrouble(PrinterFault.NOT_FOUND)

    def print(self, picture: Image.Image, name: str, *, clear: bool) -> Iterator[PrinterFault | None]:
        """Write both files; they are there whole or not at all, and once for each job."""
        yield None
        drawn = BytesIO()
        picture.save(drawn, "PNG")
        try:
            self._write(f"{name}.bin", b"".join(escpos.encode_picture(picture)))
            self._write(f"{name}.png", drawn.getvalue())
            self._forget_old()
        except OSError as error:
            raise PrinterTrouble(PrinterFault.DISK_FULL) if error.errno == ENOSPC else trouble_of(error) from error

    def _write(self, name: str, data: bytes) -> None:
        aside = self.folder / f".{name}.new"
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self.folder / name)

    def _forget_old(self) -> None:
        printed = sorted(self.folder.glob("*.png"), key=lambda file: file.stat().st_mtime)
        for old in printed[:-MAX_KEPT_JOBS]:
            old.with_suffix(".bin").unlink(missing_ok=True)
            old.unlink()
