"""HQ applies what a store did to its own rows: stock that moved, orders that changed state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from sqlite_utils import Database

from edge.facts.fact import event_type
from edge.features.pickup.facts import FACT_OF_ACTION, Conflict
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import Action, State, state_after_all
from edge.features.stock import StockMoved, StockRow
from edge.platform.clock import parse_utc
from edge.validation.fields import EARLIEST_MOMENT, LATEST_MOMENT, MAX_COUNT
from edge.validation.row_codec import encode_row
from sync.hq.features import returns
from sync.hq.features.returns import ReturnStepData
from sync.hq.feeds import feed, row_types
from sync.hq.projections import cancelled_handovers, config_status, neighbour_rows
from sync.hq.projections.config_status import StageData
from sync.hq.queries import unknown_members
from sync.protocol.event import Event, InvalidFact
from sync.protocol.messages import RowKey

STOCK_MOVED = event_type(StockMoved)
PICKUP_CONFLICT = event_type(Conflict)
# a larger number is refused: it would make the row unreadable, and with it every later fact about it
Pieces = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
T = TypeVar("T")
NOT_ANSWERED = frozenset({PICKUP_CONFLICT, *config_status.STATUS_OF_FACT})
ACTION_OF_FACT = {event_type(step): action for action, step in FACT_OF_ACTION.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFact:
    """A fact that is being kept: the epoch that sends it, its seq there, and the time at which HQ keeps it.

    `echo`: it is kept already. The box has given it another number and waits until it is counted under that one.
    """

    store: str
    epoch: str
    seq: int
    received: str
    event: Event
    echo: bool = False


class _Move(msgspec.Struct, frozen=True, kw_only=True):
    gtin: RowKey
    quantity: Pieces = 0
    reserved: Pieces = 0


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    order: RowKey
    to: State = State.PICKING  # where an order was given up, if that was taken back


def check_readable(event: Event) -> None:
    """Raises Unclear if HQ would have to count a fact whose data it cannot read."""
    kind: type[_Move | _Step | StageData | ReturnStepData] | None = None
    if event.type == STOCK_MOVED:
        kind = _Move
    elif event.type in ACTION_OF_FACT or event.type == PICKUP_CONFLICT:
        kind = _Step
    elif event.type in config_status.STATUS_OF_FACT:
        kind = StageData
    elif event.type in returns.DATA_OF_FACT:
        kind = returns.DATA_OF_FACT[event.type]
    if kind is None:
        return
    try:
        msgspec.convert(event.data, kind)
    except msgspec.ValidationError as error:
        raise InvalidFact(f"{event.type}: data: {error}") from None


def apply_facts(db: Database, facts: Sequence[CountedFact], *, late: bool = False) -> None:
    """Count facts of one store and lane, by rising seq, inside the transaction that keeps them.

    `late`: they come out of the quarantine; what was counted behind them stays counted.
    """
    moves: dict[str, StockRow] = {}
    orders: dict[str, OrderRow] = {}
    for fact in facts:
        match fact.event.type:
            case kind if kind == STOCK_MOVED:
                _move(db, fact, moves, late)
            case kind if kind in NOT_ANSWERED and fact.echo:
                pass  # no row of HQ records up to which seq these are counted
            case kind if kind == PICKUP_CONFLICT:
                order = msgspec.convert(fact.event.data, _Step).order
                row = orders.get(order) or _row(db, "orders", fact.store, order, OrderRow)
                cancelled_handovers.note_reported_conflict(db, fact.store, row, fact.received)
            case kind if kind in ACTION_OF_FACT:
                _step(db, fact, ACTION_OF_FACT[kind], orders, late)
            case kind if kind in returns.DATA_OF_FACT:
                _return(db, fact, orders, late)
            case kind if kind in config_status.STATUS_OF_FACT:
                config_status.note_stage(db, fact.store, fact.event, late=late)
    if (
        met := [
            fact.event.member
            for fact in facts
            if not fact.echo and fact.event.type in unknown_members.MEETING_TYPES and fact.event.member
        ]
    ) and (strange := unknown_members.unknown_cards(db, facts[0].store, met)):
        unknown_members.note_cards_met(db, facts[0].store, strange, facts[0].received)
    if moves:
        _put(db, "stock", facts[0].store, moves)
        neighbour_rows.spread_stock(db, facts[0].store, moves, facts[0].received)
    if orders:
        _put(db, "orders", facts[0].store, orders)
        neighbour_rows.spread_orders(db, facts[0].store, orders.values())


def _put(db: Database, name: str, store: str, changed: dict[str, StockRow] | dict[str, OrderRow]) -> None:
    feed.put_rows(db, name, store, [(key, encode_row(row)) for key, row in changed.items()])


def _through(fact: CountedFact, row: StockRow | OrderRow, late: bool) -> tuple[str, int]:
    """Epoch and seq up to which a row is counted."""
    return (row.epoch, row.through_seq) if late and row.epoch else (fact.epoch, fact.seq)


def _move(db: Database, fact: CountedFact, moves: dict[str, StockRow], late: bool) -> None:
    """Goods that HQ keeps no stock of are in the facts only."""
    move = msgspec.convert(fact.event.data, _Move)
    row = moves.get(move.gtin) or _row(db, "stock", fact.store, move.gtin, StockRow)
    if row is None:
        return
    epoch, through = _through(fact, row, late)
    if fact.echo:
        moves[move.gtin] = msgspec.structs.replace(row, epoch=epoch, through_seq=through)
        return
    moves[move.gtin] = msgspec.structs.replace(
        row,
        on_hand=_within(row.on_hand + move.quantity),
        reserved=_within(row.reserved + move.reserved),
        epoch=epoch,
        through_seq=through,
    )


def _within(count: int) -> int:
    """The number within the bounds of the row's type: a larger one would make the row unreadable for every later fact."""
    return max(-MAX_COUNT, min(MAX_COUNT, count))


