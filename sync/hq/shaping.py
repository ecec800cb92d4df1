"""From a row of a file to a row of a feed: its key, what HQ fills in, and what a file may not undo."""

import functools
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.journal import Lane
from edge.pickup.life import State
from edge.staff import hash_pin
from edge.store import one
from sync.hq import bodies, feed
from sync.hq.files import Item, read
from sync.kinds import KEY_FIELDS, KINDS

DOCUMENT = ("policy", "box")  # the rows of a store's config; both together are one document
HASHED = "$argon2"  # a PIN in a file may be hashed already; a bare one is hashed here and never kept
HQ_ENDS = frozenset({State.CANCELLED, State.RETURNED})  # what HQ may say of an order the store has taken on
_WHERE = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>.*)`$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a row of a file does to a row of a feed: JSON texts, `before` None where the row is new."""

    key: str
    before: str | None
    after: str
    overruled: bool = False  # the file cancels an order whose goods are handed over: the hand-over stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where rows go: a feed of a scope, at a moment (UTC text)."""

    feed: str
    scope: str
    moment: str


def config_rows(path: Path, encoding: str) -> list[Item]:
    """The rows of a config file: its tables `policy` and `box`, or all of it as the policy. Raises NotPossible."""
    (whole,) = read(path, encoding, document=True)
    if not whole.fields:
        raise whole.bad("nothing is in it")
    if not set(DOCUMENT) & set(whole.fields):
        return [replace(whole, fields={**whole.fields, "key": DOCUMENT[0]})]
    if other := next((name for name in whole.fields if name not in DOCUMENT), None):
        raise whole.bad(f"`{other}` stands beside tables that say what is meant: put it into [policy]", other)
    return list(whole.parts())


def shape(db: Database, to: Target, item: Item) -> Change:
    """The change a row of a file makes. Fields that are not in the file stay as HQ has them. Raises BadFile."""
    key, fields = _key(to, item)
    _check_names(to, item, fields)
    before = feed.body(db, to.feed, to.scope, key)
    had: dict[str, Any] = msgspec.json.decode(before) if before else {}
    body = merged(had, fields)
    overruled = False
    match to.feed:
        case "stock":
            body = _stock(db, to, had, body)
        case "orders":
            body, overruled = _order(had, body, to.scope)
        case "staff":
            body["pin"] = _pin(item, body)
    try:
        after = bodies.text(to.feed, key, body, strict=not item.loose)
    except msgspec.ValidationError as error:
        raise _bad(item, key, str(error), new=before is None) from None
    if unknown := _unknown(fields, msgspec.json.decode(after)):
        path, known = unknown
        raise item.bad(f"`{path}` is no field HQ knows; there are {', '.join(known)}", path)
    return Change(key=key, before=before, after=after, overruled=overruled)


def _key(to: Target, item: Item) -> tuple[str, dict[str, Any]]:
    """The row's key, and its fields without a key that is none of them."""
    fields = dict(item.fields)
    name = KEY_FIELDS.get(to.feed)
    key = fields.get(name) if name else fields.pop("key", None)
    if name and key is None:
        key = fields.pop("key", None)
    if not isinstance(key, str) or not key:
        raise item.bad(f"`{name or 'key'}` is missing: it says which row of {to.feed} is meant")
    if name == "gtin":
        key = key.zfill(14)  # a JAN of 8 or 13 digits is a GTIN-14 with zeros before it
    if name:
        fields[name] = key
    return key, fields


@functools.cache
def _known(name: str) -> tuple[str, ...]:
    """The fields of a feed's rows; none where they may have any, or not all rows have the same."""
    kind = KINDS.get(name) if name in KEY_FIELDS else None
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return ()
    return tuple(one.encode_name for one in msgspec.structs.fields(kind))


def _check_names(to: Target, item: Item, fields: dict[str, Any]) -> None:
    """A field nobody knows is most often a misspelt one."""
    known = _known(to.feed)
    if known and (unknown := next((name for name in fields if name not in known), None)):
        raise item.bad(f"`{unknown}` is no field of {to.feed}; it has {', '.join(known)}", unknown)


def _unknown(given: Any, taken: Any, path: str = "") -> tuple[str, list[str]] | None:
    """A field of the file that did not come through, because no type has it, and those it might have been."""
    pairs: list[tuple[str, Any, Any]] = []
    match given, taken:
        case dict(), dict():
            if strange := next((name for name in given if name not in taken), None):
                return f"{path}.{strange}".lstrip("."), list(taken)
            pairs = [(f"{path}.{name}", value, taken[name]) for name, value in given.items()]
        case list(), list():
            pairs = [(f"{path}[{number}]", *pair) for number, pair in enumerate(zip(given, taken, strict=False))]
    return next((found for one in pairs if (found := _unknown(one[1], one[2], one[0]))), None)


def merged(had: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """A body with fields over it; tables are merged field by field, all else is replaced."""
    body = dict(had)
    for name, value in fields.items():
        old = body.get(name)
        body[name] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return body


def _stock(db: Database, to: Target, had: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """HQ's number counts all it has kept of the store's facts; a number said again is no news."""
    if had and {**body, "on_hand": str(body.get("on_hand"))} == {**had, "on_hand": str(had["on_hand"])}:
        return had
    if not had:
        row = one(
            db,
            "select epoch, seq from chains where store = ? and lane = ? order by kept_at desc limit 1",
            (to.scope, Lane.STORE),
        )
        body |= {"epoch": row[0], "through_seq": row[1]} if row else {}
    return {**body, "as_of": to.moment}


def _order(had: dict[str, Any], body: dict[str, Any], store: str) -> tuple[dict[str, Any], bool]:
    """Steps of the store stay counted: only a cancellation or a return may follow on them, and no hand-over is undone."""
    body = {"store": store, "state": State.PLACED, **body}
    if not had.get("epoch"):
        return body, False
    if had["state"] == State.HANDED_OVER and body["state"] == State.CANCELLED:
        return {**body, "state": State.HANDED_OVER}, True
    return (body if body["state"] in HQ_ENDS else {**body, "state": had["state"]}), False


def _pin(item: Item, body: dict[str, Any]) -> str:
    pin = body.get("pin")
    if not isinstance(pin, str) or not pin:
        raise item.bad("`pin` is missing: digits, or an argon2id hash of them", "pin")
    return pin if pin.startswith(HASHED) else hash_pin(pin)


def _bad(item: Item, key: str, message: str, *, new: bool) -> Exception:
    """msgspec's words, with the field first and the place of its column."""
    found = _WHERE.match(message)
    if found and found["path"]:
        what = found["what"]
        return item.bad(f"{found['path']}: {what[0].lower()}{what[1:]}", found["path"])
    return item.bad(f"{key} is new to HQ, so all of it is needed: {message}" if new else message)
