"""The third engine: OpenCV's own detectors, which read blurred codes, but also codes that do not exist."""

from collections.abc import Sequence, Set

import cv2

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Corners, Detection, Gray

BARS_ENGINE_NAME = "opencv bars"
QR_ENGINE_NAME = "opencv qr"

# Never EAN-8: OpenCV finds one in stripes, text and longer codes.
_NAMED = {"EAN_13": Symbology.EAN13, "UPC_A": Symbology.UPCA}


class OpencvBars:
    """OpenCV's EAN-13 and UPC-A detector."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._asked = symbologies & set(_NAMED.values())
        self._detector = cv2.barcode.BarcodeDetector()

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """EAN-13 and UPC-A in a grey picture."""
        if not self._asked:
            return ()
        try:
            _, texts, kinds, points = self._detector.detectAndDecodeWithType(gray)
        except cv2.error:  # it raises for pictures that it cannot process: then it has read nothing
            return ()
        return tuple(
            Detection(
                symbology=_NAMED[kind], aim="]E0", data=text.encode(), corners=_corners(quad), engine=BARS_ENGINE_NAME
            )
            for text, kind, quad in zip(texts, kinds, points if points is not None else (), strict=False)
            if text and kind in _NAMED and _NAMED[kind] in self._asked
        )


class OpencvQr:
    """OpenCV's QR detector."""

    def __init__(self, symbologies: Set[Symbology]) -> None:
        self._asked = Symbology.QR in symbologies
        self._detector = cv2.QRCodeDetector()

    def read(self, gray: Gray) -> tuple[Detection, ...]:
        """QR codes in a grey picture; those in Latin-1 or Shift_JIS are left to the other engines."""
        if not self._asked:
            return ()
        try:
            _, texts, points, _ = self._detector.detectAndDecodeBytesMulti(gray)
        except cv2.error:  # it raises for damaged codes and unknown modes: then it has read nothing
            return ()
        return tuple(
            Detection(
                symbology=Symbology.QR, aim="]Q1", data=bytes(text), corners=_corners(quad), engine=QR_ENGINE_NAME
            )
            for text, quad in zip(texts, points if points is not None else (), strict=False)
            if text and _as_in_the_code(bytes(text))
        )


def _as_in_the_code(data: bytes) -> bool:
    """Whether these are the bytes of the code: OpenCV converts other encodings to UTF-8 as if they were Latin-1."""
    text = data.decode("utf-8", "replace")
    return not any("\x80" <= character <= "\xff" or character == "\ufffd" for character in text)


def _corners(quad: Sequence[Sequence[float]]) -> Corners:
    return tuple((round(float(x)), round(float(y))) for x, y in quad)
