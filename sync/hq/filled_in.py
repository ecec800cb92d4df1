"""What HQ fills in of a pushed row itself, and what a file may not undo: of stock, orders, keys and PINs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from sqlite_utils import Database

from edge.journal import Lane
from edge.pickup.life import State
from edge.staff import hash_pin, is_pin
from edge.store import one
from sync.hq.files import Item

HASHED = "$argon2"  # a PIN in a file may be hashed already; a bare one is hashed here and never kept
HQ_ENDS = frozenset({State.CANCELLED, State.RETURNED})  # what HQ may say of an order the store has taken on


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a row of a file does to a row of a feed: JSON texts, `before` None where the row is new."""

    key: str
    before: str | None
    after: str
    overruled: bool = False  # the file cancels an order whose goods are handed over: the hand-over stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where rows go: a feed of a scope, at a moment (UTC text). `only`: the row is there, and no other field changes.

    `signing`: HQ's own keys, public halves by id, which a row of `keys` may not touch.
    """

    feed: str
    scope: str
    moment: str
    only: frozenset[str] = frozenset()
    signing: Mapping[str, str] = field(default_factory=dict)


def stock(db: Database, to: Target, had: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """HQ's number counts all it has kept of the store's facts."""
    if not had:
        row = one(
            db,
            "select epoch, seq from chains where store = ? and lane = ? order by kept_at desc limit 1",
            (to.scope, Lane.STORE),
        )
        body |= {"epoch": row[0], "through_seq": row[1]} if row else {}
    return {**body, "as_of": to.moment}


def order(had: dict[str, Any], body: dict[str, Any], store: str) -> tuple[dict[str, Any], bool]:
    """Steps of the store stay counted: only a cancellation or a return may follow on them, and no hand-over is undone."""
    body = {"store": store, "state": State.PLACED, **body}
    if not had.get("epoch"):
        return body, False
    if had["state"] == State.HANDED_OVER and body["state"] == State.CANCELLED:
        return {**body, "state": State.HANDED_OVER}, True
    return (body if body["state"] in HQ_ENDS else {**body, "state": had["state"]}), False


def check_key(to: Target, item: Item, change: Change, taken: dict[str, Any]) -> None:
    """A key of HQ's stays what it is: another half under its id, or a revoked one that counts again, would be a trap."""
    had = msgspec.json.decode(change.before) if change.before else taken
    if taken["public"] != had["public"]:
        raise item.bad(f"key {change.key} has another public half: a new key has an id of its own", "public")
    if change.before and had["revoked"] and not taken["revoked"]:
        raise item.bad(f"key {change.key} is revoked, and stays so: make a new one", "revoked")
    if change.key in to.signing and (taken["revoked"] or taken["public"] != to.signing[change.key]):
        raise item.bad(f"HQ signs with key {change.key}: without it no store would believe HQ any more", "revoked")


def pin(item: Item, had: str | None, body: dict[str, Any]) -> str:
    """A PIN's hash; the one HQ has where it is that PIN's, because a new salt would be a change for nothing."""
    given = body.get("pin")
    if not isinstance(given, str) or not given:
        raise item.bad("`pin` is missing: digits, or an argon2id hash of them", "pin")
    if not given.startswith(HASHED):
        return had if had and is_pin(had, given) else hash_pin(given)
    try:
        extract_parameters(given)
    except InvalidHashError:
        raise item.bad("`pin` begins like an argon2id hash, but is none", "pin") from None
    return given
