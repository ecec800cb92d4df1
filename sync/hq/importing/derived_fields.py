"""What HQ fills in of a pushed row itself, and what a file may not undo: of stock, orders, keys and PINs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from sqlite_utils import Database

from edge.codes.code_rules import HouseRule
from edge.facts.fact import Lane
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import OPEN_STATES, State
from edge.features.staff.pin_check import hash_pin, pin_matches
from edge.platform.clock import parse_utc
from edge.platform.database import first_row
from sync.hq.importing.files import FileRow
from sync.hq.importing.pickup_codes import hash_secret, new_secret
from sync.hq.importing.unique_values import UniqueValues
from sync.protocol.feed_types import is_gtin14

PIN_HASH_PREFIX = "$argon2"  # a PIN in a file may be hashed already; a bare one is hashed here and never kept
PIN_PATTERN = re.compile(r"[0-9]{4,6}", re.ASCII)  # what the keys of the sign-in page can type
REPEAT_SENT_AFTER = timedelta(
    minutes=5
)  # a number said again is news to the stores once what they have is not live any more
MAX_CLOCK_LEAD = timedelta(minutes=10)  # how far the stock system's clock may be ahead of HQ's
HQ_END_STATES = frozenset({State.CANCELLED, State.RETURNED})  # what HQ may say of an order the store has taken on


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What a row of a file does to a row of a feed: JSON texts, `before` None if the row is new."""

    key: str
    before: str | None
    after: str
    overruled: bool = False  # the file cancels an order whose goods are handed over: the hand-over stays
    secret: str = ""  # of the pickup code that was minted for the order


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTarget:
    """Where rows go: a feed of a scope, at a moment (UTC text). `only`: the row exists, and no other field changes.

    `signing`: HQ's own keys, public halves by id, which a row of `keys` may not change. `house`: the formats of the chain's
    own item numbers, by the policies of its stores.
    """

    feed: str
    scope: str
    moment: str
    only: frozenset[str] = frozenset()
    signing: Mapping[str, str] = field(default_factory=dict)
    house: tuple[HouseRule, ...] = ()
    claims: UniqueValues | None = None


