"""Nothing HQ can send is accepted without effect: each field changes a page, or a test shows its effect, or HQ gets a warning."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.config.policy import Policy
from edge.disk.disk_space import current_disk_level
from edge.disk.watermarks import DiskLevel
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import State
from edge.platform.clock import now
from edge.validation.localized_text import LocalizedText
from sync.hq.features.pushed_feed import WHOLE_FEED
from sync.hq.importing.unsupported import unsupported_fields
from sync.protocol.feed_types import KEY_FIELDS, ROW_TYPES
from tests.support.kept_config import keep
from tests.ui.shop_floor import PIN, POLICY, SHIRT_M, Floor, gtin14, pickup_code

ORDER = "o-4821"
SALE = {
    "offer": "sale",
    "title": {"ja": "時間の割引"},
    "on": "check_in",
    "begins": "2026-01-01T00:00:00Z",
    "ends": "2199-01-01T00:00:00Z",
    "flag": "time_sale",
}
OTHER_HEX = "#123456"
# a row of each feed, and for each field of it another value that must change a page
SHOWN: dict[str, tuple[str, dict[str, Any]]] = {
    "catalog": (
        SHIRT_M,
        {
            "style": "99-9999",
            "name": {"ja": "別の名"},
            "colour.code": "99",
            "colour.name": {"ja": "別の色"},
            "colour.hex": OTHER_HEX,
            "size": "3L",
            "size_order": 99,
            "price": 77_777,
            "picture": "picture/other",
            "online_only": True,
        },
    ),
    "catalog of another style": (gtin14(900), {"category": "other"}),
    "content picture": ("picture/shirt", {"svg": "<svg/>"}),
    "content category": (
        "category/shirts",
        {"id": "other", "name": {"ja": "別の名"}, "order": 99, "picture": "picture/other"},
    ),
    "content reviews": (
        "reviews/41-2208",
        {
            "stars": 1.5,
            "count": 9,
            "latest[].text": {"ja": "別の声"},
            "latest[].stars": 1,
            "latest[].by": "60代",
            "latest[].on": "2026-01-02",
        },
    ),
    "members": ("m-1", {"nickname": "ヤマダ", "codes": ["own:M99999999"], "coupons": 7}),
    "neighbours": (
        SHIRT_M,
        {"as_of": "2026-11-01T00:00:00Z", "stores[].store": "marunouchi", "stores[].on_hand": 0},
    ),
    "offers": (
        "sale",
        {
            "title": {"ja": "別の割引"},
            "ends": "2200-01-01T00:00:00Z",
            "begins": "2199-01-01T00:00:00Z",
            "raised": False,
        },
    ),
    "orders": (
        ORDER,
        {
            "store": "yokohama",
            "number": "999",
            "state": "picking",
            "member": "m-1",
            "name": "ヤマダ ハナ",
            "lines[].gtin": gtin14(103),
            "lines[].quantity": 7,
            "lines[].substitutes": [gtin14(103)],
            "paid": False,
            "partial": True,
            "placed_at": "2026-10-01T00:00:00Z",
            "hold_until": "2026-10-01T00:00:00Z",
            "shelf": "Z-99",
            "arrived_at": "2026-11-01T00:00:00Z",
            "secret_sha256": "a" * 64,
        },
    ),
    "staff": ("s-1", {"name": "別の人", "mark": "別", "role": "installer", "pin": "$argon2id$none"}),
    "stock": (SHIRT_M, {"on_hand": 1, "reserved": 1, "as_of": "2026-11-01T00:00:00Z", "floor": 9, "shelf": "Z-99"}),
    "config": (
        "policy",
        {
            "brand.mark": "別",
            "brand.name": "BETSU",
            "brand.colour": "#000000",
            "brand.tint": "#111111",
            "brand.miles": {"ja": "ポイント"},
            "brand.support": "本部の番号",
            "place.name": {"ja": "別の店"},
            "place.neighbours[].store": "other",
            "place.neighbours[].name": {"ja": "別の店"},
            "place.neighbours[].way": {"ja": "遠い"},
            "check_in.on": False,
            "check_in.miles": 77,
            "pickup.on": False,
            "offer.on": False,
            "search.on": False,
            "pickup.counter": {"ja": "別の所"},
            "pickup.promise_hours": 100,
            "kiosk.quiet_s": 55,
            "kiosk.warn_s": 55,
            "kiosk.languages": ["ja"],
            "stock.low": 50,
        },
    ),
}
SEARCHED = "tests/ui/kiosk/test_search.py"
VISITS = "tests/edge/features/test_visit.py"
COUPONS = "tests/edge/features/offer/test_coupon.py"
LABELS = "tests/ui/staff/test_label_pages.py"
HOLDS = "tests/edge/features/pickup/test_holds.py"
RETURNS = "tests/edge/features/returns/test_accept.py"
WINDOW = "tests/edge/features/returns/test_window.py"
CANCELLED = "tests/ui/staff/test_handover.py"
ANSWERS = "tests/sync/hq/queries/test_answers.py"
# fields whose effect is no page's: the test that shows it
PROVEN = {
    "catalog.contains": "tests/edge/test_scan_processor.py",
    "catalog.pieces": "tests/edge/test_scan_processor.py",
    "catalog.reading": "tests/sync/test_search_index.py::test_kana_finds_by_the_reading_what_is_written_in_kanji",
    "catalog.colour.reading": f"{SEARCHED}::test_a_colour_is_found_by_its_reading_and_shown_with_it",
    "content.reading": f"{SEARCHED}::test_a_category_is_shown_with_its_reading",
    "config.check_in.window_hours": f"{VISITS}::test_a_window_counts_from_the_first_visit_and_then_opens_anew",
    "config.pickup.no_show_hour": f"{HOLDS}::test_the_hour_is_hqs_to_set",
    "config.pickup.red_minutes": "tests/ui/staff/test_list.py::test_how_long_before_it_turns_red_is_hqs_to_set",
    "config.pickup.remind_hours": f"{HOLDS}::test_how_long_before_is_hqs_to_set",
    "config.printing.label_on_ready": f"{LABELS}::test_an_order_that_becomes_ready_gets_its_label_once_if_the_policy_says_so",
    "config.printing.name": f"{LABELS}::test_the_label_says_which_order_and_where_and_no_more_of_the_name_than_allowed",
    "config.returns.on": f"{RETURNS}::test_a_chain_may_have_no_returns",
    "config.returns.days": f"{WINDOW}::test_a_piece_comes_back_or_stays_for_one_reason",
    "config.returns.final_sale": f"{WINDOW}::test_a_piece_comes_back_or_stays_for_one_reason",
    "config.returns.hygiene": f"{RETURNS}::test_a_refused_piece_is_refused_alone",
    "config.returns.reasons[].id": f"{RETURNS}::test_a_reason_that_is_not_of_the_policys_list_is_none",
    "config.returns.reasons[].text": f"{RETURNS}::test_a_reason_that_is_not_of_the_policys_list_is_none",
    "config.returns.lead_over": f"{RETURNS}::test_much_money_or_no_order_wants_a_lead",
    "config.retention_days": "tests/edge/retention/test_sweep.py::test_a_mark_goes_after_the_days_of_the_policy_and_not_before",
    "config.proofs.token_life_s": "tests/edge/test_proofs.py::test_what_a_signed_code_may_be_is_the_policys",
    "config.proofs.token_ahead_s": "tests/edge/test_proofs.py::test_what_a_signed_code_may_be_is_the_policys",
    "config.proofs.wallet_tries": "tests/edge/test_proofs.py::test_a_wallets_password_is_guessed_so_many_times_and_no_more",
    "config.proofs.station_tries": "tests/edge/test_proofs.py::test_guessing_at_many_members_passes_is_limited_by_station",
    "config.proofs.names_in_row": "tests/ui/staff/test_handover.py::test_how_many_names_may_be_opened_is_the_policys",
    "config.proofs.lead_for": "tests/ui/staff/test_handover.py::test_a_proof_the_policy_names_needs_a_leads_pin",
    "config.proofs.pickup_tries": "tests/edge/test_proofs.py::test_pickup_codes_are_guessed_so_many_times_at_a_station_and_no_more",
    "config.codes.issuers": "tests/edge/codes/issued/test_issuers.py",
    "config.codes.badges": "tests/edge/codes/issued/test_issuers.py",
    "config.codes.keys": "tests/edge/codes/issued/test_member_token.py",
    "config.codes.in_store": "tests/edge/codes/retail/test_in_store_labels.py::test_the_same_digits_mean_what_each_chain_says",
    "config.codes.house": "tests/edge/codes/issued/test_item_numbers.py::test_a_plain_number_of_the_house_is_its_product",
    "config.codes.gs_stand_in": "tests/edge/codes/gs1/test_interpretation.py::test_a_configured_stand_in_is_read_as_gs",
    "config.codes.charsets": "tests/edge/codes/test_charset.py",
    "config.codes.reference_year": "tests/edge/codes/gs1/test_element_strings.py",
    "keys.public": "tests/sync/test_session.py",
    "keys.revoked": "tests/sync/hq/importing/test_push.py::test_a_key_of_hqs_is_revoked_for_good_and_never_becomes_another",
    "keys.vouched[].by": "tests/sync/trust/test_key_chain.py::test_a_key_for_which_no_key_that_counts_vouches_counts_nothing",
    "keys.vouched[].signature": "tests/sync/trust/test_key_chain.py::test_a_signature_that_is_none_proves_nothing",
    "keys.withdrawn[].by": "tests/sync/trust/test_key_chain.py::test_a_withdrawn_key_cannot_withdraw_the_one_that_withdrew_it",
    "keys.withdrawn[].signature": "tests/sync/trust/test_key_chain.py::test_a_signature_that_is_none_proves_nothing",
    "members.wallet_secret": "tests/edge/test_scan_processor.py",
    "members.stage": f"{COUPONS}::test_only_the_audience_is_given_one",
    "members.segment": f"{COUPONS}::test_only_the_audience_is_given_one",
    "offers.audience": f"{COUPONS}::test_only_the_audience_is_given_one",
    "offers.among": f"{COUPONS}::test_only_the_audience_is_given_one",
    "offers.flag": f"{COUPONS}::test_an_offer_counts_only_while_hqs_flag_is_up",
    "offers.quota": f"{COUPONS}::test_a_quota_is_never_exceeded_whoever_comes_where",
    "offers.single_use": f"{COUPONS}::test_a_single_use_is_given_once_and_others_once_a_visit",
    "orders.promise_at": "tests/edge/features/pickup/test_transition.py::test_the_list_holds_this_stores_orders_by_promise",
    "orders.handed_over_at": "tests/edge/features/pickup/test_transition.py",
    "orders.cancelled_at": f"{CANCELLED}::test_a_cancelled_order_says_by_whom_and_when",
    "orders.cancelled_by": f"{CANCELLED}::test_a_cancelled_order_says_by_whom_and_when",
    "orders.lines[].line": "tests/ui/staff/test_handover.py",
    "orders.lines[].price": f"{RETURNS}::test_one_piece_comes_back_and_hq_is_told_what_to_pay",
    "orders.returned": f"{RETURNS}::test_what_other_stores_took_back_is_hqs_word",
    "orders.epoch": "tests/edge/features/pickup/test_transition.py::test_the_stores_steps_stand_until_hq_has_counted_them",
    "orders.through_seq": "tests/edge/features/pickup/test_transition.py::test_the_stores_steps_stand_until_hq_has_counted_them",
    "staff.badges": "tests/edge/test_scan_processor.py",
    "stock.epoch": "tests/edge/features/test_stock.py::test_movements_of_this_epoch_count_in_full_when_hq_counted_another_one",
    "stock.through_seq": "tests/edge/features/test_stock.py::test_once_hq_has_counted_the_sale_it_is_not_taken_off_again",
    "neighbours.stores[].as_of": f"{ANSWERS}::test_the_pieces_on_hand_elsewhere_are_those_that_can_be_sold",
}
ROOT = Path(__file__).parents[2]


def leaves(kind: Any, path: str = "") -> Iterator[str]:
    """The fields of a row, as far down as HQ's own types go; words and code rules are one field."""
    for field in msgspec.structs.fields(kind):
        name = path + field.encode_name
        inner = field.type
        while get_origin(inner) in (Annotated, Union, UnionType):
            inner = get_args(inner)[0]
        item = next((one for one in get_args(inner) if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)
        if item is not None:
            yield from leaves(item, f"{name}[].")
        elif isinstance(inner, type) and issubclass(inner, msgspec.Struct) and inner is not LocalizedText:
            yield from leaves(inner, f"{name}.")
        elif field.encode_name == "codes" and kind is Policy:
            yield from (f"{name}.{one}" for one in inner.__dataclass_fields__)
        else:
            yield name


def every_field() -> set[str]:
    found = set()
    for feed, kind in ROW_TYPES.items():
        for one in get_args(kind) or (kind,):
            found |= {f"{feed}.{name}" for name in leaves(one) if name != KEY_FIELDS.get(feed)}
    return found


def test_each_field_has_an_effect_or_hq_is_told_that_it_has_none() -> None:
    shown = {f"{feed.partition(' ')[0]}.{name}" for feed, (_, changes) in SHOWN.items() for name in changes}
    told = {f"{feed}.{name}" for feed, names in unsupported_fields().items() for name in names}
    dead = {feed for feed, names in unsupported_fields().items() if WHOLE_FEED in names}
    every = {name for name in every_field() if name.partition(".")[0] not in dead}
    assert every - shown - set(PROVEN) - told == set()
    assert (shown | set(PROVEN)) - every == set()  # nothing is spoken of that is no more


@pytest.mark.parametrize("name", sorted(set(PROVEN.values())))
def test_the_tests_that_show_an_effect_are_there(name: str) -> None:
    path, _, test = name.partition("::")
    assert f"def {test}" in (ROOT / path).read_text(encoding="utf-8")


PAGES = (
    *("/kiosk/kiosk-1", "/kiosk/kiosk-1/home", "/kiosk/kiosk-1/pickup", "/kiosk/kiosk-1/find"),
    *("/kiosk/kiosk-1/find/shirts", f"/kiosk/kiosk-1/product/{SHIRT_M}", "/board", "/status", "/", "/brand.css"),
    *("/picture/shirt.svg?colour=112233", "/staff/counter-1/login"),
)
STAFF_PAGES = ("", "/list/prepare", "/list/today", f"/order/{ORDER}", f"/goods/{SHIRT_M}", "/devices")
_PASSING = re.compile(
    r'[0-9a-f]{32}|data-(version|last|stamp|seq|signed)="[^"]*"|[?&]v=[\w-]+|<time[^>]*>[^<]*</time>|(outcome|on-my-way)/\d+'
)


def seen(client: FlaskClient, floor: Floor) -> dict[str, str]:
    """What all pages say, without what differs each time."""
    client.post("/staff/counter-1/lock")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    found = {page: client.get(page).text for page in PAGES}
    found |= {page: client.get(f"/staff/counter-1{page}", follow_redirects=True).text for page in STAFF_PAGES}
    floor.db.conn.execute("delete from visits")
    floor.db.conn.execute("delete from pickup_steps")
    for code in ("M12345678", pickup_code("4821")):
        seq = floor.scan(code)
        found[code] = client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
    floor.db.conn.execute("delete from pickup_steps")
    for page in ("/status", "/devices"):  # they count facts
        found[page] = re.sub(r"\d+", "", found[page])
    return {page: _PASSING.sub("", text) for page, text in found.items()}


def put_in(body: Any, path: str, value: Any) -> Any:
    """The body with another value in one field; of a list in its first element."""
    body = msgspec.json.decode(msgspec.json.encode(body))
    holder, names = body, path.replace("[]", ".0").split(".")
    for name in names[:-1]:
        holder = holder[int(name)] if name.isdigit() else holder.setdefault(name, {})
    holder[names[-1]] = value
    return body


def before(floor: Floor, feed: str, path: str) -> None:
    """What must be there for a field to show."""
    floor.order(
        "4821",
        State.PLACED if path in ("placed_at", "pickup.promise_hours") else State.READY,
        promise_at=None,
        placed_at="2026-11-26T00:00:00Z",
        paid=True,
    )
    floor.order("4822", State.READY, member="m-1")
    floor.feed("offers", "sale", SALE)
    floor.feed(
        "catalog", gtin14(900), put_in(row(floor, "catalog", SHIRT_M), "gtin", gtin14(900)) | {"style": "50-0000"}
    )
    other = {"what": "category", "id": "a-other", "name": {"ja": "x"}, "order": 50, "picture": "picture/shirt"}
    floor.feed("content", "category/a-other", other)


def row(floor: Floor, feed: str, key: str) -> Any:
    (body,) = floor.hq.conn.execute(f"select body from {feed} where key = ?", (key,)).fetchone()
    return msgspec.json.decode(body)


CASES = [(feed, key, path, value) for feed, (key, changes) in SHOWN.items() for path, value in changes.items()]


@pytest.mark.parametrize(("feed", "key", "path", "value"), CASES, ids=[f"{case[0]}.{case[2]}" for case in CASES])
def test_a_field_that_is_another_changes_what_a_page_says(
    floor: Floor, client: FlaskClient, feed: str, key: str, path: str, value: Any
) -> None:
    before(floor, feed, path)
    was = seen(client, floor)
    if feed == "config":
        keep(floor.db, msgspec.convert(put_in(msgspec.to_builtins(POLICY), path, value), Policy))
    else:
        table = feed.partition(" ")[0]
        text = msgspec.json.encode(put_in(row(floor, table, key), path, value)).decode()
        floor.hq.conn.execute(f"update {table} set body = ? where key = ?", (text, key))
    now = seen(client, floor)
    assert [page for page in was if was[page] != now[page]], f"{feed}.{path} shows nowhere"


def machine(floor: Floor) -> tuple[str, DiskLevel]:
    """What pages say of the machine the tests run on, whose clock may be set and whose disk may fill meanwhile."""
    return now().clock, current_disk_level(floor.db)


def test_pages_that_are_asked_twice_say_the_same(floor: Floor, client: FlaskClient) -> None:
    """Else the test above would prove nothing."""
    before(floor, "orders", "")
    with time_machine.travel(now().time, tick=False):  # a page that shows the minute may tell the next one
        stood = machine(floor)
        was, again = seen(client, floor), seen(client, floor)
        while stood != (stood := machine(floor)):
            was, again = seen(client, floor), seen(client, floor)
    told = {page: list(unified_diff(was[page].split("\n"), again[page].split("\n"), n=0)) for page in was}
    assert {page: lines for page, lines in told.items() if lines} == {}


def test_an_order_row_is_all_that_is_read(floor: Floor) -> None:
    assert ROW_TYPES["orders"] is OrderRow


# --- pickup.on = false, and an installer


def test_a_store_without_pickup_offers_it_nowhere(floor: Floor, client: FlaskClient) -> None:
    before(floor, "orders", "")
    keep(floor.db, msgspec.convert(put_in(msgspec.to_builtins(POLICY), "pickup.on", False), Policy))
    assert "/pickup" not in client.get("/kiosk/kiosk-1/home").text
    assert client.get("/kiosk/kiosk-1/pickup").text.count("steps") == 0
    assert "4821" not in client.get("/board").text
    assert "/board" not in client.get("/").text
    seq = floor.scan(pickup_code("4821"))
    assert "4821" not in client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
    assert floor.db.conn.execute("select kind from outcomes where seq = ?", (seq,)).fetchone() == ("not_here",)
    seq = floor.scan("M12345678")
    assert "4822" not in client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
    assert client.post(f"/kiosk/kiosk-1/on-my-way/{seq}/o-4822").status_code == 404
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    for page in ("", "/list/done"):
        assert client.get(f"/staff/counter-1{page}").headers["Location"] == "/staff/counter-1/goods"
    assert client.get(f"/staff/counter-1/order/{ORDER}").status_code == 404
    assert 'href="/staff/counter-1"' not in client.get("/staff/counter-1/goods").text
    assert floor.db.conn.execute("select count(*) from pickup_steps").fetchone() == (0,)


def test_an_installer_sees_devices_and_no_shoppers(floor: Floor, client: FlaskClient) -> None:
    before(floor, "orders", "")
    floor.feed("staff", "s-1", row(floor, "staff", "s-1") | {"role": "installer"})
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    for page in ("", "/list/prepare", f"/order/{ORDER}"):
        assert client.get(f"/staff/counter-1{page}").headers["Location"] == "/staff/counter-1/devices"
    client.post(f"/staff/counter-1/order/{ORDER}/check")
    seq = floor.scan("M12345678", "counter-1")
    assert client.get(f"/staff/counter-1/visitor/{seq}").headers["Location"] == "/staff/counter-1/devices"
    assert client.get("/staff/counter-1/goods").status_code == 200
    assert floor.db.conn.execute("select count(*) from journal where type like '%viewed%'").fetchone() == (0,)


def test_an_order_without_a_promise_is_promised_by_the_policy(floor: Floor, client: FlaskClient) -> None:
    floor.order("4821", State.PLACED, promise_at=None, placed_at="2026-11-26T00:00:00Z")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert "11:00" in client.get("/staff/counter-1/list/prepare").text
    keep(floor.db, msgspec.convert(put_in(msgspec.to_builtins(POLICY), "pickup.promise_hours", 3), Policy))
    assert "12:00" in client.get("/staff/counter-1/list/prepare").text
