"""The third engine: OpenCV's own detectors, which see through blur and, unguarded, invent codes."""

from collections.abc import Sequence, Set

import cv2

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Corners, Gray, Sighting

BARS = "opencv bars"
QR = "opencv qr"

# Never EAN-8: it reads one into stripes, text and longer codes.
_NAMED = {"EAN_13": Symbology.EAN13, "UPC_A": Symbology.UPCA}


class OpencvBars:
    """OpenCV's EAN-13 and UPC-A detector."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._asked = symbologies & set(_NAMED.values())
        self._detector = cv2.barcode.BarcodeDetector()

    def read(self, gray: Gray) -> tuple[Sighting, ...]:
        """EAN-13 and UPC-A in a grey picture."""
        if not self._asked:
            return ()
        try:
            _, texts, kinds, points = self._detector.detectAndDecodeWithType(gray)
        except cv2.error:  # it raises over pictures it cannot make sense of: then it has read nothing
            return ()
        return tuple(
            Sighting(symbology=_NAMED[kind], aim="]E0", data=text.encode(), corners=_corners(quad), engine=BARS)
            for text, kind, quad in zip(texts, kinds, points if points is not None else (), strict=False)
            if text and kind in _NAMED and _NAMED[kind] in self._asked
        )


class OpencvQr:
    """OpenCV's QR detector."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._asked = Symbology.QR in symbologies
        self._detector = cv2.QRCodeDetector()

    def read(self, gray: Gray) -> tuple[Sighting, ...]:
        """QR codes in a grey picture; those in Latin-1 or Shift_JIS are left to the others."""
        if not self._asked:
            return ()
        try:
            _, texts, points, _ = self._detector.detectAndDecodeBytesMulti(gray)
        except cv2.error:  # it raises over damaged codes, as over modes it does not know: then it has read nothing
            return ()
        return tuple(
            Sighting(symbology=Symbology.QR, aim="]Q1", data=bytes(text), corners=_corners(quad), engine=QR)
            for text, quad in zip(texts, points if points is not None else (), strict=False)
            if text and _as_in_the_code(bytes(text))
        )


def _as_in_the_code(data: bytes) -> bool:
    """Whether these are the bytes of the code: OpenCV turns other encodings than UTF-8 into it, taken for Latin-1."""
    text = data.decode("utf-8", "replace")
    return not any("\x80" <= character <= "\xff" or character == "\ufffd" for character in text)


def _corners(quad: Sequence[Sequence[float]]) -> Corners:
    return tuple((round(float(x)), round(float(y))) for x, y in quad)
