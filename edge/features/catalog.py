"""Products as HQ describes them: one row a GTIN, styles with colours and sizes, pictures, reviews."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.codes.check_digits import mod10_holds
from edge.replica import hq_replica
from edge.validation.fields import ColourHex, Count, Id, Ordinal, ProductNumber, ShortText, TextLine, Yen, check_name
from edge.validation.localized_text import LocalizedText

_ITEM = "json_extract(body, '$.contains') is null"
MAX_PRODUCTS = (
    500  # of one style; no garment has as many, but a chain without styles may give all its products the same
)
PRODUCTS_OF_STYLE_SQL = f"""key in (select key from catalog where body is not null and json_extract(body, '$.style') = ?
                and {_ITEM} limit {MAX_PRODUCTS})"""


class Colour(Struct, frozen=True, kw_only=True):
    code: ShortText
    name: LocalizedText
    reading: TextLine = ""  # the name in kana: `あか` finds 赤, and it is shown as furigana if the name has none
    hex: ColourHex  # `#e9e3d6`


class Product(Struct, frozen=True, kw_only=True):
    """A row of the `catalog` feed; its key is the GTIN-14."""

    gtin: ProductNumber
    style: ShortText  # `41-2208`, the number printed on the tag
    name: LocalizedText
    reading: TextLine = ""  # the name in kana, for search: `うわぎ` finds 上着
    category: Id
    colour: Colour
    size: ShortText
    size_order: Ordinal  # sizes are shown by rising order
    price: Yen  # tax included
    picture: TextLine  # key of a row of the `content` feed, drawn in the colour
    online_only: bool = False
    # An outer pack: the item it holds, by its GTIN-14, and how many. It is shown as that item, and never as a size of it.
    contains: Annotated[str, Meta(pattern="^[0-9]{14}$")] | None = None
    pieces: Annotated[int, Meta(ge=1, le=100_000)] = 1

    def __post_init__(self) -> None:
        """Raises ValueError if the fields contradict each other."""
        check_name("name", self.name)
        if (self.contains is None) != (self.pieces == 1):
            raise ValueError(
                "contains: an outer pack names the item it contains and its pieces, 2 or more; other rows neither"
            )
        if self.contains is not None and not mod10_holds(self.contains):
            raise ValueError(f"contains: {self.contains} is no GTIN with a true check digit: no product has that key")
        if self.contains == self.gtin:
            raise ValueError("contains: a pack does not contain itself")


class Picture(Struct, frozen=True, kw_only=True, tag="picture", tag_field="what"):
    """A row of `content`, key `picture/<id>`: an SVG whose `var(--fabric)` is the product's colour."""

    svg: str


class Review(Struct, frozen=True, kw_only=True):
    stars: Annotated[int, Meta(ge=1, le=5)]
    text: LocalizedText
    by: TextLine  # `30代 女性`
    on: date


class Reviews(Struct, frozen=True, kw_only=True, tag="reviews", tag_field="what"):
    """A row of `content`, key `reviews/<style>`."""

    stars: Annotated[float, Meta(ge=0, le=5)]
    count: Count
    latest: list[Review]


class Category(Struct, frozen=True, kw_only=True, tag="category", tag_field="what"):
    """A row of `content`, key `category/<id>`."""

    id: Id
    name: LocalizedText
    reading: TextLine = ""  # as a colour's
    order: Ordinal
    picture: TextLine

    def __post_init__(self) -> None:
        check_name("name", self.name)


def product(hq: Database, gtin: str) -> Product | None:
    """The product of a GTIN-14, or None if HQ's catalogue has none."""
    return hq_replica.replica_row(hq, "catalog", gtin, Product)


def product_on_shelf(hq: Database, shown: Product) -> Product | None:
    """The product that the shelf sells: the product itself, or the item in an outer pack; None if that is not here."""
    return shown if shown.contains is None else product(hq, shown.contains)


def products_of_style(hq: Database, style: str) -> list[Product]:
    """The products of a style, by colour and size, without their outer packs; MAX_PRODUCTS of them."""
    found = hq_replica.rows_where(hq, "catalog", Product, PRODUCTS_OF_STYLE_SQL, (style,))
    return sorted(found, key=lambda one: (one.colour.code, one.size_order))


def one_product_per_style(hq: Database, category: str) -> list[Product]:
    """One product of each style of a category, by style number."""
    found = hq_replica.rows_where(
        hq, "catalog", Product, f"json_extract(body, '$.category') = ? and {_ITEM}", (category,)
    )
    return sorted({one.style: one for one in reversed(found)}.values(), key=lambda one: one.style)


def categories(hq: Database) -> list[Category]:
    """The categories a shopper can browse, in HQ's order."""
    found = hq_replica.rows_where(hq, "content", Category, "key between 'category/' and 'category/~'")
    return sorted(found, key=lambda one: one.order)


def picture(hq: Database, key: str) -> Picture | None:
    """The drawing under `picture/<id>`."""
    return hq_replica.replica_row(hq, "content", key, Picture)


def reviews(hq: Database, style: str) -> Reviews | None:
    """What buyers of a style wrote, or None."""
    return hq_replica.replica_row(hq, "content", f"reviews/{style}", Reviews)
