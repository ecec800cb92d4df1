"""A price slip: the price from far, the name whole, the barcode to be scanned."""

from PIL import Image

from edge.features.printing.document import PriceTag
from firmware_bridge.printing.drawing import codes
from firmware_bridge.printing.drawing.fonts import BOLD, printable, text_width
from firmware_bridge.printing.drawing.sheet import MARGIN, Sheet, fitted_size, wrapped

NAME_SIZE, SMALL_SIZE, PRICE_SIZE, SMALLEST = 34, 26, 96, 28  # dots
EAN_MODULES, NARROWEST = 95 + 2 * codes.EAN_QUIET, 2  # of an EAN-13; dots of a bar


def draw_price_tag(tag: PriceTag, width: int) -> Image.Image:
    """The slip as a picture of `width` dots. Raises ValueError if its number has a wrong check digit."""
    sheet = Sheet(width)
    sheet.paragraph(tag.name, NAME_SIZE, weight=BOLD, most=3)
    if tag.detail:
        sheet.paragraph(tag.detail, SMALL_SIZE, weight=BOLD, most=2)
    sheet.rule()
    if tag.before:
        _struck_out(sheet, tag.before)
    size = fitted_size(tag.price, sheet.inner, PRICE_SIZE, SMALLEST, BOLD)
    sheet.line(wrapped(printable(tag.price), sheet.inner, size, BOLD, 1)[0], size, weight=BOLD, centred=True)
    if tag.note:
        note = wrapped(printable(tag.note), sheet.inner, SMALL_SIZE, BOLD, 1)[0]
        sheet.line(note, SMALL_SIZE, weight=BOLD, centred=True)
    _code(sheet, tag.gtin)
    return sheet.finished()


def _struck_out(sheet: Sheet, price: str) -> None:
    shown = wrapped(printable(price), sheet.inner, NAME_SIZE, BOLD, 1)[0]
    x = MARGIN + (sheet.inner - text_width(shown, NAME_SIZE, BOLD)) // 2
    end = sheet.text(shown, x, NAME_SIZE, weight=BOLD)
    sheet.strike(x, end, sheet.y + round(NAME_SIZE * 0.62))
    sheet.feed(round(NAME_SIZE * 1.25))


def _code(sheet: Sheet, gtin: str) -> None:
    """The bars as wide as they fit, at most three dots each, and their digits below."""
    bars = codes.ean(gtin, max(NARROWEST, min(3, sheet.inner // EAN_MODULES)))
    sheet.feed(MARGIN)
    sheet.picture(bars, MARGIN + (sheet.inner - bars.width) // 2)
    sheet.feed(bars.height + 2)
    sheet.line(gtin, SMALL_SIZE, weight=BOLD, centred=True)
