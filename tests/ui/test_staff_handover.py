"""The hand-over: proof at this station, every piece ticked, once only, ten seconds to take it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.config import Station
from edge.pickup import order as orders
from edge.pickup.life import State
from edge.pickup.order import OrderLine
from edge.store import rows
from edge.words import Words
from tests.ui.shop_floor import FULL_NAME, PIN, SHIRT_M, Floor, ean13, gtin14, pickup_code
from ui.screens import Screens
from ui.staff.queue import new_key

HERE = "/staff/counter-1/order/o-4821"


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    """A clerk at counter-1, with order 4821 ready on the shelf."""
    floor.order("4821")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def state(floor: Floor, order: str = "o-4821") -> State:
    found = orders.find(floor.db, floor.hq, floor.box, order)
    assert found is not None
    return found.state


def give(clerk: FlaskClient, **form: Any) -> None:
    clerk.post(f"{HERE}/hand-over", data={"key": new_key(), "tick": ["1-1"], **form})


def facts(floor: Floor, kind: str) -> list[dict[str, Any]]:
    found = rows(floor.db, "select event from journal where type = ? order by seq", (f"noren.{kind}",))
    return [msgspec.json.decode(row["event"]) for row in found]


def test_the_pickup_code_read_here_opens_the_order_with_the_full_name(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(pickup_code("4821"), "counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert FULL_NAME in page
    assert 'data-proven="yes"' in page


def test_without_a_proof_the_full_name_is_nowhere(clerk: FlaskClient) -> None:
    assert FULL_NAME not in clerk.get(HERE).text
    assert FULL_NAME not in clerk.get("/staff/counter-1").text


def test_a_code_read_here_is_proof(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert state(floor) is State.HANDED_OVER
    assert facts(floor, "pickup.handed_over")[0]["data"]["proof"] == "code"


def test_a_code_read_before_the_change_of_clerks_proves_nothing_to_the_next_one(
    clerk: FlaskClient, floor: Floor
) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    assert FULL_NAME in clerk.get(HERE).text
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert FULL_NAME not in clerk.get(HERE).text
    give(clerk)
    assert state(floor) is State.READY
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert state(floor) is State.HANDED_OVER


@pytest.mark.parametrize("station", ("kiosk-1", "door", "counter-2"))
def test_a_code_read_at_another_station_is_none(
    clerk: FlaskClient, floor: Floor, station: str, screens: Screens
) -> None:
    floor.config.stations.append(Station(id="counter-2", role="counter", name=Words(ja="奥")))
    floor.scan(pickup_code("4821"), station)
    give(clerk)
    assert state(floor) is not State.HANDED_OVER


def test_a_page_that_only_claims_a_proof_is_not_believed(clerk: FlaskClient, floor: Floor) -> None:
    give(clerk, proof="code", who="same")
    assert state(floor) is State.READY


def test_another_orders_code_is_no_proof_and_takes_the_last_ones_place(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4790")
    floor.scan(pickup_code("4821"), "counter-1")
    floor.scan(pickup_code("4790"), "counter-1")
    give(clerk)
    assert state(floor) is State.READY


def test_a_code_read_ten_minutes_ago_is_no_proof_any_more(clerk: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=10, seconds=5)):
        floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert state(floor) is State.READY


def test_number_and_name_said_by_the_shopper_are_proof(clerk: FlaskClient, floor: Floor) -> None:
    clerk.post(f"{HERE}/check")
    assert FULL_NAME in clerk.get(HERE).text
    give(clerk, who="same")
    assert facts(floor, "pickup.handed_over")[0]["data"]["proof"] == "name"


def test_a_proxy_is_named_with_their_relation(clerk: FlaskClient, floor: Floor) -> None:
    clerk.post(f"{HERE}/check")
    give(clerk, who="proxy", relation="family")
    assert state(floor) is State.READY
    give(clerk, who="proxy", relation="family", proxy="サトウ ハナ")
    told = facts(floor, "pickup.handed_over")[0]["data"]
    assert (told["proof"], told["relation"], told["proxy"]) == ("proxy", "family", "サトウ ハナ")


def test_a_name_opened_by_one_clerk_is_closed_for_the_next(clerk: FlaskClient) -> None:
    clerk.post(f"{HERE}/check")
    clerk.post("/staff/counter-1/lock")
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert FULL_NAME not in clerk.get(HERE).text


def test_looking_at_a_named_order_is_told_once_per_opening(clerk: FlaskClient, floor: Floor) -> None:
    clerk.get(HERE)
    assert facts(floor, "staff.viewed_member") == []
    for times in (1, 2):
        floor.scan(pickup_code("4821"), "counter-1")
        clerk.get(HERE)
        clerk.get(HERE)
        assert len(facts(floor, "staff.viewed_member")) == times
    assert facts(floor, "staff.viewed_member")[0]["staff"] == "s-1"


@pytest.mark.parametrize(("ticks", "done"), ((["1-1"], False), (["1-1", "1-2", "2-1"], True), ([], False)))
def test_every_piece_must_be_ticked(clerk: FlaskClient, floor: Floor, ticks: list[str], done: bool) -> None:
    lines = [OrderLine(line=1, gtin=SHIRT_M, quantity=2), OrderLine(line=2, gtin=gtin14(101))]
    floor.order("4821", lines=lines)
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk, tick=ticks)
    assert (state(floor) is State.HANDED_OVER) is done


def test_what_is_to_be_paid_here_must_be_paid(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", paid=False)
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert state(floor) is State.READY
    give(clerk, paid="yes")
    assert state(floor) is State.HANDED_OVER


def test_a_double_tap_hands_over_once(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    key = new_key()
    for _ in range(3):
        give(clerk, key=key)
    assert len(facts(floor, "pickup.handed_over")) == 1


def test_a_second_hand_over_is_refused_in_words(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", state=State.HANDED_OVER, handed_over_at="2026-11-20T03:00:00.000Z")
    seq = floor.scan(pickup_code("4821"), "counter-1")
    page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
    assert "お渡し済みの注文です" in page
    assert "二度はお渡しできません" in page


@pytest.mark.parametrize(
    ("stands", "words"),
    ((State.CANCELLED, "取り消された注文です"), (State.UNFULFILLABLE, "ご用意できなかった注文です")),
)
def test_what_cannot_be_handed_over_says_what_to_do(
    clerk: FlaskClient, floor: Floor, stands: State, words: str
) -> None:
    floor.order("4821", state=stands)
    page = clerk.get(HERE).text
    assert words in page
    assert "お渡し完了" not in page


def test_another_stores_order_names_the_store(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", store="yurakucho", name="", lines=[])
    assert "有楽町店の注文です" in clerk.get(HERE).text
    answer = clerk.get(f"/staff/counter-1/outcome/{floor.scan(pickup_code('4821'), 'counter-1')}")
    assert answer.json is not None
    assert "有楽町店" in answer.json["text"]


def test_a_hand_over_can_be_taken_back_at_once(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert "data-undo" in clerk.get(HERE).text
    clerk.post(f"{HERE}/undo", data={"key": new_key()})
    assert state(floor) is State.ARRIVED


def test_after_ten_seconds_it_cannot(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=13)):
        page = clerk.post(f"{HERE}/undo", data={"key": new_key()}, follow_redirects=True).text
    assert state(floor) is State.HANDED_OVER
    assert "10秒を過ぎたので" in page


def test_it_is_not_them_is_told_and_voids_the_proof(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    key = new_key()
    for _ in range(2):
        clerk.post(f"{HERE}/refuse", data={"key": key})
    assert len(facts(floor, "pickup.identity_refused")) == 1
    give(clerk)
    assert state(floor) is State.READY


def test_a_missing_piece_ends_the_order_and_hq_is_told_which_and_why(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", lines=[OrderLine(line=1, gtin=SHIRT_M, quantity=2), OrderLine(line=2, gtin=gtin14(101))])
    for half in ({}, {"reason": "damaged"}, {"missing": "1-2"}, {"reason": "damaged", "missing": "9-9"}):
        page = clerk.post(f"{HERE}/short", data={"key": new_key(), **half}, follow_redirects=True).text
        assert "ない品物と理由を選んでください。" in page
        assert state(floor) is State.READY
    clerk.post(f"{HERE}/short", data={"key": new_key(), "reason": "damaged", "missing": ["1-2", "2-1", "9-9"]})
    assert state(floor) is State.UNFULFILLABLE
    told = facts(floor, "pickup.short")[0]["data"]
    assert (told["reason"], told["missing"]) == ("damaged", ["1-2", "2-1"])


def test_an_order_is_accepted_picked_and_put_on_a_shelf(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PLACED)
    for action in ("accept", "pick"):
        clerk.post(f"{HERE}/{action}", data={"key": new_key()})
    clerk.post(f"{HERE}/ready", data={"key": new_key(), "shelf": "not a shelf!"})
    assert state(floor) is State.PICKING
    clerk.post(f"{HERE}/ready", data={"key": new_key(), "shelf": "c-3"})
    assert state(floor) is State.READY
    assert "<b>C-3</b>" in clerk.get("/staff/counter-1").text


def test_a_step_that_came_too_late_says_how_the_order_stands(clerk: FlaskClient) -> None:
    page = clerk.post(f"{HERE}/accept", data={"key": new_key()}, follow_redirects=True).text
    assert "ほかの端末で先に進みました" in page


def test_a_tag_ticks_its_piece_while_an_order_is_open(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(ean13(SHIRT_M), "counter-1")
    answer = clerk.get(f"/staff/counter-1/outcome/{seq}?order=o-4821").json
    assert answer is not None
    assert (answer["do"], answer["gtin"]) == ("tick", SHIRT_M)


def test_another_stations_scan_is_not_answered_here(clerk: FlaskClient, floor: Floor) -> None:
    assert clerk.get(f"/staff/counter-1/outcome/{floor.scan(ean13(SHIRT_M), 'kiosk-1')}").status_code == 404


def test_a_strangers_page_hands_nothing_over(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    clerk.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    give(clerk)
    assert state(floor) is State.READY
