"""The 300 products of the 60 styles, their numbers with real check digits, and the pictures and reviews beside them."""

from collections.abc import Iterator
from functools import cache

from edge.catalog import Category, Picture, Product, Review, Reviews
from edge.codes.checks import mod10_digit
from sync.hq.sample.brand import chance
from sync.hq.sample.draw.looks import draw
from sync.hq.sample.table.categories import CATEGORIES
from sync.hq.sample.table.colours import COLOURS
from sync.hq.sample.table.reviews import BUYERS, REVIEWS
from sync.hq.sample.table.style import Style
from sync.hq.sample.table.styles import STYLES

COMPANY = "4599990"  # in GS1 Japan's range 45, at its far end: a number of our own making
IN_STORE = "20"  # the retailer's own range (GS1 General Specifications 1.4): numbers printed in the shop
LATEST = 3  # reviews sent with a style


def _number(style: Style, colour: int, size: int) -> str:
    """GTIN-14 by place: two digits for the style, one for the colour, two for the size."""
    item = f"{STYLES.index(style) + 1:02d}{colour + 1}{size + 1:02d}"
    body = f"{IN_STORE}{item:0>10}" if style.in_store else COMPANY + item
    return f"0{body}{mod10_digit(body)}"


def _of(style: Style) -> Iterator[Product]:
    for at, colour in enumerate(style.colours):
        for order, size in enumerate(style.sizes):
            yield Product(
                gtin=_number(style, at, order),
                style=style.number,
                name=style.name,
                category=style.category,
                colour=COLOURS[colour],
                size=size,
                size_order=order,
                price=style.price,
                picture=picture_key(style.number),
                online_only=size in style.online_only,
            )


@cache
def products() -> tuple[Product, ...]:
    """All 300, by style, colour and size."""
    return tuple(product for style in STYLES for product in _of(style))


def picture_key(style: str) -> str:
    """The key in the `content` feed of a style's drawing."""
    return f"picture/{style}"


def _reviews(style: Style) -> Reviews:
    dice = chance("reviews", style.number)
    chosen = dice.sample(REVIEWS[style.category], LATEST)
    days = sorted(dice.sample(range(2, 29), LATEST), reverse=True)
    buyers = dice.sample(BUYERS, LATEST)
    latest = [
        Review(stars=stars, text=text, by=by, on=f"2026-10-{day:02d}")
        for (stars, text), by, day in zip(chosen, buyers, days, strict=True)
    ]
    return Reviews(stars=round(dice.uniform(3.9, 4.9), 1), count=dice.randint(6, 240), latest=latest)


def content() -> Iterator[tuple[str, Picture | Reviews | Category]]:
    """Keys and bodies of the `content` feed."""
    for order, door in enumerate(CATEGORIES):
        yield (
            f"category/{door.id}",
            Category(id=door.id, name=door.name, order=order, picture=picture_key(door.cover)),
        )
    for style in STYLES:
        yield picture_key(style.number), Picture(svg=draw(style.number))
        yield f"reviews/{style.number}", _reviews(style)
