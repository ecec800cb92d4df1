"""Products as HQ describes them: one row a GTIN, styles with colours and sizes, pictures, reviews."""

from msgspec import Struct
from sqlite_utils import Database

from edge import mirror
from edge.words import Words


class Colour(Struct, frozen=True, kw_only=True):
    code: str
    name: Words
    hex: str  # `#e9e3d6`


class Product(Struct, frozen=True, kw_only=True):
    """A row of the `catalog` feed; its key is the GTIN-14."""

    gtin: str
    style: str  # `41-2208`, the number printed on the tag
    name: Words
    category: str
    colour: Colour
    size: str
    size_order: int  # sizes are shown by rising order
    price: int  # yen, tax included
    picture: str  # key of a row of the `content` feed, drawn in the colour
    online_only: bool = False


class Picture(Struct, frozen=True, kw_only=True, tag="picture", tag_field="what"):
    """A row of `content`, key `picture/<id>`: an SVG whose `var(--fabric)` is the product's colour."""

    svg: str


class Review(Struct, frozen=True, kw_only=True):
    stars: int  # 1 to 5
    text: Words
    by: str  # `30代 女性`
    on: str  # date


class Reviews(Struct, frozen=True, kw_only=True, tag="reviews", tag_field="what"):
    """A row of `content`, key `reviews/<style>`."""

    stars: float
    count: int
    latest: list[Review]


class Category(Struct, frozen=True, kw_only=True, tag="category", tag_field="what"):
    """A row of `content`, key `category/<id>`."""

    id: str
    name: Words
    order: int
    picture: str


def product(hq: Database, gtin: str) -> Product | None:
    """The product of a GTIN-14, or None where HQ's catalogue has none."""
    return mirror.row(hq, "catalog", gtin, Product)


def of_style(hq: Database, style: str) -> list[Product]:
    """All products of a style, by colour and size."""
    found = mirror.where(hq, "catalog", Product, "json_extract(body, '$.style') = ?", (style,))
    return sorted(found, key=lambda one: (one.colour.code, one.size_order))


def in_category(hq: Database, category: str) -> list[Product]:
    """One product of each style of a category, by style number."""
    found = mirror.where(hq, "catalog", Product, "json_extract(body, '$.category') = ?", (category,))
    return sorted({one.style: one for one in reversed(found)}.values(), key=lambda one: one.style)


def categories(hq: Database) -> list[Category]:
    """The categories a shopper can browse, in HQ's order."""
    found = mirror.where(hq, "content", Category, "key between 'category/' and 'category/~'")
    return sorted(found, key=lambda one: one.order)


def picture(hq: Database, key: str) -> Picture | None:
    """The drawing under `picture/<id>`."""
    return mirror.row(hq, "content", key, Picture)


def reviews(hq: Database, style: str) -> Reviews | None:
    """What buyers of a style wrote, or None."""
    return mirror.row(hq, "content", f"reviews/{style}", Reviews)
