"""An order short by line: it stays alive, HQ decides whether it is handed over in part, and giving it up can be taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from edge.features.pickup.order import OrderLine, find_order
from edge.features.pickup.pieces import missing_pieces
from edge.features.pickup.state_machine import State
from edge.platform.database import rows
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, ean13, gtin14, pickup_code, tick
from tests.ui.staff.test_handover import facts, state
from ui.staff.form_key import new_form_key

HERE = "/staff/counter-1/order/o-4821"
BACK = "/staff/counter-1/list/back"
SHIRT_L, SHIRT_XL = gtin14(103), gtin14(104)
LINES = [OrderLine(line=1, gtin=SHIRT_M, quantity=2), OrderLine(line=2, gtin=gtin14(101))]
WAITS = "そろわないとお渡しできない注文です"


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    """A clerk at counter-1 who collects order 4821, of two pieces of line 1 and one of line 2."""
    floor.order("4821", State.PICKING, lines=LINES)
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def press(clerk: FlaskClient, step: str, **form: Any) -> str:
    return clerk.post(f"{HERE}/{step}", data={"key": new_form_key(), **form}, follow_redirects=True).text


def missing(floor: Floor) -> dict[str, str]:
    found = find_order(floor.db, floor.hq, floor.box, "o-4821")
    assert found
    return missing_pieces(found)


def ready(clerk: FlaskClient, *pieces: str) -> str:
    tick(clerk, "o-4821", *pieces)
    return press(clerk, "ready", shelf="C-3")


def hand_over(clerk: FlaskClient, floor: Floor, *pieces: str) -> str:
    floor.scan(pickup_code("4821"), "counter-1")
    tick(clerk, "o-4821", *pieces)
    return press(clerk, "hand-over")


def test_one_missing_piece_leaves_the_order_alive_and_hq_is_told_which_line_and_why(
    clerk: FlaskClient, floor: Floor
) -> None:
    for half in ({}, {"reason": "damaged"}, {"piece": "1-2"}, {"reason": "damaged", "piece": "9-9"}):
        assert "ない品物と理由を選んでください。" in press(clerk, "missing", **half)
    press(clerk, "missing", reason="damaged", piece="1-1")
    assert (state(floor), missing(floor)) == (State.PICKING, {"1-2": "damaged"})
    (told,) = facts(floor, "pickup.part_short")
    assert told["data"] == {
        "order": "o-4821",
        "number": "4821",
        "from": "picking",
        "line": 1,
        "gtin": SHIRT_M,
        "missing": ["1-2"],
        "reason": "damaged",
    }
    assert (told["staff"], told["station"]) == ("s-1", "counter-1")


def test_a_form_that_is_sent_twice_notes_its_pieces_once(clerk: FlaskClient, floor: Floor) -> None:
    form = {"key": new_form_key(), "reason": "sold", "piece": ["1-1", "2-1"]}
    for _ in range(2):
        clerk.post(f"{HERE}/missing", data=form)
    assert missing(floor) == {"1-2": "sold", "2-1": "sold"}
    assert len(facts(floor, "pickup.part_short")) == 2  # one a line


def test_what_is_found_again_is_told_and_missing_no_more(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "missing", reason="not_found", piece=["1-1", "1-2"])
    press(clerk, "found", piece="1-2")
    assert missing(floor) == {"1-2": "not_found"}
    assert [one["data"]["found"] for one in facts(floor, "pickup.found")] == [["1-1"]]


def test_what_a_clerk_has_in_hand_stays_ticked(clerk: FlaskClient, floor: Floor) -> None:
    tick(clerk, "o-4821", "1-2")
    press(clerk, "missing", reason="not_found", piece="1-1")
    answer = tick(clerk, "o-4821", "2-1")
    assert answer.json["ticked"] == ["1-1", "2-1"]  # type: ignore[index]


def test_without_hqs_leave_it_is_not_made_ready_and_the_page_says_what_happens_next(
    clerk: FlaskClient, floor: Floor
) -> None:
    press(clerk, "missing", reason="not_found", piece="2-1")
    assert WAITS in clerk.get(HERE).text
    assert "ない品物があり" in ready(clerk, "1-1", "1-2")
    assert state(floor) is State.PICKING


def test_with_hqs_leave_what_there_is_is_made_ready_and_handed_over_and_the_facts_say_what(
    clerk: FlaskClient, floor: Floor
) -> None:
    press(clerk, "missing", reason="not_found", piece="2-1")
    floor.order("4821", State.PICKING, lines=LINES, partial=True)
    assert "あるものだけでお渡しできる" in clerk.get(HERE).text
    ready(clerk, "1-1", "1-2")
    hand_over(clerk, floor, "1-1", "1-2")
    assert state(floor) is State.HANDED_OVER
    for kind in ("pickup.ready", "pickup.handed_over"):
        (told,) = facts(floor, kind)
        assert (told["data"]["pieces"], told["data"]["missing"]) == (["1-1", "1-2"], ["2-1"])
    moved = [(one["data"]["gtin"], one["data"]["quantity"]) for one in facts(floor, "stock.moved")]
    assert moved == [(SHIRT_M, -2), (gtin14(101), 0)]


def test_of_an_order_of_which_nothing_is_there_nothing_is_handed_over_in_part(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING, lines=LINES, partial=True)
    press(clerk, "missing", reason="sold", piece=["1-1", "1-2", "2-1"])
    assert "1点もありません" in ready(clerk)
    assert state(floor) is State.PICKING


def test_a_piece_that_is_missing_at_the_counter_holds_the_hand_over_up_until_hq_answers(
    clerk: FlaskClient, floor: Floor
) -> None:
    ready(clerk, "1-1", "1-2", "2-1")
    press(clerk, "missing", reason="damaged", piece="2-1")
    page = hand_over(clerk, floor, "1-1", "1-2")
    assert state(floor) is State.READY
    assert "まだお渡しできません" in page
    floor.order("4821", State.PICKING, lines=LINES[:1])  # HQ has agreed with the shopper on what there is
    assert missing(floor) == {}
    hand_over(clerk, floor, "1-1", "1-2")
    assert state(floor) is State.HANDED_OVER


def test_if_hq_orders_fewer_it_is_the_missing_ones_that_fall_away(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "missing", reason="damaged", piece="1-1")
    floor.order("4821", State.PICKING, lines=[OrderLine(line=1, gtin=SHIRT_M), LINES[1]])
    assert missing(floor) == {}


def test_if_hq_orders_other_goods_they_are_not_missing(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "missing", reason="damaged", piece="2-1")
    floor.order("4821", State.PICKING, lines=[LINES[0], OrderLine(line=2, gtin=SHIRT_L)])
    assert missing(floor) == {}


def test_if_hq_cancels_what_was_collected_is_put_back_and_nothing_else(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "pick")
    floor.order("4821", State.PLACED, lines=LINES)
    press(clerk, "pick")
    press(clerk, "missing", reason="damaged", piece="2-1")
    floor.order("4821", State.CANCELLED, lines=LINES)
    assert "o-4821?back=1" in clerk.get(BACK).text
    assert tick(clerk, "o-4821", "1-1", "1-2", "2-1").json["ticked"] == ["1-1", "1-2"]  # type: ignore[index]


def test_an_order_is_given_up_only_by_a_second_press(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "short")
    assert state(floor) is State.PICKING
    press(clerk, "missing", reason="sold", piece="2-1")
    press(clerk, "short")
    assert state(floor) is State.UNFULFILLABLE
    (told,) = facts(floor, "pickup.short")
    assert (told["data"]["reason"], told["data"]["missing"]) == ("sold", ["2-1"])


@pytest.mark.parametrize("where", (State.PICKING, State.READY, State.ARRIVED))
def test_an_order_given_up_is_taken_back_to_where_it_was_exactly_once(
    clerk: FlaskClient, floor: Floor, where: State
) -> None:
    floor.order("4821", where, lines=LINES)
    press(clerk, "missing", reason="sold", piece="2-1")
    press(clerk, "short")
    assert "あきらめたのを取り消す" in clerk.get(HERE).text
    key = new_form_key()
    for _ in range(2):
        clerk.post(f"{HERE}/undo", data={"key": key})
    press(clerk, "undo")
    assert (state(floor), missing(floor)) == (where, {"2-1": "sold"})
    (told,) = facts(floor, "pickup.short_undone")
    assert (told["data"]["to"], told["staff"], told["station"]) == (where, "s-1", "counter-1")
    (last,) = rows(floor.db, "select key from pickup_steps where action = 'undo_short'")
    assert key in last["key"]


def test_after_ten_seconds_it_is_not_taken_back(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "missing", reason="sold", piece="2-1")
    press(clerk, "short")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=13)):
        assert "あきらめたのを取り消す" not in clerk.get(HERE).text
        press(clerk, "undo")
    assert state(floor) is State.UNFULFILLABLE


def test_one_item_refused_says_one_item_by_the_number_the_shopper_knows(clerk: FlaskClient, floor: Floor) -> None:
    press(clerk, "missing", reason="sold", piece="2-1")
    (told,) = facts(floor, "pickup.part_short")
    assert (told["data"]["number"], len(told["data"]["missing"])) == ("4821", 1)
    page = clerk.get(HERE).text
    assert "1点ありません。" in page
    assert page.count("売れた</span>") == 1
    assert '<span class="no">4821</span>' in page


INSTEAD = [OrderLine(line=1, gtin=SHIRT_M, substitutes=[SHIRT_L])]


def test_an_allowed_substitute_counts_and_is_said_on_both_pages_and_in_the_facts(
    clerk: FlaskClient, floor: Floor
) -> None:
    floor.order("4821", State.PICKING, lines=INSTEAD)
    page = clerk.get(HERE).text
    assert "代わりに可:" in page
    assert f'data-also="{SHIRT_M} {SHIRT_L}"' in page
    ticked = clerk.post(f"{HERE}/tick", data={"piece": "1-1", "gtin": SHIRT_L}).json
    assert ticked["ticked"] == ["1-1"]  # type: ignore[index]
    assert ticked["instead"] == {"1-1": "代わりの品: 生成り / L"}  # type: ignore[index]
    assert "代わりの品: 生成り / L" in clerk.get(HERE).text
    press(clerk, "ready", shelf="C-3")
    assert "ご注文の 生成り / M の代わり" in clerk.get(HERE).text
    hand_over(clerk, floor, "1-1")
    assert state(floor) is State.HANDED_OVER
    for kind in ("pickup.ready", "pickup.handed_over"):
        assert facts(floor, kind)[0]["data"]["substitutes"] == {"1-1": SHIRT_L}
    moved = [one["data"] for one in facts(floor, "stock.moved")]
    assert [(one["gtin"], one["quantity"], one["reserved"]) for one in moved] == [(SHIRT_M, 0, -1), (SHIRT_L, -1, 0)]
    press(clerk, "undo")
    back = [one["data"] for one in facts(floor, "stock.moved")][2:]
    assert [(one["gtin"], one["quantity"], one["reserved"]) for one in back] == [(SHIRT_M, 0, 1), (SHIRT_L, 1, 0)]


def test_a_substitute_that_is_not_allowed_is_refused_in_words(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING, lines=INSTEAD)
    seq = floor.scan(ean13(SHIRT_XL), "counter-1")
    told = clerk.get(f"/staff/counter-1/outcome/{seq}?order=o-4821").json
    assert "この注文では代わりになりません" in told["wrong"]  # type: ignore[index]
    assert clerk.post(f"{HERE}/tick", data={"piece": "1-1", "gtin": SHIRT_XL}).json["ticked"] == []  # type: ignore[index]


def test_goods_that_hq_does_not_allow_instead_any_more_are_ticked_no_longer(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("4821", State.PICKING, lines=INSTEAD)
    clerk.post(f"{HERE}/tick", data={"piece": "1-1", "gtin": SHIRT_L})
    floor.order("4821", State.PICKING, lines=[OrderLine(line=1, gtin=SHIRT_M)])
    assert "まだ確認していない品物があります" in press(clerk, "ready", shelf="C-3")


def test_what_was_found_of_an_order_that_was_given_up_is_put_back_though_hq_had_said_it_is_being_picked(
    clerk: FlaskClient, floor: Floor
) -> None:
    press(clerk, "missing", reason="sold", piece="2-1")
    press(clerk, "short")
    assert "o-4821?back=1" in clerk.get(BACK).text
