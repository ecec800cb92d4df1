"""From a row of a file to a row of a feed: its key, its fields over those HQ has, and the faults with their places."""

import functools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from edge.codes.issued.item_numbers import catalogue_key
from edge.features.pickup.order import OrderRow
from edge.validation.fault import not_among_message
from edge.validation.fields import pattern_in_words
from edge.validation.row_codec import decode_row as read_row
from edge.validation.source_position import path_parts
from edge.validation.type_parts import choices_of_path
from sync.hq.feeds import feed, row_types
from sync.hq.importing import derived_fields
from sync.hq.importing.derived_fields import PushTarget, RowChange
from sync.hq.importing.files import FileRow, read_items
from sync.protocol.feed_types import KEY_FIELDS, ROW_TYPES, row_type_of

CONFIG_ROWS = ("policy", "box")  # the rows of a store's config; both together are one document
DERIVED_FEEDS = ("stock", "orders", "staff")  # feeds whose rows HQ completes from the file
TIME_EXPECTED = "expected a moment with its zone, such as 2026-11-22T10:00:00+09:00"
_WHERE = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<path>.+)`$")
_FIELD = re.compile(r"^(?P<field>\w[\w.]*): ")  # the form of our own types' errors, if fields contradict each other


def config_rows(path: Path, encoding: str) -> list[FileRow]:
    """The rows of a config file: its tables `policy` and `box`, or all of it as the policy. Raises NotPossible."""
    (whole,) = read_items(path, encoding, document=True)
    if not whole.fields:
        raise whole.bad("nothing is in it")
    if not set(CONFIG_ROWS) & set(whole.fields):
        return [replace(whole, fields={**whole.fields, "key": CONFIG_ROWS[0]})]
    if other := next((name for name in whole.fields if name not in CONFIG_ROWS), None):
        raise whole.bad(f"`{other}` is beside the tables of a config document: put it into [policy]", other)
    return list(whole.parts())


def build_change(db: Database, to: PushTarget, item: FileRow) -> RowChange:
    """The change a row of a file makes. Fields that are not in the file stay as HQ has them. Raises BadFile."""
    key, fields = _key(to, item)
    _check_names(to, item, fields)
    before = feed.row_body(db, to.feed, to.scope, key)
    if to.only and before is None:
        raise item.bad(f"{key} is not in the {to.feed} feed: push all of it there first", KEY_FIELDS[to.feed])
    if lacking := to.only - set(fields):
        raise item.bad(f"`{min(lacking)}` is missing: such a row says nothing")
    try:
        change = _change(db, to, item, key, before)
    except msgspec.ValidationError as error:
        raise _bad(to, item, key, str(error), new=before is None) from None
    taken = msgspec.json.decode(change.after)
    match to.feed:
        case "keys":
            derived_fields.check_key(to, item, change, taken)
        case "orders":
            derived_fields.check_order(to, item, read_row(change.after, OrderRow))
    if to.claims and (other := to.claims.claim(key, taken)):
        raise item.bad(f"{other.what} {other.value} is {other.owner}'s already: no two may have the same", other.field)
    if _known(to.feed):
        fields = {
            name: value for name, value in fields.items() if name in taken
        }  # what is as by default is not written
    if unknown := _unknown(fields, taken):
        path, known = unknown
        raise item.bad(f"`{path}` is no field HQ knows; there are {', '.join(known)}", path)
    return change


def _change(db: Database, to: PushTarget, item: FileRow, key: str, before: str | None) -> RowChange:
    """The row with the file's fields over HQ's, and what HQ fills in. Raises msgspec.ValidationError, BadFile."""
    had: dict[str, Any] = msgspec.json.decode(before) if before else {}
    fields = _key(to, item)[1]
    body = _one_key_form(to, merge_fields(had, fields))
    overruled, secret = False, ""
    if to.feed in DERIVED_FEEDS:
        given = {name: body[name] for name in fields if name in body}
        row_types.check_given_fields(to.feed, key, given, strict=not item.loose)
    match to.feed:
        case "stock":
            body = derived_fields.derive_stock(db, to, item, had, body)
        case "orders":
            body, overruled = derived_fields.derive_order(to, had, body)
            body, secret = derived_fields.mint_pickup_code(to, body)
        case "staff":
            body["pin"] = derived_fields.derive_pin(item, had.get("pin"), body)
    after = row_types.checked_text(to.feed, key, body, strict=not item.loose)
    if before and row_types.in_current_form(to.feed, key, before) == after:
        after = before
    return RowChange(key=key, before=before, after=after, overruled=overruled, secret=secret)


def key_of(to: PushTarget, item: FileRow) -> str:
    """The key of the row that is meant. Raises BadFile."""
    return _key(to, item)[0]


def _one_key_form(to: PushTarget, body: dict[str, Any]) -> dict[str, Any]:
    """The products that a row names, each by the key that is used everywhere else."""
    body = dict(body)
    if isinstance(body.get("contains"), str):
        body["contains"] = catalogue_key(body["contains"], to.house)
    if isinstance(body.get("lines"), list):
        body["lines"] = [_line_in_keys(to, line) if isinstance(line, dict) else line for line in body["lines"]]
    return body


def _line_in_keys(to: PushTarget, line: dict[str, Any]) -> dict[str, Any]:
    """The same of an order's line: what is ordered, and what may be taken instead."""
    line = dict(line)
    if isinstance(line.get("gtin"), str):
        line["gtin"] = catalogue_key(line["gtin"], to.house)
    if isinstance(line.get("substitutes"), list):
        line["substitutes"] = [
            catalogue_key(one, to.house) if isinstance(one, str) else one for one in line["substitutes"]
        ]
    return line


def _key(to: PushTarget, item: FileRow) -> tuple[str, dict[str, Any]]:
    """The row's key, and its fields without a key that is none of them."""
    fields = dict(item.fields)
    name = KEY_FIELDS.get(to.feed)
    key = fields.get(name) if name else fields.pop("key", None)
    if name and key is None:
        key = fields.pop("key", None)
    if not isinstance(key, str) or not key:
        raise item.bad(f"`{name or 'key'}` is missing: it says which row of {to.feed} is meant")
    if name == "gtin":
        key = catalogue_key(key, to.house)
    if name:
        fields[name] = key
    return key, fields


@functools.cache
def _known(name: str) -> tuple[str, ...]:
    """The fields of a feed's rows; none if rows may have any field, or do not all have the same."""
    kind = ROW_TYPES.get(name) if name in KEY_FIELDS else None
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return ()
    return tuple(one.encode_name for one in msgspec.structs.fields(kind))


def _check_names(to: PushTarget, item: FileRow, fields: dict[str, Any]) -> None:
    """An unknown field is most often a misspelt one."""
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


def merge_fields(had: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """A body with fields over it; tables are merged field by field, all else is replaced."""
    body = dict(had)
    for name, value in fields.items():
        old = body.get(name)
        body[name] = merge_fields(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return body


def _bad(to: PushTarget, item: FileRow, key: str, message: str, *, new: bool) -> Exception:
    """msgspec's words, with the field first and the place of its column."""
    message = pattern_in_words(message)
    if found := _WHERE.match(message):
        return item.bad(
            f"{found['path']}: {_what(row_type_of(to.feed, key), item, found['path'], found['what'])}", found["path"]
        )
    if found := _FIELD.match(message):
        return item.bad(message, found["field"])
    missing = new and message.startswith("Object missing")
    return item.bad(f"{key} is new to HQ, so all of it is needed: {message}" if missing else message)


def _what(kind: Any, item: FileRow, path: str, what: str) -> str:
    """What is expected at a place: the choices if there are some, the form of a time if it is one, else msgspec's words."""
    if "datetime" in what:
        return TIME_EXPECTED
    if choices := choices_of_path(kind, path):
        value = _value_at(item.fields, path)
        return not_among_message(value, choices) if isinstance(value, str) else f"expected one of {', '.join(choices)}"
    return f"{what[0].lower()}{what[1:]}"


def _value_at(fields: Any, path: str) -> Any:
    """What the file has at a place; None if it has nothing there."""
    for part in path_parts(path):
        try:
            fields = fields[part]
        except (KeyError, IndexError, TypeError):
            return None
    return fields
