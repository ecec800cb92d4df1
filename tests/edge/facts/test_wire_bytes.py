"""The bytes of every fact are those that the first versions sent: the same members in the same order."""

from datetime import date
from typing import Any

import msgspec
import pytest

from edge.codes.reject_reason import RejectReason
from edge.facts import box, config_stages, hq_link
from edge.facts.fact import Fact, FactAttributes, RelayedFact
from edge.facts.journal import RelayedFactRow, tell, tell_relayed
from edge.features.check_in import MemberIdentified
from edge.features.offer import coupon
from edge.features.paired_devices import DevicePaired, DeviceRevoked
from edge.features.pickup import facts as pickup
from edge.features.pickup.claims import PickTakenOver
from edge.features.pickup.holds import HoldEnding
from edge.features.pickup.state_machine import State
from edge.features.product import OuterPack, ProductScanned
from edge.features.product_label import BadField, ProductLabel
from edge.features.returns import facts as returns
from edge.features.returns.state_machine import Condition
from edge.features.returns.window import NotReturnable
from edge.features.search.missed import LookupMissed
from edge.features.staff.calls import StaffAssisted
from edge.features.staff.pin_locks import StaffLocked, StaffUnlocked
from edge.features.staff.session_secret import SessionCopied
from edge.features.staff.sessions import SignedIn
from edge.features.stock import StockMoved
from edge.features.visit import CheckedIn, CheckInRepeated
from edge.platform.clock import Now, now
from edge.platform.database import first_row, writing
from edge.registry import FACTS, lane_of_fact
from edge.scan.guessing import CodeGuessed
from edge.store_context import StoreContext

ABOUT = {"member": "m-1", "staff": "s-1", "station": "k1", "causation": "scans/7"}
STEP: dict[str, Any] = {"order": "o-1", "number": "4821", "before": State.READY}
STEPPED = {"order": "o-1", "number": "4821", "from": "ready_for_pickup"}
CONFIG: dict[str, Any] = {"version": 3, "epoch": "f1"}
AT = "2026-11-27T01:02:03.004Z"
GTIN = "04512345678906"
LABEL = ProductLabel(
    price=198,
    price_includes_tax=False,
    weight_g=150,
    use_by=date(2026, 11, 30),
    lot="L1",
    bad=[BadField(field="15", why=RejectReason.AI_LENGTH)],
)
LABELLED = {
    "price": 198,
    "price_includes_tax": False,
    "weight_g": 150,
    "use_by": "2026-11-30",
    "lot": "L1",
    "bad": [{"field": "15", "why": str(RejectReason.AI_LENGTH)}],
}

