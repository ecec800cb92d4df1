"""What a feature declares that it brings; edge/registry.py lists the features, and all else is derived from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.config.policy import Policy
from edge.config.station_role import Role
from edge.facts.fact import Fact
from edge.features.expiring_table import ExpiringTable
from edge.features.outcome import Outcome
from edge.scan.context import ScanContext
from edge.store_context import StoreContext

ScanAnswer = Callable[[ScanContext, Any], Outcome]
"""Answers a scan inside the scan's transaction; its second argument is the code, of the class it is declared for."""

AfterOutcome = Callable[[ScanContext, Any], None]
"""Runs inside the scan's transaction; its second argument is the outcome, of the class it is declared for."""

RowsChanged = Callable[[StoreContext], None]
"""Looks at a feed's rows after a change; also once at the start of the web process."""


def _always(_policy: Policy) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed of HQ's that a feature reads: the type of its rows, and the field that must be the row's key; "" if none.

    `same_for_all`: HQ has one for all stores; if not, one for each store.
    """

    name: str
    row: Any
    key: str = ""
    same_for_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A capability of the store, under the name that it has everywhere.

    `answers`: at stations of which roles it answers which class of code. `outcomes`: what a scan may come to with it.
    `after`: what it does in the same transaction once a scan has come to an outcome of that class, which may be another
    feature's. `on_rows`: what it does when rows of a feed have changed, by the feed's name; outside a scan.
    `facts`: what it tells HQ. `feeds`: what it reads of HQ's. `tables`: its rows that expire, in the order in which they
    are deleted. `is_on`: whether HQ's policy has it switched on; while it
    is off its codes are answered as if it did not exist, and its data stays.
    """

    name: str
    answers: Mapping[tuple[frozenset[Role], type], ScanAnswer] = field(default_factory=dict)
    outcomes: tuple[type[Outcome], ...] = ()
    after: Mapping[type[Outcome], AfterOutcome] = field(default_factory=dict)
    on_rows: Mapping[str, RowsChanged] = field(default_factory=dict)
    facts: tuple[type[Fact], ...] = ()
    feeds: tuple[Feed, ...] = ()
    tables: tuple[ExpiringTable, ...] = ()
    is_on: Callable[[Policy], bool] = _always
