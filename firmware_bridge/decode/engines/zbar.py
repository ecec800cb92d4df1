"""The second engine: ZBar. It is good at photographed bars, and reports how many scan lines agreed."""

import weakref
from collections.abc import Iterator, Set
from ctypes import c_uint, c_void_p, cast, string_at
from typing import Any

import numpy as np
from pyzbar import wrapper
from pyzbar.wrapper import ZBarConfig, ZBarSymbol

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Corners, Detection, Gray

ENGINE_NAME = "zbar"
FOURCC_GREY = int.from_bytes(b"Y800", "little")  # FourCC of 8-bit grey
CFG_BINARY = 4  # zbar.h: ZBAR_CFG_BINARY, missing in pyzbar: QR bytes unchanged, without a guess at their encoding
SCAN_LINE_DISTANCE = 2  # distance of scan lines in a picture whose rows are alike
MOD_GS1 = 1  # zbar.h: bit of ZBAR_MOD_GS1, the code begins with FNC1

_ASKED = {
    Symbology.EAN13: ZBarSymbol.EAN13,
    Symbology.EAN8: ZBarSymbol.EAN8,
    Symbology.UPCA: ZBarSymbol.UPCA,
    Symbology.UPCE: ZBarSymbol.UPCE,
    Symbology.CODE128: ZBarSymbol.CODE128,
    Symbology.CODE39: ZBarSymbol.CODE39,
    Symbology.CODE93: ZBarSymbol.CODE93,
    Symbology.ITF: ZBarSymbol.I25,
    Symbology.CODABAR: ZBarSymbol.CODABAR,
    Symbology.DATABAR: ZBarSymbol.DATABAR,
    Symbology.DATABAR_EXPANDED: ZBarSymbol.DATABAR_EXP,
    Symbology.QR: ZBarSymbol.QRCODE,
}
_NAMED = {int(symbol): symbology for symbology, symbol in _ASKED.items()}
_AIM = {  # ISO/IEC 15424: plain, and with FNC1 first
    Symbology.EAN8: ("]E4", "]E4"),
    Symbology.CODE128: ("]C0", "]C1"),
    Symbology.CODE39: ("]A0", "]A0"),
    Symbology.CODE93: ("]G0", "]G0"),
    Symbology.ITF: ("]I0", "]I0"),
    Symbology.CODABAR: ("]F0", "]F0"),
    Symbology.DATABAR: ("]e0", "]e0"),
    Symbology.DATABAR_EXPANDED: ("]e0", "]e0"),
    Symbology.QR: ("]Q1", "]Q3"),
}
_AIM_RETAIL = ("]E0", "]E0")


class Zbar:
    """One ZBar scanner, kept for the whole life; `read` may be called from one thread at a time."""

    def __init__(self, symbologies: Set[Symbology], *, rows: bool = False) -> None:
        """`rows` scans across a picture only, every `SCAN_LINE_DISTANCE` rows: for a picture whose rows are alike."""
        self._asked = symbologies & _ASKED.keys()
        if Symbology.UPCA in self._asked:  # ZBar sees a UPC-A as an EAN-13 first
            self._asked |= {Symbology.EAN13}
        self._scanner = wrapper.zbar_image_scanner_create()
        weakref.finalize(self, wrapper.zbar_image_scanner_destroy, self._scanner)
        wrapper.zbar_image_scanner_set_config(self._scanner, 0, ZBarConfig.CFG_ENABLE, 0)
        for symbology in self._asked:
            wrapper.zbar_image_scanner_set_config(self._scanner, _ASKED[symbology], ZBarConfig.CFG_ENABLE, 1)
        wrapper.zbar_image_scanner_set_config(self._scanner, ZBarSymbol.QRCODE, CFG_BINARY, 1)
        if rows:
            wrapper.zbar_image_scanner_set_config(self._scanner, 0, ZBarConfig.CFG_X_DENSITY, 0)
            wrapper.zbar_image_scanner_set_config(self._scanner, 0, ZBarConfig.CFG_Y_DENSITY, SCAN_LINE_DISTANCE)
        self._modifiers = wrapper.LIBZBAR.zbar_symbol_get_modifiers
        self._modifiers.restype = c_uint

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """Codes in a grey picture; none if no requested symbology is known to ZBar."""
        if not self._asked:
            return ()
        gray = np.ascontiguousarray(gray)
        height, width = gray.shape
        image = wrapper.zbar_image_create()
        try:
            wrapper.zbar_image_set_format(image, FOURCC_GREY)
            wrapper.zbar_image_set_size(image, width, height)
            wrapper.zbar_image_set_data(image, cast(gray.ctypes.data, c_void_p), gray.size, None)
            wrapper.zbar_scan_image(self._scanner, image)
            return tuple(self._sighting(symbol) for symbol in _symbols(image))
        finally:
            wrapper.zbar_image_destroy(image)

    def _sighting(self, symbol: Any) -> Detection:
        symbology = _NAMED[symbol.contents.type]
        gs1 = bool(self._modifiers(symbol) & MOD_GS1)
        return Detection(
            symbology=symbology,
            aim=_AIM.get(symbology, _AIM_RETAIL)[gs1],
            data=string_at(wrapper.zbar_symbol_get_data(symbol), wrapper.zbar_symbol_get_data_length(symbol)),
            corners=_corners(symbol),
            engine=ENGINE_NAME,
            lines=int(wrapper.zbar_symbol_get_quality(symbol)),
        )


def _symbols(image: Any) -> Iterator[Any]:
    symbol = wrapper.zbar_image_first_symbol(image)
    while symbol:
        if symbol.contents.type in _NAMED:
            yield symbol
        symbol = wrapper.zbar_symbol_next(symbol)


def _corners(symbol: Any) -> Corners:
    """The upright box around the scan lines that crossed the code."""
    count = wrapper.zbar_symbol_get_loc_size(symbol)
    xs = [int(wrapper.zbar_symbol_get_loc_x(symbol, n)) for n in range(count)] or [0]
    ys = [int(wrapper.zbar_symbol_get_loc_y(symbol, n)) for n in range(count)] or [0]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
