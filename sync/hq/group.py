"""Batches that wait together are kept together: one wait for the disk for all, and no batch stops another."""

import logging
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
from sqlite_utils import Database

from sync.headers import Ack, EventRow, Events, Nack
from sync.hq import collector
from sync.hq.ledger import Overtaken

log = logging.getLogger(__name__)

# what one bad batch can trip; a database that cannot be written is not among them: that ends the process
TRIPS = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, msgspec.MsgspecError, sqlite3.IntegrityError)

Batch = tuple[Events, Sequence[EventRow]]
Answered = tuple[str, Ack | Nack]
"""The store, and what it is to hear."""


def keep(db: Database, batches: Sequence[Batch]) -> list[Answered]:
    """Keep all in one transaction, and say what is to be answered. Should one trip a bug, the others are kept without it."""
    try:
        answered = collector.keep_all(db, batches)
    except (Overtaken, *TRIPS):
        log.exception("a group of %d batches could not be kept together", len(batches))
        answered = [answer for batch in batches for answer in _keep_alone(db, *batch)]
    return _cumulative(answered)


def nack(header: Events, reason: str) -> Nack:
    """What a store hears of a batch that HQ could not take."""
    return Nack(epoch=header.epoch, lane=header.lane, first=header.first, last=header.last, reason=reason)


def _keep_alone(db: Database, header: Events, lines: Sequence[EventRow]) -> Iterator[Answered]:
    """One answer, or none where another worker had the batch: the store hears from that one, or sends again."""
    try:
        yield header.store, collector.keep(db, header, lines)
    except Overtaken:
        log.info("%s: another worker went on with lane %d", header.store, header.lane)
    except TRIPS:
        log.exception("%s: batch %d to %d could not be kept", header.store, header.first, header.last)
        yield header.store, nack(header, "HQ could not keep it: see HQ's log")


def _cumulative(answered: Sequence[Answered]) -> list[Answered]:
    """Of several acknowledgements of a lane the last says all; forks and nacks are each said."""
    last: dict[tuple[str, str, int], Ack] = {}
    others: list[Answered] = []
    for store, answer in answered:
        match answer:
            case Ack(fork=False):
                last[store, answer.epoch, answer.lane] = answer
            case _:
                others.append((store, answer))
    return [*others, *((store, ack) for (store, _, _), ack in last.items())]
