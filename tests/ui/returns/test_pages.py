"""A clerk takes goods back: found by code, number or tag, said in words what cannot come back, and undone for ten seconds."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from msgspec.structs import replace

from edge.config.policy import Returns
from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.features.staff.sessions import Staff
from edge.platform.clock import utc_text
from edge.platform.database import rows
from tests.ui.shop_floor import PIN, POLICY, SHIRT_M, Floor, _pin_hash, ean13, gtin14, pickup_code

HERE = "/staff/counter-1/returns"
KEY = "a" * 32
FORM = {"key": KEY, "piece": "1-1", "reason-1-1": "size", "condition-1-1": "shelf"}


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    """Signed in, beside an order of two shirts that was handed over an hour ago."""
    lines = [OrderLine(line=1, gtin=SHIRT_M, quantity=2, price=3000)]
    floor.order("4821", State.HANDED_OVER, handed_over_at=utc_text(datetime.now(UTC) - timedelta(hours=1)), lines=lines)
    floor.feed("staff", "s-9", Staff(staff="s-9", name="堀", mark="堀", role="lead", pin=_pin_hash(), badges=[]))
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def told(floor: Floor, kind: str = "%") -> list[dict[str, Any]]:
    found = rows(floor.db, "select event from journal where type like ? order by seq", (f"noren.return.{kind}",))
    return [json.loads(row["event"])["data"] for row in found]


def opened(clerk: FlaskClient, seq: int, **about: str) -> str:
    return str(clerk.get(f"/staff/counter-1/outcome/{seq}", query_string=about).headers.get("Location", ""))


def test_a_scanned_order_code_opens_its_return(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(pickup_code("4821"), "counter-1")
    assert opened(clerk, seq, returns="open").endswith("/returns/order/o-4821")
    assert opened(clerk, seq).endswith("/order/o-4821")  # its own page, which has the button
    assert "/returns/order/o-4821" in clerk.get("/staff/counter-1/order/o-4821").text


def test_a_number_opens_the_order_it_was_last_given_to(clerk: FlaskClient, floor: Floor) -> None:
    assert clerk.get(f"{HERE}?number=4821").headers["Location"].endswith("/returns/order/o-4821")
    floor.order("77", State.HANDED_OVER)
    floor.order("78", State.READY)
    floor.feed("orders", "o-77b", replace(floor.order("77", State.HANDED_OVER), order="o-77b"))
    assert {"o-77", "o-77b"} <= set(clerk.get(f"{HERE}?number=77").text.replace("<", " ").replace(">", " ").split())
    assert "お渡し済みの注文が見つかりません" in clerk.get(f"{HERE}?number=78").text


def test_a_tag_opens_a_return_without_an_order_or_chooses_a_piece(clerk: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(ean13(SHIRT_M), "counter-1")
    assert opened(clerk, seq, returns="open").endswith(f"/returns/goods/{SHIRT_M}")
    assert clerk.get(f"/staff/counter-1/outcome/{seq}?returns=tick").get_json()["gtin"] == SHIRT_M


def test_a_return_is_told_once_and_shown_with_what_the_till_pays(clerk: FlaskClient, floor: Floor) -> None:
    for _ in range(2):
        done = clerk.post(f"{HERE}/order/o-4821", data=FORM, follow_redirects=True)
        assert "返品を受け付けました" in done.text
        assert "3,000" in done.text
    assert [fact["id"] for fact in told(floor)] == [KEY]


def test_a_second_return_is_refused_in_words(clerk: FlaskClient, floor: Floor) -> None:
    clerk.post(f"{HERE}/order/o-4821", data=FORM)
    again = clerk.post(f"{HERE}/order/o-4821", data={**FORM, "key": "b" * 32})
    assert again.get_json()["text"] == "返品済みです"
    assert "返品済みです" in clerk.get(f"{HERE}/order/o-4821").text
    assert len(told(floor, "accepted")) == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"piece": ""}, "内容が変わりました"),
        ({"piece": []}, "戻ってきた品物を選んでください"),
        ({"reason-1-1": ""}, "返品の理由を選んでください"),
        ({"reason-1-1": "because"}, "返品の理由を選んでください"),
        ({"condition-1-1": "bin"}, "品物の状態を選んでください"),
        ({"key": "mine"}, "内容が変わりました"),
        ({"instead-1-1": "nothing"}, "内容が変わりました"),
        ({"piece": ["1-1", "1-1"]}, "内容が変わりました"),
    ],
)
def test_what_a_form_lacks_is_said_and_nothing_is_kept(
    clerk: FlaskClient, floor: Floor, form: dict[str, Any], says: str
) -> None:
    sent = {**FORM, **form}
    if sent["piece"] == "":
        sent |= {"reason-": "size", "condition-": "shelf"}
    assert says in clerk.post(f"{HERE}/order/o-4821", data=sent).get_json()["text"]
    assert not told(floor)


def test_a_refused_piece_is_said_and_hq_hears_of_it_once_a_day(clerk: FlaskClient, floor: Floor) -> None:
    floor.policy(replace(POLICY, returns=Returns(final_sale=["shirts"])))
    assert "返品できない特価品です" in clerk.get(f"{HERE}/order/o-4821").text
    for _ in range(2):
        clerk.post(f"{HERE}/order/o-4821/refuse")
    assert told(floor) == [{"order": "o-4821", "gtin": SHIRT_M, "why": "final_sale"}]


@pytest.mark.parametrize(("pin", "taken"), [(PIN, True), ("0000", False), ("", False)])
def test_without_an_order_a_leads_pin_is_asked(clerk: FlaskClient, floor: Floor, pin: str, *, taken: bool) -> None:
    form = {"key": KEY, "piece": SHIRT_M, f"reason-{SHIRT_M}": "size", f"condition-{SHIRT_M}": "quarantine"}
    said = clerk.post(f"{HERE}/goods/{SHIRT_M}", data={**form, "lead": "s-9", "lead_pin": pin, "order": "o-77"})
    assert ("done" in said.headers.get("Location", "")) is taken
    assert [(fact["order"], fact["lead"]) for fact in told(floor)] == ([("o-77", "s-9")] if taken else [])


def test_another_size_is_given_in_the_same_step(clerk: FlaskClient, floor: Floor) -> None:
    clerk.post(f"{HERE}/order/o-4821", data={**FORM, "instead-1-1": gtin14(103)})
    (fact,) = told(floor)
    assert (fact["refund"], fact["difference"], fact["pieces"][0]["instead"]) == (0, 990, gtin14(103))


def test_it_is_undone_within_ten_seconds_and_not_later(clerk: FlaskClient, floor: Floor) -> None:
    begin = datetime.now(UTC)
    with time_machine.travel(begin, tick=False) as clock:
        assert "取り消す" in clerk.post(f"{HERE}/order/o-4821", data=FORM, follow_redirects=True).text
        clock.shift(14)
        assert "10秒を過ぎた" in clerk.post(f"{HERE}/done/{KEY}/undo").get_json()["text"]
        assert "取り消す" not in clerk.get(f"{HERE}/done/{KEY}").text
        clock.move_to(begin + timedelta(seconds=5))
        for _ in range(2):
            assert "返品を取り消しました" in clerk.post(f"{HERE}/done/{KEY}/undo", follow_redirects=True).text
    assert len(told(floor, "undone")) == 1


def test_a_chain_without_returns_has_nothing_of_them(clerk: FlaskClient, floor: Floor) -> None:
    floor.policy(replace(POLICY, returns=Returns(on=False)))
    for path in ("", "/order/o-4821", f"/goods/{SHIRT_M}", f"/done/{KEY}"):
        assert clerk.get(f"{HERE}{path}").status_code == 404
    assert clerk.post(f"{HERE}/order/o-4821", data=FORM).status_code == 404
    for page in ("/order/o-4821", "/goods", f"/goods/{SHIRT_M}"):
        assert "/returns" not in clerk.get(f"/staff/counter-1{page}").text.replace("css/returns.css", "")
    seq = floor.scan(pickup_code("4821"), "counter-1")
    assert opened(clerk, seq, returns="open").endswith("/order/o-4821")
    assert not told(floor)


def test_an_order_that_was_not_handed_over_has_no_return(clerk: FlaskClient, floor: Floor) -> None:
    floor.order("78", State.READY)
    assert clerk.get(f"{HERE}/order/o-78").status_code == 404
    assert clerk.get(f"{HERE}/order/nobody").status_code == 404


def test_an_installer_sees_no_returns(client: FlaskClient, floor: Floor) -> None:
    floor.feed("staff", "s-5", Staff(staff="s-5", name="工", mark="工", role="installer", pin=_pin_hash(), badges=[]))
    client.post("/staff/counter-1/login", data={"staff": "s-5", "pin": PIN})
    assert client.get(HERE).status_code == 403