# Each fact, and its data as the first version that had it wrote them.
FIRST: list[tuple[Fact, dict[str, Any]]] = [
    (box.BoxStarted(box="b1"), {"box": "b1"}),
    (
        box.BoxForked(epoch="e1", lane=1, kept=4, hq_seq=9, reason="HQ tells another past"),
        {"epoch": "e1", "lane": 1, "kept": 4, "hq_seq": 9, "reason": "HQ tells another past", "at": AT},
    ),
    (
        box.BoxSalvaged(why="x", aside="a", closed="e1", saved={"scans": 3}, unreadable={}, altered=0),
        {"why": "x", "aside": "a", "closed": "e1", "saved": {"scans": 3}, "unreadable": {}, "altered": 0},
    ),
    (
        box.FactAltered(fact="ginza/e1/7", type="noren.x.y", text="…"),
        {"fact": "ginza/e1/7", "type": "noren.x.y", "text": "…"},
    ),
    (box.BoxRestored(backup="", aside="", closed="e1"), {"backup": "", "aside": "", "closed": "e1"}),
    (
        box.DiskThinned(what="views", count=2, first=AT, last=AT),
        {"what": "views", "count": 2, "from": AT, "to": AT},
    ),
    (box.DeviceLost(device="s1", detail="unplugged"), {"device": "s1", "detail": "unplugged", "at": AT}),
    (box.DeviceBack(device="s1", detail=""), {"device": "s1", "detail": "", "at": AT}),
    (hq_link.SyncStarted(), {"at": AT}),
    (hq_link.ClockDiffers(hq=AT, here=AT, clock="unset"), {"hq": AT, "here": AT, "clock": "unset", "at": AT}),
    (hq_link.FeedReload(feed="stock", why="digest"), {"feed": "stock", "why": "digest", "at": AT}),
    (hq_link.ReplicaReplaced(made=AT, why="x", aside=""), {"made": AT, "why": "x", "aside": "", "at": AT}),
    (
        hq_link.RowSetAside(feed="stock", key="k", version=0, why="x"),
        {"feed": "stock", "key": "k", "version": 0, "why": "x", "at": AT},
    ),
    (hq_link.FeedEpoch(feed="stock", before="", after="f1"), {"feed": "stock", "from": "", "to": "f1", "at": AT}),
    (hq_link.CommandTaken(id="d1", command="birth"), {"id": "d1", "command": "birth", "at": AT}),
    (
        hq_link.CommandRefused(id="d1", command="birth", why="bad_arguments", said="no"),
        {"id": "d1", "command": "birth", "why": "bad_arguments", "said": "no", "at": AT},
    ),
    (
        hq_link.CommandRefused(id="d1", command="birth", why="expired"),
        {"id": "d1", "command": "birth", "why": "expired", "at": AT},
    ),
    (hq_link.MessageRefused(why="signature"), {"why": "signature", "at": AT}),
    (config_stages.ConfigReceived(**CONFIG), {**CONFIG, "at": AT}),
    (config_stages.ConfigValidated(**CONFIG), {**CONFIG, "at": AT}),
    (config_stages.ConfigTrial(**CONFIG), {**CONFIG, "at": AT}),
    (config_stages.ConfigKept(**CONFIG), {**CONFIG, "at": AT}),
    (config_stages.ConfigKept(**CONFIG, not_used=("policy.x",)), {**CONFIG, "not_used": ["policy.x"], "at": AT}),
    (config_stages.ConfigRefused(**CONFIG, reason="", path="box"), {**CONFIG, "reason": "", "path": "box", "at": AT}),
    (config_stages.ConfigRolledBack(**CONFIG, reason="x"), {**CONFIG, "reason": "x", "at": AT}),
    (hq_link.BrokerFellBack(left="a:1", taken="b:2"), {"from": "a:1", "to": "b:2", "at": AT}),
    (
        CodeGuessed(what="wallet", by="member", tries=5, minutes=10),
        {"what": "wallet", "by": "member", "tries": 5, "minutes": 10},
    ),
    (MemberIdentified(grade="fresh"), {"grade": "fresh"}),
    (
        CheckInRepeated(rule="day", period="2026-11-27", grade="static", unsure=False),
        {"rule": "day", "period": "2026-11-27", "grade": "static", "unsure": False},
    ),
    (
        CheckedIn(rule="24h", period=AT, grade="stale", unsure=True, miles=0),
        {"rule": "24h", "period": AT, "grade": "stale", "unsure": True, "miles": 0},
    ),
    (DevicePaired(device="d", name="n", page="kiosk"), {"device": "d", "name": "n", "page": "kiosk"}),
    (DeviceRevoked(device="d", name="n", page="board"), {"device": "d", "name": "n", "page": "board"}),
    (LookupMissed(gtin=GTIN, shelf="B-14", available=3), {"gtin": GTIN, "shelf": "B-14", "available": 3}),
    (ProductScanned(gtin=GTIN, known=False), {"gtin": GTIN, "known": False}),
    (
        ProductScanned(
            gtin=GTIN,
            known=True,
            label=LABEL,
            past="use_by",
            unsure=True,
            completes=True,
            case=OuterPack(gtin="14512345678903", pieces=12),
        ),
        {
            "gtin": GTIN,
            "known": True,
            "label": LABELLED,
            "past": "use_by",
            "unsure": True,
            "completes": True,
            "case": {"gtin": "14512345678903", "pieces": 12},
        },
    ),
    (StaffLocked(wrong=5, everywhere=7, seconds=60), {"wrong": 5, "everywhere": 7, "seconds": 60}),
    (StaffUnlocked(who="s-2"), {"who": "s-2"}),
    (StaffAssisted(seconds=90), {"seconds": 90}),
    (SessionCopied(device="d-1"), {"device": "d-1"}),
    (SignedIn(), {}),
    (
        StockMoved(gtin=GTIN, quantity=-1, reserved=0, reason="hand_over"),
        {"gtin": GTIN, "quantity": -1, "reserved": 0, "reason": "hand_over"},
    ),
    (pickup.PickupAccepted(**STEP), STEPPED),
    (pickup.PickupPicking(**STEP), STEPPED),
    (pickup.PickupArrived(**STEP), STEPPED),
    (pickup.HandOverUndone(**STEP), STEPPED),
    (pickup.PickupNoShow(**STEP), STEPPED),
    (
        HoldEnding(order="o-1", number="4821", hold_until="2026-11-25T11:00:00.000Z"),
        {"order": "o-1", "number": "4821", "hold_until": "2026-11-25T11:00:00.000Z"},
    ),
    (pickup.PickupRestocked(**STEP), STEPPED),
    (pickup.PickupReady(**STEP, shelf="C-3"), {**STEPPED, "shelf": "C-3"}),
    (pickup.PickupRejected(**STEP, reason="damaged"), {**STEPPED, "reason": "damaged"}),
    (
        pickup.PickupPartShort(**STEP, line=1, gtin=GTIN, missing=["1-2"], reason="not_found"),
        {**STEPPED, "line": 1, "gtin": GTIN, "missing": ["1-2"], "reason": "not_found"},
    ),
    (
        pickup.PickupFound(**STEP, line=1, gtin=GTIN, found=["1-2"]),
        {**STEPPED, "line": 1, "gtin": GTIN, "found": ["1-2"]},
    ),
    (pickup.PickupShortUndone(**STEP, to=State.READY), {**STEPPED, "to": "ready_for_pickup"}),
    (
        pickup.PickupShort(**STEP, reason="sold", missing=["1-1"]),
        {**STEPPED, "reason": "sold", "missing": ["1-1"]},
    ),
    (
        pickup.HandedOver(**STEP, proof="code", scan="scans/812", lead="s-9", paid_here=True),
        {**STEPPED, "proof": "code", "scan": "scans/812", "lead": "s-9", "paid_here": True},
    ),
    (
        pickup.PickupReady(**STEP, shelf="C-3", pieces=["1-1"], missing=["1-2"], substitutes={"1-1": GTIN}),
        {**STEPPED, "pieces": ["1-1"], "missing": ["1-2"], "substitutes": {"1-1": GTIN}, "shelf": "C-3"},
    ),
    (
        pickup.HandedOver(**STEP, proof="proxy", relation="family", proxy="サトウ", paid_here=False),
        {**STEPPED, "proof": "proxy", "relation": "family", "proxy": "サトウ", "paid_here": False},
    ),
    (
        pickup.Conflict(order="o-1", number="4821", handed_over_at=AT),
        {"order": "o-1", "number": "4821", "handed_over_at": AT},
    ),
    (pickup.IdentityRefused(order="o-1", number="4821"), {"order": "o-1", "number": "4821"}),
    (
        pickup.ViewedMember(order="o-1", number="4821", why="name_check"),
        {"order": "o-1", "number": "4821", "why": "name_check"},
    ),
    (
        pickup.ViewedMember(order="o-1", number="4821", why="pickup_code", again=True),
        {"order": "o-1", "number": "4821", "why": "pickup_code", "again": True},
    ),
    (pickup.ViewedVisitor(scan="scans/812", past=False), {"scan": "scans/812", "past": False}),
    (pickup.UnusualLooks(names=5, minutes=10), {"names": 5, "minutes": 10}),
    (
        returns.ReturnAccepted(
            id="a1",
            order="o-1",
            number="4821",
            pieces=[
                returns.ReturnedPiece(
                    gtin=GTIN,
                    piece="1-1",
                    reason="size",
                    condition=Condition.SHELF,
                    price=3990,
                    estimated=True,
                    instead="04512345678913",
                    instead_price=4500,
                )
            ],
            refund=0,
            difference=510,
            currency="JPY",
            lead="s-9",
            unsure=True,
        ),
        {
            "id": "a1",
            "order": "o-1",
            "number": "4821",
            "pieces": [
                {
                    "gtin": GTIN,
                    "piece": "1-1",
                    "reason": "size",
                    "condition": "shelf",
                    "price": 3990,
                    "estimated": True,
                    "instead": "04512345678913",
                    "instead_price": 4500,
                }
            ],
            "refund": 0,
            "difference": 510,
            "currency": "JPY",
            "lead": "s-9",
            "unsure": True,
        },
    ),
    (
        PickTakenOver(order="o-1", number="4821", taken_from="s-2"),
        {"order": "o-1", "number": "4821", "taken_from": "s-2"},
    ),
    (returns.ReturnUndone(id="a1", order="o-1"), {"id": "a1", "order": "o-1"}),
    (
        returns.ReturnRefused(order="o-1", gtin=GTIN, why=NotReturnable.LATE),
        {"order": "o-1", "gtin": GTIN, "why": "late"},
    ),
    (coupon.CouponShown(offer="sale", ends=AT, unsure=False), {"offer": "sale", "ends": AT, "unsure": False}),
    (coupon.CouponLate(offer="sale", ends=AT), {"offer": "sale", "ends": AT}),
]


