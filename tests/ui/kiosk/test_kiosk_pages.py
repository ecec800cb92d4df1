"""What a shopper is shown, and what never."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from edge.codes.reject_reason import RejectReason
from edge.config.policy import Policy
from edge.features.outcome import shown_on_station
from edge.features.pickup.order import find_order
from edge.features.pickup.state_machine import State
from edge.platform.database import rows
from tests.ui.shop_floor import FULL_NAME, ONLINE_ONLY, POLICY, SHIRT_M, Floor, ean13, gtin14, pickup_code
from ui.i18n import message_catalogue
from ui.kiosk.outcome_views import why_not_understood

KIOSK = "/kiosk/kiosk-1"


def shown(client: FlaskClient, seq: int, language: str = "en") -> str:
    answer = client.get(f"{KIOSK}/outcome/{seq}?lang={language}")
    assert answer.status_code == 200
    return answer.text


def plain(html: str) -> str:
    """The words of a page, without furigana and marks."""
    import re

    html = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>", "", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_page_begins_at_home_whatever_was_on_the_screen(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    page = client.get(KIOSK).text
    assert "stage home" in page
    assert f'data-last="{seq}"' in page
    assert "サ" not in plain(page).replace("スタッフ", "").replace("さがす", "")


def test_a_member_is_greeted_by_one_letter_and_no_more(client: FlaskClient, floor: Floor) -> None:
    page = shown(client, floor.scan("M12345678"))
    assert "サ＊＊" in page
    assert "サトウ" not in page
    assert "M12345678" not in page
    assert "m-1" not in page


def test_a_first_visit_says_the_miles_that_were_asked_for(client: FlaskClient, floor: Floor) -> None:
    page = plain(shown(client, floor.scan("M12345678")))
    assert "You are checked in" in page
    assert "+10" in page
    assert "miles will be added" in page


def test_a_second_visit_says_when_the_first_was(client: FlaskClient, floor: Floor) -> None:
    floor.scan("M12345678")
    page = plain(shown(client, floor.scan("M12345678")))
    assert "Already checked in" in page
    assert "Checked in today at" in page
    assert "+10" not in page


def test_a_chain_without_miles_speaks_of_none(client: FlaskClient, floor: Floor) -> None:
    floor.policy(Policy(place=POLICY.place, codes=POLICY.codes))
    page = plain(shown(client, floor.scan("M12345678")))
    assert "You are checked in" in page
    assert "mile" not in page


def test_a_chain_without_check_in_still_greets(client: FlaskClient, floor: Floor) -> None:
    from edge.config.policy import CheckIn

    floor.policy(Policy(check_in=CheckIn(on=False), codes=POLICY.codes))
    assert "サ＊＊" in shown(client, floor.scan("M12345678"))


def test_a_member_sees_their_own_waiting_orders_by_number_alone(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821", member="m-1")
    floor.order("4777", member="m-2")
    page = shown(client, floor.scan("M12345678"))
    assert "4821" in page
    assert "4777" not in page
    assert FULL_NAME not in page


def test_a_member_on_their_way_is_told_to_staff_once(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821", member="m-1")
    seq = floor.scan("M12345678")
    for _ in range(2):
        answer = client.post(f"{KIOSK}/on-my-way/{seq}/o-4821?lang=en")
        assert answer.status_code == 200
        assert "Our staff have been told" in answer.text
    order = find_order(floor.db, floor.hq, floor.box, "o-4821")
    assert order is not None
    assert order.state is State.ARRIVED
    assert len(rows(floor.db, "select 1 from pickup_steps")) == 1


def test_a_kiosk_cannot_act_on_an_order_that_is_not_on_its_screen(client: FlaskClient, floor: Floor) -> None:
    floor.order("4777", member="m-2")
    seq = floor.scan("M12345678")
    assert client.post(f"{KIOSK}/on-my-way/{seq}/o-4777").status_code == 404
    floor.order("4821", member="m-1")
    seq = floor.scan("M12345678")
    floor.scan(ean13(SHIRT_M))  # the next shopper
    assert client.post(f"{KIOSK}/on-my-way/{seq}/o-4821").status_code == 404


def test_an_order_cancelled_while_on_the_screen_is_shown_as_it_stands(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821", member="m-1")
    seq = floor.scan("M12345678")
    floor.order("4821", State.CANCELLED, member="m-1")
    answer = client.post(f"{KIOSK}/on-my-way/{seq}/o-4821")
    assert answer.status_code == 200
    assert "4821" not in plain(answer.text)


def test_a_price_tag_opens_the_product_with_price_stock_and_place(client: FlaskClient, floor: Floor) -> None:
    page = plain(shown(client, floor.scan(ean13(SHIRT_M))))
    for said in ("Organic double-gauze shirt", "41-2208", "3,990", "Few left", "2 left in M", "Floor 2", "B-14"):
        assert said in page
    assert "as of" in page
    assert "Yurakucho" in page
    assert "4.3" in page
    assert "128 reviews" in page


def test_a_number_too_old_is_not_shown(client: FlaskClient, floor: Floor) -> None:
    floor.stock(SHIRT_M, 2, age=timedelta(minutes=31))
    page = plain(shown(client, floor.scan(ean13(SHIRT_M))))
    assert "Please ask our staff" in page
    assert "left in M" not in page
    assert "as of" in page


def test_what_is_sold_online_only_is_not_called_out_of_stock(client: FlaskClient, floor: Floor) -> None:
    page = plain(shown(client, floor.scan(ean13(ONLINE_ONLY))))
    assert "Online only" in page
    assert "Sold in the online store only" in page


def test_a_tap_on_a_colour_keeps_the_size(client: FlaskClient) -> None:
    page = client.get(f"{KIOSK}/product/{SHIRT_M}").text
    assert f"{KIOSK}/product/{gtin14(112)}" in page  # pale indigo, M
    assert client.get(f"{KIOSK}/product/{gtin14(112)}?lang=en").status_code == 200


def test_a_pickup_code_shows_the_number_and_the_way(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821")
    page = plain(shown(client, floor.scan(pickup_code("4821"))))
    assert "Your order is ready" in page
    assert "4821" in page
    assert "the pickup counter on 2F" in page
    assert FULL_NAME not in page


def test_an_order_that_becomes_ready_while_on_the_screen_says_so(client: FlaskClient, floor: Floor) -> None:
    floor.order("4826", State.PICKING)
    seq = floor.scan(pickup_code("4826"))
    assert "We are preparing your order" in shown(client, seq)
    floor.order("4826", State.READY)
    assert "Your order is ready" in shown(client, seq)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.HANDED_OVER, "This order was handed over"),
        (State.CANCELLED, "This order was cancelled"),
        (State.REJECTED, "We could not prepare this order"),
        (State.RESTOCKED, "The pickup time has passed"),
    ],
)
def test_an_order_that_cannot_be_had_says_why(client: FlaskClient, floor: Floor, state: State, said: str) -> None:
    floor.order("4821", state)
    page = shown(client, floor.scan(pickup_code("4821")))
    assert said in page
    assert 'data-sound="no"' in page


def test_an_order_of_another_store_says_which(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821", store="yurakucho", name="", lines=[], secret_sha256="")
    page = plain(shown(client, floor.scan(pickup_code("4821"))))
    assert "Your order is waiting at Yurakucho" in page


def test_whoever_guesses_a_pickup_code_learns_nothing(client: FlaskClient, floor: Floor) -> None:
    floor.order("4821")
    wrong = plain(shown(client, floor.scan(pickup_code("4821", "guessed"))))
    unknown = plain(shown(client, floor.scan(pickup_code("9999"))))
    assert "We could not confirm this order" in wrong
    assert "4821" not in wrong
    assert wrong.split("seconds")[0] == unknown.split("seconds")[0]


@pytest.mark.parametrize(
    "code",
    [b"4901230001028", b"HELLO-THERE", b"\x00\xff\xfe\x01binary", b"x" * 5000, b"noren:p:broken", b"4901230009992"],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_code_nobody_understands_says_what_to_do_and_never_the_code(
    client: FlaskClient, floor: Floor, code: bytes, language: str
) -> None:
    page = shown(client, floor.scan(code), language)
    assert "stage message" in page
    assert code.decode("latin-1")[:8] not in page


@pytest.mark.parametrize("reason", RejectReason)
def test_every_reason_has_words(reason: RejectReason) -> None:
    for language in ("ja", "en"):
        assert f"kiosk.no.{why_not_understood(reason)}.title" in message_catalogue(language)


def test_another_stations_screen_is_not_shown_here(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678", "kiosk-2")
    assert "stage home" in shown(client, seq)
    assert "サ＊＊" not in shown(client, seq)


def test_an_earlier_shopper_cannot_be_called_back(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    floor.scan(ean13(SHIRT_M))
    assert "stage home" in shown(client, seq)


def test_the_end_clears_the_screen_on_the_box_too(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    assert client.post(f"{KIOSK}/end?seq={seq}").status_code == 204
    assert shown_on_station(floor.db, "kiosk-1") is None
    assert "stage home" in shown(client, seq)


def test_an_end_that_comes_late_does_not_clear_the_next_shopper(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    later = floor.scan(ean13(SHIRT_M))
    client.post(f"{KIOSK}/end?seq={seq}")
    assert "stage product" in shown(client, later)


def test_staff_are_called_once_however_often_it_is_pressed(client: FlaskClient, floor: Floor) -> None:
    for _ in range(3):
        assert "We have called our staff" in client.post(f"{KIOSK}/call?lang=en").text
    assert len(rows(floor.db, "select 1 from staff_calls where station = 'kiosk-1'")) == 1
    floor.db.conn.execute("update staff_calls set answered = 'now', staff = 's-1'")
    client.post(f"{KIOSK}/call")
    assert len(rows(floor.db, "select 1 from staff_calls")) == 2


def test_the_catalogue_can_be_browsed(client: FlaskClient) -> None:
    assert "Shirts" in client.get(f"{KIOSK}/find?lang=en").text
    page = client.get(f"{KIOSK}/find/shirts?lang=en").text
    assert "Organic double-gauze shirt" in page
    assert client.get(f"{KIOSK}/find/shirts?page=99").status_code == 200
    assert client.get(f"{KIOSK}/find/hats").status_code == 404


def test_a_product_nobody_knows_is_shown_as_such_when_tapped(client: FlaskClient) -> None:
    assert "stage message" in client.get(f"{KIOSK}/product/00000000000000").text


@pytest.mark.parametrize("address", ["home", "pickup", "find", "calling", f"product/{SHIRT_M}"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_screen_speaks_both_languages(client: FlaskClient, address: str, language: str) -> None:
    page = client.get(f"{KIOSK}/{address}?lang={language}")
    assert page.status_code == 200
    assert 'class="stage' in page.text
    assert f'lang="{language}"' in page.text


def test_the_entrance_asks_for_the_card_alone(client: FlaskClient) -> None:
    page = plain(client.get("/entrance/door").text)
    assert "会員証" in page
    assert "値札" not in page


def test_a_clerks_counter_has_no_kiosk(client: FlaskClient) -> None:
    assert client.get("/kiosk/counter-1/home").status_code == 404
