"""The ladder: rungs are climbed from cheap to dear until codes are read that can be believed."""

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode import opencv, zbar, zxing
from firmware_bridge.decode.found import Found, Gray
from firmware_bridge.decode.look import Engine, Look
from firmware_bridge.decode.pace import Pace
from firmware_bridge.decode.rehearsal import Rehearsal
from firmware_bridge.decode.rungs import LADDER, Depth

CROWD, CROWD_CELL = (15, 20), 16  # a picture of 320 x 240 in blocks of 16 pixels: 30 ms once, at the start

RETAIL = frozenset(
    {
        Symbology.EAN13,
        Symbology.EAN8,
        Symbology.UPCA,
        Symbology.UPCE,
        Symbology.CODE128,
        Symbology.CODE39,
        Symbology.QR,
        Symbology.MICRO_QR,
        Symbology.DATAMATRIX,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeSettings:
    """What to look for and how long to look.

    `budget` is seconds per frame, `patient` means a still picture (all rungs, no budget), `hang` is seconds over the
    budget after which a contained decoder is taken for hung, `rehearse` puts the engine that fails on purpose before
    the first rung.
    """

    symbologies: frozenset[Symbology] = RETAIL
    budget: float = 0.120
    patient: bool = False
    hang: float = 5.0
    rehearse: bool = False


DEFAULTS = DecodeSettings()


def engines(symbologies: Set[Symbology]) -> dict[str, Engine]:
    """The engines by the names the rungs use."""
    return {
        "zxing quick": zxing.Zxing(symbologies, thorough=False),
        "zxing": zxing.Zxing(symbologies),
        "zxing global": zxing.Zxing(symbologies, whole_picture=True),
        "zbar": zbar.Zbar(symbologies),
        "opencv bars": opencv.OpencvBars(symbologies),
        "opencv qr": opencv.OpencvQr(symbologies),
    }


def _measured(engines: Mapping[str, Engine]) -> Pace:
    """What each engine costs on this machine on a crowded picture, so that the first frame keeps its budget, too."""
    pace = Pace()
    blocks = np.random.default_rng(0).integers(0, 255, CROWD, np.uint8)
    crowd = blocks.repeat(CROWD_CELL, axis=0).repeat(CROWD_CELL, axis=1)
    for name, engine in engines.items():
        start = time.thread_time()
        engine.read(crowd)
        pace.took(name, crowd.size, time.thread_time() - start)
    return pace


class Decoder:
    """The ladder in this process; one frame at a time, from one thread."""

    def __init__(self, settings: DecodeSettings = DEFAULTS) -> None:
        cv2.setNumThreads(1)
        self._settings = settings
        self._engines = engines(settings.symbologies)
        self._pace = _measured(self._engines)
        self._rehearsal = Rehearsal() if settings.rehearse else None

    def read(self, gray: Gray, *, deep: bool = False) -> tuple[Found, ...]:
        """Codes in a grey frame (uint8, H x W), in no particular order; empty when none can be believed.

        `deep` climbs further, for a scene that stands still; a patient decoder always climbs to the end.
        """
        if self._rehearsal:
            self._rehearsal.read(gray)
        until = float("inf") if self._settings.patient else time.perf_counter() + self._settings.budget
        look = Look(gray, self._engines, self._pace, until)
        for rung in LADDER:
            if rung.depth > self._depth(deep, look):
                break
            look.climb(rung)
            if found := look.found():
                return found
        return ()

    def _depth(self, deep: bool, look: Look) -> Depth:
        if self._settings.patient:
            return Depth.PATIENT
        return Depth.DEEP if deep or look.doubts else Depth.LIVE
