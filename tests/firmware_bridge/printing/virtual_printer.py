"""A printer without hardware, on TCP or a pty: it understands raster, cut and questions, and fails as real ones do."""

import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

CAPACITY = 8192  # bytes of its buffer: then it takes nothing more until it has printed
COMMANDS = (b"\x10\x04", b"\x1b@", b"\x1dv0", b"\x1dVB", b"\x1dr")
FINE, COVER, PAPER_END = 0x12, 0x16, 0x72
LOOK = 0.002  # seconds


@dataclass
class VirtualPrinter:
    """Faults are set and taken away while it runs; what it has cut lies in `pieces`."""

    paper: int | None = None  # rows left on the roll; None: enough
    cover_open: bool = False
    silent: bool = False
    garbage: bytes = b""  # answered to every question
    gone_after: int | None = None  # bytes, then the cable is out
    never_done: bool = False  # it answers questions, and does not know GS r
    slow: float = 0.0  # seconds before each look
    pieces: list[Image.Image] = field(default_factory=list)
    seen_commands: int = 0  # DLE EOT anywhere in what came in, as a printer looks for it
    commands: int = 0  # of those, the ones that are no part of a picture
    unknown: int = 0  # bytes that begin no command: it passes them over
    opened: int = 0
    unplugged: bool = False

    def __post_init__(self) -> None:
        self._buffer, self._tail, self._strip = b"", b"", b""
        self._across = 0
        self._over = threading.Event()

    def load_paper(self) -> None:
        self.paper = None

    def plug_in(self) -> None:
        """The cable is back; what the printer has got of a job, it still has."""
        self.unplugged, self.gone_after = False, None

    def receive(self, data: bytes) -> bytes:
        """Take bytes, and answer at once what is asked in real time."""
        if self.gone_after is not None:
            data, self.gone_after = data[: self.gone_after], self.gone_after - len(data)
            self.unplugged = self.gone_after <= 0
        looked, answers = self._tail + data, b""
        at = looked.find(b"\x10\x04")
        while at >= 0 and at + 2 < len(looked):
            self.seen_commands += 1
            answers += self._state(looked[at + 2])
            at = looked.find(b"\x10\x04", at + 3)
        self._tail = looked[-2:] if at < 0 and not answers else looked[at:] if at >= 0 else b""
        self._buffer += data
        return answers

    def _state(self, number: int) -> bytes:
        if self.silent:
            return b""
        if self.garbage:
            return self.garbage
        if number == 2 and self.cover_open:
            return bytes([COVER])
        return bytes([PAPER_END if number == 4 and self.paper == 0 else FINE])

    def work(self) -> bytes:
        """Print what can be printed; gives the answers that come in their turn."""
        answers = b""
        while self._buffer and self.paper != 0 and not self.cover_open:
            taken = self._one_command(self._buffer)
            if taken is None:
                break
            size, answer = taken
            self._buffer, answers = self._buffer[size:], answers + answer
        return answers

    def _one_command(self, data: bytes) -> tuple[int, bytes] | None:
        """The length of the first command and its answer; None while it is not here whole."""
        if data.startswith(b"\x10\x04"):
            self.commands += len(data) >= 3
            return (3, b"") if len(data) >= 3 else None
        if data.startswith(b"\x00"):
            return len(data) - len(data.lstrip(b"\x00")), b""
        if data.startswith(b"\x1b@"):
            return 2, b""
        if data.startswith(b"\x1dv0") and len(data) >= 8:
            self._across, rows = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
            size = 8 + self._across * rows
            if len(data) < size:
                return None
            if self.paper is not None and self.paper < rows:
                self.paper = 0
                return None  # the band is printed once there is paper again
            self._strip += data[8:size]
            if self.paper is not None:
                self.paper -= rows
            return size, b""
        if data.startswith(b"\x1dVB") and len(data) >= 4:
            self._cut()
            return 4, b""
        if data.startswith(b"\x1dr") and len(data) >= 3:
            return 3, b"" if self.silent or self.never_done else b"\x00"
        if any(command.startswith(data[:3]) or data.startswith(command) for command in COMMANDS):
            return None  # more of it is to come
        self.unknown += 1
        return 1, b""

    def _cut(self) -> None:
        rows = len(self._strip) // self._across if self._across else 0
        picture = Image.frombytes("1", (8 * self._across, rows), bytes(byte ^ 0xFF for byte in self._strip))
        self.pieces.append(picture)
        self._strip = b""

    def serve(self, fd: int) -> None:
        """One line, until it is closed or unplugged."""
        os.set_blocking(fd, False)
        while not self._over.is_set() and not self.unplugged:
            self._over.wait(self.slow)
            answers = self.work()
            if len(self._buffer) < CAPACITY and select.select([fd], [], [], LOOK)[0]:
                try:
                    data = os.read(fd, 512)
                except BlockingIOError:
                    continue
                except OSError:
                    return
                if not data:
                    return
                answers += self.receive(data)
            if answers:
                try:
                    os.write(fd, answers)
                except OSError:
                    return

    def _accept(self, server: socket.socket) -> None:
        while not self._over.is_set():
            if select.select([server], [], [], LOOK)[0]:
                line, _ = server.accept()
                self.opened += 1
                with line:
                    if not self.unplugged:
                        self.serve(line.fileno())

    @contextmanager
    def on_tcp(self) -> Iterator[int]:
        """The port at which it answers."""
        with socket.create_server(("127.0.0.1", 0)) as server, self._running(self._accept, server):
            yield server.getsockname()[1]

    @contextmanager
    def on_pty(self) -> Iterator[Path]:
        """The path of its line."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        try:
            with self._running(self.serve, master):
                yield Path(os.ttyname(slave))
        finally:
            os.close(master)
            os.close(slave)

    @contextmanager
    def _running(self, task: object, what: object) -> Iterator[None]:
        self._over.clear()
        thread = threading.Thread(target=task, args=(what,))  # type: ignore[arg-type]
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
