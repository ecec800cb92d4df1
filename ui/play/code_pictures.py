"""Codes drawn as pictures that a real scanner can read."""

import re

import zxingcpp
from zxingcpp import BarcodeFormat

MAX_CODE_BYTES = 1200  # bytes; a denser code cannot be read from a screen
_FORMATS = {
    "ean13": BarcodeFormat.EAN13,
    "ean8": BarcodeFormat.EAN8,
    "upca": BarcodeFormat.UPCA,
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39,
    "codabar": BarcodeFormat.Codabar,
    "itf": BarcodeFormat.ITF,
    "datamatrix": BarcodeFormat.DataMatrix,
    "qr": BarcodeFormat.QRCode,
}
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def draw_code(symbology: str, data: bytes) -> str:
    """An SVG of a code, scalable to any width. Raises ValueError if the symbology cannot hold the data."""
    if len(data) > MAX_CODE_BYTES:
        raise ValueError(f"{len(data)} bytes fit no picture")
    content: str | bytes = data.decode() if data.isascii() else data
    drawn = zxingcpp.create_barcode(content, _FORMATS.get(symbology, BarcodeFormat.QRCode))
    svg: str = zxingcpp.write_barcode_to_svg(drawn)
    return _SIZE.sub(r'viewBox="0 0 \1 \2"', svg[svg.index("<svg") :], count=1)
