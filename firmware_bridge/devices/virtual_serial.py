"""A virtual scanner: a pty linked where udev would put a real one; orders on a socket say what to read and how to fail."""

import asyncio
import logging
import os
import pty
import signal
import tty
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from edge.config.toml_schema import BadConfig

log = logging.getLogger(__name__)

BYTES_PER_SECOND = 11_520  # bytes a second: 115,200 baud, ten bits a byte
BYTES_PER_WRITE = 12  # bytes written at a time: about a millisecond of line
FULL_RETRY_S = 0.005  # seconds until a full line is tried again
UNREAD_AFTER_S = 2.0  # seconds a line may stay full before we report that nobody reads it
MAX_COMMAND_BYTES = 4 * 1024 * 1024  # bytes an order may have; a megabyte of noise, in base64, fits
TerminatorName = Literal["cr", "lf", "crlf", "tab", "etx", "none"]
FRAME_OF_TERMINATOR: dict[TerminatorName, tuple[bytes, bytes]] = {
    "cr": (b"", b"\r"),
    "lf": (b"", b"\n"),
    "crlf": (b"", b"\r\n"),
    "tab": (b"", b"\t"),
    "etx": (b"\x02", b"\x03"),
    "none": (b"", b""),
}

Positive = Annotated[float, Meta(gt=0, le=3600)]


class ScannerCommand(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line from the control socket: bytes to send (base64 in JSON), or what to send after codes from now on, or a fault.

    A fault lasts from now on.
    """

    send: bytes | None = None
    ending: TerminatorName | None = None
    fault: Literal["drop", "stall", "vanish", "none"] | None = None
    every: Annotated[int, Meta(ge=1)] | None = None
    seconds: Positive | None = None


class CommandRefusal(Exception):
    """The order cannot be done; the message is the answer."""


class VirtualScanner:
    """One pty and its link; `drop` loses every n-th byte, `stall` pauses half-way through each code."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._sending = asyncio.Lock()
        self._master = -1
        self._plugs = 0
        self._unplugged = asyncio.Event()
        self._drop = 0
        self._stall = 0.0
        self._sent = 0
        self._before, self._after = FRAME_OF_TERMINATOR["cr"]

    def plug_in(self) -> None:
        """Make the pty and link it; the link appears in one step."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._link.parent.mkdir(parents=True, exist_ok=True)
        aside = self._link.with_name(self._link.name + ".new")
        aside.unlink(missing_ok=True)
        aside.symlink_to(os.ttyname(self._slave))
        aside.rename(self._link)
        self._plugs += 1
        self._unplugged.clear()

    def unplug(self) -> None:
        """As if the cable is pulled: a reader of the line gets an error."""
        if self._master >= 0:
            self._link.unlink(missing_ok=True)
            os.close(self._master)
            os.close(self._slave)
            self._master = -1
            self._unplugged.set()

    async def obey(self, order: ScannerCommand) -> None:
        """Do what an order says. Raises Refusal."""
        match order:
            case ScannerCommand(send=bytes() as data, fault=None, ending=None):
                await self._send(data)
            case ScannerCommand(ending=str() as ending, fault=None, send=None):
                self._before, self._after = FRAME_OF_TERMINATOR[ending]
            case ScannerCommand(fault="drop", every=int() as every, send=None):
                self._drop, self._sent = every, 0
            case ScannerCommand(fault="stall", seconds=float() as seconds, send=None):
                self._stall = seconds
            case ScannerCommand(fault="vanish", seconds=float() as seconds, send=None):
                self._vanish(seconds)
            case ScannerCommand(fault="none", send=None):
                self._drop, self._stall = 0, 0.0
                if self._master < 0:
                    self.plug_in()
            case _:
                raise CommandRefusal(
                    'expected {"send"}, {"ending"}, or {"fault"} with "every" for drop and "seconds" for stall and vanish'
                )

    def _vanish(self, seconds: float) -> None:
        plugs = self._plugs
        self.unplug()

        def back() -> None:
            if self._master < 0 and self._plugs == plugs:
                self.plug_in()

        asyncio.get_running_loop().call_later(seconds, back)

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            code, plug = self._lossy(self._before + data + self._after), self._plugs
            half = len(code) // 2
            await self._write(code[:half], plug)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._unplugged.wait(), self._stall)
            await self._write(code[half:], plug)

    def _lossy(self, code: bytes) -> bytes:
        if not self._drop:
            return code
        first = self._sent + 1
        self._sent += len(code)
        return bytes(byte for nth, byte in enumerate(code, first) if nth % self._drop)

    async def _write(self, data: bytes, plug: int) -> None:
        """At the line's pace; slower if the reader is slow, as with flow control."""
        loop = asyncio.get_running_loop()
        due, deaf = loop.time(), loop.time() + UNREAD_AFTER_S
        while data:
            if self._master < 0 or self._plugs != plug:
                raise CommandRefusal("the scanner is unplugged")
            try:
                written = os.write(self._master, data[:BYTES_PER_WRITE])
            except BlockingIOError:
                if loop.time() > deaf:
                    raise CommandRefusal("nobody reads the line") from None
                await asyncio.sleep(FULL_RETRY_S)
                continue
            data = data[written:]
            due, deaf = due + written / BYTES_PER_SECOND, loop.time() + UNREAD_AFTER_S
            await asyncio.sleep(max(0.0, due - loop.time()))


async def _answer(scanner: VirtualScanner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(msgspec.json.encode(await _done(scanner, line)) + b"\n")
            await writer.drain()
    except ConnectionError:
        log.info("a control connection was closed by its client")
    finally:
        writer.close()


async def _done(scanner: VirtualScanner, line: bytes) -> dict[str, bool | str]:
    try:
        await scanner.obey(msgspec.json.decode(line, type=ScannerCommand))
    except (msgspec.DecodeError, CommandRefusal) as error:
        return {"error": str(error)}
    return {"ok": True}


async def _live(scanner: VirtualScanner, control: Path) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(end, over.set)
    scanner.plug_in()
    server = await _listen(scanner, control)
    await over.wait()
    server.close()
    control.unlink(missing_ok=True)


async def _listen(scanner: VirtualScanner, control: Path) -> asyncio.Server:
    """The control socket; it appears at its path only once it answers."""
    aside = control.with_name(control.name + ".new")
    control.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = await asyncio.start_unix_server(lambda r, w: _answer(scanner, r, w), aside, limit=MAX_COMMAND_BYTES)
    except OSError as error:
        raise BadConfig(f"{control}: cannot be the control socket: {error}") from None
    aside.rename(control)
    return server


def main(link: Path, control: Path) -> int:
    """Be a scanner at `link`, controlled by orders at the unix socket `control`, until SIGTERM. Returns the exit code."""
    scanner = VirtualScanner(link)
    try:
        asyncio.run(_live(scanner, control))
    finally:
        scanner.unplug()
    return 0
