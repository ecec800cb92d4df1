"""Our decoder and the three engines by themselves, as plain callables side by side."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES, Decoder, DecodeSettings
from firmware_bridge.decode.engines.opencv import OpencvQr
from tests.bench.decoding.corpus import Reading

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Reader = Callable[[Gray], list[Reading]]

OURS, LIVE, ZXING, PYZBAR, CV2 = "noren", "noren_live", "zxing", "pyzbar", "cv2"
ENGINES = (ZXING, PYZBAR, CV2)
STDERR = 2
_ZBAR = {"EAN13": Symbology.EAN13, "EAN8": Symbology.EAN8, "UPCA": Symbology.UPCA, "UPCE": Symbology.UPCE}
_CV2 = {"EAN_13": Symbology.EAN13, "EAN_8": Symbology.EAN8, "UPC_A": Symbology.UPCA, "UPC_E": Symbology.UPCE}
_ZXING = {"EAN-13": Symbology.EAN13, "EAN-8": Symbology.EAN8, "UPC-A": Symbology.UPCA, "UPC-E": Symbology.EAN13}
_RETAIL_ZBAR = ("EAN13", "EAN8", "UPCA", "UPCE", "CODE128", "CODE39", "QRCODE")
# Read only when asked for, as in a store: by all decoders, on the pictures that have them.
_ASKED: dict[str, tuple[set[Symbology], str]] = {
    "ITF": ({Symbology.ITF}, "I25"),
    "CODABAR": ({Symbology.CODABAR}, "CODABAR"),
    "DATABAR": ({Symbology.DATABAR, Symbology.DATABAR_LIMITED}, "DATABAR"),
    "DATABAREXP": ({Symbology.DATABAR_EXPANDED}, "DATABAR_EXP"),
}


def readers(symbology: str = "") -> dict[str, Reader]:
    """Every decoder by its name in the figures, set up for retail, and what of the rest the pictures call for."""
    return _readers(symbology if symbology in _ASKED else "")


@cache
def _readers(asked: str) -> dict[str, Reader]:
    wanted, also = _ASKED.get(asked, (set(), ""))
    patient = Decoder(DecodeSettings(symbologies=RETAIL_SYMBOLOGIES | wanted, patient=True))
    live = Decoder(DecodeSettings(symbologies=RETAIL_SYMBOLOGIES | wanted))
    return {
        OURS: lambda gray: [(f.symbology, f.data) for f in patient.read(gray)],
        LIVE: lambda gray: [(f.symbology, f.data) for f in live.read(gray, deep=True)],
        ZXING: zxing_alone,
        PYZBAR: pyzbar_alone((*_RETAIL_ZBAR, also) if also else _RETAIL_ZBAR),
        CV2: cv2_alone(),
    }


def zxing_alone(gray: Gray) -> list[Reading]:
    """zxing-cpp with its default settings; whatever is no EAN or UPC counts as a QR, which is compared by its bytes."""
    return [(_ZXING.get(str(b.format), Symbology.QR), b.bytes) for b in zxingcpp.read_barcodes(gray)]


def pyzbar_alone(names: tuple[str, ...]) -> Reader:
    """ZBar through pyzbar, some symbologies only; all of them would read still more codes that are not there."""
    symbols = [pyzbar.ZBarSymbol[name] for name in names]
    return lambda gray: [(_ZBAR.get(d.type, Symbology.QR), d.data) for d in pyzbar.decode(gray, symbols=symbols)]


def cv2_alone() -> Reader:
    """OpenCV's two detectors."""
    bars, qr = cv2.barcode.BarcodeDetector(), OpencvQr({Symbology.QR})

    def read(gray: Gray) -> list[Reading]:
        _, texts, kinds, _ = bars.detectAndDecodeWithType(gray)
        found = [
            (_CV2.get(kind, Symbology.QR), text.encode()) for text, kind in zip(texts, kinds, strict=False) if text
        ]
        return found + [(s.symbology, s.data) for s in qr.read(gray)]

    return read


@contextmanager
def hushed() -> Iterator[None]:
    """ZBar's assertions and OpenCV's complaints go nowhere meanwhile."""
    kept, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)
