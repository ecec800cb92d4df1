"""The second engine: ZBar, strong on photographed bars and weak on text encodings."""

from collections.abc import Set

import numpy as np
from pyzbar import pyzbar
from pyzbar.wrapper import ZBarSymbol

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Sighting

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

NAME = "zbar"

_ASKED = {
    Symbology.EAN13: ZBarSymbol.EAN13,
    Symbology.EAN8: ZBarSymbol.EAN8,
    Symbology.UPCA: ZBarSymbol.UPCA,
    Symbology.UPCE: ZBarSymbol.UPCE,
    Symbology.CODE128: ZBarSymbol.CODE128,
    Symbology.CODE39: ZBarSymbol.CODE39,
    Symbology.QR: ZBarSymbol.QRCODE,
}
_NAMED = {symbol.name: symbology for symbology, symbol in _ASKED.items()}
_AIM = {
    Symbology.EAN13: "]E0",
    Symbology.EAN8: "]E4",
    Symbology.UPCA: "]E0",
    Symbology.UPCE: "]E0",
    Symbology.CODE128: "]C0",
    Symbology.CODE39: "]A0",
    Symbology.QR: "]Q1",
}


class Zbar:
    """ZBar set up once for a set of symbologies."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._symbols = [_ASKED[s] for s in sorted(symbologies) if s in _ASKED]

    def read(self, gray: Gray) -> tuple[Sighting, ...]:
        """Codes in a grey picture."""
        return tuple(
            Sighting(
                symbology=_NAMED[seen.type],
                aim=_AIM[_NAMED[seen.type]],
                data=seen.data,
                corners=_corners(seen.rect),
                engine=NAME,
                lines=seen.quality,
            )
            for seen in pyzbar.decode(gray, symbols=self._symbols)
        )


def _corners(rect: tuple[int, int, int, int]) -> tuple[tuple[int, int], ...]:
    x, y, w, h = rect
    return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
