"""Orders that HQ had cancelled and a store has handed over: each is one task for a person."""

import logging

from sqlite_utils import Database

from edge.features.pickup.order import OrderRow
from edge.platform.database import first_row
from sync.hq import rejected_messages

NOT_ITS_OWN_REASON = "conflict_not_its_own"  # why a store's report makes no task, as a reason in HQ's refusals

log = logging.getLogger(__name__)


def note_conflict(db: Database, row: OrderRow, noted: str) -> None:
    """One task per order, whoever sees it first: the store that handed over, or HQ that had cancelled."""
    db.conn.execute(
        "insert or ignore into conflicts (store, order_id, number, noted) values (?, ?, ?, ?)",
        (row.store, row.order, row.number, noted),
    )


def note_reported_conflict(db: Database, store: str, row: OrderRow | None, noted: str) -> None:
    """The same, reported by a store; `row`: what HQ has of that order in the store's scope.

    For another store's order, for its stub, or for one that HQ does not have, the report is a counted fact and no task:
    else any account could fill the list that a person works through.
    """
    if row is not None and row.store == store:
        note_conflict(db, row, noted)
        return
    if first_row(db, "select 1 from refusals where store = ? and reason = ?", (store, NOT_ITS_OWN_REASON)) is None:
        log.warning("%s reports conflicts about orders that are not its own: see `noren hq refused`", store)
    rejected_messages.write_refusal(db, store, NOT_ITS_OWN_REASON, 1)


def settle_cancelled_handover(db: Database, store: str, order: str, when: str) -> bool:
    """There is nothing to decide any more; returns whether there was."""
    sql = "update conflicts set settled = ? where store = ? and order_id = ? and settled is null"
    return db.conn.execute(sql, (when, store, order)).rowcount == 1
