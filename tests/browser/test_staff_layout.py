"""Every list of the clerks at every size they hold, in both languages: nothing is cut, covered or below the fold."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.features.staff.sessions import Staff
from edge.platform.clock import utc_text
from tests.browser import rules
from tests.browser.test_staff_screens import TARGET, TEXT, sign_in
from tests.browser.town import Town
from tests.processes.chromium import ready
from tests.ui.shop_floor import SHIRT_M, ean13, gtin14, pickup_code

Visit = Callable[..., Page]

PHONES = ((320, 568), (360, 780), (390, 844), (412, 915))
TYPING = ((320, 284), (360, 360), (412, 400))  # a phone whose keyboard is open
LOW = 520  # px: a phone on its side, or with its keyboard open
SIZES = (
    *PHONES,
    *((height, width) for width, height in PHONES),
    *TYPING,
    *((820, 1180), (1180, 820), (800, 1280), (1280, 800), (1080, 1920)),
)
ORDERS = ("6101", "1368", "4909", "3288", "5321")  # being picked, to be taken, to hand over, given, over its time
PATHS = (
    *(
        "",
        "/list/prepare",
        "/list/today",
        "/list/back",
        "/order/o-7120",
        "/list/done",
        "/find",
        "/find?asked=o",
        "/calls",
        "/work",
        "/today",
        "/devices",
    ),
    *("/goods", f"/goods/{SHIRT_M}", "/goods?number=nothing"),
    *(f"/order/o-{number}" for number in ORDERS),
)


def at(**ago: float) -> str:
    return utc_text(datetime.now(UTC) - timedelta(**ago))


@pytest.fixture
def busy(town: Town) -> Town:
    """Orders in every state a list shows: late, unpaid, waited for and not ready, over their time, given, called for."""
    floor = town.floor
    floor.hq.conn.execute("delete from orders")
    for table in ("pickup_steps", "staff_calls", "task_claims", "count_tasks"):
        floor.db.conn.execute(f"delete from {table}")
    floor.order("6734", State.PICKING, name="イシカワ コウタロウ", promise_at=at(minutes=22), lines=pieces(12))
    floor.order("2700", State.PICKING, name="エンドウ ヒナコ", promise_at=at(hours=14), paid=False)
    floor.order("9280", State.ACCEPTED, name="ササキ ユウキ", promise_at=at(minutes=-72), paid=False, lines=pieces(3))
    floor.order("1368", State.PLACED, name="ゴトウダ ハルノブ", promise_at=at(minutes=-115))
    floor.order("6101", State.PICKING, name="マエダ ハルカ", promise_at=at(minutes=-57), paid=False)
    floor.order("4909", State.ARRIVED, name="サカモト メグミ", arrived_at=at(minutes=3), paid=False, shelf="R-18")
    floor.order("5321", State.READY, name="アオキ カズヤ", shelf="R-04", hold_until=at(days=1), paid=False)
    floor.order("1784", State.READY, name="ゴトウ タクミ", shelf="R-17", hold_until=at(days=-1))
    when = at(minutes=5)
    floor.order("7120", State.CANCELLED, name="ワタナベ ショウ", shelf="R-18", cancelled_at=when, lines=pieces(3))
    floor.order("7121", State.NO_SHOW, name="イトウ ミナ", shelf="R-18", hold_until=at(days=2))
    floor.order("3288", State.HANDED_OVER, name="イノウエ ジュン", handed_over_at=at(minutes=40))
    town.scan(pickup_code("6101"))
    for nth in range(12):
        call = (at(minutes=4), SHIRT_M if nth == 3 else None)
        floor.db.conn.execute("insert into staff_calls (station, time, gtin) values ('kiosk-1', ?, ?)", call)
    claim = ("pick:o-9280", at(minutes=2))
    floor.db.conn.execute("insert into task_claims (task, staff, time) values (?, 's-100000000001', ?)", claim)
    count = (SHIRT_M, at(minutes=50))
    floor.db.conn.execute(
        "insert into count_tasks (gtin, shelf, station, time) values (?, 'B-14', 'kiosk-1', ?)", count
    )
    return town


def pieces(count: int) -> list[OrderLine]:
    return [OrderLine(line=1 + n, gtin=(SHIRT_M, gtin14(101))[n % 2]) for n in range(count)]


def broken(page: Page, *, still: bool = False) -> dict[str, list[str]]:
    """What breaks a rule of layout, by the sizes at which it does; what is to stand `still` may roll on a low screen."""
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if why := rules.layout(page, TARGET, TEXT, staff=True, still=still and height > LOW):
            found[f"{width}x{height}"] = why
    return found


@pytest.mark.parametrize("lang", ("ja", "en"))
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cut_or_lies_over_something_else(visit: Visit, busy: Town, path: str, lang: str) -> None:
    page = sign_in(visit, lang)
    expect(page.locator(".order.here")).to_have_count(2)
    page.goto(f"{busy.url}/staff/counter-1{path}{'&' if '?' in path else '?'}lang={lang}")
    ready(page)
    assert broken(page) == {}


@pytest.mark.parametrize("lang", ("ja", "en"))
@pytest.mark.parametrize("sheet", ("missing", "who", "idle"))
def test_what_is_asked_in_the_middle_of_a_hand_over_fits_every_screen(
    visit: Visit, busy: Town, sheet: str, lang: str
) -> None:
    page = sign_in(visit, lang)
    page.goto(f"{busy.url}/staff/counter-1/order/o-4909?lang={lang}")
    ready(page)
    match sheet:
        case "missing":
            page.click("[data-open=missing]")
        case "who":
            page.click("[form=check]")
            page.click(".pick >> nth=1")
        case "idle":
            page.eval_on_selector("#idle", "veil => { veil.hidden = false; }")
    assert broken(page) == {}


HIDDEN = """() => {
  const bar = [...document.querySelectorAll('.done-row')].find((one) => one.checkVisibility());
  if (!bar || getComputedStyle(bar).position !== 'sticky') return [];
  const read = [...document.querySelectorAll('.who *, .facts, .note, .item, .steps li *, .big-word *')]
    .filter((one) => one.checkVisibility() && !one.closest('svg'));
  return read.filter((one) => {
    one.scrollIntoView({ block: 'nearest' });
    const its = one.getBoundingClientRect(), lies = bar.getBoundingClientRect();
    return its.bottom > lies.top + 1 && lies.bottom > its.top + 1;
  }).map((one) => one.textContent.trim().slice(0, 20));
}"""
OPENED = ("4909", "6101", "1368", "3288", "7120")  # to hand over, being picked, to be taken, given, to be put back


@pytest.mark.parametrize("number", OPENED)
def test_what_is_rolled_to_lies_beneath_no_button_that_stays(visit: Visit, busy: Town, number: str) -> None:
    page = sign_in(visit)
    page.goto(f"{busy.url}/staff/counter-1/order/o-{number}")
    ready(page)
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if why := page.evaluate(HIDDEN):
            found[f"{width}x{height}"] = why
    assert found == {}


def test_a_bill_to_be_paid_stands_whole_beside_an_opened_name(visit: Visit, busy: Town) -> None:
    page = sign_in(visit, size=(1280, 800))
    page.goto(f"{busy.url}/staff/counter-1/order/o-4909")
    ready(page)
    page.click("[form=check]")
    page.locator("[name=who]").first.wait_for(state="attached")
    paid, bar = (page.locator(one).bounding_box() for one in (".pick:has([name=paid])", ".done-row"))
    assert paid is not None
    assert bar is not None
    assert paid["y"] + paid["height"] <= bar["y"]


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_how_late_an_order_is_stands_on_one_line(visit: Visit, busy: Town, lang: str) -> None:
    page = sign_in(visit, lang)
    page.goto(f"{busy.url}/staff/counter-1/list/prepare?lang={lang}")
    ready(page)
    for size in ((1280, 800), (390, 844), (320, 568)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        heights = page.eval_on_selector_all(".due", "all => all.map(one => one.getBoundingClientRect().height)")
        assert len(heights) >= 4
        assert max(heights) < 40


@pytest.mark.parametrize("number", OPENED)
def test_the_buttons_that_stay_leave_more_than_half_of_a_phone(visit: Visit, busy: Town, number: str) -> None:
    page = sign_in(visit, size=(360, 780))
    page.goto(f"{busy.url}/staff/counter-1/order/o-{number}")
    ready(page)
    bar, main = (page.locator(one).bounding_box() for one in (".done-row", "main"))
    assert bar is not None
    assert main is not None
    assert bar["height"] < main["height"] / 2


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_a_visitor_and_their_orders_fit_every_screen(visit: Visit, busy: Town, lang: str) -> None:
    for number in ("4909", "5321"):
        busy.floor.order(number, State.ARRIVED, member="m-1", shelf="R-18", paid=False)
    page = sign_in(visit, lang)
    busy.scan("M12345678", "counter-1")
    expect(page.locator(".visitor")).to_be_visible()
    assert broken(page) == {}


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_the_keypad_stands_whole_on_the_screen_beside_the_names(visit: Visit, town: Town, lang: str) -> None:
    for at in range(2, 6):
        town.floor.feed("staff", f"s-{at}", Staff(staff=f"s-{at}", name="森 さくら", mark="堀", role="clerk", pin="-"))
    page = visit(f"/staff/counter-1/login?lang={lang}", SIZES[0])
    assert broken(page, still=True) == {}
    page.click(".person")
    assert broken(page, still=True) == {}
    town.floor.hq.conn.execute("delete from staff where key <> 's-1'")


@pytest.mark.parametrize("lang", ("ja", "en"))
@pytest.mark.parametrize("path", ("/list/prepare", "/order/o-4909"))
def test_a_word_about_a_scan_lies_over_nothing_and_goes_with_the_page(
    visit: Visit, busy: Town, path: str, lang: str
) -> None:
    page = sign_in(visit, lang, clock=True)  # the word stays as long as the test looks
    page.evaluate("to => { location.href = to; }", f"/staff/counter-1{path}?lang={lang}")
    page.wait_for_url(f"**{path}?lang={lang}")
    ready(page)
    busy.scan(ean13(gtin14(103)) if "order" in path else "4901230001028", "counter-1")
    expect(page.locator("#toast")).to_be_visible()
    assert broken(page) == {}
    page.click(".rail nav a >> nth=0")
    expect(page.locator(".rail nav a[aria-current] >> nth=0")).to_have_attribute("href", re.compile("/work"))
    expect(page.locator("#toast")).to_be_hidden()


@pytest.mark.parametrize(("lang", "said"), (("ja", "準備中"), ("en", "Being picked")))
def test_an_order_waited_for_and_not_ready_says_how_it_stands_once(
    visit: Visit, busy: Town, lang: str, said: str
) -> None:
    page = sign_in(visit, lang)
    row = page.locator(".order.here", has_text="6101")
    expect(row.locator(".wait")).to_have_count(1)
    expect(row.locator(".tag:not(.pay .tag)")).to_have_text([said])