def test_every_fact_there_is_is_compared() -> None:
    assert {type(fact) for fact, _ in FIRST} == set(FACTS.values())


@pytest.mark.parametrize(("fact", "data"), FIRST, ids=[fact.TYPE for fact, _ in FIRST])
def test_a_fact_is_sent_as_it_was_by_the_first_versions(floor: StoreContext, fact: Fact, data: dict[str, Any]) -> None:
    moment, who = now(), {name: ABOUT[name] for name in ABOUT if name in fact.ABOUT}
    with writing(floor.db):
        seq = _tell(floor, fact, moment, FactAttributes(**who))
    row = first_row(floor.db, "select type, event from journal where seq = ?", (seq,))
    first = {
        "specversion": "1.0",
        "id": f"ginza/{floor.box.epoch}/{seq}",
        "source": "/stores/ginza",
        "type": f"noren.{fact.TYPE}",
        "time": moment.text,
        "clock": moment.clock,
        "boot": moment.boot,
        **who,
        "data": data,
    }
    assert row == (f"noren.{fact.TYPE}", msgspec.json.encode(first).decode())


def _tell(floor: StoreContext, fact: Fact, moment: Now, about: FactAttributes) -> int:
    """As the process does whose fact it is: what another one noted has been through its log."""
    if not isinstance(fact, RelayedFact):
        return tell(floor.db, floor.box, fact, moment, about)
    logged = msgspec.json.decode(msgspec.json.encode(fact))
    note = RelayedFactRow(type=fact.TYPE, lane=lane_of_fact(fact.TYPE), data=logged, time=AT)
    return tell_relayed(floor.db, floor.box, note, moment, about)
