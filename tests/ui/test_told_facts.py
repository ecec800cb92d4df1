"""A day in the shop through its pages and scanners: every fact is as the contract says, field by field."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from flask.testing import FlaskClient

from edge.config.policy import Policy
from edge.disk import disk_space
from edge.disk.load_shedding import report_thinned_rows
from edge.facts import box, config_stages, hq_link
from edge.facts.fact import RelayedFact
from edge.features.offer.row import Offer
from edge.features.paired_devices import PairingRequest, make_pairing_code, pair_device, revoke_device
from edge.features.pickup import claims
from edge.features.pickup.holds import sweep_holds
from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition
from edge.features.staff import pin_locks, session_secret, sessions
from edge.features.staff.pin_locks import PinAttempt
from edge.features.staff.sessions import Staff
from edge.platform.clock import Now, now
from edge.platform.database import append_to_log, rows, writing
from edge.registry import FACTS
from edge.validation.localized_text import LocalizedText
from tests.support.pickup_steps import step
from tests.ui.shop_floor import PIN, Floor, ean13, pickup_code
from tests.ui.shop_floor import SHIRT_M as SHIRT
from ui.change_watcher import ChangeWatcher
from ui.process_state.screens import Screens
from ui.staff.form_key import new_form_key

ORDER = "/staff/counter-1/order/o-{}"
ENVELOPE = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "clock",
    "boot",
    "member",
    "staff",
    "station",
    "causation",
    "data",
]
EVERY_FACT = set(ENVELOPE) - {"member", "staff", "station", "causation"}
# made by sync, or when the box begins anew; tests/sync has them
BY_SYNC = {fact.TYPE for fact in (*box.FACTS, *hq_link.FACTS, *config_stages.FACTS)} - {
    "box.started",
    "device.lost",
    "device.back",
    "disk.thinned",
}


def _later(seconds: float) -> Now:
    return replace(now(), time=now().time + timedelta(seconds=seconds))


def offer(name: str, ends: timedelta) -> Offer:
    here = datetime.now(UTC)
    title = LocalizedText(ja="割引")
    return Offer(offer=name, title=title, on="check_in", begins=here - timedelta(hours=2), ends=here + ends)


def press(clerk: FlaskClient, order: str, action: str, **form: Any) -> None:
    clerk.post(f"{ORDER.format(order)}/{action}", data={"key": new_form_key(), **form})


def shoppers(floor: Floor) -> None:
    floor.order("1")
    floor.scan(ean13(SHIRT))
    floor.feed("offers", "sale", offer("sale", ends=timedelta(hours=1)))
    for station in ("door", "kiosk-1"):
        floor.scan("M12345678", station)
    floor.scan(pickup_code("1"))
    for _ in range(Policy().proofs.pickup_tries):
        floor.scan(pickup_code("1", "wrongWrong12"), "kiosk-2")


def searchers(client: FlaskClient, floor: Floor) -> None:
    client.post(f"/kiosk/kiosk-1/product/{SHIRT}/missed")


def clerks(clerk: FlaskClient, floor: Floor) -> None:
    for pin in [*["0000"] * 5, PIN]:
        clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": pin})
    with writing(floor.db):
        pin_locks.unlock_staff(
            floor.db, floor.box, "s-1", PinAttempt(staff="s-9", device="counter-1", station="counter-1"), now()
        )
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    clerk.post("/kiosk/kiosk-1/call")
    clerk.post("/staff/counter-1/calls/1/answer")
    for number, state in (("2", State.PLACED), ("3", State.PLACED), ("4", State.PICKING), ("5", State.READY)):
        floor.order(number, state)
    floor.order("8", State.PICKING)
    with writing(floor.db):
        claims.claim_order(floor.db, "o-8", "s-9", "counter-1", now())
    press(clerk, "8", "take-over", **{"from": "s-9"})
    press(clerk, "2", "accept")
    press(clerk, "2", "pick")
    press(clerk, "2", "tick", piece=["1-1"])
    press(clerk, "2", "ready", shelf="c-3")
    press(clerk, "3", "reject", reason="no_stock")
    press(clerk, "4", "missing", reason="damaged", piece=["1-1"])
    press(clerk, "4", "found", piece=["1-1"])
    press(clerk, "4", "missing", reason="damaged", piece=["1-1"])
    for action in ("short", "undo", "short"):
        press(clerk, "4", action)
    press(clerk, "2", "check")
    clerk.get(ORDER.format("2"))
    clerk.get(f"/staff/counter-1/visitor/{floor.scan('M12345678', 'counter-1')}")
    for more in range(60, 60 + Policy().proofs.names_in_row):
        floor.order(str(more))
        press(clerk, str(more), "check")
    press(clerk, "2", "tick", piece=["1-1"])
    press(clerk, "2", "hand-over", who="proxy", relation="family", proxy="サトウ ハナ")
    floor.scan(pickup_code("1"), "counter-1")
    press(clerk, "1", "tick", piece=["1-1"])
    press(clerk, "1", "hand-over")
    press(clerk, "1", "undo")
    press(clerk, "1", "refuse")
    floor.order("8", State.HANDED_OVER, handed_over_at=now().text, returned={SHIRT: 1}, lines=[_two(SHIRT)])
    returned = {"key": "a" * 32, "piece": "1-2", "reason-1-2": "size", "condition-1-2": "shelf"}
    clerk.post("/staff/counter-1/returns/order/o-8", data=returned)
    clerk.post("/staff/counter-1/returns/order/o-8/refuse")
    clerk.post(f"/staff/counter-1/returns/done/{returned['key']}/undo")


def _two(gtin: str) -> OrderLine:
    return OrderLine(line=1, gtin=gtin, quantity=2)


def others(floor: Floor) -> None:
    """What no page does yet, what the bridge saw, and a cancellation that came too late."""
    for action in (Action.NO_SHOW, Action.RESTOCK):
        with writing(floor.db):
            apply_transition(floor.db, floor.hq, floor.box, step(action, order="o-5"), now())
    floor.order("7", hold_until=datetime.now(UTC) + timedelta(hours=1))
    sweep_holds(floor.shop, replace(now(), clock="synced"))
    for kind, detail in (("device.lost", "unplugged"), ("device.back", "")):
        seen = {"device": "s1", "station": "kiosk-1", "kind": kind, "detail": detail, "time": now().text}
        append_to_log(floor.db, "device_log", seen)
    with writing(floor.db):  # a budget of which store.db takes 88 %: room is short
        budget = disk_space.measure_disk_space(floor.db).live * 100 // 88
        floor.db.conn.execute("insert into room (level, budget, since, only_one) values ('short', ?, '', 1)", (budget,))
    floor.scan(ean13(SHIRT))  # is counted
    report_thinned_rows(floor.db, floor.box, now())
    with writing(floor.db):
        code = make_pairing_code(
            floor.db, PairingRequest(name="tablet", page="counter", station="counter-1"), now(), "s-1"
        )
    lead = Staff(staff="s-9", name="原 みどり", mark="原", role="lead", pin="-")
    with writing(floor.db):  # a copy of its secret is used
        opened = sessions.open_session(floor.db, floor.box, lead, "counter-1", "tablet", now())
        newer = session_secret.rotate_secret(floor.db, floor.box, opened.secret, "tablet", _later(301))
        assert newer is not None
        for secret, at in ((newer, 302), (opened.secret, 400)):
            session_secret.rotate_secret(floor.db, floor.box, secret, "tablet", _later(at))
    paired = pair_device(floor.db, floor.box, code.typed, now())
    assert paired is not None
    with writing(floor.db):
        revoke_device(floor.db, floor.box, paired.device, now(), "s-1")
    floor.order("2", State.CANCELLED)
    floor.feed("offers", "late", offer("late", ends=timedelta(hours=-1)))
    ChangeWatcher(floor.shop, Screens(), "x").look_at_databases()


def told(floor: Floor) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows(floor.db, "select event from journal order by seq"):
        event = msgspec.json.decode(row["event"])
        yield event["type"].removeprefix("noren."), event


def test_all_that_is_told_on_a_day_in_the_shop_is_what_the_contract_says(client: FlaskClient, floor: Floor) -> None:
    shoppers(floor)
    clerks(client, floor)
    searchers(client, floor)
    others(floor)
    seen = set()
    for kind, event in told(floor):
        seen.add(kind)
        fact = FACTS[kind]
        msgspec.convert(event["data"], fact)
        known = {field.encode_name for field in msgspec.structs.fields(fact)} | (
            {"at"} if issubclass(fact, RelayedFact) else set()
        )
        assert set(event["data"]) <= known, kind
        assert list(event) == [name for name in ENVELOPE if name in EVERY_FACT or name in event]
        assert set(event) <= EVERY_FACT | set(fact.ABOUT), kind
        assert set(event) >= EVERY_FACT
    assert seen == set(FACTS) - BY_SYNC
