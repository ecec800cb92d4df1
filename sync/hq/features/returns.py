"""Goods that stores took back: each return is one refund task, and a piece that two stores took is found."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.facts.fact import event_type
from edge.features.pickup.order import OrderRow
from edge.features.returns.facts import PIECES_MOST, ReturnAccepted, ReturnUndone
from edge.platform.database import first_row, rows
from sync.protocol.event import Event
from sync.protocol.messages import RowKey

RETURN_ACCEPTED, RETURN_UNDONE = event_type(ReturnAccepted), event_type(ReturnUndone)
Money = Annotated[int, Meta(ge=-(10**12), le=10**12)]  # yen; of 300 pieces that each cost as much as a price may
TaskState = Literal["open", "settled", "withdrawn", "to_recover"]
TASK_STATES: Mapping[tuple[bool, bool], TaskState] = {
    # settled, undone by the store
    (False, False): "open",
    (True, False): "settled",
    (False, True): "withdrawn",
    (True, True): "to_recover",  # the money was paid before HQ heard that the shopper has the goods again
}

log = logging.getLogger(__name__)


class _Piece(Struct, frozen=True, kw_only=True):
    gtin: RowKey


class ReturnStepData(Struct, frozen=True, kw_only=True):
    """What HQ reads of a step with a return."""

    id: RowKey
    order: RowKey | None = None


class AcceptedData(ReturnStepData, frozen=True, kw_only=True):
    """What HQ reads of goods that were taken back."""

    pieces: Annotated[list[_Piece], Meta(min_length=1, max_length=PIECES_MOST)]
    number: RowKey | None = None
    refund: Money | None = None
    difference: Money | None = None
    currency: RowKey
    lead: RowKey | None = None


DATA_OF_FACT: Mapping[str, type[ReturnStepData]] = {RETURN_ACCEPTED: AcceptedData, RETURN_UNDONE: ReturnStepData}


def read_step(event: Event) -> ReturnStepData:
    """A fact's data. Raises msgspec.ValidationError."""
    return msgspec.convert(event.data, DATA_OF_FACT[event.type])


def owner_of_order(db: Database, store: str, order: str) -> str | None:
    """The store that handed an order over: mostly the one that tells of it; None if HQ has no such order."""
    sql = """select scope from rows where feed = 'orders' and scope = ? and key = ?
             and json_extract(body, '$.store') = scope"""
    own = first_row(db, sql, (store, order))
    found = own or first_row(
        db,
        """select r.scope from stores s join rows r on r.feed = 'orders' and r.scope = s.id and r.key = ?
           where json_extract(r.body, '$.store') = r.scope""",
        (order,),
    )
    return str(found[0]) if found else None


def keep_step(db: Database, store: str, event: Event, received: str) -> None:
    """Keep a step inside the transaction that keeps its fact. A return that is taken back before HQ knows it never opens."""
    step = read_step(event)
    db.conn.execute(
        """insert into returns (store, return_id, order_id, time, received) values (?, ?, ?, ?, ?)
           on conflict (store, return_id) do nothing""",
        (store, step.id, step.order, event.time, received),
    )
    which = (store, step.id)
    if not isinstance(step, AcceptedData):
        sql = "update returns set undone = ? where store = ? and return_id = ? and undone is null"
        db.conn.execute(sql, (received, *which))
        return
    sql = "update returns set data = ?, time = ? where store = ? and return_id = ? and data is null returning number"
    told = msgspec.json.encode(event.data).decode()
    for (number,) in db.conn.execute(sql, (told, event.time, *which)).fetchall():
        pieces = [(number, place, step.order, piece.gtin) for place, piece in enumerate(step.pieces)]
        db.conn.executemany("insert into return_pieces (number, place, order_id, gtin) values (?, ?, ?, ?)", pieces)


def count_order(db: Database, row: OrderRow) -> dict[str, int]:
    """Mark the surplus pieces of an order: HQ kept them after as many as the order had. Returns how many came back, by product."""
    had, found = Counter[str](), Counter[str]()
    for line in row.lines:
        for gtin in line.accepted:  # any of them may have been given
            had[gtin] += line.quantity
    for piece in rows(
        db,
        """select p.number, p.place, p.gtin, p.surplus, r.store, r.return_id
           from return_pieces p join returns r using (number)
           where p.order_id = ? and r.undone is null order by p.number, p.place""",
        (row.order,),
    ):
        found[piece["gtin"]] += 1
        surplus = int(found[piece["gtin"]] > had[piece["gtin"]])
        if surplus == piece["surplus"]:
            continue
        sql = "update return_pieces set surplus = ? where number = ? and place = ?"
        db.conn.execute(sql, (surplus, piece["number"], piece["place"]))
        if surplus:
            log.warning(
                "return.conflict: %s of %s took back more than the order had", piece["return_id"], piece["store"]
            )
    return dict(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTask:
    """A return as a person at HQ or at the POS works on it. `conflict`: its pieces that another store took back before."""

    store: str
    id: str
    state: TaskState
    conflict: int
    order: str | None
    pieces: int
    refund: int | None
    difference: int | None
    currency: str
    lead: str | None
    time: str


def refund_tasks(db: Database, store: str | None = None, *, everything: bool = False) -> list[RefundTask]:
    """The returns that somebody has to do something about, or all of them, in the order in which HQ kept them."""
    found = rows(
        db,
        """select r.*, (select count(*) from return_pieces p where p.number = r.number and p.surplus) as conflict
           from returns r where r.data is not null and (? is null or r.store = ?) order by r.number""",
        (store, store),
    )
    every = [_task(row) for row in found]
    return [task for task in every if everything or task.state in ("open", "to_recover")]


def _task(row: Mapping[str, Any]) -> RefundTask:
    told = msgspec.json.decode(row["data"], type=AcceptedData)
    undone = row["undone"] is not None
    return RefundTask(
        store=row["store"],
        id=row["return_id"],
        state=TASK_STATES[row["settled"] is not None, undone],
        conflict=0 if undone else row["conflict"],
        order=row["order_id"],
        pieces=len(told.pieces),
        refund=told.refund,
        difference=told.difference,
        currency=told.currency,
        lead=told.lead,
        time=row["time"],
    )


def settle_refund(db: Database, store: str, return_id: str, when: str) -> bool:
    """Note that an open task is done, inside the caller's transaction; False if there is no such task."""
    sql = """update returns set settled = ? where store = ? and return_id = ?
             and settled is null and undone is null and data is not null"""
    return db.conn.execute(sql, (when, store, return_id)).rowcount == 1
