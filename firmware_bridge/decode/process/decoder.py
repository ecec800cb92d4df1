"""The same decoder in a child process, so that a crash or hang in native code costs one frame and not the bridge."""

import fcntl
import logging
import mmap
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import Self, TypeVar

import numpy as np

from firmware_bridge.decode.cascade import DEFAULT_SETTINGS, DecodeSettings
from firmware_bridge.decode.detection import BelievedCode, Gray
from firmware_bridge.decode.process import messages as words
from firmware_bridge.decode.process.messages import FrameAnswer, FrameJob, Malformed, WorkerReady
from firmware_bridge.decode.process.worker import main

log = logging.getLogger(__name__)

Reply = TypeVar("Reply", WorkerReady, FrameAnswer)

FRAME_BUFFER_BYTES = (
    64 * 1024 * 1024
)  # bytes reserved for one frame: 8K grey fits; only pages that are written cost memory
START_TIMEOUT_S = 60.0  # seconds that loading the engines may take; a Pi with a cold SD card needs about 10
PATIENT_TIMEOUT_S = 30.0  # seconds a still picture may take in patient mode, which has no budget
MEMFD_SEALS = (
    fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
)  # a child that shortened it would kill us with it
END_TIMEOUT_S = 2.0  # seconds a child may take to end after it has closed its socket
STDERR_TAIL_BYTES = 4096  # bytes of a dead child's stderr that are looked at
LOGGED_CHARACTERS = 200  # characters of its last line that are logged
MAX_DEATHS = 5  # children lost in a row without one decoded frame: then it is no frame's fault


class DecoderLost(Exception):
    """The decoder cannot be kept alive; the bridge should end, and systemd restarts it."""


class ProcessDecoder:
    """A context manager whose `read` works like `Decoder.read`, in another process.

    `lost` counts lost frames by cause, `noise` the lines that the engines wrote to stderr; `unfinished` is as in `Decoder`.
    """

    def __init__(self, settings: DecodeSettings = DEFAULT_SETTINGS, child: Callable[[int, int], None] = main) -> None:
        """`child` is what runs in the other process; it gets the file descriptors of the socket and of the frame."""
        self._main = child
        self._settings = settings
        self._patience = PATIENT_TIMEOUT_S if settings.patient else settings.budget + settings.hang
        self._deaths = 0
        self.lost: Counter[str] = Counter()
        self.noise = 0
        self.unfinished = False

    def __enter__(self) -> Self:
        self._fd = os.memfd_create("noren-frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._fd, FRAME_BUFFER_BYTES)
        fcntl.fcntl(self._fd, fcntl.F_ADD_SEALS, MEMFD_SEALS)
        self._memory = mmap.mmap(self._fd, FRAME_BUFFER_BYTES)
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

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[BelievedCode, ...]:
        """Codes in a grey frame (uint8, H x W); none if the frame was lost with the child.

        Raises ValueError for a frame over 64 MiB, DecoderLost if children die without decoding a single frame.
        """
        height, width = gray.shape
        if gray.size > FRAME_BUFFER_BYTES:
            raise ValueError(f"a frame of {width} x {height} is larger than the decoder takes")
        try:
            self._wait_ready()
            np.frombuffer(self._memory, np.uint8, gray.size).reshape(gray.shape)[:] = gray
            answer = self._ask(
                FrameJob(height=height, width=width, deep=deep, again=again), FrameAnswer, self._patience
            )
        except (EOFError, TimeoutError, BrokenPipeError, ConnectionResetError, Malformed) as gone:
            self._lose(gone)
            return ()
        self._deaths = 0
        self.noise += answer.noise
        self.unfinished = answer.unfinished
        return answer.found

    def _start(self) -> None:
        self._line, theirs = words.socket_pair()
        self._ready = False
        fds = (theirs.fileno(), self._fd)
        self._child = subprocess.Popen(
            [sys.executable, "-c", f"from {self._main.__module__} import {self._main.__name__} as main; main{fds}"],
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            stderr=self._stderr,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"},
        )
        theirs.close()

    def _wait_ready(self) -> None:
        if not self._ready:
            self._ask(self._settings, WorkerReady, START_TIMEOUT_S)
            self._ready = True

    def _ask(self, question: DecodeSettings | FrameJob, kind: type[Reply], patience: float) -> Reply:
        """Send a message, and wait at most `patience` seconds for an answer of this kind."""
        self._line.settimeout(patience)
        self._line.send(words.encode_message(question))
        answer = words.receive_from_child(self._line)
        if not isinstance(answer, kind):
            raise Malformed
        return answer

    def _stop(self) -> None:
        self._line.close()
        self._child.kill()
        self._child.wait()

    def _lose(self, gone: Exception) -> None:
        self.unfinished = False
        self._line.close()
        if isinstance(gone, (TimeoutError, Malformed)):
            self._child.kill()
        cause = _cause(gone, self._end(), self._last_words())
        if not self.lost[cause]:
            log.warning("the decoder process ended and is started anew, one frame is lost: %s", cause)
        self.lost[cause] += 1
        self._deaths += 1
        if self._deaths >= MAX_DEATHS:
            raise DecoderLost(f"the decoder died {MAX_DEATHS} times without reading a frame: {cause}")
        self._start()

    def _end(self) -> int:
        """The child's exit code; a child that has closed its socket but still runs is killed."""
        try:
            return self._child.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()

    def _last_words(self) -> str:
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_TAIL_BYTES))
        lines = self._stderr.read().decode("utf-8", "replace").splitlines()
        self._stderr.truncate(0)
        return "".join(filter(str.isprintable, lines[-1][:LOGGED_CHARACTERS])) if lines else ""


def _cause(gone: Exception, code: int, words: str) -> str:
    match gone, code:
        case TimeoutError(), _:
            return "it hung"
        case Malformed(), _:
            return "it sent what is no answer"
        case _, code if code < 0:
            return f"it crashed with signal {-code}"
        case _:
            return f"it ended with code {code}: {words}"
