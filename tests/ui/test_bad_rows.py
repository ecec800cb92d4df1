"""One bad row of HQ's costs its own line: whatever an older Noren let into the mirror, pages answer and people sign in."""

import random
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.platform.sqlite import sqlite3
from edge.replica import hq_replica
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, ean13, pickup_code
from ui.staff.form_key import new_form_key
from ui.staff.orders import pickup_list

GOOD = "4821"
MOMENTS: tuple[Any, ...] = (
    *("2026-11-26", "11/26 18:00", "2026-11-26T18:00:00", "99999-01-01T00:00:00Z", "tomorrow", ""),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("2026-02-30T00:00:00Z", "-2026-01-01T00:00:00Z", "2026-11-26T25:00:00Z", 5, None, [], {"a": 1}, True),
)
JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        2**63,
        2**70,
        1e300,
        -5.5,
        "",
        "x" * 5000,
        "a/b",
        "a\nb",
        "\u0000",
        "<script>alert(1)</script>",
    ),
    *(
        "{}",
        "%s{0}",
        [],
        {},
        [[]],
        [None],
        [{}],
        {"ja": None},
        {"ja": 5},
        {"": ""},
        ["a", "a"],
        [{"line": 1}],
        *MOMENTS,
    ),
)
ORDER = {
    "order": "o-bad",
    "store": "ginza",
    "number": "77",
    "state": "ready_for_pickup",
    "name": "ｶﾅ",
    "lines": [{"line": 1, "gtin": SHIRT_M, "quantity": 1}],
    "placed_at": "2026-11-26T01:00:00Z",
    "promise_at": "2026-11-26T03:00:00Z",
    "hold_until": "2026-11-29T03:00:00Z",
    "arrived_at": None,
    "handed_over_at": None,
}
PAGES = (
    *("/", "/kiosk/kiosk-1", "/kiosk/kiosk-1/home", "/kiosk/kiosk-1/find", "/kiosk/kiosk-1/find/shirts"),
    *(f"/kiosk/kiosk-1/product/{SHIRT_M}", "/kiosk/kiosk-1/pickup", "/entrance/door", "/board", "/board/numbers"),
    *("/status", "/status/cards", "/staff", "/staff/counter-1/login", "/healthz"),
)
STAFF_PAGES = (
    *("", "/list/waiting", "/list/prepare", "/list/today", "/list/done", "/calls", "/goods", f"/goods/{SHIRT_M}"),
    *("/goods?number=41-2208", f"/order/o-{GOOD}", "/devices"),
)


def put(floor: Floor, feed: str, key: str, body: Any) -> bool:
    """A row as it may lie in an old mirror; false if the file itself would not have taken it."""
    try:
        floor.hq.conn.execute(
            f"insert or replace into {feed} (key, version, body) values (?, 1, ?)",
            (key, msgspec.json.encode(body).decode()),
        )
    except sqlite3.Error:
        return False
    return True


def look(client: FlaskClient) -> None:
    """Every page answers, and somebody signs in."""
    for page in PAGES:
        assert client.get(page).status_code in (200, 303), page
    signed = client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN}, follow_redirects=True)
    assert signed.status_code == 200
    for page in STAFF_PAGES:
        assert client.get(f"/staff/counter-1{page}", follow_redirects=True).status_code == 200, page
    assert GOOD in client.get("/staff/counter-1").text


@pytest.mark.parametrize("field", ["placed_at", "promise_at", "hold_until", "arrived_at", "handed_over_at"])
def test_an_order_with_a_bad_date_costs_itself(floor: Floor, client: FlaskClient, field: str) -> None:
    floor.order(GOOD)
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    for moment in MOMENTS:
        assert put(floor, "orders", "o-bad", {**ORDER, field: moment})
        for tab in pickup_list.TAB_NAMES:
            assert client.get(f"/staff/counter-1/list/{tab}").status_code == 200, moment
        assert client.get("/board").status_code == 200
        assert client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN}).status_code == 303
        assert GOOD in client.get("/staff/counter-1").text


