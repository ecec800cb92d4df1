"""The facts as they arrive: from a given place, filtered, and without end if that is asked for."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from edge.platform.database import ROWS_PER_READ, CommitDetector, first_row, rows

POLL_INTERVAL_S = 0.1  # seconds between looks for new facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFilter:
    """Which facts: of a store, of types that begin so (`pickup.`), None for all."""

    store: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFact:
    """A fact as HQ has it; `event` is the CloudEvent as the store wrote it."""

    number: int
    store: str
    type: str
    time: str
    id: str
    event: str
    received: str


def last_facts(db: Database, count: int) -> int:
    """The number behind which the last `count` facts are."""
    (top,) = first_row(db, "select coalesce(max(number), 0) from facts") or (0,)
    return max(0, int(top) - count)


def facts_from(db: Database, wanted: FactFilter, number: int, *, follow: bool) -> Iterator[KeptFact]:
    """The facts behind `number`, by arrival; with `follow` it never ends. Nothing is held open while it waits."""
    changes = CommitDetector(db)
    while True:
        if changes.seen():
            while page := _page(db, number):
                for fact in page:
                    if _is(fact, wanted):
                        yield fact
                number = page[-1].number
        if not follow:
            return
        time.sleep(POLL_INTERVAL_S)


def _page(db: Database, number: int) -> list[KeptFact]:
    found = rows(
        db,
        "select number, store, type, time, id, event, received from facts where number > ? order by number limit ?",
        (number, ROWS_PER_READ),
    )
    return [KeptFact(**row) for row in found]


def _is(fact: KeptFact, wanted: FactFilter) -> bool:
    kind = fact.type.removeprefix("noren.")
    return (wanted.store is None or fact.store == wanted.store) and kind.startswith(wanted.kind or "")
