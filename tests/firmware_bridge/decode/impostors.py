"""Children of a decoder that have been taken over: each answers the first frame in a way of its own."""

import os
import pickle
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware_bridge.decode.process import messages
from firmware_bridge.decode.process.messages import MAX_MESSAGE_BYTES, FrameAnswer, WorkerReady

OWNED = "NOREN_TEST_OWNED"  # names the file that exists only if the bridge ran what it was sent


class Exploit:
    """Unpickled, it makes the file."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return Path.touch, (Path(os.environ[OWNED]),)  # type: ignore[return-value]


GOOD = {"type": "answer", "codes": [], "unfinished": False, "noise": 0}
CODE = ["ean13", "]E0", b"4901234567894", [[0, 0], [9, 0], [9, 9], [0, 9]], "stage", True]


def _code(**changed: object) -> dict[str, object]:
    names = ("symbology", "aim", "data", "corners", "stage", "sure")
    return GOOD | {"codes": [[changed.get(name, value) for name, value in zip(names, CODE, strict=True)]]}


LIES: dict[str, bytes] = {
    "pickle": b"",  # made in the child, see below
    "noise": bytes(range(256)),
    "half": messages.encode_message(FrameAnswer(codes=[], unfinished=False, noise=0))[:-3],
    "two in one": messages.encode_message(FrameAnswer(codes=[], unfinished=False, noise=0)) * 2,
    "too long": b"\xc6" + bytes(MAX_MESSAGE_BYTES + 100),
    "nested": b"\x91" * 60_000,
    "a length of 4 GB": b"\xdd\xff\xff\xff\xff",
    "ready": messages.encode_message(WorkerReady()),
    "nobody's kind": msgspec.msgpack.encode({"type": "order", "run": "rm"}),
    "a field too many": msgspec.msgpack.encode(GOOD | {"run": "rm"}),
    "a number that is none": msgspec.msgpack.encode(GOOD | {"noise": "many"}),
    "less than none": msgspec.msgpack.encode(GOOD | {"noise": -1}),
    "too many codes": msgspec.msgpack.encode(GOOD | {"codes": [CODE] * 65}),
    "an unknown symbology": msgspec.msgpack.encode(_code(symbology="ean14")),
    "a code too long": msgspec.msgpack.encode(_code(data=bytes(9_000))),
    "a corner too few": msgspec.msgpack.encode(_code(corners=[[0, 0], [9, 0], [9, 9]])),
    "a corner in another town": msgspec.msgpack.encode(_code(corners=[[2**60, 0], [9, 0], [9, 9], [0, 9]])),
    "text for bytes": msgspec.msgpack.encode(_code(data=7)),
}


def _asked(line_fd: int) -> socket.socket:
    """The line after the first frame has been asked about."""
    line = socket.socket(fileno=line_fd)
    messages.receive_settings(line)
    line.send(messages.encode_message(WorkerReady()))
    messages.receive_job(line)
    return line


def liar(line_fd: int, _frame_fd: int) -> None:
    """Sends the lie that is named in the environment, and waits."""
    line, name = _asked(line_fd), os.environ["NOREN_TEST_LIE"]
    line.send(pickle.dumps(Exploit()) if name == "pickle" else LIES[name])
    signal.pause()


def silent(line_fd: int, _frame_fd: int) -> None:
    """Closes its line and lives on."""
    _asked(line_fd).close()
    signal.pause()


def chatterer(line_fd: int, _frame_fd: int) -> None:
    """Writes more to stderr than anybody wants to read, in one line, and goes."""
    _asked(line_fd)
    os.write(2, b"x" * 10_000_000 + b"\x1b[2J\n" + b"y\x00" * 1000)


def shrinker(line_fd: int, frame_fd: int) -> None:
    """Takes the shared memory away under the bridge, which would die of it with a bus error."""
    line = _asked(line_fd)
    try:
        os.ftruncate(frame_fd, 0)
    except PermissionError:
        line.send(messages.encode_answer((), unfinished=False, noise=0))
    messages.receive_job(line)
    line.send(messages.encode_answer((), unfinished=False, noise=7))
    signal.pause()
