"""What each engine and step costs on this machine, measured once at the start on a picture of usual fullness."""

import time
from collections.abc import Callable, Mapping

import numpy as np

from firmware_bridge.decode.found import Gray
from firmware_bridge.decode.look import Engine
from firmware_bridge.decode.pace import Usual
from firmware_bridge.decode.picture import Step, whole
from firmware_bridge.decode.rungs import SHAKES, STEPS

HEIGHT, WIDTH = 240, 320  # pixels: some 100 ms for everything, once
RUNS = 2  # of which the quicker counts: the first one fills caches
FINE, COARSE = 8, 16  # pixels of the blocks that stand for print
GROUND, NOISE = 150, 3  # grey levels of the rest, and its noise


def measured(engines: Mapping[str, Engine]) -> Usual:
    """Seconds of the processor per pixel, so that the first frame keeps its budget, too."""
    picture = fair()
    steps = STEPS | SHAKES
    return Usual(
        engines={name: _cost(engine.read, picture) for name, engine in engines.items()},
        steps={name: _cost(_alone(step), picture) for name, step in steps.items()},
        growth={name: _growth(step, picture) for name, step in steps.items()},
    )


def fair() -> Gray:
    """Half print, half even ground: engines cost on it about what they do on the median photograph."""
    dice = np.random.default_rng(0)
    ground = np.full((HEIGHT, WIDTH), float(GROUND))
    for cell, corner in ((FINE, np.s_[:112, :160]), (COARSE, np.s_[-112:, -160:])):
        blocks = dice.integers(0, 255, (112 // cell, 160 // cell))
        ground[corner] = blocks.repeat(cell, axis=0).repeat(cell, axis=1)
    return np.clip(ground + dice.normal(0, NOISE, ground.shape), 0, 255).astype(np.uint8)


def _alone(step: Step) -> Callable[[Gray], object]:
    return lambda gray: step(whole(gray))


def _cost(work: Callable[[Gray], object], picture: Gray) -> float:
    return min(_seconds(work, picture) for _ in range(RUNS)) / picture.size


def _seconds(work: Callable[[Gray], object], picture: Gray) -> float:
    start = time.thread_time()
    work(picture)
    return time.thread_time() - start


def _growth(step: Step, picture: Gray) -> float:
    after = step(whole(picture))
    return after.gray.size / picture.size if after else 1.0
