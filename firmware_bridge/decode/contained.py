"""The same decoder in a child process, so that a crash or hang in native code costs one frame and not the bridge."""

import logging
import mmap
import os
import subprocess
import sys
import tempfile
from collections import Counter
from multiprocessing import Pipe
from typing import Self

import numpy as np

from firmware_bridge.decode.child import Answer, Job, Ready, main
from firmware_bridge.decode.found import Found, Gray
from firmware_bridge.decode.ladder import DEFAULTS, DecodeSettings

log = logging.getLogger(__name__)

FRAME = 64 * 1024 * 1024  # bytes reserved for one frame: 8K grey fits; only pages written to cost memory
START = 60.0  # seconds the engines may take to load; a Pi with a cold SD card needs about 10
PATIENT = 30.0  # seconds a still picture may take in patient mode, where there is no budget
DEATHS = 5  # children lost one after the other without one frame decoded: then it is no frame's fault


class DecoderLost(Exception):
    """The decoder cannot be kept alive; the bridge should fall and be started anew."""


class ContainedDecoder:
    """A context manager whose `read` works like `Decoder.read`, one process away.

    `lost` counts frames lost by cause, `noise` the lines the engines wrote to stderr, `unfinished` is as there.
    """

    def __init__(self, settings: DecodeSettings = DEFAULTS) -> None:
        self._settings = settings
        self._patience = PATIENT if settings.patient else settings.budget + settings.hang
        self._deaths = 0
        self.lost: Counter[str] = Counter()
        self.noise = 0
        self.unfinished = False

    def __enter__(self) -> Self:
        self._fd = os.memfd_create("noren-frame")
        os.ftruncate(self._fd, FRAME)
        self._memory = mmap.mmap(self._fd, FRAME)
        self._stderr = tempfile.TemporaryFile(mode="a+b")
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._stderr.close()
        self._memory.close()
        os.close(self._fd)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[Found, ...]:
        """Codes in a grey frame (uint8, H x W); none when the frame was lost with the child.

        Raises ValueError for a frame over 64 MiB, DecoderLost when children die without decoding a single frame.
        """
        height, width = gray.shape
        if gray.size > FRAME:
            raise ValueError(f"a frame of {width} x {height} is larger than the decoder takes")
        try:
            self._wait_ready()
            np.frombuffer(self._memory, np.uint8, gray.size).reshape(gray.shape)[:] = gray
            self._pipe.send(Job(height=height, width=width, deep=deep, again=again))
            answer = self._hear(self._patience)
        except (EOFError, TimeoutError, BrokenPipeError, ConnectionResetError) as gone:
            self._lose(gone)
            return ()
        assert isinstance(answer, Answer)
        self._deaths = 0
        self.noise += answer.noise
        self.unfinished = answer.unfinished
        return answer.found

    def _start(self) -> None:
        self._pipe, theirs = Pipe()
        self._ready = False
        fds = (theirs.fileno(), self._fd)
        self._child = subprocess.Popen(
            [sys.executable, "-c", f"from {main.__module__} import main; main{fds}"],
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            stderr=self._stderr,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"},
        )
        theirs.close()

    def _wait_ready(self) -> None:
        if not self._ready:
            self._pipe.send(self._settings)
            self._ready = isinstance(self._hear(START), Ready)

    def _hear(self, patience: float) -> Ready | Answer:
        if not self._pipe.poll(patience):
            raise TimeoutError
        word: Ready | Answer = self._pipe.recv()
        return word

    def _stop(self) -> None:
        self._pipe.close()
        self._child.kill()
        self._child.wait()

    def _lose(self, gone: Exception) -> None:
        self.unfinished = False
        self._pipe.close()
        if isinstance(gone, TimeoutError):
            self._child.kill()
        cause = _cause(gone, self._child.wait(), self._last_words())
        if not self.lost[cause]:
            log.warning("the decoder lost a frame and starts again: %s", cause)
        self.lost[cause] += 1
        self._deaths += 1
        if self._deaths >= DEATHS:
            raise DecoderLost(f"the decoder died {DEATHS} times without reading a frame: {cause}")
        self._start()

    def _last_words(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").splitlines()
        self._stderr.truncate(0)
        return lines[-1] if lines else ""


def _cause(gone: Exception, code: int, words: str) -> str:
    match gone, code:
        case TimeoutError(), _:
            return "it hung"
        case _, code if code < 0:
            return f"it crashed with signal {-code}"
        case _:
            return f"it ended with code {code}: {words}"
