"""The child process that decodes: frames come by shared memory, codes go out by a socket, lines on stderr are counted."""

import mmap
import os
import resource
import socket
import sys

import cv2
import numpy as np

from firmware_bridge.decode.cascade import Decoder
from firmware_bridge.decode.process import messages

STDERR_FD = 2
MAX_STDERR_BYTES = (
    16 * 1024 * 1024
)  # bytes the engines may write to stderr for one frame; without a limit the card would fill


def main(line_fd: int, frame_fd: int) -> None:
    """Decode until the parent closes the socket (also by ending)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write megabytes to the SD card
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_STDERR_BYTES, MAX_STDERR_BYTES))
    cv2.setNumThreads(1)
    try:
        _serve(socket.socket(fileno=line_fd), mmap.mmap(frame_fd, 0))
    except (EOFError, ConnectionResetError, BrokenPipeError):
        return


def _serve(line: socket.socket, memory: mmap.mmap) -> None:
    decoder = Decoder(messages.receive_settings(line))
    line.send(messages.encode_message(messages.WorkerReady()))
    while True:
        job = messages.receive_job(line)
        gray = np.frombuffer(memory, np.uint8, job.height * job.width).reshape(job.height, job.width)
        found = decoder.read(gray, deep=job.deep, again=job.again)
        line.send(messages.encode_answer(found, unfinished=decoder.unfinished, noise=_noise()))


def _noise() -> int:
    """Lines written to stderr since the last call; the file behind it is emptied, or else ZBar would fill the memory."""
    sys.stderr.flush()
    size = os.fstat(STDERR_FD).st_size
    if size == 0:
        return 0
    lines = os.pread(STDERR_FD, size, 0).count(b"\n")
    os.ftruncate(STDERR_FD, 0)
    return lines
