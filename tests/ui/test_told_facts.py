"""A day in the shop through its pages and scanners: whatever is told HQ is what the contract says, field by field."""

from collections.abc import Iterator
from typing import Any

import msgspec
from flask.testing import FlaskClient

from edge.clock import now
from edge.pickup.life import Action, State
from edge.pickup.step import Request, take
from edge.store import append, rows, writing
from edge.thinning import tell_thinned
from sync.facts.table import KINDS
from sync.trial_rules import STAGE_FACTS
from tests.ui.shop_floor import PIN, Floor, ean13, pickup_code
from tests.ui.shop_floor import SHIRT_M as SHIRT
from ui.follower import Follower
from ui.screens import Screens
from ui.staff.queue import new_key

ORDER = "/staff/counter-1/order/o-{}"
EVERY_FACT = {"specversion", "id", "source", "type", "time", "clock", "boot", "data"}
BY_SYNC = {"sync.started", "clock.differs", "feed.reload", "feed.row_set_aside", "feed.epoch", "do.taken", "do.refused"}
BY_SYNC |= {
    "message.refused",
    "box.forked",
    "line.fell_back",
    *STAGE_FACTS.values(),
}  # told where a line to HQ is; tests/sync compares their fields in the source


def press(clerk: FlaskClient, order: str, action: str, **form: Any) -> None:
    clerk.post(f"{ORDER.format(order)}/{action}", data={"key": new_key(), **form})


def shoppers(floor: Floor) -> None:
    floor.order("1")
    floor.scan(ean13(SHIRT))
    for station in ("door", "kiosk-1"):
        floor.scan("M12345678", station)
    floor.scan(pickup_code("1"))


def clerks(clerk: FlaskClient, floor: Floor) -> None:
    for pin in [*["0000"] * 5, PIN]:
        clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": pin})
    floor.db.conn.execute("delete from staff_locks")  # a minute later
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    for number, state in (("2", State.PLACED), ("3", State.PLACED), ("4", State.PICKING), ("5", State.READY)):
        floor.order(number, state)
    press(clerk, "2", "accept")
    press(clerk, "2", "pick")
    press(clerk, "2", "ready", shelf="c-3")
    press(clerk, "3", "reject", reason="no_stock")
    press(clerk, "4", "short", reason="damaged", missing=["1-1"])
    press(clerk, "2", "check")
    press(clerk, "2", "hand-over", tick=["1-1"], who="proxy", relation="family", proxy="サトウ ハナ")
    floor.scan(pickup_code("1"), "counter-1")
    press(clerk, "1", "hand-over", tick=["1-1"])
    press(clerk, "1", "undo")
    press(clerk, "1", "refuse")


def others(floor: Floor) -> None:
    """What no page does yet, what the bridge saw, and a cancellation that came too late."""
    for action in (Action.NO_SHOW, Action.RESTOCK):
        with writing(floor.db):
            take(floor.db, floor.hq, floor.box, Request(key=new_key(), order="o-5", action=action), now())
    for kind, detail in (("device.lost", "unplugged"), ("device.back", "")):
        seen = {"device": "s1", "station": "kiosk-1", "kind": kind, "detail": detail, "time": now().text}
        append(floor.db, "device_log", seen)
    with writing(floor.db):
        floor.db.conn.execute("insert into room (level, since, only_one) values ('short', '', 1)")
    floor.scan(ean13(SHIRT))  # is counted
    tell_thinned(floor.db, floor.box, now())
    floor.order("2", State.CANCELLED)
    Follower(floor.shop, Screens(), "x").look()


def told(floor: Floor) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows(floor.db, "select event from journal order by seq"):
        event = msgspec.json.decode(row["event"])
        yield event["type"].removeprefix("noren."), event


def test_all_that_is_told_on_a_day_in_the_shop_is_what_the_contract_says(client: FlaskClient, floor: Floor) -> None:
    shoppers(floor)
    clerks(client, floor)
    others(floor)
    seen = set()
    for kind, event in told(floor):
        seen.add(kind)
        msgspec.convert(event["data"], KINDS[kind].data)
        known = {field.encode_name for field in msgspec.structs.fields(KINDS[kind].data)}
        assert set(event["data"]) <= known, kind
        assert set(event) <= EVERY_FACT | set(KINDS[kind].about), kind
        assert set(event) >= EVERY_FACT
    assert seen == set(KINDS) - BY_SYNC
