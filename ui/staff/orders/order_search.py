"""Orders by what a clerk hears or reads: the number, the name, the member or their card, and what was ordered."""

from collections.abc import Iterable, Iterator

from edge.features import catalog
from edge.features.pickup.order import PickupOrder
from edge.features.search.entry import words_in
from edge.features.search.words import occurs_in_words, words_of
from edge.platform.database import rows
from edge.store_context import StoreContext


def matching_orders(shop: StoreContext, asked: str, orders: Iterable[PickupOrder]) -> set[str]:
    """The ids of the orders in which every word of the question occurs; none for a question without a word."""
    words, goods = words_of(asked), _Goods(shop)
    if not words:
        return set()
    return {order.row.order for order in orders if _matches(shop, goods, words, order)}


def _matches(shop: StoreContext, goods: "_Goods", words: list[str], order: PickupOrder) -> bool:
    whole, shown = _whole_words(shop, order), [*words_of(order.row.number), *words_of(order.row.order)]
    left = [word for word in words if word not in whole and not occurs_in_words(word, shown)]
    return all(occurs_in_words(word, goods.words(order)) for word in left)


def _whole_words(shop: StoreContext, order: PickupOrder) -> set[str]:
    """What must be asked for whole: the name, with and without its blank, the member and their cards.

    The list shows names half masked. If a part of a word were enough, whoever asks letter by letter would have the whole name.
    """
    row, name = order.row, words_of(order.row.name)
    member = [row.member, *_cards(shop, row.member)] if row.member else []
    return {*name, "".join(name), *(word for one in member for word in words_of(one))}


def _cards(shop: StoreContext, member: str) -> Iterator[str]:
    """The numbers of a member's cards, without their issuers."""
    for row in rows(shop.hq, "select code from member_codes where member = ?", (member,)):
        yield row["code"].partition(":")[2]


class _Goods:
    """The words of ordered products, looked up once each: a product is in many orders."""

    def __init__(self, shop: StoreContext) -> None:
        self._shop = shop
        self._words: dict[str, list[str]] = {}

    def words(self, order: PickupOrder) -> list[str]:
        return [word for line in order.row.lines for word in self._of(line.gtin)]

    def _of(self, gtin: str) -> list[str]:
        if gtin not in self._words:
            it = catalog.product(self._shop.hq, gtin)
            named = [*words_in(it.name), *words_of(it.reading), *words_of(it.style)] if it else []
            self._words[gtin] = [*named, *words_of(gtin.lstrip("0"))]
        return self._words[gtin]
