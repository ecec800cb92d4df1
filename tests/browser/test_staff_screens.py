"""The clerks' screens in a real browser: readable, in reach of a thumb, quick with a scanner, and locked when left."""

from collections.abc import Callable

import msgspec
import pytest
from playwright.sync_api import Page, expect

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.features.staff.sessions import Staff
from tests.browser import rules
from tests.browser.town import Town
from tests.processes.chromium import ready
from tests.ui.shop_floor import FULL_NAME, PIN, POLICY, SHIRT_M, ean13, gtin14, pickup_code

Visit = Callable[..., Page]

TABLET = (1280, 800)
TEXT, TARGET, KEY = 15, 50, 64  # px (experience.md rules 1, 3 and 26)


def sign_in(visit: Visit, lang: str = "ja", size: tuple[int, int] = TABLET, *, clock: bool = False) -> Page:
    page = visit(f"/staff/counter-1?lang={lang}", size, clock=clock)
    page.click(".person")
    for digit in PIN:
        page.click(f'[data-digit="{digit}"]')
    page.click(".key.go")
    expect(page.locator(".rows")).to_be_visible()
    page.click(".rail nav a >> nth=1")  # from the work list to the orders
    expect(page.locator(".rail nav a >> nth=1")).to_have_attribute("aria-current", "page")
    return page


def keeps_the_rules(page: Page) -> None:
    assert rules.axe(page) == []
    assert rules.small_text(page, TEXT) == []
    # a label is the target of the invisible radio button in it
    assert [one for one in rules.small_targets(page, TARGET) if not one.startswith(("INPUT", "pin"))] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def orders(town: Town) -> Town:
    town.floor.hq.conn.execute("delete from orders")
    town.floor.db.conn.execute("delete from pickup_steps")
    town.floor.order("4821", lines=[OrderLine(line=1, gtin=SHIRT_M), OrderLine(line=2, gtin=gtin14(101))])
    town.floor.order("4790", State.PICKING)
    town.floor.order("4777", State.PLACED, paid=False)
    return town


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_the_door_keeps_the_rules_and_its_keys_are_large(visit: Visit, orders: Town, lang: str) -> None:
    page = visit(f"/staff/counter-1/login?lang={lang}", TABLET)
    keeps_the_rules(page)
    sizes = page.eval_on_selector_all(".key", "all => all.map(k => k.getBoundingClientRect().height)")
    assert len(sizes) == 12
    assert min(sizes) >= KEY


@pytest.mark.parametrize("lang", ("ja", "en"))
@pytest.mark.parametrize(
    "path", ("", "/list/prepare", "/calls", "/goods", f"/goods/{SHIRT_M}", "/order/o-4821", "/order/o-4790")
)
def test_every_screen_keeps_the_rules(visit: Visit, orders: Town, lang: str, path: str) -> None:
    page = sign_in(visit, lang)
    page.goto(f"{orders.url}/staff/counter-1{path}?lang={lang}")
    ready(page)
    keeps_the_rules(page)


def test_a_hand_over_by_scanner_from_code_to_done(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    done = page.locator("#hand .done-row .primary")
    expect(done).to_be_disabled()
    orders.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator('[aria-checked="true"]')).to_have_count(1)
    orders.scan(ean13(gtin14(103)), "counter-1")
    expect(page.locator("#toast")).to_contain_text("この注文では代わりになりません")
    expect(done).to_be_disabled()
    page.reload()
    expect(page.locator('[aria-checked="true"]')).to_have_count(1)
    orders.scan(ean13(gtin14(101)), "counter-1")
    expect(done).to_be_enabled()
    keeps_the_rules(page)
    done.click()
    expect(page.locator("[data-undo]")).to_be_visible()
    page.click("[data-undo] button")
    expect(page.locator("#hand")).to_be_visible()
    expect(page.locator('[aria-checked="true"]')).to_have_count(0)


def test_goods_are_ready_once_each_was_ticked_and_the_hand_over_begins_without_a_tick(
    visit: Visit, orders: Town
) -> None:
    orders.floor.order("4790", State.PICKING, lines=[OrderLine(line=1, gtin=SHIRT_M, quantity=2)])
    page = sign_in(visit)
    page.goto(f"{orders.url}/staff/counter-1/order/o-4790")
    ready(page)
    page.fill("[name=shelf]", "R-12")
    done = page.locator("#ready .primary")
    expect(done).to_be_disabled()
    expect(page.locator("#ready [data-n]")).to_have_text("2")
    orders.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator('[aria-checked="true"]')).to_have_count(1)
    page.locator("[data-piece]").nth(1).click()
    expect(done).to_be_enabled()
    keeps_the_rules(page)
    done.click()
    expect(page.locator("#hand")).to_be_visible()
    expect(page.locator('[aria-checked="true"]')).to_have_count(0)
    orders.scan(pickup_code("4790"), "counter-1")
    expect(page.locator("#hand[data-proven=yes]")).to_be_visible()
    expect(page.locator("#hand .done-row .primary")).to_be_disabled()


