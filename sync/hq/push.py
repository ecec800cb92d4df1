"""Pushing a file into a feed: what would change is told first; then it is put, in runs, and published by who serves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.clock import now
from edge.pickup.order import OrderRow
from edge.store import writing
from sync.hq import counting, feed, near
from sync.hq.files import Item
from sync.hq.filled_in import Change, Target
from sync.hq.founding import NotPossible
from sync.hq.shaping import shape

# words of the trade -> the feed whose rows they are; prices are a field of the catalogue's rows
WORDS = {
    "catalogue": "catalog",
    "config": "config",
    "content": "content",
    "entitlements": "entitlements",
    "keys": "keys",
    "members": "members",
    "offers": "offers",
    "orders": "orders",
    "prices": "catalog",
    "staff": "staff",
    "stock": "stock",
}
ONLY = {"prices": frozenset({"gtin", "price"})}  # what such a file may change of a row
RUN = 2_000  # rows put in one transaction: HQ's own keeping never waits longer than some tenths of a second
NO_KEYS: Mapping[str, str] = {}
SHOWN = 20  # changes told in words; of more only their number


@dataclass(slots=True)
class Outcome:
    """What a push changes, or would change."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    overruled: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def note(self, name: str, change: Change) -> None:
        if change.overruled:
            self.overruled.append(change.key)
        if change.before == change.after:
            self.same += 1
            return
        self.new += change.before is None
        self.changed += change.before is not None
        if len(self.words) < SHOWN:
            self.words.append(f"{name} {change.key}: {difference(change)}")


def difference(change: Change) -> str:
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


def push(
    db: Database,
    word: str,
    scope: str,
    items: Iterable[Item],
    *,
    whole: bool,
    dry: bool,
    signing: Mapping[str, str] = NO_KEYS,
) -> Outcome:
    """Put the rows of a file into a feed of a scope. `whole`: rows that are not in the file are deleted.

    With `dry` nothing is written. Raises BadFile before anything of the run with the mistake is put; a push that is
    interrupted and repeated puts only the rest.
    """
    to = Target(feed=WORDS[word], scope=scope, moment=now().text, only=ONLY.get(word, frozenset()), signing=signing)
    outcome = Outcome()
    seen: set[str] = set()
    for run in _runs(items):
        if dry:
            _note(outcome, word, [shape(db, to, item) for item in run], seen)
            continue
        with writing(db):
            changes = [shape(db, to, item) for item in run]
            _note(outcome, word, changes, seen)
            _put(db, to, changes)
    if whole:
        if not seen:
            raise NotPossible("the file has no rows, and with --whole nothing would be left")
        outcome.gone = _drop(db, to, seen, dry=dry)
    return outcome


def _runs(items: Iterable[Item]) -> Iterator[list[Item]]:
    source = iter(items)
    while run := list(islice(source, RUN)):
        yield run


def _note(outcome: Outcome, word: str, changes: list[Change], seen: set[str]) -> None:
    for change in changes:
        outcome.note(word, change)
        seen.add(change.key)


def _put(db: Database, to: Target, changes: list[Change]) -> None:
    real = [change for change in changes if change.before != change.after]
    feed.put(db, to.feed, to.scope, [(change.key, change.after) for change in real])
    match to.feed:
        case "stock":
            near.spread_stock(db, to.scope, [change.key for change in real], to.moment)
        case "orders":
            rows = [msgspec.json.decode(change.after, type=OrderRow) for change in changes]
            near.spread_orders(db, to.scope, rows)
            for change, row in zip(changes, rows, strict=True):
                if change.overruled:
                    counting.note_conflict(db, row.store, row.order, row.number, to.moment)


def _drop(db: Database, to: Target, seen: set[str], *, dry: bool) -> int:
    """Delete the live rows that a whole file does not have; stubs of other stores' orders are not the file's business."""
    found = db.conn.execute(
        "select key, body from rows where feed = ? and scope = ? and body is not null", (to.feed, to.scope)
    ).fetchall()
    gone = [key for key, body in found if key not in seen and not _is_stub(to, body)]
    if gone and not dry:
        with writing(db):
            feed.put(db, to.feed, to.scope, [(key, None) for key in gone])
            match to.feed:
                case "stock":
                    near.spread_stock(db, to.scope, gone, to.moment)
                case "orders":
                    near.withdraw_orders(db, to.scope, gone)
    return len(gone)


def _is_stub(to: Target, body: str) -> bool:
    return to.feed == "orders" and msgspec.json.decode(body)["store"] != to.scope
