"""Pushing a file into a feed: the changes are shown first; then they are put, in runs, and `noren hq serve` publishes them."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.codes.code_rules import HouseRule
from edge.config.policy import Policy
from edge.features.pickup.order import OrderRow
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.validation.row_codec import decode_row
from sync.hq.errors import NotPossible
from sync.hq.features.registry import FILES
from sync.hq.feeds import feed, row_types
from sync.hq.importing import pickup_codes
from sync.hq.importing import unsupported as not_yet
from sync.hq.importing.derived_fields import PushTarget, RowChange
from sync.hq.importing.files import BadFile, BadRows, FileRow
from sync.hq.importing.row_builder import build_change, key_of
from sync.hq.importing.unique_values import UniqueValues
from sync.hq.projections import cancelled_handovers, neighbour_rows

ROWS_PER_TRANSACTION = (
    2_000  # rows put in one transaction: HQ's own keeping never waits longer than some tenths of a second
)
NO_SIGNING_KEYS: Mapping[str, str] = {}
MAX_CHANGES_SHOWN = 20  # changes shown in words; of the others only the number


@dataclass(slots=True)
class PushResult:
    """What a push changes, or would change."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    overruled: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)  # those of the file, in its order
    minted: int = 0  # pickup codes
    not_yet: set[str] = field(default_factory=set)  # what stores are sent and do nothing with

    def note(self, name: str, change: RowChange) -> None:
        if change.overruled:
            self.overruled.append(change.key)
        if change.before == change.after:
            self.same += 1
            return
        self.new += change.before is None
        self.changed += change.before is not None
        if len(self.words) < MAX_CHANGES_SHOWN:
            self.words.append(f"{name} {change.key}: {difference_in_words(change)}")


def difference_in_words(change: RowChange) -> str:
    """`price: 2990 -> 1990`, or what is new, in one line."""
    if change.before is None:
        return "new"
    return ", ".join(_differences(msgspec.json.decode(change.before), msgspec.json.decode(change.after)))


def _differences(before: dict[str, Any], after: dict[str, Any], path: str = "") -> Iterator[str]:
    for name in {**before, **after}:
        match before.get(name), after.get(name):
            case old, new if old == new:
                continue
            case _ if name == "pin":
                yield "pin: another"
            case dict() as old, dict() as new:
                yield from _differences(old, new, f"{path}{name}.")
            case old, new:
                yield f"{path}{name}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def push_rows(
    db: Database,
    word: str,
    scope: str,
    items: Iterable[FileRow],
    *,
    whole: bool,
    dry: bool,
    signing: Mapping[str, str] = NO_SIGNING_KEYS,
) -> PushResult:
    """Put the rows of a file into a feed of a scope. `whole`: rows that are not in the file are deleted.

    With `dry` nothing is written. Raises AllBad before anything of the run with the mistake is put; a push that is
    interrupted and repeated puts only the rest.
    """
    to = _target(db, word, scope, signing)
    outcome = PushResult()
    seen: dict[str, int] = {}
    for run in _runs(items):
        if dry:
            _note(outcome, word, _shaped(db, to, run, seen))
            continue
        with writing(db):
            changes = _shaped(db, to, run, seen)
            _note(outcome, word, changes)
            _put(db, to, changes)
    if not seen:
        raise NotPossible("the file has no rows" + (", and with --whole nothing would be left" if whole else ""))
    if whole:
        outcome.gone = _drop(db, to, seen.keys(), dry=dry)
    return outcome


def put_all_rows(db: Database, word: str, scope: str, items: Iterable[FileRow]) -> None:
    """Put the rows of a file as `push_rows` does, inside the caller's transaction. Raises AllBad."""
    to = _target(db, word, scope, NO_SIGNING_KEYS)
    _put(db, to, _shaped(db, to, items, {}))


def _target(db: Database, word: str, scope: str, signing: Mapping[str, str]) -> PushTarget:
    file, name = FILES[word]
    return PushTarget(
        feed=name,
        scope=scope,
        moment=now().text,
        only=file.only,
        signing=signing,
        house=house_rules_of_chain(db),
        claims=UniqueValues.of_scope(db, name, scope),
    )


