"""The first engine: zxing-cpp, which reads every symbology that a shop uses."""

from collections.abc import Set
from dataclasses import replace

import zxingcpp

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Corners, Detection, Gray
from firmware_bridge.decode.engines.eci import to_utf8
from firmware_bridge.decode.symbology_kinds import ADD_ONS, MATRIX_CODES

Format = zxingcpp.BarcodeFormat

ENGINE_NAME = "zxing"

_ASKED: dict[Symbology, tuple[zxingcpp.BarcodeFormat, ...]] = {
    Symbology.EAN13: (Format.EAN13,),
    Symbology.EAN8: (Format.EAN8,),
    Symbology.UPCA: (Format.UPCA,),
    Symbology.UPCE: (Format.UPCE,),
    Symbology.CODE128: (Format.Code128,),
    Symbology.CODE39: (Format.Code39,),
    Symbology.CODE93: (Format.Code93,),
    Symbology.ITF: (Format.ITF,),
    Symbology.CODABAR: (Format.Codabar,),
    Symbology.DATABAR: (Format.DataBarOmni, Format.DataBarStk, Format.DataBarStkOmni),
    Symbology.DATABAR_LIMITED: (Format.DataBarLtd,),
    Symbology.DATABAR_EXPANDED: (Format.DataBarExp, Format.DataBarExpStk),
    Symbology.QR: (Format.QRCode,),
    Symbology.MICRO_QR: (Format.MicroQRCode,),
    Symbology.DATAMATRIX: (Format.DataMatrix,),
    Symbology.PDF417: (Format.PDF417,),
    Symbology.AZTEC: (Format.Aztec,),
}
_NAMED = {int(fmt): symbology for symbology, formats in _ASKED.items() for fmt in formats} | {
    int(Format.QRCodeModel1): Symbology.QR,
    int(Format.QRCodeModel2): Symbology.QR,
    int(Format.Code39Std): Symbology.CODE39,
    int(Format.Code39Ext): Symbology.CODE39,
    int(Format.ITF14): Symbology.ITF,
    int(Format.ISBN): Symbology.EAN13,
    int(Format.CompactPDF417): Symbology.PDF417,
    int(Format.AztecCode): Symbology.AZTEC,
    int(Format.AztecRune): Symbology.AZTEC,
}


TEXT_LENGTHS = {
    Symbology.EAN13: 13,
    Symbology.EAN8: 8,
    Symbology.UPCA: 13,
    Symbology.UPCE: 13,
}  # as zxing-cpp gives them
ADD_ON_AIM = "]E3"
_ADD_ON = {2: (Symbology.EAN2, "]E1"), 5: (Symbology.EAN5, "]E2")}  # ISO/IEC 15424, add-on symbols alone


AIM_CHARACTERS = 3  # characters of an AIM identifier, before the data in ECI mode


class Zxing:
    """zxing-cpp set up once for a set of symbologies; `read` may be called from one thread at a time."""

    def __init__(
        self,
        symbologies: Set[Symbology],
        *,
        thorough: bool = True,
        inverted: bool | None = None,
        whole_picture: bool = False,
    ) -> None:
        """`thorough` also looks sideways, at smaller sizes and, unless `inverted` is given, for light bars on dark.

        `whole_picture` uses one threshold for the whole picture.
        """
        self._formats = zxingcpp.BarcodeFormats([f for s in sorted(symbologies) for f in _ASKED.get(s, ())])
        self._add_on = zxingcpp.EanAddOnSymbol.Read if symbologies & ADD_ONS else zxingcpp.EanAddOnSymbol.Ignore
        self._thorough = thorough
        self._inverted = thorough if inverted is None else inverted
        self._binarizer = zxingcpp.Binarizer.GlobalHistogram if whole_picture else zxingcpp.Binarizer.LocalAverage

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """Codes in a grey picture; none if no requested symbology is known to zxing-cpp."""
        if not len(self._formats):
            return ()
        barcodes = zxingcpp.read_barcodes(
            gray,
            self._formats,
            try_rotate=self._thorough,
            try_downscale=self._thorough,
            try_invert=self._inverted,
            binarizer=self._binarizer,
            ean_add_on_symbol=self._add_on,
            text_mode=zxingcpp.TextMode.HexECI,
        )
        return tuple(seen for barcode in barcodes if int(barcode.format) in _NAMED for seen in _sightings(barcode))


def _sightings(barcode: zxingcpp.Barcode) -> tuple[Detection, ...]:
    """The code itself, and its add-on of two or five digits if it has one."""
    symbology = _NAMED[int(barcode.format)]
    data, corners = _data(barcode, symbology), _corners(barcode)
    own = Detection(
        symbology=symbology, aim=barcode.symbology_identifier, data=data, corners=corners, engine=ENGINE_NAME
    )
    if own.aim != ADD_ON_AIM:
        return (own,)
    length = TEXT_LENGTHS[symbology]
    kind, aim = _ADD_ON[len(data) - length]
    return (
        replace(own, aim="]E4" if symbology is Symbology.EAN8 else "]E0", data=data[:length]),
        replace(own, symbology=kind, aim=aim, data=data[length:]),
    )


def _data(barcode: zxingcpp.Barcode, symbology: Symbology) -> bytes:
    """The bytes of the code; in UTF-8 if the code names its encoding, because a later reader cannot know it."""
    if symbology not in MATRIX_CODES:
        return barcode.bytes
    return to_utf8(bytes.fromhex(barcode.text)[AIM_CHARACTERS:], barcode.bytes)


def _corners(barcode: zxingcpp.Barcode) -> Corners:
    at = barcode.position
    return tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
