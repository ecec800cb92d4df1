"""The label of a package that waits on a shelf: its number from far, the rest from near."""

from PIL import Image

from edge.features.printing.document import PickupLabel
from firmware_bridge.printing.drawing import codes
from firmware_bridge.printing.drawing.fonts import BOLD, printable, text_width
from firmware_bridge.printing.drawing.sheet import MARGIN, Sheet, fitted_size, wrapped

NUMBER_SIZE, NUMBER_SMALLEST = 150, 40  # dots: a number of four digits is read across a stock room
SHELF_SIZE = 72
NAME_SIZE = 44
SMALL_SIZE, SMALLEST = 26, 20
QR_MODULE = 5  # dots, 0.6 mm
QR_QUIET = 4  # modules
COUNT_SIZE = 64  # of `1/2`


def draw_pickup_label(label: PickupLabel, width: int) -> Image.Image:
    """The label as a picture of `width` dots. Raises DoesNotFit if the paper is narrower than its code."""
    sheet = Sheet(width)
    if label.zone:
        sheet.band(label.zone, NAME_SIZE)
    _number(sheet, label)
    if label.name:
        sheet.paragraph(label.name, NAME_SIZE, weight=BOLD, most=2)
    sheet.rule()
    _below(sheet, label)
    return sheet.finished()


def _number(sheet: Sheet, label: PickupLabel) -> None:
    """The number as large as it fits, and beside it which of how many packages this is."""
    count = f"{label.package}/{label.packages}"
    beside = text_width(count, COUNT_SIZE, BOLD) + 2 * MARGIN if label.packages > 1 else 0
    size = fitted_size(label.number, sheet.inner - beside, NUMBER_SIZE, NUMBER_SMALLEST, BOLD)
    shown = wrapped(printable(label.number), sheet.inner - beside, size, BOLD, 1)[0]
    sheet.text(shown, MARGIN, size, weight=BOLD)
    if label.packages > 1:
        x = sheet.width - MARGIN - text_width(count, COUNT_SIZE, BOLD)
        sheet.text(count, x, COUNT_SIZE, weight=BOLD, y=sheet.y + max(0, size - COUNT_SIZE))
    sheet.feed(round(max(size, COUNT_SIZE if label.packages > 1 else 0) * 1.15))


def _below(sheet: Sheet, label: PickupLabel) -> None:
    """The code at the right, and at the left of it shelf and times."""
    code = codes.qr(label.code, QR_MODULE)
    quiet = QR_QUIET * QR_MODULE
    top, left = sheet.y + MARGIN, sheet.width - MARGIN - code.width
    sheet.picture(code, left, top)
    room, y = left - quiet - MARGIN, top
    if label.shelf:
        size = fitted_size(label.shelf, room, SHELF_SIZE, SMALLEST, BOLD)
        sheet.text(wrapped(printable(label.shelf), room, size, BOLD, 1)[0], MARGIN, size, weight=BOLD, y=y)
        y += round(size * 1.3)
    for small in filter(None, (label.until, label.made)):
        size = fitted_size(small, room, SMALL_SIZE, SMALLEST, BOLD)
        for one in wrapped(printable(small), room, size, BOLD, 2):
            sheet.text(one, MARGIN, size, weight=BOLD, y=y)
            y += round(SMALL_SIZE * 1.3)
    sheet.feed(max(y, top + code.height) - sheet.y)
