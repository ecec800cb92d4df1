"""Read rate, misreads and time of the decoder beside zxing-cpp, pyzbar and OpenCV alone; codes understood a second."""

import argparse
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2

from firmware_bridge.decode import known_codes
from tests.bench import codes
from tests.bench.decoding import damaged, endurance, packs, slower
from tests.bench.decoding.corpus import RETAIL, Picture, photographs, score, synthetic
from tests.bench.decoding.rivals import LIVE, ZXING, Reader, hushed, readers
from tests.bench.decoding.tally import Figures, Tally, figures_of, groups_of, show

CORPORA = Path("../shared/barcodes")
SEED = "noren"
REPEATS = 3  # runs per timed picture; the quickest counts, the others met a busy machine
FRAMES = 100_000  # frames of the memory run, of the issue
LABELS = 25  # damaged ones of each kind and damage: 1,000, and 200 spliced ones
PACKS = 40  # pictures of each kind of pack: 240
EACH = 4  # photographs of which one is held still
TELL = 100  # pictures between two lines of progress


def measure(pictures: Iterable[Picture], groups: dict[str, Tally]) -> list[tuple[float, float]]:
    """Fill the groups; ms of ours and of zxing-cpp on each retail picture both read."""
    times: list[tuple[float, float]] = []
    for n, picture in enumerate(pictures, 1):
        decoders = readers(picture.symbology)
        results = {name: score(picture, read(picture.gray)) for name, read in decoders.items()}
        for group in groups_of(picture):
            groups.setdefault(group, Tally()).add(results)
        if picture.symbology in RETAIL and results[LIVE][0] and results[ZXING][0]:
            times.append((quickest(decoders[LIVE], picture), quickest(decoders[ZXING], picture)))
        if n % TELL == 0:
            print(f"  {n} pictures, now {picture.corpus}", flush=True)
    return times


def quickest(read: Reader, picture: Picture) -> float:
    """Milliseconds of the quickest of a few runs, each of a code that was not in view before."""
    times = []
    for _ in range(REPEATS):
        for _ in range(known_codes.REMEMBERED_FRAMES + 1):
            read(slower.EMPTY)
        start = time.perf_counter()
        read(picture.gray)
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def read_rates(name: str, pictures: Iterable[Picture]) -> Figures:
    """Read rates and misreads of all decoders; the time beside zxing-cpp."""
    groups: dict[str, Tally] = {}
    with hushed():
        times = measure(pictures, groups)
    if not groups:
        return {}
    show(groups)
    figures = figures_of(groups)
    if times:
        ours, theirs = (statistics.median(each) for each in zip(*times, strict=True))
        print(f"median ms on retail pictures both read: noren {ours:.2f}, zxing-cpp alone {theirs:.2f}")
        figures[f"decode.{name}.time_ratio_vs_zxing"] = round(ours / theirs, 3)
    return figures


def real(asked: argparse.Namespace) -> Figures:
    """On the photographs; theirs is the time ratio that counts."""
    figures = read_rates("real", photographs(asked.corpus))
    if not figures:
        print(f"no pictures with a truth.jsonl under {asked.corpus}: no figures of photographs")
    if ratio := figures.get("decode.real.time_ratio_vs_zxing"):
        figures["decode.time_ratio_vs_zxing"] = ratio
    return figures


def made(asked: argparse.Namespace) -> Figures:
    """On the synthetic camera: a line per degradation."""
    return read_rates("synthetic", synthetic(asked.per, asked.seed))


def worst(asked: argparse.Namespace) -> Figures:
    """The worst frame of all pictures in the live decoder."""
    with hushed():
        wall, cpu = endurance.worst_frame_ms(itertools.chain(photographs(asked.corpus), synthetic(1, asked.seed)))
    return {"decode.worst_frame_ms": wall, "decode.worst_frame_cpu_ms": cpu}


def empty(asked: argparse.Namespace) -> Figures:
    """An unchanged frame."""
    return {"decode.empty_frame_ms": endurance.empty_frame_ms(asked.seed)}


def spoilt(asked: argparse.Namespace) -> Figures:
    """Labels somebody scratched, crinkled, covered or wore off: what one look and two seconds in a hand tell."""
    with hushed():
        return damaged.measured(asked.labels, asked.seed)


def packed(asked: argparse.Namespace) -> Figures:
    """Packs of the kinds that lose most, drawn: one half stages may be chosen with, the other only measured."""
    return read_rates(f"packs_{asked.half}", packs.pictures(asked.packs, asked.half))


def slowed(asked: argparse.Namespace) -> Figures:
    """Packs, and each so many photographs, held still if the processor is slower."""
    with hushed():
        drawn = slower.measured(packs.pictures(asked.packs, asked.half), f"packs_{asked.half}")
        return drawn | slower.measured(itertools.islice(photographs(asked.corpus), 0, None, EACH), "photographs")


def memory(asked: argparse.Namespace) -> Figures:
    """Memory from the first to the last frame."""
    print(f"memory over {asked.frames:,} frames of {endurance.FRAMES_ARE}")
    first, last = endurance.memory_mb(asked.frames, asked.seed)
    return {"decode.memory_first_mb": first, "decode.memory_last_mb": last, "decode.memory_frames": asked.frames}


def understood(_: argparse.Namespace) -> Figures:
    """Codes a second."""
    return codes.measured()


PARTS: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "codes": understood,
    "empty": empty,
    "worst": worst,
    "real": real,
    "synthetic": made,
    "damage": spoilt,
    "packs": packed,
    "slower": slowed,
    "memory": memory,
}


def main() -> int:
    """Measure part by part, show and write down."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, default=CORPORA, help="folder of corpora, each with a truth.jsonl")
    options.add_argument("--json", type=Path, help="write the figures here, after each part; those of others stay")
    options.add_argument("--part", action="append", choices=PARTS, help="measure only this part; may be given again")
    options.add_argument("--per", type=int, default=1, help="synthetic frames of each kind, degradation and level")
    options.add_argument("--seed", default=SEED, help="of the synthetic frames")
    options.add_argument("--labels", type=int, default=LABELS, help="damaged labels of each kind and damage")
    options.add_argument("--packs", type=int, default=PACKS, help="pictures of each kind of pack")
    options.add_argument("--half", choices=packs.HALVES, default=packs.HALVES[1], help="which of the packs")
    options.add_argument("--frames", type=int, default=FRAMES, help="frames of the memory run")
    asked = options.parse_args()
    cv2.setNumThreads(1)
    for name in asked.part or PARTS:
        print(f"-- {name}", flush=True)
        figures = {key: round(value, 3) for key, value in PARTS[name](asked).items()}
        for key in sorted(key for key in figures if key.count(".") == 1):
            print(f"{key} {figures[key]:,}")
        if asked.json:
            write_down(asked.json, figures)
    return 0


def write_down(file: Path, figures: Figures) -> None:
    """Put figures into the flat object of a file, beside those already there."""
    before = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.write_text(json.dumps(before | figures, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