def derive_stock(
    db: Database, to: PushTarget, item: FileRow, had: dict[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    """HQ's number counts all it has kept of the store's facts. Its time is that of who counted; not said, it is now's."""
    for name in ("on_hand", "reserved"):
        if _is_below_zero(item.fields.get(name)):
            raise item.bad(f"{name}: expected a number of pieces, not less than 0", name)
    if not had:
        row = first_row(
            db,
            # of two epochs kept in one transaction the later is the one whose fact arrived last
            """select epoch, seq from chains where store = ? and lane = ? order by kept_at desc,
               (select number from facts where facts.store = chains.store and facts.epoch = chains.epoch
                and facts.lane = chains.lane order by facts.seq desc limit 1) desc limit 1""",
            (to.scope, Lane.STORE),
        )
        body |= {"epoch": row[0], "through_seq": row[1]} if row else {}
    return {**body, "as_of": _counted_at(to, item, had, body)}


def _is_below_zero(value: Any) -> bool:
    return (isinstance(value, int | float) and value < 0) or (isinstance(value, str) and value.startswith("-"))


def _counted_at(to: PushTarget, item: FileRow, had: dict[str, Any], body: dict[str, Any]) -> Any:
    """When the number was counted or reported: the time in the file; else now, if the file has a number."""
    moment = parse_utc(to.moment)
    if said := item.fields.get("as_of"):
        if (at := _moment(said)) and at.tzinfo and at > moment + MAX_CLOCK_LEAD:
            raise item.bad("as_of: nobody can have counted in the future", "as_of")
        return said
    before = _moment(had.get("as_of"))
    if before is None or before.tzinfo is None:
        return to.moment
    numbers = {"on_hand", "reserved"} & set(item.fields)
    same = all(str(had.get(name, 0)) == str(body.get(name, 0)) for name in numbers)
    return had["as_of"] if not numbers or (same and moment - before < REPEAT_SENT_AFTER) else to.moment


def _moment(text: Any) -> datetime | None:
    try:
        return parse_utc(text)
    except (ValueError, TypeError):
        return None


def derive_order(to: PushTarget, had: dict[str, Any], body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Steps of the store stay counted: only a cancellation or a return may follow on them, and no hand-over is undone.

    A cancellation has a time: the file's, or now's.
    """
    body = {"store": to.scope, "state": State.PLACED, **body}
    if not had:
        body = {"placed_at": to.moment, **body}
    if body["state"] == State.CANCELLED and had.get("state") != State.CANCELLED:
        body = {**body, "cancelled_at": body.get("cancelled_at") or to.moment}
    if not had.get("epoch"):
        return body, False
    if had["state"] == State.HANDED_OVER and body["state"] == State.CANCELLED:
        return {**body, "state": State.HANDED_OVER, "cancelled_at": None}, True
    return (body if body["state"] in HQ_END_STATES else {**body, "state": had["state"]}), False


def mint_pickup_code(to: PushTarget, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """An open order with a number and the hash of a secret, made here if the file has none; and the new secret."""
    if body["state"] not in OPEN_STATES:
        return body, ""
    if not body.get("number") and to.claims:
        body = {**body, "number": to.claims.new_number()}
    if body.get("secret_sha256"):
        return body, ""
    secret = new_secret()
    return {**body, "secret_sha256": hash_secret(secret)}, secret


def check_order(to: PushTarget, item: FileRow, row: OrderRow) -> None:
    """Raise what a store could not use, although each field by itself is valid."""
    if row.store != to.scope:
        raise item.bad(f"store: these are orders of {to.scope}, not of {row.store}", "store")
    if not row.lines and row.state in OPEN_STATES:
        raise item.bad("lines: expected at least one line: there would be nothing to hand over", "lines")
    for number, line in enumerate(row.lines):
        fields = {f"lines[{number}].gtin": line.gtin}
        fields |= {f"lines[{number}].substitutes[{at}]": one for at, one in enumerate(line.substitutes)}
        for name, gtin in fields.items():
            if not is_gtin14(gtin):
                raise item.bad(f"{name}: {gtin!r} is no GTIN with a true check digit", name)
    for name in ("promise_at", "hold_until"):
        at = getattr(row, name)
        if at and row.placed_at and at < row.placed_at:
            raise item.bad(f"{name}: expected a moment after placed_at", name)


def check_key(to: PushTarget, item: FileRow, change: RowChange, taken: dict[str, Any]) -> None:
    """A key of HQ's stays what it is: another public half under its id, or a revoked key that is valid again, would be a trap."""
    had = msgspec.json.decode(change.before) if change.before else taken
    if taken["public"] != had["public"]:
        raise item.bad(f"key {change.key} has another public half: a new key has an id of its own", "public")
    if change.before and had["revoked"] and not taken["revoked"]:
        raise item.bad(f"key {change.key} is revoked, and stays so: make a new one", "revoked")
    if change.key in to.signing and (taken["revoked"] or taken["public"] != to.signing[change.key]):
        raise item.bad(f"HQ signs with key {change.key}: without it no store would believe HQ any more", "revoked")


def derive_pin(item: FileRow, had: str | None, body: dict[str, Any]) -> str:
    """A PIN's hash; HQ's present hash if the PIN is the same, because a new salt would change the row without need."""
    given = body.get("pin")
    if not isinstance(given, str) or not given:
        raise item.bad("`pin` is missing: digits, or an argon2id hash of them", "pin")
    if not given.startswith(PIN_HASH_PREFIX):
        if not PIN_PATTERN.fullmatch(given):
            raise item.bad("`pin`: expected 4 to 6 digits", "pin")
        return had if had and pin_matches(had, given) else hash_pin(given)
    try:
        extract_parameters(given)
    except InvalidHashError:
        raise item.bad("`pin` begins like an argon2id hash, but is none", "pin") from None
    return given
