"""The pickup list: who is here first, then what is pressing; names masked, numbers counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.config.policy import Pickup
from edge.features.pickup.state_machine import State
from edge.features.staff import calls
from edge.platform.clock import now, utc_text
from edge.platform.database import first_row, writing
from tests.edge.floor import facts
from tests.ui.shop_floor import FULL_NAME, ONLINE_ONLY, PIN, POLICY, SHIRT_M, Floor, ean13, pickup_code
from ui.staff.orders import pickup_list


@pytest.fixture
def clerk(client: FlaskClient) -> FlaskClient:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def soon(**ahead: int) -> str:
    return utc_text(datetime.now(UTC) + timedelta(**ahead))


def test_shoppers_who_are_here_stand_first_the_longest_wait_on_top(floor: Floor) -> None:
    for number in ("1001", "1002", "1003"):
        floor.order(number)
    floor.scan(pickup_code("1003"))
    floor.db.conn.execute("update pickup_steps set time = ?", (soon(minutes=-7),))
    floor.scan(pickup_code("1002"))
    pile = pickup_list.tab_contents(floor.shop, "waiting", now().time)
    assert [(row.number, row.waited) for row in pile.here] == [("1003", 7), ("1002", 0)]
    assert [row.number for row in pile.rest] == ["1001"]


def test_a_shopper_who_came_early_is_seen_waiting_too(floor: Floor) -> None:
    floor.order("1001", State.PICKING)
    floor.scan(pickup_code("1001"))
    assert [row.number for row in pickup_list.tab_contents(floor.shop, "waiting", now().time).here] == ["1001"]


def test_each_tab_counts_its_orders(floor: Floor) -> None:
    floor.order("1001", hold_until=soon(days=4))
    floor.order("1002", hold_until=soon(seconds=1))
    floor.order("1003", State.PICKING)
    floor.order("1004", State.HANDED_OVER, handed_over_at=soon(hours=-1))
    floor.order("1005", State.CANCELLED)
    counts = pickup_list.tab_contents(floor.shop, "waiting", now().time).counts
    assert counts == {"waiting": 2, "prepare": 1, "today": 1, "back": 0, "done": 1}


@pytest.mark.parametrize(("minutes", "level"), ((45, "calm"), (20, "soon"), (14, "red"), (1, "red"), (-1, "past")))
def test_a_promise_turns_amber_then_red_before_it_is_late(floor: Floor, minutes: int, level: str) -> None:
    floor.order("1001", State.PLACED, promise_at=soon(minutes=minutes))
    (row,) = pickup_list.tab_contents(floor.shop, "prepare", now().time).rest
    assert row.due is not None
    assert row.due.level == level


def test_how_long_before_it_turns_red_is_hqs_to_set(floor: Floor) -> None:
    floor.order("1001", State.PLACED, promise_at=soon(minutes=45))
    floor.policy(msgspec.structs.replace(POLICY, pickup=Pickup(red_minutes=60)))
    (row,) = pickup_list.tab_contents(floor.shop, "prepare", now().time).rest
    assert row.due is not None
    assert row.due.level == "red"


def test_overdue_orders_stand_on_top_and_each_says_its_age(clerk: FlaskClient, floor: Floor) -> None:
    for number, minutes in (("1001", 90), ("1002", -20), ("1003", 10), ("1004", -5)):
        floor.order(number, State.PLACED, promise_at=soon(minutes=minutes), placed_at=soon(minutes=minutes - 120))
    rows = pickup_list.tab_contents(floor.shop, "prepare", now().time).rest
    assert [(row.number, row.age) for row in rows] == [("1002", 140), ("1004", 125), ("1003", 110), ("1001", 30)]
    assert "ご注文から30分" in clerk.get("/staff/counter-1/list/prepare").text


@pytest.mark.parametrize(("name", "seen"), (("サトウ ミナミ", "サトウ ミ＊＊"), (FULL_NAME, "サ＊＊"), ("", "＊＊")))
def test_a_name_on_the_list_is_masked(name: str, seen: str) -> None:
    assert pickup_list.half_masked(name) == seen


def test_no_tab_holds_a_full_name(clerk: FlaskClient, floor: Floor) -> None:
    for number, state in (("1001", State.READY), ("1002", State.PLACED), ("1003", State.HANDED_OVER)):
        floor.order(number, state, hold_until=soon())
    for tab in pickup_list.TAB_NAMES:
        assert FULL_NAME not in clerk.get(f"/staff/counter-1/list/{tab}").text


def test_a_call_is_answered_once_and_the_first_to_go_is_named(clerk: FlaskClient, floor: Floor) -> None:
    clerk.post("/kiosk/kiosk-1/call")
    for _ in range(2):
        clerk.post("/staff/counter-1/calls/1/answer")
    assert first_row(floor.db, "select staff from staff_calls where answered is not null") == ("s-1",)


def test_hq_is_told_once_how_long_a_caller_waited(clerk: FlaskClient, floor: Floor) -> None:
    called = now()
    with writing(floor.db):
        calls.call_staff(floor.db, "kiosk-1", replace(called, uptime_ms=called.uptime_ms - 90_000))
    for _ in range(2):
        clerk.post("/staff/counter-1/calls/1/answer")
    (told,) = facts(floor.shop, "staff.assisted")
    assert (told["staff"], told["station"]) == ("s-1", "kiosk-1")
    assert told["data"]["seconds"] >= 90


def test_how_long_a_caller_waited_over_a_restart_is_not_known(clerk: FlaskClient, floor: Floor) -> None:
    with writing(floor.db):
        calls.call_staff(floor.db, "kiosk-1", replace(now(), boot="the boot before"))
    clerk.post("/staff/counter-1/calls/1/answer")
    assert [one["data"] for one in facts(floor.shop, "staff.assisted")] == [{"seconds": None}]


def test_a_tag_shows_the_exact_number_and_the_shelf(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(ean13(SHIRT_M), "counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert '<span class="count num">2</span>' in page
    assert "B-14" in page
    assert "有楽町店" in page


def test_a_number_that_is_typed_finds_the_same(clerk: FlaskClient) -> None:
    for asked in (ean13(SHIRT_M), "41-2208"):
        assert clerk.get(f"/staff/counter-1/goods?number={asked}").status_code == 303
    assert "見つかりません" in clerk.get("/staff/counter-1/goods?number=123").text
    assert clerk.get(f"/staff/counter-1/goods/{ONLINE_ONLY}").status_code == 200


def test_a_members_card_opens_their_orders_and_is_no_proof(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("1001", member="m-1")
    seq = floor.scan("M12345678", "counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert "1001" in page
    assert FULL_NAME not in page
    assert 'data-proven="no"' in clerk.get("/staff/counter-1/order/o-1001").text


@pytest.mark.parametrize("code", ("noren:p:o-1:nothing", "4900000000016", "not a code at all!", "]]]"))
def test_a_code_that_opens_nothing_is_answered_in_a_clerks_words(clerk: FlaskClient, floor: Floor, code: str) -> None:
    answer = clerk.get(f"/staff/counter-1/outcome/{floor.scan(code, 'counter-1')}").json
    assert answer is not None
    assert answer["do"] == "say"
    assert code not in answer["text"]


def test_links_keep_the_language(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("1001")
    page = clerk.get("/staff/counter-1?lang=en").text
    assert "/staff/counter-1/order/o-1001?lang=en" in page
    assert "To hand over" in page


def test_hq_away_is_told_on_every_page_and_that_the_shop_goes_on(clerk: FlaskClient, floor: Floor) -> None:
    floor.db.conn.execute("delete from line")
    floor.db.conn.execute(
        "insert into line (state, since, heard, detail, only_one) values ('down', ?, null, 'cut', 1)", (now().text,)
    )
    page = clerk.get("/staff/counter-1").text
    assert "本部とつながっていません。お店の業務は、このまま続けられます。" in page


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_order_that_has_ended_is_told_by_its_number_alone(clerk: FlaskClient, floor: Floor, lang: str) -> None:
    floor.order("1001", State.HANDED_OVER, name="", handed_over_at=soon(minutes=-3))  # sync/feeds/ended_orders.py
    for page in (f"/staff/counter-1/list/done?lang={lang}", f"/staff/counter-1/order/o-1001?lang={lang}"):
        shown = clerk.get(page).text
        assert "1001" in shown
        assert "＊" not in shown
        assert " 様<" not in shown
