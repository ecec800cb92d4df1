"""The messages between the bridge and its decoder child: typed, limited, one per datagram, and never code.

The child runs native code on pictures that anybody may hold before a lens. Somebody who takes it over must gain nothing but
a way to report codes. So only data of these types is accepted; pickle would let the child run any code here.
"""

import socket
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import DecodeSettings
from firmware_bridge.decode.detection import BelievedCode

MAX_MESSAGE_BYTES = 64 * 1024  # bytes of a message: at least 8 QR codes of the largest size
MAX_CODES = 64  # codes of a frame; twice what is remembered of a shelf
MAX_COORDINATE_PX = 1_000_000  # pixels: a corner may be outside the frame, but not very far
MAX_CODE_BYTES = 8 * 1024  # bytes of a code: the largest QR has 7,089 digits


class Malformed(Exception):
    """The data received is none of our messages."""


class WorkerReady(Struct, frozen=True, forbid_unknown_fields=True, tag="ready"):
    """The engines are loaded."""


class FrameJob(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="job"):
    """A frame of `height` x `width` grey pixels is at the start of the shared memory."""

    height: Annotated[int, Meta(ge=0, le=65_535)]
    width: Annotated[int, Meta(ge=0, le=65_535)]
    deep: bool
    again: bool


Pixel = Annotated[int, Meta(ge=-MAX_COORDINATE_PX, le=MAX_COORDINATE_PX)]
Point = tuple[Pixel, Pixel]


class Code(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A code that was found, see `BelievedCode`."""

    symbology: Symbology
    aim: Annotated[str, Meta(max_length=8)]
    data: Annotated[bytes, Meta(max_length=MAX_CODE_BYTES)]
    corners: tuple[Point, Point, Point, Point]
    stage: Annotated[str, Meta(max_length=80)]
    sure: bool


class FrameAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="answer"):
    """The codes in the frame, whether stages are left for the next, and the lines that the engines wrote to stderr."""

    codes: Annotated[list[Code], Meta(max_length=MAX_CODES)]
    unfinished: bool
    noise: Annotated[int, Meta(ge=0, le=2**40)]

    @property
    def found(self) -> tuple[BelievedCode, ...]:
        """The codes as the decoder's own type."""
        return tuple(
            BelievedCode(symbology=c.symbology, aim=c.aim, data=c.data, corners=c.corners, stage=c.stage, sure=c.sure)
            for c in self.codes
        )


_FROM_CHILD: msgspec.msgpack.Decoder[WorkerReady | FrameAnswer] = msgspec.msgpack.Decoder(WorkerReady | FrameAnswer)
_SETTINGS = msgspec.msgpack.Decoder(DecodeSettings)
_JOB = msgspec.msgpack.Decoder(FrameJob)


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """The two ends of a socket that carries whole messages: none arrives in parts, so no reader waits for the rest of one."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def encode_answer(found: Sequence[BelievedCode], *, unfinished: bool, noise: int) -> bytes:
    """An encoded answer; if a picture has more codes than a message can hold, the first of them."""
    codes = [_code(each) for each in found[:MAX_CODES]]
    while (
        len(message := encode_message(FrameAnswer(codes=codes, unfinished=unfinished, noise=noise))) > MAX_MESSAGE_BYTES
    ):
        codes.pop()
    return message


def encode_message(word: Any) -> bytes:
    """An encoded message."""
    return msgspec.msgpack.encode(word)


def receive_from_child(line: socket.socket) -> WorkerReady | FrameAnswer:
    """The child's message. Raises Malformed, TimeoutError by the socket's timeout, EOFError if the child has gone."""
    try:
        return _FROM_CHILD.decode(_received(line))
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise Malformed from None  # without its text, which the sender could have chosen


def receive_settings(line: socket.socket) -> DecodeSettings:
    """The bridge's first message. Raises EOFError if the bridge has gone."""
    return _SETTINGS.decode(_received(line))


def receive_job(line: socket.socket) -> FrameJob:
    """The bridge's next message. Raises EOFError if the bridge has gone."""
    return _JOB.decode(_received(line))


def _received(line: socket.socket) -> bytes:
    message = line.recv(MAX_MESSAGE_BYTES + 1)
    if not message:
        raise EOFError
    if len(message) > MAX_MESSAGE_BYTES:
        raise Malformed
    return message


def _code(found: BelievedCode) -> Code:
    a, b, c, d = found.corners
    return Code(found.symbology, found.aim, found.data, (a, b, c, d), found.stage, found.sure)
