"""The first engine: zxing-cpp, which reads every symbology a shop meets."""

from collections.abc import Set

import numpy as np
import zxingcpp

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Corners, Sighting

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
F = zxingcpp.BarcodeFormat

NAME = "zxing"

_ASKED: dict[Symbology, tuple[zxingcpp.BarcodeFormat, ...]] = {
    Symbology.EAN13: (F.EAN13,),
    Symbology.EAN8: (F.EAN8,),
    Symbology.UPCA: (F.UPCA,),
    Symbology.UPCE: (F.UPCE,),
    Symbology.CODE128: (F.Code128,),
    Symbology.CODE39: (F.Code39,),
    Symbology.CODE93: (F.Code93,),
    Symbology.ITF: (F.ITF,),
    Symbology.CODABAR: (F.Codabar,),
    Symbology.DATABAR: (F.DataBarOmni, F.DataBarStk, F.DataBarStkOmni),
    Symbology.DATABAR_LIMITED: (F.DataBarLtd,),
    Symbology.DATABAR_EXPANDED: (F.DataBarExp, F.DataBarExpStk),
    Symbology.QR: (F.QRCode,),
    Symbology.MICRO_QR: (F.MicroQRCode,),
    Symbology.DATAMATRIX: (F.DataMatrix,),
    Symbology.PDF417: (F.PDF417,),
    Symbology.AZTEC: (F.Aztec,),
}
_NAMED = {int(fmt): symbology for symbology, formats in _ASKED.items() for fmt in formats} | {
    int(F.QRCodeModel1): Symbology.QR,
    int(F.QRCodeModel2): Symbology.QR,
    int(F.Code39Std): Symbology.CODE39,
    int(F.Code39Ext): Symbology.CODE39,
    int(F.ITF14): Symbology.ITF,
    int(F.ISBN): Symbology.EAN13,
    int(F.CompactPDF417): Symbology.PDF417,
    int(F.AztecCode): Symbology.AZTEC,
    int(F.AztecRune): Symbology.AZTEC,
}


class Zxing:
    """zxing-cpp set up once for a set of symbologies; `read` may be called from one thread at a time."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._formats = zxingcpp.BarcodeFormats([f for s in sorted(symbologies) for f in _ASKED.get(s, ())])

    def read(self, gray: Gray, *, thorough: bool = True) -> tuple[Sighting, ...]:
        """Codes in a grey picture; `thorough` also looks sideways, inverted and at smaller sizes."""
        barcodes = zxingcpp.read_barcodes(
            gray, self._formats, try_rotate=thorough, try_downscale=thorough, try_invert=thorough
        )
        return tuple(_sighting(barcode) for barcode in barcodes if int(barcode.format) in _NAMED)


def _sighting(barcode: zxingcpp.Barcode) -> Sighting:
    symbology = _NAMED[int(barcode.format)]
    data = barcode.bytes
    if symbology is Symbology.UPCA and len(data) == 13:
        data = data[1:]
    return Sighting(
        symbology=symbology, aim=barcode.symbology_identifier, data=data, corners=_corners(barcode), engine=NAME
    )


def _corners(barcode: zxingcpp.Barcode) -> Corners:
    at = barcode.position
    return tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
