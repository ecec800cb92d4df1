"""What a label says of this one pack beside the number of its product: price, weight, dates, lot; and whether it is past."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from edge.codes.parsed_code import Product
from edge.codes.reject_reason import RejectReason

PassedDate = Literal["use_by", "sell_by", "best_before"]


class BadField(Struct, frozen=True, kw_only=True):
    """A field of a label that could not be used; what the code identifies is valid without it."""

    field: str  # the Application Identifier, or the digits in the place of one
    why: RejectReason


class ProductLabel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a label said of the one pack that was read; what it did not say is absent."""

    price: Annotated[int, Meta(ge=1)] | None = None  # yen, as printed
    price_includes_tax: bool | None = None  # if the form says so: a book's second row, a magazine's add-on
    weight_g: Annotated[int, Meta(ge=0)] | None = None
    use_by: date | None = None
    sell_by: date | None = None
    best_before: date | None = None
    produced: date | None = None
    lot: str | None = None
    serial: str | None = None
    count: Annotated[int, Meta(ge=0)] | None = None
    c_code: str | None = None  # a Japanese book's class
    add_on: str | None = None  # EAN-2 or EAN-5 beside the code
    bad: list[BadField] = []


def label_of_code(read: Product) -> ProductLabel:
    """The label of a product's code. A price of 0 is none: scales and forms print it if no price was set."""
    book, magazine = read.book, read.periodical
    taxed = book.price_includes_tax if book else (False if magazine and read.price_yen else None)
    return ProductLabel(
        price=read.price_yen or None,
        price_includes_tax=taxed,
        weight_g=read.weight_g,
        use_by=read.expiry,
        sell_by=read.sell_by,
        best_before=read.best_before,
        produced=read.production,
        lot=read.lot,
        serial=read.serial,
        count=read.count,
        c_code=book.c_code if book else None,
        add_on=read.add_on,
        bad=[BadField(field=fault.ai, why=fault.reason) for fault in read.faults],
    )


def passed_date(it: ProductLabel, today: str) -> PassedDate | None:
    """Which of its dates lies before the shop's day (`2026-11-21`), the gravest first; None while none does."""
    dates: tuple[tuple[PassedDate, date | None], ...] = (
        ("use_by", it.use_by),
        ("sell_by", it.sell_by),
        ("best_before", it.best_before),
    )
    return next((name for name, last in dates if last is not None and last.isoformat() < today), None)
