"""Barcodes as pictures, each module a whole number of dots: what is between dots cannot be printed."""

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat

EAN_QUIET = 11  # modules left of an EAN-13 that stay white; right of it 7 would do
BAR_HEIGHT = 80  # dots, 10 mm


def qr(text: str, module: int) -> Image.Image:
    """A QR code without its quiet zone; `module`: dots of one of its squares."""
    return _drawn(zxingcpp.create_barcode(text, BarcodeFormat.QRCode), module)


def ean(digits: str, module: int) -> Image.Image:
    """An EAN-13 or EAN-8 with its quiet zones. Raises ValueError for a wrong check digit."""
    form = BarcodeFormat.EAN13 if len(digits) == 13 else BarcodeFormat.EAN8
    bars = _drawn(zxingcpp.create_barcode(digits, form), module)
    quiet = EAN_QUIET * module
    whole = Image.new("1", (bars.width + 2 * quiet, BAR_HEIGHT), 1)
    whole.paste(bars.crop((0, 0, bars.width, 1)).resize((bars.width, BAR_HEIGHT)), (quiet, 0))
    return whole


def _drawn(code: zxingcpp.Barcode, module: int) -> Image.Image:
    """One module a dot, then each dot a square."""
    plain = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
    picture = plain.convert("1", dither=Image.Dither.NONE)
    return picture.resize((plain.width * module, plain.height * module), Image.Resampling.NEAREST)
