"""The cost of each engine and step on this machine, measured once at the start on a picture of usual content."""

import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade_stages import PREPROCESSING, VARIATIONS
from firmware_bridge.decode.detection import Gray
from firmware_bridge.decode.engines.engine import Engine
from firmware_bridge.decode.evidence import bars
from firmware_bridge.decode.evidence.likeness import likeness_of_rows
from firmware_bridge.decode.frame_session import PLACE_PICTURES
from firmware_bridge.decode.preprocess import Step, View, whole_frame
from firmware_bridge.decode.time_budget import UsualCosts

SAMPLE_HEIGHT_PX, SAMPLE_WIDTH_PX = 240, 320  # pixels: some 100 ms for everything, once
WHOLE_FRAME = ((0, 0), (SAMPLE_WIDTH_PX, 0), (SAMPLE_WIDTH_PX, SAMPLE_HEIGHT_PX), (0, SAMPLE_HEIGHT_PX))
TIMED_RUNS = 2  # of which the faster counts: the first one fills caches
FINE_BLOCK_PX, COARSE_BLOCK_PX = 8, 16  # pixels of the blocks that imitate print
# if a step multiplies the noise by the first, engines need the second times as long
NOISY_FACTOR, NOISY_COST_FACTOR = 2.5, 4.0
COMPARED_SYMBOLOGIES = {  # kinds with few signs, and kinds with many; their drawings are kept from then on
    "likeness": ((Symbology.EAN13, b"4901234567894"),),
    "likeness of many signs": (
        (Symbology.CODE128, b"AB1234567890"),
        (Symbology.CODE39, b"AB-123456"),
        (Symbology.CODABAR, b"A123456789B"),
        (Symbology.ITF, b"14901234567891"),
    ),
}
BACKGROUND_LEVEL, NOISE_LEVELS = 150, 3  # grey levels of the rest, and its noise


def measure_costs(engines: Mapping[str, Engine]) -> UsualCosts:
    """Seconds of processor time, so that already the first frame keeps its budget."""
    picture = sample_frame()
    steps = PREPROCESSING | VARIATIONS
    return UsualCosts(
        engines={name: _cost(engine.read, picture) for name, engine in engines.items()},
        steps={name: _cost(_alone(step), picture) for name, step in steps.items()}
        | {"rows": _cost(lambda gray: bars.find_bar_rows(gray, WHOLE_FRAME), picture)}
        | {place: _cost(_sought(seek), picture) for place, seek in PLACE_PICTURES.items()},
        growth={name: _growth(step, picture) for name, step in steps.items()},
        comparisons={
            step: max(_least(_likened(*each), picture) for each in texts)
            for step, texts in COMPARED_SYMBOLOGIES.items()
        },
    )


def _likened(symbology: Symbology, data: bytes) -> Callable[[Gray], object]:
    def work(gray: Gray) -> object:
        parts = np.array_split(gray, bars.MEDIANS_COMPARED)
        return likeness_of_rows([bars.median_row(part) for part in parts], (0, gray.shape[1]), symbology, data)

    return work


def _sought(seek: Callable[[View], Iterable[View]]) -> Callable[[Gray], object]:
    return lambda gray: list(seek(whole_frame(gray)))


def sample_frame() -> Gray:
    """Half print, half plain ground: engines need about as long for it as for the median photograph."""
    dice = np.random.default_rng(0)
    ground = np.full((SAMPLE_HEIGHT_PX, SAMPLE_WIDTH_PX), float(BACKGROUND_LEVEL))
    for cell, corner in ((FINE_BLOCK_PX, np.s_[:112, :160]), (COARSE_BLOCK_PX, np.s_[-112:, -160:])):
        blocks = dice.integers(0, 255, (112 // cell, 160 // cell))
        ground[corner] = blocks.repeat(cell, axis=0).repeat(cell, axis=1)
    return np.clip(ground + dice.normal(0, NOISE_LEVELS, ground.shape), 0, 255).astype(np.uint8)


def _alone(step: Step) -> Callable[[Gray], object]:
    return lambda gray: step(whole_frame(gray))


def _cost(work: Callable[[Gray], object], picture: Gray) -> float:
    return _least(work, picture) / picture.size


def _least(work: Callable[[Gray], object], picture: Gray) -> float:
    return min(_seconds(work, picture) for _ in range(TIMED_RUNS))


def _seconds(work: Callable[[Gray], object], picture: Gray) -> float:
    start = time.thread_time()
    work(picture)
    return time.thread_time() - start


def _growth(step: Step, picture: Gray) -> float:
    after = step(whole_frame(picture))
    if after is None:
        return 1.0
    return after.gray.size / picture.size * (NOISY_COST_FACTOR if _noise(step) > NOISY_FACTOR * NOISE_LEVELS else 1.0)


def _noise(step: Step) -> float:
    """The standard deviation of plain ground after a step, in grey levels."""
    ground = (
        np.random.default_rng(0)
        .normal(BACKGROUND_LEVEL, NOISE_LEVELS, (SAMPLE_HEIGHT_PX, SAMPLE_WIDTH_PX))
        .astype(np.uint8)
    )
    after = step(whole_frame(ground))
    if after is None:
        return 0.0
    height, width = after.gray.shape  # only its middle: around a tilted picture there is something else
    return float(after.gray[height * 3 // 8 : height * 5 // 8, width * 3 // 8 : width * 5 // 8].std())
