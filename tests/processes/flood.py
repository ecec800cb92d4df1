"""A laptop on the shop's network that wants the pages to stand still: each flood goes on until it is ended.

Run as `python -m tests.processes.flood NAME HOST PORT SCHEME SEED`; it says one line once it begins.
"""

import asyncio
import random
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

OWN = "127.0.0.9"  # the laptop's address; loopback has as many as one wants
MANY = [f"127.0.7.{last}" for last in range(1, 201)]  # a laptop that takes two hundred addresses
FIRST = b"GET /kiosk/kiosk-1/home HTTP/1.1\r\nHost: %b\r\n"  # a head that has not ended
POST = (
    b"POST %b HTTP/1.1\r\nHost: %b\r\nSec-Fetch-Site: same-origin\r\nContent-Type: %b\r\nContent-Length: %d\r\n"
    b"Connection: keep-alive\r\n\r\n"
)
STATION = b"/kiosk/kiosk-1/scan"


@dataclass(frozen=True, slots=True)
class Mark:
    """Who is flooded, and the dice of the flood."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    dice: random.Random

    @property
    def name(self) -> bytes:
        return f"{self.host}:{self.port}".encode()

    async def line(self, own: str = OWN, *, shake: bool = True) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection; without `shake` not even TLS is spoken on it."""
        return await asyncio.open_connection(
            self.host, self.port, ssl=self.tls if shake else None, local_addr=(own, 0), limit=1 << 16
        )


Flood = Callable[[Mark, int], Awaitable[None]]


async def _hold(mark: Mark, own: str, first: bytes, drip: bytes = b"", *, shake: bool = True) -> None:
    """One connection that says `first` and then nothing, or a byte a second, until it is closed."""
    reader, writer = await mark.line(own, shake=shake)
    try:
        writer.write(first)
        await writer.drain()
        while drip:
            await asyncio.sleep(1)
            writer.write(drip)
            await writer.drain()
        await reader.read()
    finally:
        writer.close()


async def heads(mark: Mark, number: int) -> None:
    """Half of a request's head."""
    await _hold(mark, OWN, FIRST % mark.name)


async def dripped(mark: Mark, number: int) -> None:
    """A head that comes a byte a second."""
    await _hold(mark, OWN, FIRST % mark.name + b"X: ", b"a")


async def bodies(mark: Mark, number: int) -> None:
    """Half of a request's body, which then comes a byte a second."""
    await _hold(mark, OWN, POST % (STATION, mark.name, b"application/json", 4000) + b'{"code": "', b"1")


async def silent(mark: Mark, number: int) -> None:
    """A connection and no word, not even of TLS."""
    await _hold(mark, OWN, b"", shake=False)


async def silent_many(mark: Mark, number: int) -> None:
    """The same from two hundred addresses."""
    await _hold(mark, MANY[number % len(MANY)], b"", shake=False)


async def heads_many(mark: Mark, number: int) -> None:
    """Half-sent heads from two hundred addresses."""
    await _hold(mark, MANY[number % len(MANY)], FIRST % mark.name)


async def readers(mark: Mark, number: int) -> None:
    """Asks for the same page a thousand times and hardly reads."""
    reader, writer = await mark.line()
    wire = writer.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    try:
        writer.write((b"GET /status HTTP/1.1\r\nHost: " + mark.name + b"\r\n\r\n") * 1000)
        while await reader.read(8):
            await asyncio.sleep(1)
    finally:
        writer.close()


async def streams(mark: Mark, number: int) -> None:
    """A stream, and hardly a read of it."""
    await _hold(mark, OWN, b"GET /live/board?screen=x%d HTTP/1.1\r\nHost: %b\r\n\r\n" % (number, mark.name))


async def connects(mark: Mark, number: int) -> None:
    """A connection, and gone again, as fast as it goes."""
    _, writer = await mark.line()
    writer.close()


async def _ask_on(mark: Mark, request: Callable[[], bytes]) -> None:
    """One request behind the other on one connection, as fast as they are answered."""
    reader, writer = await mark.line()
    try:
        while True:
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.strip().split(b"\r\n")[1:])
            await reader.readexactly(int(fields.get(b"content-length", b"0")))
            if fields.get(b"connection") == b"close":
                return
    finally:
        writer.close()


def _post(mark: Mark, path: bytes, kind: bytes, body: bytes) -> bytes:
    return POST % (path, mark.name, kind, len(body)) + body


async def long_scans(mark: Mark, number: int) -> None:
    """Codes of 8 KB, each another one."""

    def code() -> bytes:
        text = "".join(mark.dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef", k=8000))
        return _post(mark, STATION, b"application/json", b'{"code": "%b"}' % text.encode())

    await _ask_on(mark, code)


async def junk_scans(mark: Mark, number: int) -> None:
    """Short codes that nobody understands, each another one."""

    def code() -> bytes:
        return _post(mark, STATION, b"application/json", b'{"code": "junk-%d"}' % mark.dice.getrandbits(60))

    await _ask_on(mark, code)


async def sign_ins(mark: Mark, number: int) -> None:
    """Wrong PINs."""

    def tried() -> bytes:
        body = b"staff=s-1&pin=%04d" % mark.dice.randrange(10_000)
        return _post(mark, b"/staff/counter-1/login", b"application/x-www-form-urlencoded", body)

    await _ask_on(mark, tried)


async def pages(mark: Mark, number: int) -> None:
    """The dearest page, again and again."""
    await _ask_on(mark, lambda: b"GET /status HTTP/1.1\r\nHost: " + mark.name + b"\r\n\r\n")


async def busy(mark: Mark, number: int) -> None:
    """No flood: a processor at work and no word to anybody, to tell what is the flood's from what is its generator's."""
    while True:
        await asyncio.sleep(0)


# each with the connections it holds at a time
FLOODS: dict[str, tuple[Flood, int]] = {
    "heads": (heads, 200),
    "dripped": (dripped, 200),
    "heads_many": (heads_many, 800),
    "bodies": (bodies, 200),
    "silent": (silent, 400),
    "silent_many": (silent_many, 800),
    "readers": (readers, 100),
    "streams": (streams, 100),
    "connects": (connects, 50),
    "long_scans": (long_scans, 16),
    "junk_scans": (junk_scans, 16),
    "sign_ins": (sign_ins, 60),
    "pages": (pages, 16),
    "busy": (busy, 1),
}
AGAIN = 0.05  # seconds until a connection that was refused is tried again


async def _for_ever(flood: Flood, mark: Mark, number: int) -> None:
    while True:
        try:
            await flood(mark, number)
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(AGAIN)  # closed in our face: what a flood expects
        await asyncio.sleep(0)


async def main(name: str, host: str, port: str, scheme: str, seed: str) -> None:
    tls = ssl.create_default_context() if scheme == "https" else None
    if tls:
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE  # an attacker does not mind
    flood, wide = FLOODS[name]
    mark = Mark(host, int(port), tls, random.Random(seed))
    print("begun", flush=True)
    await asyncio.gather(*(_for_ever(flood, mark, number) for number in range(wide)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
