"""The hand-over: proof at this station, every piece ticked, once only, ten seconds to take it back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient
from msgspec import structs

from edge.config.policy import ProofRules
from edge.config.station_role import Role
from edge.config.toml_schema import Station
from edge.features.pickup import order as orders
from edge.features.pickup import piece_ticks
from edge.features.pickup.order import OrderLine
from edge.features.pickup.piece_ticks import PieceCheck
from edge.features.pickup.state_machine import Action, State
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.sessions import Session, Staff
from edge.platform.database import rows, writing
from edge.validation.localized_text import LocalizedText
from tests.ui.shop_floor import FULL_NAME, PIN, POLICY, SHIRT_M, Floor, ean13, gtin14, pickup_code, tick
from ui.process_state.screens import Screens
from ui.staff.form_key import new_form_key

HERE = "/staff/counter-1/order/o-4821"


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    """A clerk at counter-1, with order 4821 ready on the shelf."""
    floor.order("4821")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def state(floor: Floor, order: str = "o-4821") -> State:
    found = orders.find_order(floor.db, floor.hq, floor.box, order)
    assert found is not None
    return found.state


def give(clerk: FlaskClient, pieces: Sequence[str] = ("1-1",), **form: Any) -> str:
    tick(clerk, "o-4821", *pieces)
    return clerk.post(f"{HERE}/hand-over", data={"key": new_form_key(), **form}, follow_redirects=True).text


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
    floor.config.stations.append(Station(id="counter-2", role=Role.COUNTER, name=LocalizedText(ja="奥")))
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


def test_every_look_at_a_full_name_is_told_and_what_a_page_fetches_by_itself_is_none(
    clerk: FlaskClient, floor: Floor
) -> None:
    clerk.get(HERE)
    assert facts(floor, "staff.viewed_member") == []
    for _ in range(2):
        floor.scan(pickup_code("4821"), "counter-1")
        clerk.get(HERE)
        clerk.get(HERE)
        assert FULL_NAME in clerk.get(HERE, headers={"Noren-Quiet": "1"}).text
    clerk.post(f"{HERE}/refuse", data={"key": new_form_key()})
    clerk.post(f"{HERE}/check")
    clerk.get(HERE)
    clerk.get(HERE)
    told = facts(floor, "staff.viewed_member")
    assert [(one["data"]["why"], one["data"].get("again", False)) for one in told] == [
        *[("pickup_code", False), ("pickup_code", True)] * 2,
        *[("name_check", False), ("name_check", True)],
    ]
    assert {(one["staff"], one["station"]) for one in told} == {("s-1", "counter-1")}


def test_a_look_that_says_it_is_the_pages_own_is_told_all_the_same_unless_one_was_before(
    clerk: FlaskClient, floor: Floor
) -> None:
    quiet = {"Noren-Quiet": "1"}
    clerk.post(f"{HERE}/check")
    visitor = f"/staff/counter-1/visitor/{floor.scan('M12345678', 'counter-1')}"
    for _ in range(2):
        assert FULL_NAME in clerk.get(HERE, headers=quiet).text
        assert clerk.get(visitor, headers=quiet).status_code == 200
    assert [len(facts(floor, f"staff.viewed_{what}")) for what in ("member", "visitor")] == [1, 1]


def test_a_name_that_was_opened_closes_by_itself(clerk: FlaskClient) -> None:
    clerk.post(f"{HERE}/check")
    assert FULL_NAME in clerk.get(HERE).text
    start = datetime.now(UTC)
    for minutes in (2, 4, 6, 8, 9.9):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert FULL_NAME in clerk.get(HERE).text
    with time_machine.travel(start + timedelta(minutes=10, seconds=5)):
        assert FULL_NAME not in clerk.get(HERE).text


def names_opened(clerk: FlaskClient, floor: Floor, numbers: range) -> int:
    opened = 0
    for number in numbers:
        floor.order(str(number))
        address = f"/staff/counter-1/order/o-{number}"
        opened += FULL_NAME in clerk.post(f"{address}/check", follow_redirects=True).text
    return opened


def test_who_opens_one_name_after_another_waits_and_hq_is_told_once(clerk: FlaskClient, floor: Floor) -> None:
    most = POLICY.proofs.names_in_row
    assert names_opened(clerk, floor, range(5000, 5010)) == most
    page = clerk.post(f"{HERE}/check", follow_redirects=True).text
    assert "お名前の確認が続いたため" in page
    assert FULL_NAME not in page
    (told,) = facts(floor, "staff.unusual_looks")
    assert (told["staff"], told["data"]) == ("s-1", {"names": most, "minutes": 10})
    floor.scan(pickup_code("4821"), "counter-1")
    assert FULL_NAME in clerk.get(HERE).text  # the shopper's own code opens it as ever


def test_a_name_that_led_to_a_hand_over_is_no_unusual_look(clerk: FlaskClient, floor: Floor) -> None:
    for number in range(5000, 5010):
        assert names_opened(clerk, floor, range(number, number + 1)) == 1
        form = {"key": new_form_key(), "who": "same"}
        tick(clerk, f"o-{number}", "1-1")
        clerk.post(f"/staff/counter-1/order/o-{number}/hand-over", data=form)
    assert facts(floor, "staff.unusual_looks") == []


def test_a_hand_over_that_is_taken_back_was_a_look_all_the_same(clerk: FlaskClient, floor: Floor) -> None:
    most = POLICY.proofs.names_in_row
    for number in range(5000, 5000 + most):
        assert names_opened(clerk, floor, range(number, number + 1)) == 1
        form = {"key": new_form_key(), "who": "same"}
        tick(clerk, f"o-{number}", "1-1")
        clerk.post(f"/staff/counter-1/order/o-{number}/hand-over", data=form)
        clerk.post(f"/staff/counter-1/order/o-{number}/undo", data={"key": new_form_key()})
    assert names_opened(clerk, floor, range(6000, 6001)) == 0


def test_how_many_names_may_be_opened_is_the_policys(clerk: FlaskClient, floor: Floor) -> None:
    floor.policy(structs.replace(POLICY, proofs=ProofRules(names_in_row=2)))
    assert names_opened(clerk, floor, range(5000, 5010)) == 2


LEAD = {"lead": "s-9", "lead_pin": "9999"}


@pytest.fixture
def strict(clerk: FlaskClient, floor: Floor) -> FlaskClient:
    """A clerk whose chain wants a lead beside hand-overs without a code, and a lead."""
    floor.policy(structs.replace(POLICY, proofs=ProofRules(lead_for=["name", "proxy"])))
    floor.feed("staff", "s-9", Staff(staff="s-9", name="原 みどり", mark="原", role="lead", pin=hash_pin("9999")))
    return clerk


@pytest.mark.parametrize("who", ({"who": "same"}, {"who": "proxy", "relation": "family", "proxy": "サトウ ハナ"}))
def test_a_proof_the_policy_names_needs_a_leads_pin(strict: FlaskClient, floor: Floor, who: dict[str, str]) -> None:
    strict.post(f"{HERE}/check")
    assert 'data-lead="name proxy"' in strict.get(HERE).text
    for wrong in ({}, {"lead": "s-9"}, {**LEAD, "lead_pin": "0000"}, {"lead": "s-1", "lead_pin": PIN}):
        give(strict, **who, **wrong)
        assert state(floor) is State.READY, wrong
    give(strict, **who, **LEAD)
    assert state(floor) is State.HANDED_OVER
    told = facts(floor, "pickup.handed_over")[0]
    assert (told["staff"], told["data"]["lead"]) == ("s-1", "s-9")


def test_a_proof_the_policy_does_not_name_needs_none(strict: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    give(strict)
    assert "lead" not in facts(floor, "pickup.handed_over")[0]["data"]


def test_a_leads_pin_is_not_guessed_by_handing_over(strict: FlaskClient, floor: Floor) -> None:
    strict.post(f"{HERE}/check")
    for _ in range(5):
        give(strict, who="same", lead="s-9", lead_pin="0000")
    give(strict, who="same", **LEAD)
    assert state(floor) is State.READY
    assert facts(floor, "staff.locked")[0]["staff"] == "s-9"


def test_a_lead_needs_nobody_beside_them(strict: FlaskClient, floor: Floor) -> None:
    strict.post("/staff/counter-1/login", data={"staff": "s-9", "pin": "9999"})
    strict.post(f"{HERE}/check")
    assert 'data-lead=""' in strict.get(HERE).text
    give(strict, who="same")
    assert state(floor) is State.HANDED_OVER


def test_every_look_at_who_was_here_is_told_and_a_past_visitors_too(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678", "counter-1")
    page = f"/staff/counter-1/visitor/{seq}"
    clerk.get(page)
    clerk.get(page, headers={"Noren-Quiet": "1"})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        clerk.get(page)
    told = facts(floor, "staff.viewed_visitor")
    assert [(one["member"], one["staff"], one["data"]["past"]) for one in told] == [
        ("m-1", "s-1", False),
        ("m-1", "s-1", True),
    ]


@pytest.mark.parametrize(("ticks", "done"), ((["1-1"], False), (["1-1", "1-2", "2-1"], True), ([], False)))
def test_every_piece_must_be_ticked(clerk: FlaskClient, floor: Floor, ticks: list[str], done: bool) -> None:
    lines = [OrderLine(line=1, gtin=SHIRT_M, quantity=2), OrderLine(line=2, gtin=gtin14(101))]
    floor.order("4821", lines=lines)
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk, ticks)
    assert (state(floor) is State.HANDED_OVER) is done


TWO = [OrderLine(line=1, gtin=SHIRT_M), OrderLine(line=2, gtin=gtin14(101))]
BOTH = ["1-1", "2-1"]


def ticks_shown(clerk: FlaskClient) -> int:
    return clerk.get(HERE).text.count('aria-checked="true"')


def test_goods_are_ready_only_if_every_piece_was_ticked_while_they_were_collected(
    clerk: FlaskClient, floor: Floor
) -> None:
    floor.order("4821", State.PICKING, lines=TWO)
    for pieces in ((), ("1-1",)):
        tick(clerk, "o-4821", *pieces)
        page = clerk.post(
            f"{HERE}/ready", data={"key": new_form_key(), "shelf": "C-3", "tick": BOTH}, follow_redirects=True
        ).text
        assert "まだ確認していない品物があります" in page
        assert state(floor) is State.PICKING
    tick(clerk, "o-4821", "2-1")
    clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "C-3"})
    assert state(floor) is State.READY


def test_ticks_of_the_collecting_are_none_at_the_hand_over(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING, lines=TWO)
    tick(clerk, "o-4821", *BOTH)
    clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "C-3"})
    assert ticks_shown(clerk) == 0
    floor.scan(pickup_code("4821"), "counter-1")
    assert "まだ確認が残っています" in give(clerk, (), tick=BOTH)  # what a page says of its own ticks is not believed
    assert state(floor) is State.READY
    give(clerk, BOTH)
    assert state(floor) is State.HANDED_OVER


def test_the_next_clerk_ticks_for_themselves(clerk: FlaskClient, floor: Floor) -> None:
    tick(clerk, "o-4821", "1-1")
    assert ticks_shown(clerk) == 1
    clerk.post("/staff/counter-1/lock")
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert ticks_shown(clerk) == 0
    floor.scan(pickup_code("4821"), "counter-1")
    assert "まだ確認が残っています" in give(clerk, ())


@pytest.mark.parametrize("press", ("refuse", "undo"))
def test_after_it_is_not_them_and_after_a_hand_over_was_taken_back_nothing_is_ticked(
    clerk: FlaskClient, floor: Floor, press: str
) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    if press == "undo":
        give(clerk)
    else:
        tick(clerk, "o-4821", "1-1")
    clerk.post(f"{HERE}/{press}", data={"key": new_form_key()})
    assert ticks_shown(clerk) == 0


def test_a_tick_is_taken_back_and_one_of_no_piece_of_the_order_counts_for_nothing(
    clerk: FlaskClient, floor: Floor
) -> None:
    floor.order("4821", lines=TWO)
    answer = tick(clerk, "o-4821", "1-1", "2-1", "9-9")
    assert answer.json == {"do": "ticked", "order": "o-4821", "ticked": ["1-1", "2-1"], "instead": {}}
    assert tick(clerk, "o-4821", "1-1", on="no").json["ticked"] == ["2-1"]  # type: ignore[index]


def test_a_tick_of_goods_that_hq_has_replaced_since_counts_for_nothing(clerk: FlaskClient, floor: Floor) -> None:
    tick(clerk, "o-4821", "1-1")
    floor.order("4821", lines=[OrderLine(line=1, gtin=gtin14(101))])
    assert ticks_shown(clerk) == 0


def test_an_order_that_needs_no_check_is_shown_as_it_is(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.CANCELLED)
    answer = tick(clerk, "o-4821", "1-1")
    assert answer.status_code == 303
    assert answer.location.startswith(HERE)


def test_what_is_to_be_paid_here_must_be_paid(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", paid=False)
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    assert state(floor) is State.READY
    give(clerk, paid="yes")
    assert state(floor) is State.HANDED_OVER


def test_a_double_tap_hands_over_once(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    key = new_form_key()
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


@pytest.mark.parametrize(
    ("by", "words"), ((None, "15:42 に本部が取り消しました"), ("shopper", "15:42 にお客様のお申し出で取り消されました"))
)
def test_a_cancelled_order_says_by_whom_and_when(clerk: FlaskClient, floor: Floor, by: str | None, words: str) -> None:
    floor.order("4821", State.CANCELLED, cancelled_at="2026-11-20T06:42:00Z", cancelled_by=by)
    assert words in clerk.get(HERE).text


def test_a_press_after_hqs_cancellation_hands_nothing_over_and_blames_nobody_in_the_store(
    clerk: FlaskClient, floor: Floor
) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    tick(clerk, "o-4821", "1-1")
    floor.order("4821", State.CANCELLED)
    page = clerk.post(f"{HERE}/hand-over", data={"key": new_form_key()}, follow_redirects=True).text
    assert "取り消された注文です" in page
    assert "先に進" not in page
    assert state(floor) is State.CANCELLED


def test_who_was_faster_is_said(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PLACED)
    floor.feed("staff", "s-2", Staff(staff="s-2", name="原 みどり", mark="原", role="clerk", pin=hash_pin(PIN)))
    clerk.post("/staff/counter-1/login", data={"staff": "s-2", "pin": PIN})
    clerk.post(f"{HERE}/pick", data={"key": new_form_key()})
    clerk.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    page = clerk.post(f"{HERE}/pick", data={"key": new_form_key()}, follow_redirects=True).text
    assert "社員番号 s-2 が先に進めました" in page


def shelved(clerk: FlaskClient, floor: Floor, number: str, shelf: str, **more: Any) -> None:
    """An order that was collected here and lies on a shelf."""
    floor.order(number, State.PICKING, **more)
    tick(clerk, f"o-{number}", "1-1", "2-1")
    address = f"/staff/counter-1/order/o-{number}"
    clerk.post(f"{address}/ready", data={"key": new_form_key(), "shelf": shelf})
    assert state(floor, f"o-{number}") is State.READY


def test_two_orders_on_one_shelf_are_told_of_each_other(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3")
    assert "ほかの注文の品物" not in clerk.get(HERE).text
    shelved(clerk, floor, "4790", "c-3")
    assert "棚 C-3 には、ほかの注文の品物もあります：4790" in clerk.get(HERE).text
    assert "棚 C-3 には、ほかの注文の品物もあります：4821" in clerk.get("/staff/counter-1/order/o-4790").text


BACK = "/staff/counter-1/list/back"


def ended(floor: Floor, number: str, stands: State, lines: list[OrderLine]) -> None:
    """HQ ends an order with all that the store has done counted."""
    (counted,) = floor.db.conn.execute("select max(fact) from pickup_steps").fetchone()
    floor.order(number, stands, lines=lines, epoch=floor.box.epoch, through_seq=counted)


@pytest.mark.parametrize("stands", (State.CANCELLED, State.REJECTED, State.NO_SHOW, State.UNFULFILLABLE))
def test_goods_that_nobody_will_fetch_are_put_back_piece_by_piece_and_hq_is_told(
    clerk: FlaskClient, floor: Floor, stands: State
) -> None:
    shelved(clerk, floor, "4821", "C-3", lines=TWO)
    assert "o-4821" not in clerk.get(BACK).text
    ended(floor, "4821", stands, TWO)
    listed = clerk.get(BACK).text
    assert "o-4821?back=1" in listed
    assert "<b>C-3</b>" in listed
    clerk.post(f"{HERE}/tick?back=1", data={"piece": ["1-1"]})
    page = clerk.post(f"{HERE}/restock?back=1", data={"key": new_form_key()}, follow_redirects=True).text
    assert "まだ確認していない品物があります" in page
    clerk.post(f"{HERE}/tick?back=1", data={"piece": ["2-1"]})
    clerk.post(f"{HERE}/restock?back=1", data={"key": new_form_key()})
    assert state(floor) is State.RESTOCKED
    (told,) = facts(floor, "pickup.restocked")
    assert (told["staff"], told["data"]["number"], told["data"]["from"]) == ("s-1", "4821", str(stands))
    assert "o-4821" not in clerk.get(BACK).text


def test_an_order_that_was_never_collected_leaves_nothing_to_put_back(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.CANCELLED)
    assert "o-4821" not in clerk.get(BACK).text
    clerk.post(f"{HERE}/restock", data={"key": new_form_key()})
    assert state(floor) is State.CANCELLED


def give_up(clerk: FlaskClient, *pieces: str) -> None:
    """Note what is missing, and then give the order up."""
    clerk.post(f"{HERE}/missing", data={"key": new_form_key(), "reason": "damaged", "piece": list(pieces)})
    clerk.post(f"{HERE}/short", data={"key": new_form_key()})


def test_of_a_short_order_only_what_was_found_is_put_back(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3", lines=TWO)
    give_up(clerk, "2-1")
    assert "o-4821?back=1" in clerk.get(BACK).text
    assert tick(clerk, "o-4821", "1-1", "2-1").json["ticked"] == ["1-1"]  # type: ignore[index]
    clerk.post(f"{HERE}/restock", data={"key": new_form_key()})
    assert state(floor) is State.RESTOCKED


def test_an_order_of_which_nothing_was_found_leaves_nothing_to_put_back(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3")
    give_up(clerk, "1-1")
    assert "o-4821" not in clerk.get(BACK).text


def test_a_hand_over_taken_back_after_hqs_cancellation_is_put_back(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3")
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    floor.order("4821", State.CANCELLED)
    clerk.post(f"{HERE}/undo", data={"key": new_form_key()})
    assert "o-4821?back=1" in clerk.get(BACK).text


def test_goods_that_were_put_back_stay_so_whatever_hq_says_afterwards(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3")
    floor.order("4821", State.CANCELLED)
    tick(clerk, "o-4821", "1-1")
    clerk.post(f"{HERE}/restock", data={"key": new_form_key()})
    assert state(floor) is State.RESTOCKED
    floor.order("4821", State.CANCELLED, epoch=floor.box.epoch, through_seq=10_000)
    assert state(floor) is State.CANCELLED
    assert "o-4821" not in clerk.get(BACK).text


def test_a_tick_of_a_session_that_has_ended_is_no_error_and_counts_for_nothing(
    clerk: FlaskClient, floor: Floor
) -> None:
    check = PieceCheck(
        session=Session(
            id="gone", staff=Staff(staff="s-1", name="森 花子", mark="森", role="clerk", pin="-"), station="counter-1"
        ),
        order="o-4821",
        step=Action.HAND_OVER,
    )
    with writing(floor.db):
        piece_ticks.tick_pieces(floor.db, check, [("1-1", SHIRT_M)])
    assert piece_ticks.ticked_pieces(floor.db, check) == {}


def test_goods_of_weeks_ago_are_still_to_be_put_back(clerk: FlaskClient, floor: Floor) -> None:
    shelved(clerk, floor, "4821", "C-3")
    floor.order("4821", State.CANCELLED, promise_at="2026-01-01T00:00:00Z", epoch=floor.box.epoch, through_seq=10_000)
    floor.db.conn.execute("update pickup_steps set time = '2026-01-01T00:00:00.000Z'")
    assert "o-4821?back=1" in clerk.get(BACK).text


def test_a_tag_on_the_list_opens_the_order_that_it_is_put_back_from(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(ean13(SHIRT_M), "counter-1")
    answer = clerk.get(f"/staff/counter-1/outcome/{seq}?back=1").json
    assert answer is not None
    assert "もどす注文はありません" in answer["text"]
    shelved(clerk, floor, "4790", "C-3")
    ended(floor, "4790", State.CANCELLED, [OrderLine(line=1, gtin=SHIRT_M)])
    answer = clerk.get(f"/staff/counter-1/outcome/{seq}?back=1").json
    assert answer is not None
    assert (answer["do"], answer["url"], answer["gtin"]) == ("open", "/staff/counter-1/order/o-4790?back=1", SHIRT_M)


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
    clerk.post(f"{HERE}/undo", data={"key": new_form_key()})
    assert state(floor) is State.ARRIVED


def test_after_ten_seconds_it_cannot(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    give(clerk)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=13)):
        page = clerk.post(f"{HERE}/undo", data={"key": new_form_key()}, follow_redirects=True).text
    assert state(floor) is State.HANDED_OVER
    assert "10秒を過ぎたので" in page


def test_it_is_not_them_is_told_and_voids_the_proof(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"), "counter-1")
    key = new_form_key()
    for _ in range(2):
        clerk.post(f"{HERE}/refuse", data={"key": key})
    assert len(facts(floor, "pickup.identity_refused")) == 1
    give(clerk)
    assert state(floor) is State.READY


def test_an_order_is_accepted_picked_and_put_on_a_shelf(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PLACED)
    for action in ("accept", "pick"):
        clerk.post(f"{HERE}/{action}", data={"key": new_form_key()})
    tick(clerk, "o-4821", "1-1")
    clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "not a shelf!"})
    assert state(floor) is State.PICKING
    clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "c-3"})
    assert state(floor) is State.READY
    assert "<b>C-3</b>" in clerk.get("/staff/counter-1").text


def test_ready_pressed_again_after_a_reload_is_a_success(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING)
    tick(clerk, "o-4821", "1-1")
    for _ in range(2):
        answer = clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "C-3"})
        assert answer.location == f"{HERE}?said=ready", "a success, no word of an error"
    assert len(facts(floor, "pickup.ready")) == 1


def test_an_order_whose_shopper_has_come_is_waited_for_and_not_done(clerk: FlaskClient, floor: Floor) -> None:
    floor.scan(pickup_code("4821"))
    assert state(floor) is State.ARRIVED
    assert facts(floor, "pickup.handed_over") == []
    assert "4821" in clerk.get("/staff/counter-1").text
    assert "o-4821" not in clerk.get("/staff/counter-1/list/done").text
    assert "まだ確認が残っています" in give(
        clerk, who="same"
    )  # the shopper's own "I am here" proves nothing at the counter


def test_a_step_that_came_too_late_says_how_the_order_stands(clerk: FlaskClient) -> None:
    page = clerk.post(f"{HERE}/accept", data={"key": new_form_key()}, follow_redirects=True).text
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


def test_ticks_for_the_hand_over_put_nothing_back_and_the_other_way_round(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.NO_SHOW, lines=TWO)
    tick(clerk, "o-4821", "1-1", "2-1")
    for page in ("restock", "restock?back=1"):
        clerk.post(f"{HERE}/{page}", data={"key": new_form_key()})
        assert state(floor) is State.NO_SHOW
    clerk.post(f"{HERE}/tick", data={"piece": ["1-1", "2-1"], "on": "no"})
    clerk.post(f"{HERE}/tick?back=1", data={"piece": ["1-1", "2-1"]})
    floor.scan(pickup_code("4821"), "counter-1")
    for page in ("hand-over", "hand-over?back=1"):
        clerk.post(f"{HERE}/{page}", data={"key": new_form_key()})
        assert state(floor) is State.NO_SHOW
