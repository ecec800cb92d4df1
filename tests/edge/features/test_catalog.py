"""The catalogue's rows as features read them."""

from edge.codes.check_digits import mod10_digit
from edge.features import catalog
from edge.store_context import StoreContext
from tests.edge.floor import product, send


def _gtin(number: int) -> str:
    body = f"{number:013d}"
    return f"{body}{mod10_digit(body)}"


def test_a_chain_that_gives_all_its_products_one_style_costs_a_page_no_more_than_the_limit(
    floor: StoreContext,
) -> None:
    assert catalog.MAX_PRODUCTS >= 100
    for number in range(1, catalog.MAX_PRODUCTS + 20):
        send(floor, "catalog", _gtin(number), product(_gtin(number), style="-"))
    assert len(catalog.products_of_style(floor.hq, "-")) == catalog.MAX_PRODUCTS
