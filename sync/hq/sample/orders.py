"""Orders of the three stores in every state, placed today and on the days before, as HQ keeps them."""

import hashlib
from datetime import datetime, timedelta

from edge.clock import utc_text
from edge.pickup.life import OPEN, State
from edge.pickup.order import OrderLine, OrderRow
from sync.hq.sample.brand import chance, digest, others
from sync.hq.sample.goods import products
from sync.hq.sample.members import Person, at_store, pseudonym
from sync.hq.sample.table.names import NAMES

PROMISE = timedelta(hours=2)
HOLD = timedelta(days=7)
_HOUR, _DAY = 60, 24 * 60

S = State
# state, and how many minutes ago it was placed: promises run out 2 hours later, so some are late and some are near
PLAN: dict[str, tuple[tuple[State, int], ...]] = {
    "ginza": (
        (S.PLACED, 4),
        (S.PLACED, 31),
        (S.PLACED, 108),
        (S.ACCEPTED, 47),
        (S.ACCEPTED, 76),
        (S.ACCEPTED, 113),
        (S.PICKING, 62),
        (S.PICKING, 95),
        (S.PICKING, 127),
        (S.PICKING, 141),
        (S.READY, 118),
        (S.READY, 155),
        (S.READY, 190),
        (S.READY, 240),
        (S.READY, 1 * _DAY),
        (S.READY, 2 * _DAY + 3 * _HOUR),
        (S.READY, 6 * _DAY + 20 * _HOUR),
        (S.ARRIVED, 170),
        (S.ARRIVED, 1 * _DAY + 2 * _HOUR),
        (S.HANDED_OVER, 205),
        (S.HANDED_OVER, 5 * _HOUR),
        (S.HANDED_OVER, 1 * _DAY + 4 * _HOUR),
        (S.HANDED_OVER, 2 * _DAY),
        (S.CANCELLED, 3 * _HOUR),
        (S.CANCELLED, 1 * _DAY),
        (S.REJECTED, 4 * _HOUR),
        (S.UNFULFILLABLE, 7 * _HOUR),
        (S.NO_SHOW, 8 * _DAY),
        (S.RESTOCKED, 9 * _DAY),
        (S.RETURNED, 4 * _DAY),
    ),
    "kichijoji": (
        (S.PLACED, 12),
        (S.PICKING, 88),
        (S.READY, 160),
        (S.READY, 1 * _DAY),
        (S.HANDED_OVER, 6 * _HOUR),
        (S.CANCELLED, 2 * _DAY),
    ),
    "yokohama": (
        (S.ACCEPTED, 55),
        (S.PICKING, 131),
        (S.READY, 145),
        (S.READY, 3 * _DAY),
        (S.ARRIVED, 200),
        (S.HANDED_OVER, 1 * _DAY),
        (S.CANCELLED, 5 * _HOUR),
    ),
}
# the goods of these stand aside for somebody
HELD = OPEN | {S.NO_SHOW}
_SHELVED = {S.READY, S.ARRIVED, S.NO_SHOW}
_GIVEN = {S.HANDED_OVER, S.RETURNED}


def order_id(store: str, at: int) -> str:
    """The id of the `at`-th order of a store: what its pickup code names."""
    return f"HN-{digest('order', store, str(at))[:10]}"


def secret(order: str) -> str:
    """What only the shopper's pickup code holds: 24 characters, 96 bits."""
    return digest("secret", order)[:24]


def _lines(store: str, at: int) -> list[OrderLine]:
    dice = chance("lines", store, str(at))
    chosen = dice.sample(
        [product for product in products() if not product.online_only], dice.choice((1, 1, 2, 2, 3, 4))
    )
    return [
        OrderLine(line=line, gtin=product.gtin, quantity=2 if dice.random() < 0.12 else 1)
        for line, product in enumerate(chosen, start=1)
    ]


WAITED = timedelta(minutes=3)  # how long a shopper who is here has been here


def _who(store: str, at: int) -> Person | str:
    """A member who comes by the store, or for every fifth order the full kana name of a guest."""
    if at % 5 == 4:
        dice = chance("guest", store, str(at))
        return f"{dice.choice(NAMES)[0]} {dice.choice(NAMES)[1]}"
    visitors = at_store(store)
    return visitors[at * 3 % len(visitors)][0]


def _row(store: str, at: int, number: str, now: datetime) -> OrderRow:
    state, minutes = PLAN[store][at]
    who, order = _who(store, at), order_id(store, at)
    placed = now - timedelta(minutes=minutes)
    promise = placed + PROMISE
    return OrderRow(
        order=order,
        store=store,
        number=number,
        state=state,
        member=pseudonym(who, store) if isinstance(who, Person) else None,
        name=who.name if isinstance(who, Person) else who,
        lines=_lines(store, at),
        paid=at % 7 != 3,
        placed_at=utc_text(placed),
        promise_at=utc_text(promise),
        hold_until=utc_text(promise + HOLD),
        shelf=f"R-{at % 24 + 1:02d}" if state in _SHELVED else None,
        arrived_at=utc_text(now - WAITED) if state is State.ARRIVED else None,
        handed_over_at=utc_text(placed + timedelta(minutes=0.8 * minutes)) if state in _GIVEN else None,
        secret_sha256=hashlib.sha256(secret(order).encode()).hexdigest(),
    )


def of_store(store: str, now: datetime) -> list[OrderRow]:
    """A store's own orders, whole."""
    numbers = chance("numbers", store).sample(range(1000, 9999), len(PLAN[store]))
    return [_row(store, at, str(number), now) for at, number in enumerate(numbers)]


def seen_by(store: str, now: datetime) -> list[OrderRow]:
    """What a store is sent: its own orders whole, open ones of the others as stubs."""
    away = [row for other in others(store) for row in of_store(other.id, now) if row.state in OPEN]
    return of_store(store, now) + [_stub(row) for row in away]


def _stub(row: OrderRow) -> OrderRow:
    """Which store an order waits in, and nothing about whose it is."""
    return OrderRow(order=row.order, store=row.store, number=row.number, state=row.state)
