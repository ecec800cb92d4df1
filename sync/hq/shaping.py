"""From a row of a file to a row of a feed: its key, its fields over those HQ has, and what is wrong where."""

import functools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from sync.hq import bodies, feed, filled_in
from sync.hq.files import Item, read
from sync.hq.filled_in import Change, Target
from sync.kinds import KEY_FIELDS, KINDS

DOCUMENT = ("policy", "box")  # the rows of a store's config; both together are one document
MOMENT = "expected a moment with its zone, such as 2026-11-22T10:00:00+09:00"
_WHERE = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>.+)`$")
_FIELD = re.compile(r"^(?P<field>\w+): ")  # as our own types say it, where fields contradict each other


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
    if to.only and before is None:
        raise item.bad(f"{key} is not in the {to.feed} feed: push all of it there first", KEY_FIELDS[to.feed])
    try:
        change = _change(db, to, item, key, before)
    except msgspec.ValidationError as error:
        raise _bad(item, key, str(error), new=before is None) from None
    taken = msgspec.json.decode(change.after)
    if to.feed == "keys":
        filled_in.check_key(to, item, change, taken)
    if unknown := _unknown(fields, taken):
        path, known = unknown
        raise item.bad(f"`{path}` is no field HQ knows; there are {', '.join(known)}", path)
    return change


def _change(db: Database, to: Target, item: Item, key: str, before: str | None) -> Change:
    """The row with the file's fields over HQ's, and what HQ fills in. Raises msgspec.ValidationError, BadFile."""
    had: dict[str, Any] = msgspec.json.decode(before) if before else {}
    body = merged(had, _key(to, item)[1])
    overruled = False
    match to.feed:
        case "stock":
            said_again = {**body, "as_of": had.get("as_of", to.moment)}
            if before == bodies.text("stock", key, said_again, strict=not item.loose):
                return Change(key=key, before=before, after=before)  # a number said again is no news
            body = filled_in.stock(db, to, had, body)
        case "orders":
            body, overruled = filled_in.order(had, body, to.scope)
        case "staff":
            body["pin"] = filled_in.pin(item, had.get("pin"), body)
    after = bodies.text(to.feed, key, body, strict=not item.loose)
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
    known = tuple(to.only) or _known(to.feed)
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


def _bad(item: Item, key: str, message: str, *, new: bool) -> Exception:
    """msgspec's words, with the field first and the place of its column."""
    if found := _WHERE.match(message):
        what = MOMENT if "datetime" in found["what"] else found["what"]
        return item.bad(f"{found['path']}: {what[0].lower()}{what[1:]}", found["path"])
    if found := _FIELD.match(message):
        return item.bad(message, found["field"])
    missing = new and message.startswith("Object missing")
    return item.bad(f"{key} is new to HQ, so all of it is needed: {message}" if missing else message)
