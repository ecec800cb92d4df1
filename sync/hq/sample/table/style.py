"""One style: what its tag says, and the colours and sizes it comes in."""

from dataclasses import dataclass

from edge.words import Words

LETTERS = ("XS", "S", "M", "L", "XL")
ONE = "F"  # free size, as Japanese tags print it


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A line of the tables. `price` is in yen, tax included; `in_store` numbers are printed in the shop, not by GS1."""

    number: str
    name: Words
    category: str
    price: int
    colours: tuple[str, ...]
    sizes: tuple[str, ...]
    online_only: tuple[str, ...] = ()  # sizes no store holds
    in_store: bool = False


def style(category: str, number: str, ja: str, en: str, price: int, colours: str, sizes: str = ONE) -> Style:
    """A style from a table's line; `colours` are codes and `sizes` names, both with spaces, `M*` for online only."""
    named = sizes.split()
    return Style(
        number=number,
        name=Words(ja=ja, en=en),
        category=category,
        price=price,
        colours=tuple(colours.split()),
        sizes=tuple(size.rstrip("*") for size in named),
        online_only=tuple(size.rstrip("*") for size in named if size.endswith("*")),
    )
