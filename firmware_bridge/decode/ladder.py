"""The ladder: cheap engines first, dearer ones only when the cheap ones read nothing."""

from dataclasses import dataclass

import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Found, Sighting
from firmware_bridge.decode.rehearsal import Rehearsal
from firmware_bridge.decode.zbar import Zbar
from firmware_bridge.decode.zxing import Zxing

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

RETAIL = frozenset(
    {
        Symbology.EAN13,
        Symbology.EAN8,
        Symbology.UPCA,
        Symbology.UPCE,
        Symbology.EAN2,
        Symbology.EAN5,
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

    `budget` is seconds per frame, `patient` means a still picture (all rungs, no budget), `rehearse` puts the engine
    that fails on purpose on the first rung.
    """

    symbologies: frozenset[Symbology] = RETAIL
    budget: float = 0.120
    patient: bool = False
    rehearse: bool = False


class Decoder:
    """The ladder in this process; one frame at a time."""

    def __init__(self, settings: DecodeSettings = DecodeSettings()) -> None:
        self._zxing = Zxing(settings.symbologies)
        self._zbar = Zbar(settings.symbologies)
        self._rehearsal = Rehearsal() if settings.rehearse else None

    def read(self, gray: Gray, *, deep: bool = False) -> tuple[Found, ...]:
        """Codes in a grey frame (uint8, H x W), in no particular order; empty when none is read."""
        if self._rehearsal:
            self._rehearsal.read(gray)
        return tuple(_found(seen) for seen in self._zxing.read(gray) or self._zbar.read(gray))


def _found(seen: Sighting) -> Found:
    return Found(
        symbology=seen.symbology, aim=seen.aim, data=seen.data, corners=seen.corners, rung=f"{seen.engine} as it is"
    )
