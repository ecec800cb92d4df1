"""Read rate, misreads and time of the decoder beside zxing-cpp, pyzbar and OpenCV alone."""

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import psutil

from firmware_bridge.decode.contained import ContainedDecoder
from firmware_bridge.gate import Gate, Scene
from tests.bench.decoding import camera
from tests.bench.decoding.corpus import RETAIL, Picture, photographs, score, synthetic
from tests.bench.decoding.rivals import ENGINES, LIVE, OURS, ZXING, Reader, hushed, readers

CORPORA = Path("../shared/barcodes")
SEED = "noren"
REPEATS = 3  # runs per timed picture; the quickest counts, the others met a busy machine
WARM = 200  # frames before memory is looked at: the engines fill their pools
MB = 1 << 20

Figures = dict[str, float]


class Tally:
    """Hits and misreads of each decoder over one group of pictures."""

    def __init__(self) -> None:
        self.pictures = 0
        self.read: dict[str, int] = defaultdict(int)
        self.wrong: dict[str, int] = defaultdict(int)

    def add(self, results: dict[str, tuple[bool, bool]]) -> None:
        """One picture's results."""
        self.pictures += 1
        for name, (hit, wrong) in results.items():
            self.read[name] += hit
            self.wrong[name] += wrong
        self.read["union"] += any(results[name][0] for name in ENGINES)

    def rate(self, name: str) -> float:
        """Per cent read."""
        return round(100 * self.read[name] / self.pictures, 2)


def measure(pictures: Iterable[Picture], decoders: dict[str, Reader], groups: dict[str, Tally]) -> list[float]:
    """Fill the groups; the time of ours over that of zxing-cpp on each retail picture both read."""
    ratios: list[tuple[float, float]] = []
    for picture in pictures:
        results = {name: score(picture, read(picture.gray)) for name, read in decoders.items()}
        for group in _groups(picture):
            groups.setdefault(group, Tally()).add(results)
        if picture.symbology in RETAIL and results[LIVE][0] and results[ZXING][0]:
            ratios.append((quickest(decoders[LIVE], picture), quickest(decoders[ZXING], picture)))
    ours, zxing = zip(*ratios, strict=True) if ratios else ((), ())
    return [statistics.median(ours), statistics.median(zxing)] if ratios else []


def _groups(picture: Picture) -> list[str]:
    kind = "synthetic" if picture.corpus.startswith("synthetic-") else "real"
    groups = [picture.corpus, f"{kind}_{picture.symbology.lower()}", f"{kind}_all"]
    return [*groups, f"{kind}_retail"] if picture.symbology in RETAIL else groups


def quickest(read: Reader, picture: Picture) -> float:
    """Milliseconds of the quickest of a few runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        read(picture.gray)
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def empty_frame_ms() -> float:
    """Median time of an unchanged 1280 x 720 frame at the gate, which is all it costs."""
    rng, gate, times = camera.seeded(SEED, "gate"), Gate(), []
    scene = camera.empty(rng).astype(np.int16)
    for n in range(100):
        frame = np.clip(scene + rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)
        start = time.perf_counter()
        seen = gate.look(frame, n / 30)
        if seen is Scene.SAME:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def worst_frame_ms(frames: int) -> float:
    """The slowest of many busy frames in the live decoder, child process and shared memory included."""
    pictures = [p.gray for p in synthetic(1, SEED)][::5]
    with ContainedDecoder() as decoder:
        decoder.read(pictures[0])
        times = []
        for n in range(frames):
            start = time.perf_counter()
            decoder.read(pictures[n % len(pictures)], deep=True)
            times.append((time.perf_counter() - start) * 1000)
    return max(times)


def memory_mb(frames: int) -> tuple[float, float]:
    """Megabytes of the decoding child after the warm-up, and what it grew by until the end."""
    pictures = [cv2.resize(p.gray, (320, 180), interpolation=cv2.INTER_AREA) for p in synthetic(1, SEED)][::3]
    with ContainedDecoder() as decoder:
        for n in range(WARM):
            decoder.read(pictures[n % len(pictures)], deep=True)
        before = psutil.Process(decoder.pid).memory_info().rss
        for n in range(frames):
            decoder.read(pictures[n % len(pictures)], deep=True)
        after = psutil.Process(decoder.pid).memory_info().rss
    return before / MB, (after - before) / MB


def figures_of(groups: dict[str, Tally]) -> Figures:
    """`decode.<corpus>.<engine>.read` in per cent and `.wrong` in pictures."""
    figures: Figures = {}
    for group, tally in groups.items():
        for name in (OURS, LIVE, *ENGINES):
            figures[f"decode.{group}.{name}.read"] = tally.rate(name)
            figures[f"decode.{group}.{name}.wrong"] = tally.wrong[name]
        figures[f"decode.{group}.union.read"] = tally.rate("union")
    return figures


def show(groups: dict[str, Tally]) -> None:
    """One row a group: per cent read, and pictures with a wrong text where there are any."""
    names = (OURS, LIVE, *ENGINES)
    print(f"\n{'':28}{'pictures':>9}" + "".join(f"{name:>14}" for name in (*names, "union")))
    for group, tally in sorted(groups.items()):
        cells = [f"{tally.rate(n):.0f}%" + (f" w{tally.wrong[n]}" if tally.wrong[n] else "") for n in names]
        print(f"{group:28}{tally.pictures:>9}" + "".join(f"{c:>14}" for c in (*cells, f"{tally.rate('union'):.0f}%")))


def main() -> None:
    """Measure, show and write down."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, default=CORPORA, help="folder of corpora, each with a truth.jsonl")
    options.add_argument("--json", type=Path, help="write the figures here as one flat object")
    options.add_argument("--per", type=int, default=1, help="synthetic frames of each kind, degradation and level")
    options.add_argument("--seed", default=SEED, help="of the synthetic frames")
    options.add_argument("--frames", type=int, default=1000, help="frames of the memory and worst-frame runs")
    asked = options.parse_args()
    cv2.setNumThreads(1)
    decoders, figures = readers(), Figures()
    for name, pictures in (("real", photographs(asked.corpus)), ("synthetic", synthetic(asked.per, asked.seed))):
        groups: dict[str, Tally] = {}
        with hushed():
            medians = measure(pictures, decoders, groups)
        if not groups:
            print(f"no pictures with a truth.jsonl under {asked.corpus}: measured on synthetic frames only")
            continue
        show(groups)
        figures |= figures_of(groups)
        if medians:
            print(f"median ms on retail pictures both read: noren {medians[0]:.2f}, zxing-cpp alone {medians[1]:.2f}")
            figures.setdefault("decode.time_ratio_vs_zxing", round(medians[0] / medians[1], 3))
            figures[f"decode.{name}.time_ratio_vs_zxing"] = round(medians[0] / medians[1], 3)
    rest = (empty_frame_ms(), worst_frame_ms(asked.frames), *memory_mb(asked.frames))
    for label, value in zip(("empty_frame_ms", "worst_frame_ms", "memory_mb", "memory_growth_mb"), rest, strict=True):
        print(f"decode.{label} {value:.2f}")
        figures[f"decode.{label}"] = round(value, 3)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
