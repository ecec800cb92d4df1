"""Batches that wait together are kept together: one wait for the disk for all, and no batch stops another.

Nobody waits for a group to grow: what comes in while one is written is the next one, so that it is as large as HQ is late.
"""

import logging
from collections.abc import Iterator, Sequence

import msgspec
from sqlite_utils import Database

from edge.platform.sqlite import sqlite3
from sync.hq.ingest import batch_keeping
from sync.hq.ingest.batch_keeping import Batch, StoreAnswer
from sync.hq.ingest.fact_store import ChainMoved
from sync.protocol.messages import Ack, EventRow, Events, Nack

log = logging.getLogger(__name__)

# what one bad batch can trip; a database that cannot be written is not among them: that ends the process
BAD_BATCH_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    ArithmeticError,
    msgspec.MsgspecError,
    sqlite3.IntegrityError,
)


def keep_or_nack(db: Database, batches: Sequence[Batch]) -> list[StoreAnswer]:
    """Keep all in one transaction, and say what is to be answered. Should one trip a bug, the others are kept without it."""
    return _cumulative(_keep(db, batches))


def _keep(db: Database, batches: Sequence[Batch]) -> list[StoreAnswer]:
    """Keep batches; if one fails, keep them by halves: one bad among a hundred costs some more transactions, not a hundred."""
    if len(batches) == 1:
        return list(_keep_alone(db, *batches[0]))
    try:
        return batch_keeping.keep_batches(db, batches)
    except (ChainMoved, *BAD_BATCH_ERRORS) as why:
        log.error("a group of %d batches could not be kept together: %s", len(batches), why)
    half = len(batches) // 2
    return [*_keep(db, batches[:half]), *_keep(db, batches[half:])]


def nack(header: Events, reason: str) -> Nack:
    """The answer to a batch that HQ could not take."""
    return Nack(epoch=header.epoch, lane=header.lane, first=header.first, last=header.last, reason=reason)


def _keep_alone(db: Database, header: Events, lines: Sequence[EventRow]) -> Iterator[StoreAnswer]:
    """One answer, or none if another worker had the batch: that one answers, or the store sends again."""
    try:
        yield header.store, batch_keeping.keep_batch(db, header, lines)
    except ChainMoved:
        log.info("store %s: another worker went on with lane %d", header.store, header.lane)
    except BAD_BATCH_ERRORS:
        log.exception("store %s: batch %d to %d could not be kept", header.store, header.first, header.last)
        yield header.store, nack(header, "HQ could not keep it: see HQ's log")


def _cumulative(answered: Sequence[StoreAnswer]) -> list[StoreAnswer]:
    """Of several acknowledgements of a lane the last is enough; forks and nacks are all sent."""
    last: dict[tuple[str, str, int], Ack] = {}
    others: list[StoreAnswer] = []
    for store, answer in answered:
        match answer:
            case Ack(fork=False):
                last[store, answer.epoch, answer.lane] = answer
            case _:
                others.append((store, answer))
    return [*others, *((store, ack) for (store, _, _), ack in last.items())]
