"""HQ counts what a store did: stock that moved, orders that went on. The store's word goes into HQ's own rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from sqlite_utils import Database

from edge.pickup.life import FACTS, Action, State, replay
from edge.pickup.order import OrderRow
from edge.stock import StockRow
from sync.headers import Key, Short
from sync.hq import feed, near, stages
from sync.hq.event import Event, Unclear
from sync.hq.stages import StageData

MOVED = "noren.stock.moved"
CONFLICT = "noren.pickup.conflict"
# more in one movement is no movement: a number nobody can count to would spoil the row for every fact behind it
Pieces = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
T = TypeVar("T")
ACTIONS = {f"noren.{kind}": action for action, kind in FACTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A fact that is being kept: the epoch that tells it, its seq there, and the moment HQ keeps it."""

    store: str
    epoch: str
    seq: int
    received: str
    event: Event


class _Move(msgspec.Struct, frozen=True, kw_only=True):
    gtin: Key
    quantity: Pieces = 0
    reserved: Pieces = 0


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    order: Key
    number: Short = ""


def readable(event: Event) -> None:
    """Raises Unclear where HQ would have to count a fact whose data it cannot read."""
    kind: type[_Move | _Step | StageData] | None = None
    if event.type == MOVED:
        kind = _Move
    elif event.type in ACTIONS or event.type == CONFLICT:
        kind = _Step
    elif event.type in stages.TYPES:
        kind = StageData
    if kind is None:
        return
    try:
        msgspec.convert(event.data, kind)
    except msgspec.ValidationError as error:
        raise Unclear(f"{event.type}: data: {error}") from None


def count(db: Database, facts: Sequence[Counted], *, late: bool = False) -> None:
    """Count facts of one store and lane, by rising seq, inside the transaction that keeps them.

    `late`: they come out of the quarantine; what was counted behind them stays counted.
    """
    moves: dict[str, StockRow] = {}
    orders: dict[str, OrderRow] = {}
    for fact in facts:
        match fact.event.type:
            case kind if kind == MOVED:
                _move(db, fact, moves, late)
            case kind if kind == CONFLICT:
                step = msgspec.convert(fact.event.data, _Step)
                note_conflict(db, fact.store, step.order, step.number, fact.received)
            case kind if kind in ACTIONS:
                _step(db, fact, ACTIONS[kind], orders, late)
            case kind if kind in stages.TYPES:
                stages.note(db, fact.store, fact.event, late=late)
    if moves:
        _put(db, "stock", facts[0].store, moves)
        near.spread_stock(db, facts[0].store, moves, facts[0].received)
    if orders:
        _put(db, "orders", facts[0].store, orders)
        near.spread_orders(db, facts[0].store, orders.values())


def _put(db: Database, name: str, store: str, changed: dict[str, StockRow] | dict[str, OrderRow]) -> None:
    feed.put(db, name, store, [(key, msgspec.json.encode(row).decode()) for key, row in changed.items()])


def _through(fact: Counted, row: StockRow | OrderRow, late: bool) -> tuple[str, int]:
    """Epoch and seq up to which a row is counted."""
    return (row.epoch, row.through_seq) if late and row.epoch else (fact.epoch, fact.seq)


def _move(db: Database, fact: Counted, moves: dict[str, StockRow], late: bool) -> None:
    """Goods that HQ keeps no stock of are in the facts only."""
    move = msgspec.convert(fact.event.data, _Move)
    row = moves.get(move.gtin) or _row(db, "stock", fact.store, move.gtin, StockRow)
    if row is None:
        return
    epoch, through = _through(fact, row, late)
    moves[move.gtin] = msgspec.structs.replace(
        row,
        on_hand=row.on_hand + move.quantity,
        reserved=row.reserved + move.reserved,
        epoch=epoch,
        through_seq=through,
        as_of=fact.received,
    )


def _step(db: Database, fact: Counted, action: Action, orders: dict[str, OrderRow], late: bool) -> None:
    """The order goes on by the life's own table; a hand-over wins over a cancellation and makes a task for a person."""
    step = msgspec.convert(fact.event.data, _Step)
    row = orders.get(step.order) or _row(db, "orders", fact.store, step.order, OrderRow)
    if row is None or row.store != fact.store:
        return
    if action is Action.HAND_OVER and row.state is State.CANCELLED:
        note_conflict(db, fact.store, row.order, row.number, fact.received)
    state = replay(row.state, [action])
    if action is Action.UNDO and settle_conflict(db, fact.store, row.order, fact.received):
        state = State.CANCELLED  # as HQ had it before the hand-over that was taken back
    came = (row.arrived_at or fact.event.time) if action is Action.ARRIVE else row.arrived_at
    given = {Action.HAND_OVER: fact.event.time, Action.UNDO: None}.get(action, row.handed_over_at)
    epoch, through = _through(fact, row, late)
    orders[step.order] = msgspec.structs.replace(
        row, state=state, arrived_at=came, handed_over_at=given, epoch=epoch, through_seq=through
    )


def _row(db: Database, name: str, scope: str, key: str, kind: type[T]) -> T | None:
    text = feed.body(db, name, scope, key)
    return msgspec.json.decode(text, type=kind) if text else None


def note_conflict(db: Database, store: str, order: str, number: str, noted: str) -> None:
    """One task per order, whoever sees it first: the store that handed over, or HQ that had cancelled."""
    db.conn.execute(
        "insert or ignore into conflicts (store, order_id, number, noted) values (?, ?, ?, ?)",
        (store, order, number, noted),
    )


def settle_conflict(db: Database, store: str, order: str, when: str) -> bool:
    """There is nothing to decide any more; true where there was."""
    sql = "update conflicts set settled = ? where store = ? and order_id = ? and settled is null"
    return db.conn.execute(sql, (when, store, order)).rowcount == 1