def test_a_tick_that_does_not_reach_the_box_says_so_and_is_none(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    page.click('.order:has-text("4821")')
    piece = page.locator("[data-piece]").first
    orders.set("cut")
    piece.click()
    expect(page.locator("#lost")).to_be_visible()
    expect(piece).to_have_attribute("aria-checked", "false")
    orders.set("fine")
    piece.click()
    expect(piece).to_have_attribute("aria-checked", "true")


def changes(town: Town) -> None:
    """What comes from elsewhere while a clerk works: a shopper calls, and the line to HQ comes and goes."""
    town.floor.db.conn.execute("insert into staff_calls (station, time) values ('kiosk-1', '2026-11-27T00:00:00.000Z')")


def test_what_a_clerk_types_stays_while_the_page_says_what_is_new(visit: Visit, orders: Town) -> None:
    orders.floor.db.conn.execute("delete from staff_calls")
    orders.floor.order("4821", paid=False)
    page = sign_in(visit)
    page.click('.order:has-text("4821")')
    page.click("[form=check]")
    page.click(".pick:has([value=proxy])")
    page.fill("[name=proxy]", "サトウ ハナ")
    page.click(".pick:has([value=family])")
    page.click(".pick:has([name=paid])")
    page.locator("[data-piece]").click()
    done = page.locator("#hand .done-row .primary")
    expect(done).to_be_enabled()
    page.evaluate("window.form = document.querySelector('#hand')")
    changes(orders)
    expect(page.locator(".rail .dot")).to_contain_text("1")
    expect(page.locator("[name=proxy]")).to_have_value("サトウ ハナ")
    expect(page.locator("[value=family]")).to_be_checked()
    expect(page.locator("[name=paid]")).to_be_checked()
    assert page.evaluate("form.isConnected"), "the form under the clerk's fingers is another one"
    expect(done).to_be_enabled()
    done.click()
    expect(page.locator("[data-undo]")).to_be_visible()


def test_a_dialog_that_a_clerk_has_open_stays_as_it_is(visit: Visit, orders: Town) -> None:
    orders.floor.db.conn.execute("delete from staff_calls")
    page = sign_in(visit)
    page.click('.order:has-text("4821")')
    page.click("[data-open=missing]")
    page.click(".pick:has([name=piece][value='2-1'])")
    changes(orders)
    expect(page.locator(".rail .dot")).to_contain_text("1")
    expect(page.locator("#missing")).to_be_visible()
    expect(page.locator("#missing [name=piece]:checked")).to_have_value("2-1")


def test_another_tablets_step_is_said_beside_what_was_typed_for_it(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    page.goto(f"{orders.url}/staff/counter-1/order/o-4790")
    ready(page)
    page.fill("[name=shelf]", "R-12")
    changes(orders)
    orders.floor.order("4790", State.PICKING, paid=False)
    expect(page.locator(".facts .tag.low")).to_be_visible()
    expect(page.locator("[name=shelf]")).to_have_value("R-12")
    orders.floor.order("4790", State.READY, shelf="C-3")
    expect(page.locator("#hand")).to_be_visible()
    expect(page.locator("[data-own=changed]")).to_contain_text("この注文の状態が変わりました")
    keeps_the_rules(page)


def test_the_door_shows_a_dot_for_each_digit_and_no_more_than_a_pin_needs(visit: Visit, orders: Town) -> None:
    page = visit("/staff/counter-1/login", TABLET)
    page.click(".person")
    shown = []
    for digit in "123456":
        shown.append(page.locator(".dots i:visible").count())
        page.click(f'[data-digit="{digit}"]')
    assert shown == [4, 4, 4, 4, 4, 5]
    expect(page.locator(".dots i.on")).to_have_count(6)


def test_hqs_cancellation_is_on_the_open_page_at_once(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator("#hand")).to_be_visible()
    for piece in page.locator("[data-piece]").all():
        piece.click()
    expect(page.locator("#hand .done-row .primary")).to_be_enabled()
    orders.floor.order("4821", State.CANCELLED, cancelled_at="2026-11-20T06:42:00Z")
    expect(page.locator(".big-word.alert")).to_contain_text("15:42 に本部が取り消しました")
    expect(page.locator("#hand")).to_have_count(0)
    keeps_the_rules(page)


@pytest.mark.parametrize("lang", ("ja", "en"))
def test_goods_go_back_by_a_scan_of_their_tags(visit: Visit, orders: Town, lang: str) -> None:
    lines = [OrderLine(line=1, gtin=SHIRT_M, quantity=2)]
    orders.floor.order("4733", State.CANCELLED, lines=lines, shelf="R-12", cancelled_at="2026-11-20T06:42:00Z")
    page = sign_in(visit, lang)
    page.click(".tabs a[href*='/back']")
    expect(page.locator(".order")).to_contain_text("4733")
    keeps_the_rules(page)
    orders.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator('[aria-checked="true"]')).to_have_count(1)
    for size in (TABLET, (412, 915), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        keeps_the_rules(page)
    orders.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator(".big-word.ok")).to_be_visible()
    expect(page.locator("#back")).to_have_count(0)


def test_a_name_is_asked_for_where_there_is_no_code(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    page.click('.order:has-text("4821")')
    expect(page.locator("#hand")).to_be_visible()
    assert FULL_NAME not in page.content()
    page.click("[form=check]")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    for item in page.locator("[data-piece]").all():
        item.click()
    done = page.locator("#hand .done-row .primary")
    expect(done).to_be_disabled()
    page.click(".pick >> nth=0")
    expect(done).to_be_enabled()


def test_the_list_shows_who_has_come_without_being_touched(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    expect(page.locator(".order.here")).to_have_count(0)
    orders.scan(pickup_code("4821"), "kiosk-1")
    expect(page.locator(".order.here")).to_contain_text("4821")


def test_cut_off_from_the_box_the_page_locks_all_the_same(visit: Visit, orders: Town) -> None:
    page = sign_in(visit, clock=True)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    orders.set("cut")
    page.clock.run_for(185_000)
    expect(page.locator(".locked")).to_be_visible()
    assert FULL_NAME not in page.content()


def test_two_and_a_half_quiet_minutes_warn_and_three_lock_without_a_name_left(visit: Visit, orders: Town) -> None:
    page = sign_in(visit, clock=True)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    page.clock.run_for(151_000)
    expect(page.locator("#idle")).to_be_visible()
    page.click("[data-stay]")
    expect(page.locator("#idle")).to_be_hidden()
    page.clock.run_for(181_000)
    expect(page.locator(".signin")).to_be_visible()
    assert FULL_NAME not in page.content()
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_the_press_that_takes_the_warning_back_presses_nothing_below_it(visit: Visit, orders: Town) -> None:
    page = sign_in(visit, clock=True)
    orders.scan(pickup_code("4821"), "counter-1")
    below = page.locator("[data-piece]").first.bounding_box()
    assert below is not None
    page.clock.run_for(151_000)
    expect(page.locator("#idle")).to_be_visible()
    page.mouse.move(below["x"] + 20, below["y"] + 20)
    page.mouse.down()
    at_its_end = f"document.elementFromPoint({below['x'] + 20}, {below['y'] + 20}).id"
    assert page.evaluate(at_its_end) == "idle"
    page.mouse.up()
    expect(page.locator("#idle")).to_be_hidden()
    expect(page.locator('[aria-checked="true"]')).to_have_count(0)
    page.clock.run_for(140_000)
    expect(page.locator("#idle")).to_be_hidden()


def test_a_press_that_does_not_arrive_says_so(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    orders.set("cut")
    page.click(".tabs a >> nth=1")
    expect(page.locator("#lost")).to_be_visible()
    orders.set("fine")
    page.click(".tabs a >> nth=1")
    expect(page.locator("#lost")).to_be_hidden()


@pytest.mark.parametrize("size", (TABLET, (800, 1280), (412, 915)))
def test_the_ten_seconds_to_take_it_back_are_in_sight(visit: Visit, orders: Town, size: tuple[int, int]) -> None:
    page = sign_in(visit, size=size)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator("#hand")).to_be_visible()
    for piece in page.locator("[data-piece]").all():
        piece.click()
    page.click("#hand .done-row .primary")
    expect(page.locator("[data-undo] button")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-after]")).to_be_in_viewport(ratio=1)


def test_what_is_not_ticked_is_what_is_said_to_be_missing(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator("#hand")).to_be_visible()
    orders.scan(ean13(SHIRT_M), "counter-1")
    expect(page.locator('[aria-checked="true"]')).to_have_count(1)
    page.click("[data-open=missing]")
    expect(page.locator("#missing [name=piece]:checked")).to_have_count(1)
    expect(page.locator("#missing [name=piece]:checked")).to_have_value("2-1")
    keeps_the_rules(page)
    page.click("#missing [name=reason] >> nth=0")
    expect(page.locator(".big-word.alert")).to_be_visible()


def test_a_call_is_answered_in_one_tap(visit: Visit, orders: Town) -> None:
    orders.floor.db.conn.execute("delete from staff_calls")
    page = sign_in(visit)
    kiosk = visit("/kiosk/kiosk-1")
    kiosk.click('[data-post$="/call"] >> nth=0')
    expect(page.locator(".rail .dot")).to_have_count(1)
    page.click(".rail nav a >> nth=0")
    page.click("[data-task^='call:'] .btn")
    expect(page.locator("[data-task^='call:']")).to_have_count(0)
    page.click(".tabs a[href*='/calls']")
    expect(page.locator(".call .tag.ok")).to_be_visible()


@pytest.mark.parametrize("lang", ("ja", "en"))
@pytest.mark.parametrize("size", ((800, 1280), (412, 915)))
def test_upright_and_in_a_hand_nothing_runs_out_of_the_screen(
    visit: Visit, orders: Town, size: tuple[int, int], lang: str
) -> None:
    page = sign_in(visit, lang, size=size)
    keeps_the_rules(page)
    page.click('.order:has-text("4821")')
    expect(page.locator("#hand")).to_be_visible()
    keeps_the_rules(page)


def test_to_choose_ones_name_is_no_scan(visit: Visit) -> None:
    page = visit("/staff/counter-1", TABLET, clock=True)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.eval_on_selector(".person input", "one => { one.value = 'ginza-03'; }")  # as long as a code may be
    page.locator(".person").first.click()
    page.clock.run_for(5_000)  # longer than what may be the beginning of a code is held
    expect(page.locator(".person input").first).to_be_checked()
    assert posted == []


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 360, 390, 438])
def test_a_clerk_can_sign_in_on_a_phone(visit: Visit, width: int, lang: str) -> None:
    page = visit(f"/staff/counter-1?lang={lang}", (width, 700))
    page.click(".person")
    assert page.evaluate("document.querySelector('.gate').scrollWidth") <= width
    ends = "all => all.map(one => one.getBoundingClientRect().right)"
    assert max(page.eval_on_selector_all(".gate .key, .gatehead > *", ends)) <= width


def test_a_page_whose_session_ended_elsewhere_shows_nothing_of_anyone(visit: Visit, orders: Town) -> None:
    page, other = sign_in(visit), visit("/staff/counter-1", TABLET)  # one browser: both pages have the session
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    expect(other.locator(".who .nm")).to_contain_text(FULL_NAME)
    other.click(".me")
    expect(page.locator(".gate")).to_be_visible()  # nobody has touched it
    assert FULL_NAME not in page.content()


def test_a_clerk_whom_hq_strikes_off_sees_nothing_from_then_on(visit: Visit, orders: Town) -> None:
    page = sign_in(visit)
    orders.scan(pickup_code("4821"), "counter-1")
    expect(page.locator(".who .nm")).to_contain_text(FULL_NAME)
    body = orders.floor.hq.conn.execute("select body from staff where key = 's-1'").fetchone()[0]
    orders.floor.hq.conn.execute("delete from staff where key = 's-1'")
    orders.floor.hq.conn.execute("update feeds set version = version + 1 where feed = 'staff'")
    expect(page.locator(".gate")).to_be_visible()
    assert FULL_NAME not in page.content()
    orders.floor.feed("staff", "s-1", msgspec.json.decode(body))


def test_another_clerks_badge_ends_the_session_and_chooses_its_owner(visit: Visit, orders: Town) -> None:
    badge = IssuerRule(issuer="hr", prefix="B", lengths=(5,), characters="alphanumeric")
    orders.floor.policy(msgspec.structs.replace(POLICY, codes=CodeRules(badges=(badge,))))
    floor, clerk = (
        orders.floor,
        Staff(staff="s-2", name="林 さち", mark="林", role="clerk", pin="-", badges=["hr:B1234"]),
    )
    floor.feed("staff", "s-2", clerk)
    page = sign_in(visit)
    orders.scan("B1234", "counter-1")
    expect(page.locator(".person input[value=s-2]")).to_be_checked()
    assert floor.db.conn.execute("select count(*) from staff_sessions").fetchone() == (0,)
    floor.hq.conn.execute("delete from staff where key = 's-2'")
    floor.policy(POLICY)
