"""Each kind of document has one function that draws it."""

from PIL import Image

from edge.features.printing.document import Document, PickupLabel, PriceTag
from firmware_bridge.printing.drawing.pickup_label import draw_pickup_label
from firmware_bridge.printing.drawing.price_tag import draw_price_tag


def draw(document: Document, width: int) -> Image.Image:
    """The document as a picture of `width` dots, one bit each. Raises ValueError if it cannot be drawn."""
    match document:
        case PickupLabel():
            return draw_pickup_label(document, width)
        case PriceTag():
            return draw_price_tag(document, width)
