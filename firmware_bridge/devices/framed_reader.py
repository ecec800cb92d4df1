"""Listening to a line for ever: input and silence go to its framer at once, and codes come out as readings."""

from collections.abc import Callable, Iterator, Sized
from typing import Protocol, TypeVar

from firmware_bridge.devices.events import READ_TIMEOUT_S, BytesReceived, DeviceEvent, RefusedInput, reading_of_code
from firmware_bridge.framing.framing import FramedCode, RefusalReason

What = TypeVar("What", bound=Sized)
Hears = TypeVar("Hears", bound=Sized, contravariant=True)


class ByteReader(Protocol[Hears]):
    """A framer, or something with the same interface before one."""

    @property
    def refused(self) -> int: ...

    @property
    def why(self) -> RefusalReason: ...

    @property
    def ending(self) -> str: ...

    @property
    def unfinished(self) -> bool: ...

    @property
    def patience(self) -> float: ...

    def feed(self, data: Hears, /) -> list[FramedCode]: ...

    def silence(self) -> list[FramedCode]: ...


def read_codes(
    ear: ByteReader[What], hear: Callable[[float], What], *, first: float = READ_TIMEOUT_S
) -> Iterator[DeviceEvent]:
    """Events without end. `hear` waits at most that many seconds for input; the `first` look may be a short one."""
    told, quiet, wait = ear.refused, 0.0, first
    while True:
        data = hear(wait)
        quiet = 0.0 if data else quiet + wait
        if data:
            yield BytesReceived(len(data), ear.ending)
        codes = ear.feed(data)
        while ear.unfinished and quiet >= ear.patience:
            codes += ear.silence()
        yield from map(reading_of_code, codes)
        if ear.refused > told:
            yield RefusedInput(ear.refused - told, ear.why)
            told = ear.refused
        yield None
        wait = min(READ_TIMEOUT_S, ear.patience - quiet) if ear.unfinished else READ_TIMEOUT_S
