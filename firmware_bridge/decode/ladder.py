"""The ladder: rungs are climbed from cheap to dear until codes are read that can be believed."""

import time
from collections.abc import Set
from dataclasses import dataclass

import cv2

from edge.codes.symbology import Symbology
from firmware_bridge.decode import opencv, zbar, zxing
from firmware_bridge.decode.found import Found, Gray
from firmware_bridge.decode.look import Engine, Look
from firmware_bridge.decode.pace import Pace
from firmware_bridge.decode.rehearsal import Rehearsal
from firmware_bridge.decode.rungs import LADDER, Depth, Rung
from firmware_bridge.decode.usual import measured

MARGIN = 0.02  # seconds of the budget kept back, for the way to the other process and for a rung longer than expected

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


class Decoder:
    """The ladder in this process; one frame at a time, from one thread."""

    def __init__(self, settings: DecodeSettings = DEFAULTS) -> None:
        cv2.setNumThreads(1)
        self._settings = settings
        self._engines = engines(settings.symbologies)
        self._usual = measured(self._engines)
        self._rehearsal = Rehearsal() if settings.rehearse else None
        self._left: tuple[Rung, ...] = ()

    @property
    def unfinished(self) -> bool:
        """Whether the last look read nothing and left rungs that another frame of the same scene may climb."""
        return bool(self._left)

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[Found, ...]:
        """Codes in a grey frame (uint8, H x W), in no particular order; empty when none can be believed.

        `deep` climbs further, for a scene that stands still; `again` goes on where the last look ran out of time, as
        long as the decoder is `unfinished`. A patient decoder always climbs to the end.
        """
        if self._rehearsal:
            self._rehearsal.read(gray)
        look = Look(gray, self._engines, Pace(self._usual), self._until())
        rungs, self._left = (LADDER[:1] + self._left if again else LADDER), ()
        left: list[Rung] = []
        for rung in rungs:
            if rung.depth > self._depth(look, deep=deep, again=again) or not look.climb(rung):
                left.append(rung)
            elif found := look.found():
                return found
        if (deep or again) and len(rungs) - len(left) > 1:  # else even a whole budget is too little for what is left
            self._left = tuple(left)
        return ()

    def _until(self) -> float:
        return float("inf") if self._settings.patient else time.perf_counter() + self._settings.budget - MARGIN

    def _depth(self, look: Look, *, deep: bool, again: bool) -> Depth:
        if again or self._settings.patient:
            return Depth.PATIENT
        return Depth.DEEP if deep or look.doubts else Depth.LIVE