def count_deletions(db: Database, word: str, scope: str, items: Iterable[FileRow]) -> tuple[int, int]:
    """How many rows a whole file would delete, and of how many. Raises BadFile."""
    to = PushTarget(feed=FILES[word].feed, scope=scope, moment="", house=house_rules_of_chain(db))
    own = _own(db, to)
    return len(own - {key_of(to, item) for item in items}), len(own)


def _shaped(db: Database, to: PushTarget, run: Iterable[FileRow], seen: dict[str, int]) -> list[RowChange]:
    """The changes of a run. A row that is there twice is a mistake: nobody can know which of the two is meant.

    Raises AllBad with every row of the run that cannot be used, so that a file is mended once and not row by row.
    """
    changes, faults = [], []
    for item in run:
        try:
            changes.append(_shaped_one(db, to, item, seen))
        except BadFile as fault:
            faults.append(fault)
    if faults:
        raise BadRows(faults)
    return changes


def _shaped_one(db: Database, to: PushTarget, item: FileRow, seen: dict[str, int]) -> RowChange:
    key = key_of(to, item)
    if key in seen:
        raise item.bad(f"{key} is in the file twice: it is in line {seen[key]} already")
    seen[key] = item.place()[0]
    return build_change(db, to, item)


def _runs(items: Iterable[FileRow]) -> Iterator[list[FileRow]]:
    source = iter(items)
    while run := list(islice(source, ROWS_PER_TRANSACTION)):
        yield run


def _note(outcome: PushResult, word: str, changes: list[RowChange]) -> None:
    for change in changes:
        outcome.note(word, change)
        outcome.minted += bool(change.secret)
        outcome.not_yet |= not_yet.unsupported_in_row(FILES[word].feed, change.after)
        if word == "orders":
            outcome.orders.append(change.key)


def _put(db: Database, to: PushTarget, changes: list[RowChange]) -> None:
    real = [change for change in changes if change.before != change.after]
    feed.put_rows(db, to.feed, to.scope, [(change.key, change.after) for change in real])
    match to.feed:
        case "stock":
            neighbour_rows.spread_stock(db, to.scope, [change.key for change in real], to.moment)
        case "orders":
            pickup_codes.keep_secrets(db, to.scope, [(one.key, one.secret) for one in changes if one.secret], to.moment)
            rows = [decode_row(change.after, OrderRow) for change in changes]
            neighbour_rows.spread_orders(db, to.scope, rows)
            for change, row in zip(changes, rows, strict=True):
                if change.overruled:
                    cancelled_handovers.note_conflict(db, row, to.moment)


def _own(db: Database, to: PushTarget) -> set[str]:
    """The keys of a feed's live rows; stubs of other stores' orders are not a file's business."""
    found = db.conn.execute(
        "select key, body from rows where feed = ? and scope = ? and body is not null", (to.feed, to.scope)
    ).fetchall()
    return {key for key, body in found if not _is_stub(to, body)}


def _drop(db: Database, to: PushTarget, seen: Set[str], *, dry: bool) -> int:
    """Delete the live rows that a whole file does not have."""
    gone = sorted(_own(db, to) - seen)
    if gone and not dry:
        with writing(db):
            feed.put_rows(db, to.feed, to.scope, [(key, None) for key in gone])
            match to.feed:
                case "stock":
                    neighbour_rows.spread_stock(db, to.scope, gone, to.moment)
                case "orders":
                    pickup_codes.delete_secrets(db, to.scope, gone)
                    neighbour_rows.withdraw_orders(db, to.scope, gone)
    return len(gone)


def _is_stub(to: PushTarget, body: str) -> bool:
    return to.feed == "orders" and msgspec.json.decode(body)["store"] != to.scope


def house_rules_of_chain(db: Database) -> tuple[HouseRule, ...]:
    """The rules for the chain's own item numbers that any of its stores has, each once."""
    found = rows(db, "select body from rows where feed = 'config' and key = 'policy' and body is not null")
    policies = (row_types.decode_row_or_none("config", "policy", row["body"], Policy) for row in found)
    return tuple(dict.fromkeys(rule for policy in policies if policy for rule in policy.codes.house))
