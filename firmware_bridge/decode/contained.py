"""The same decoder in a child process, so that a crash in native code costs one frame."""

import multiprocessing
from multiprocessing.connection import Connection
from typing import Self

import numpy as np

from firmware_bridge.decode.found import Found
from firmware_bridge.decode.ladder import Decoder, DecodeSettings

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


class ContainedDecoder:
    """A context manager whose `read` works like `Decoder.read`, one process away."""

    def __init__(self, settings: DecodeSettings = DecodeSettings()) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(theirs, self._settings), daemon=True)
        self._child.start()
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._child.join()

    def read(self, gray: Gray) -> tuple[Found, ...]:
        """Codes in a grey frame (uint8, H x W)."""
        self._pipe.send(gray)
        found: tuple[Found, ...] = self._pipe.recv()
        return found


def _serve(pipe: "Connection[tuple[Found, ...], Gray]", settings: DecodeSettings) -> None:
    decoder = Decoder(settings)
    while True:
        try:
            gray = pipe.recv()
        except EOFError:
            return
        pipe.send(decoder.read(gray))
