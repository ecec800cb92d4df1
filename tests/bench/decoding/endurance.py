"""What frames cost: an empty one at the gate, the worst one in the decoder, and a hundred thousand of them in memory."""

import itertools
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import psutil

from firmware_bridge.camera.motion_gate import Gray, MotionGate, Scene
from firmware_bridge.decode.process.decoder import ProcessDecoder
from tests.bench.decoding import camera
from tests.bench.decoding.corpus import Picture, synthetic

SIZE = (640, 360)  # pixels of a frame of the memory run
READABLE = 20  # every so many frames one with a code goes to the decoder, the others end at the gate
WARM = 2_000  # frames before memory is looked at: the engines fill their pools
TELL = 20_000  # frames between two lines of progress
MB = 1 << 20
FRAMES_ARE = f"{SIZE[0]} x {SIZE[1]}: unchanged ones at the gate, each {READABLE}th with a code, decoded"


def empty_frame_ms(seed: str) -> float:
    """Median time of an unchanged 1280 x 720 frame at the gate, which is all it costs."""
    rng, gate, times = camera.seeded(seed, "gate"), MotionGate(), []
    scene = camera.empty(rng).astype(np.int16)
    for n in range(100):
        frame = np.clip(scene + rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)
        start = time.perf_counter()
        seen = gate.look(frame, n / 30)
        if seen is Scene.SAME:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def worst_frame_ms(pictures: Iterable[Picture]) -> tuple[float, float]:
    """The slowest look of the live decoder, by the clock (its process and the way there included) and its processor."""
    walls, spent = [0.0], [0.0]
    with ProcessDecoder() as decoder:
        decoder.read(np.zeros(SIZE[::-1], np.uint8))
        for picture in pictures:
            before, start = _processor_ms(decoder.pid), time.perf_counter()
            decoder.read(picture.gray, deep=True)
            walls.append((time.perf_counter() - start) * 1000)
            spent.append(_processor_ms(decoder.pid) - before)
    return max(walls), max(spent)


def memory_mb(frames: int, seed: str) -> tuple[float, float]:
    """Megabytes of gate and decoder together after the warm-up and at the end."""
    rng, gate = camera.seeded(seed, "memory"), MotionGate()
    pictures = [_small(picture.gray) for picture in itertools.islice(synthetic(1, seed), READABLE)]
    scene = _small(camera.empty(rng))
    first = 0.0
    with ProcessDecoder() as decoder:
        for n in range(WARM + frames):
            if n % READABLE:
                gate.look(scene, n / 15)
            else:
                decoder.read(pictures[n // READABLE % len(pictures)])
            if n == WARM:
                first = _resident(decoder.pid)
            if n and n % TELL == 0:
                print(f"  {n:,} frames: {_resident(decoder.pid):.1f} MB", flush=True)
        return first, _resident(decoder.pid)


def _small(gray: Gray) -> Gray:
    return np.asarray(cv2.resize(gray, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def _processor_ms(pid: int) -> float:
    """Time on the processor, exact, as the kernel's scheduler counts it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e6


def _resident(child: int) -> float:
    return float(psutil.Process(child).memory_info().rss + psutil.Process().memory_info().rss) / MB
