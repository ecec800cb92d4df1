"""The child process that decodes: frames in over shared memory, codes out over a pipe, its stderr counted."""

import mmap
import os
import resource
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection

import cv2
import numpy as np

from firmware_bridge.decode.found import Found
from firmware_bridge.decode.ladder import Decoder, DecodeSettings

STDERR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The engines are loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A frame of `height` x `width` grey pixels lies at the start of the shared memory."""

    height: int
    width: int
    deep: bool
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The codes in the frame, whether rungs are left for the next, and the lines the engines wrote to stderr."""

    found: tuple[Found, ...]
    unfinished: bool
    noise: int


def main(pipe_fd: int, frame_fd: int) -> None:
    """Decode until the parent closes the pipe (also by dying)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write megabytes to the SD card
    cv2.setNumThreads(1)
    pipe: Connection[Ready | Answer, DecodeSettings | Job] = Connection(pipe_fd)
    try:
        _serve(pipe, mmap.mmap(frame_fd, 0))
    except (EOFError, ConnectionResetError):
        return


def _serve(pipe: "Connection[Ready | Answer, DecodeSettings | Job]", memory: mmap.mmap) -> None:
    settings = pipe.recv()
    assert isinstance(settings, DecodeSettings)
    decoder = Decoder(settings)
    pipe.send(Ready())
    while True:
        job = pipe.recv()
        assert isinstance(job, Job)
        gray = np.frombuffer(memory, np.uint8, job.height * job.width).reshape(job.height, job.width)
        found = decoder.read(gray, deep=job.deep, again=job.again)
        pipe.send(Answer(found=found, unfinished=decoder.unfinished, noise=_noise()))


def _noise() -> int:
    """Lines written to stderr since last asked; the file behind it is emptied, or ZBar would fill the memory."""
    sys.stderr.flush()
    size = os.fstat(STDERR).st_size
    if size == 0:
        return 0
    lines = os.pread(STDERR, size, 0).count(b"\n")
    os.ftruncate(STDERR, 0)
    return lines
