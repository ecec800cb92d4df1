"""Orders that shoppers pick up."""

from collections.abc import Iterable, Mapping
from typing import Any

from edge.features.pickup.state_machine import OPEN_STATES
from sync.hq.features.pushed_feed import PushedFeed, PushedFile, UniqueField, Unsupported


def _open_number(row: Mapping[str, Any], scope: str) -> Iterable[str]:
    is_open = row.get("store") == scope and row.get("state") in OPEN_STATES
    return (row["number"],) if is_open and row.get("number") else ()


ORDERS = PushedFeed(
    name="orders",
    files=(
        PushedFile(
            word="orders",
            template="""\
order,number,state,kind,member,name,lines,paid,partial,placed_at,promise_at,hold_until,shelf,secret_sha256
o-20261122-7,4821,placed,pickup,m-1042,サトウ,"[{""line"":1,""gtin"":""04901234567894"",""quantity"":2}]",true,true,2026-11-22T01:00:00.000Z,2026-11-22T03:00:00.000Z,2026-11-29T12:00:00.000Z,,
""",
        ),
    ),
    unique=UniqueField(words="number", field="number", values=_open_number),
    unsupported=(
        Unsupported(
            field="kind",
            concerns=lambda kind: kind != "pickup",
            message="orders.kind: every order is handed over at the counter as a pickup",
        ),
    ),
)