def spoiled(dice: random.Random, rows: dict[str, list[tuple[str, Any]]]) -> Iterator[tuple[str, str, Any]]:
    """For each feed a good row with one or two of its fields made into anything, or anything at all."""
    for feed, good in rows.items():
        key, body = dice.choice(good)
        body = msgspec.json.decode(msgspec.json.encode(body))
        for _ in range(dice.randint(1, 2)):
            holder = body
            while (
                isinstance(inner := holder[name := dice.choice(sorted(holder))], dict) and dice.random() < 0.7 and inner
            ):
                holder = inner
            holder[name] = deepcopy(dice.choice(JUNK))
        yield feed, f"{key.rpartition('/')[0]}/bad" if "/" in key else f"bad-{dice.random()}", body
        yield feed, f"odd-{dice.random()}", dice.choice(JUNK)


def everything(floor: Floor) -> dict[str, list[tuple[str, Any]]]:
    found = {
        feed: [
            (key, msgspec.json.decode(body))
            for key, body in floor.hq.conn.execute(f"select key, body from {feed} where body is not null limit 40")
        ]
        for feed in ("staff", "catalog", "content", "members", "stock", "neighbours")
    }
    return {**found, "orders": [("o-bad", ORDER)]}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_lies_in_the_mirror_the_pages_answer(floor: Floor, client: FlaskClient, seed: int) -> None:
    floor.order(GOOD)
    dice, rows = random.Random(seed), everything(floor)
    taken = 0
    for _ in range(60):
        taken += sum(put(floor, feed, key, body) for feed, key, body in spoiled(dice, rows))
    assert taken > 300
    look(client)
    floor.scan(ean13(SHIRT_M))
    seq = floor.scan(pickup_code(GOOD))
    assert client.get(f"/kiosk/kiosk-1/outcome/{seq}").status_code == 200
    seq = floor.scan("M12345678")
    assert client.get(f"/kiosk/kiosk-1/outcome/{seq}").status_code == 200


def test_a_row_that_the_page_itself_trips_over_costs_its_own_line(
    floor: Floor, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.order(GOOD)
    floor.order("4822")
    made = pickup_list._row

    def trips(shop: Any, order: Any, shelf: Any, claim: Any, now: Any) -> Any:
        if order.row.number == "4822":
            raise OverflowError("date value out of range")
        return made(shop, order, shelf, claim, now)

    monkeypatch.setattr(pickup_list, "_row", trips)
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    page = client.get("/staff/counter-1")
    assert page.status_code == 200
    assert "4821" in page.text
    assert "4822" not in page.text


def test_the_status_page_says_how_many_rows_cannot_be_used(floor: Floor, client: FlaskClient) -> None:
    hq_replica._leave_out.cache_clear()
    assert "使えないデータ" not in client.get("/status").text
    floor.hq.conn.execute(
        "insert into set_aside (feed, key, version, reason, body) values ('orders', 'o', 1, 'x', '{}')"
    )
    assert "使えないデータが 1 件" in client.get("/status").text


def test_an_order_that_an_older_hq_sent_with_empty_dates_is_as_good_as_ever(floor: Floor, client: FlaskClient) -> None:
    placed = datetime.now(UTC).isoformat(timespec="minutes")  # without seconds: ISO 8601, too
    put(
        floor,
        "orders",
        "o-old",
        {**ORDER, "order": "o-old", "number": "900", "promise_at": "", "hold_until": "", "placed_at": placed},
    )
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    assert "900" in client.get("/staff/counter-1").text


def test_goods_that_are_less_than_nothing_bring_nothing_in(floor: Floor, client: FlaskClient) -> None:
    put(floor, "orders", "o-bad", {**ORDER, "lines": [{"line": 1, "gtin": SHIRT_M, "quantity": -1}]})
    put(floor, "orders", "o-none", {**ORDER, "order": "o-none", "lines": []})
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    for order in ("o-bad", "o-none"):
        form = {"key": new_form_key(), "who": "same", "paid": "yes"}
        client.post(f"/staff/counter-1/order/{order}/check")
        client.post(f"/staff/counter-1/order/{order}/hand-over", data=form)
    assert floor.db.conn.execute("select count(*) from stock_moves").fetchone() == (0,)
    assert floor.db.conn.execute("select count(*) from pickup_steps").fetchone() == (0,)