def _moment(fact: CountedFact) -> datetime:
    """The store's time of the fact; if the store's clock was not set, the time at which HQ received it."""
    try:
        moment = parse_utc(fact.event.time)
    except ValueError:
        moment = EARLIEST_MOMENT
    return moment if moment.tzinfo and EARLIEST_MOMENT < moment < LATEST_MOMENT else parse_utc(fact.received)


def _step(db: Database, fact: CountedFact, action: Action, orders: dict[str, OrderRow], late: bool) -> None:
    """The order changes state by the state machine; a hand-over wins over a cancellation and makes a task for a person."""
    step = msgspec.convert(fact.event.data, _Step)
    row = orders.get(step.order) or _row(db, "orders", fact.store, step.order, OrderRow)
    if row is None or row.store != fact.store:
        return
    epoch, through = _through(fact, row, late)
    if fact.echo:
        orders[step.order] = msgspec.structs.replace(row, epoch=epoch, through_seq=through)
        return
    if action is Action.HAND_OVER and row.state is State.CANCELLED:
        cancelled_handovers.note_conflict(db, row, fact.received)
    state = state_after_all(row.state, [action], step.to)
    if action is Action.UNDO and cancelled_handovers.settle_cancelled_handover(
        db, fact.store, row.order, fact.received
    ):
        state = State.CANCELLED  # as HQ had it before the hand-over that was taken back
    came = (row.arrived_at or _moment(fact)) if action is Action.ARRIVE else row.arrived_at
    given = {Action.HAND_OVER: _moment(fact), Action.UNDO: None}.get(action, row.handed_over_at)
    orders[step.order] = msgspec.structs.replace(
        row, state=state, arrived_at=came, handed_over_at=given, epoch=epoch, through_seq=through
    )


def _return(db: Database, fact: CountedFact, orders: dict[str, OrderRow], late: bool) -> None:
    """A refund task, and on the order's row how many of its pieces came back; the row may be another store's."""
    order = returns.read_step(fact.event).order
    if not fact.echo:
        returns.keep_step(db, fact.store, fact.event, fact.received)
    owner = returns.owner_of_order(db, fact.store, order) if order else None
    if order is None or owner is None:
        return
    row = (orders.get(order) if owner == fact.store else None) or _row(db, "orders", owner, order, OrderRow)
    if row is None:
        return
    counted = msgspec.structs.replace(row, returned=returns.count_order(db, row))
    if owner == fact.store:
        epoch, through = _through(fact, row, late)
        orders[order] = msgspec.structs.replace(counted, epoch=epoch, through_seq=through)
    else:
        feed.put_rows(db, "orders", owner, [(order, encode_row(counted))])


def _row(db: Database, name: str, scope: str, key: str, kind: type[T]) -> T | None:
    return row_types.decode_row_or_none(name, key, feed.row_body(db, name, scope, key), kind)
