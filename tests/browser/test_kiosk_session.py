"""A shopper's session: it begins with a scan, belongs to one person, and leaves nothing behind."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotSeen

from edge.features.outcome import shown_on_station
from edge.platform.database import rows, writing
from tests.browser.town import Town
from tests.processes.chromium import until
from tests.processes.town import eventually
from tests.ui.shop_floor import FULL_NAME, SHIRT_M, ean13, gtin14, pickup_code

Visit = Callable[..., Page]

PRODUCT = ".stage.product"
MEMBER = ".stage.member"
HOME = ".stage.home"


def wedge(page: Page, code: str, end: str = "Enter") -> None:
    """What a keyboard-wedge scanner sends: keys, one right after the other."""
    page.evaluate(
        """([code, end]) => {
          const at = document.activeElement ?? document.body;
          let when = performance.now(); // each key carries the moment it was pressed, however busy the page is
          const key = (code, shiftKey) => {
            const down = new KeyboardEvent('keydown', { code, shiftKey, key: 'Process', bubbles: true, cancelable: true });
            Object.defineProperty(down, 'timeStamp', { value: when += 2 });
            const let_through = at.dispatchEvent(down);
            if (let_through && code === 'Enter') at.click?.();
            return let_through;
          };
          for (const c of code) {
            if (c === '\\x1d') key('F8', false);
            else if (/\\d/.test(c)) key('Digit' + c, false);
            else if (/[a-z]/i.test(c)) key('Key' + c.toUpperCase(), c !== c.toLowerCase());
            else if (c === ':') key('Semicolon', true);
            else if (c === ']') key('BracketRight', false);
            else if (c === '-') key('Minus', false);
            if (at.matches('input')) at.value += c; // as the browser does after the key
          }
          if (end) key(end, false);
        }""",
        [code, end],
    )


def typed(town: Town) -> list[bytes]:
    return town.typed()


@pytest.fixture
def fresh(town: Town) -> Town:
    town.forget_typed()
    town.floor.db.conn.execute("delete from staff_calls")
    town.floor.order("4821", member="m-1")
    return town


def test_a_scan_opens_the_answer_on_its_own_stations_screen_only(visit: Visit, town: Town) -> None:
    here, there = visit("/kiosk/kiosk-1"), visit("/kiosk/kiosk-2")
    town.scan(ean13(SHIRT_M))
    expect(here.locator(PRODUCT)).to_be_visible()
    town.scan("M12345678", "kiosk-2")
    expect(there.locator(MEMBER)).to_be_visible()
    expect(here.locator(PRODUCT)).to_be_visible()


@pytest.mark.parametrize("where", ["home", "member", "product", "find", "calling", "warning"])
def test_a_new_scan_takes_over_from_any_screen(visit: Visit, town: Town, where: str) -> None:
    page = visit(clock=where == "warning")
    if where in ("member", "product", "warning"):
        town.scan("M12345678" if where == "member" else ean13(SHIRT_M))
        expect(page.locator(MEMBER if where == "member" else PRODUCT)).to_be_visible()
    if where == "find":
        page.locator('.tile[data-go$="/find"]').click()
        expect(page.locator(".stage.find")).to_be_visible()
    if where == "calling":
        page.locator('.tile[data-post$="/call"]').click()
        expect(page.locator(".stage.calling")).to_be_visible()
    if where == "warning":
        page.clock.run_for(41_000)
        expect(page.locator(".veil")).to_be_visible()
    town.scan("4901230001028")
    if where == "warning":  # the page's clock is paused: a line that it opens again opens only as time goes on

        def is_there() -> bool:
            page.clock.run_for(100)
            return page.locator(".stage.message").is_visible()

        eventually(is_there, "the scan's screen")
    expect(page.locator(".stage.message")).to_be_visible()
    expect(page.locator(".veil")).to_be_hidden()


def test_a_tap_shows_another_size_and_colour(visit: Visit, town: Town) -> None:
    page = visit()
    town.scan(ean13(SHIRT_M))
    page.locator(".sizes button", has_text="XL").first.click()
    expect(page.locator(".sizes [aria-pressed=true] b")).to_have_text("XL")
    page.locator(f"[data-go$='{gtin14(114)}']").click()  # pale indigo, in the size that was chosen
    expect(page.locator(".sizes [aria-pressed=true] b")).to_have_text("XL")
    expect(page.locator(".photo img")).to_have_attribute("src", re.compile("colour=8fa3b3"))


def test_forty_quiet_seconds_bring_a_warning_and_twenty_more_the_end(visit: Visit, town: Town) -> None:
    page = visit(clock=True)
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    page.clock.run_for(38_000)
    expect(page.locator(".veil")).to_be_hidden()
    page.clock.run_for(3_000)
    expect(page.locator(".veil")).to_be_visible()
    page.clock.run_for(18_000)
    expect(page.locator(MEMBER)).to_be_visible()
    page.clock.run_for(3_000)
    expect(page.locator(HOME)).to_be_visible()
    assert "サ＊＊" not in page.content()


@pytest.mark.parametrize("sign", ["touch", "key", "button"])
def test_any_sign_of_life_takes_the_warning_back(visit: Visit, town: Town, sign: str) -> None:
    page = visit(clock=True)
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    page.clock.run_for(45_000)
    expect(page.locator(".veil")).to_be_visible()
    match sign:
        case "touch":
            page.mouse.click(500, 300)
        case "key":
            page.keyboard.press("ArrowDown")
        case _:
            page.locator("[data-stay]").click()
    expect(page.locator(".veil")).to_be_hidden()
    page.clock.run_for(38_000)
    expect(page.locator(".veil")).to_be_hidden()
    expect(page.locator(MEMBER)).to_be_visible()


def test_the_end_forgets_member_language_size_and_furigana(visit: Visit, town: Town) -> None:
    page = visit()
    page.click("[data-aid=text]")
    page.click("[data-aid=ruby]")
    page.click("[data-lang=en]")
    town.scan("M12345678")
    expect(page.locator(f"{MEMBER}[lang=en]")).to_be_visible()
    page.locator(".bar [data-end]").click()
    expect(page.locator(f"{HOME}[lang=ja]")).to_be_visible()
    assert page.evaluate("({...document.documentElement.dataset})").keys() == {"surface", "ready"}
    expect(page.locator("[data-aid][aria-pressed=true]")).to_have_count(0)
    assert "サ＊＊" not in page.content()


def test_the_end_is_kept_by_the_box(visit: Visit, town: Town) -> None:
    page = visit()
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    with page.expect_response("**/end?seq=*") as told:
        page.locator(".bar [data-end]").click()
    assert told.value.status == 204
    assert shown_on_station(town.floor.db, "kiosk-1") is None


def test_quiet_at_home_in_another_language_returns_to_the_shops_own(visit: Visit) -> None:
    page = visit(clock=True)
    page.click("[data-lang=en]")
    expect(page.locator(f"{HOME}[lang=en]")).to_be_visible()
    page.clock.run_for(61_000)
    expect(page.locator(f"{HOME}[lang=ja]")).to_be_visible()


def test_back_and_reload_show_nothing_of_the_shopper_before(visit: Visit, town: Town) -> None:
    page = visit()
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    page.reload()
    expect(page.locator(HOME)).to_be_visible()
    assert "サ＊＊" not in page.content()
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    page.locator(".bar [data-end]").click()
    expect(page.locator(HOME)).to_be_visible()
    page.go_back()
    assert "サ＊＊" not in page.content()


def test_no_public_page_ever_holds_a_full_name(visit: Visit, fresh: Town) -> None:
    kiosk, board = visit(), visit("/board", (1920, 1080))
    for code, screen in (("M12345678", MEMBER), (pickup_code("4821"), ".stage.pickup")):
        fresh.scan(code)
        expect(kiosk.locator(screen)).to_be_visible()
        for page in (kiosk, board):
            assert FULL_NAME not in page.content()
            assert "サトウ" not in page.content()
    assert FULL_NAME not in fresh.log()
    assert "s3cret" not in fresh.log()


def test_a_member_tells_that_they_are_on_their_way(visit: Visit, fresh: Town) -> None:
    fresh.floor.order("4830", member="m-2")
    page = visit()
    fresh.scan("M00000002")
    page.locator(".pick .btn").click()
    expect(page.locator(".pick .told")).to_be_visible()


def test_a_keyboard_wedge_is_a_scanner(visit: Visit, fresh: Town) -> None:
    page = visit()
    wedge(page, ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()
    assert typed(fresh) == [ean13(SHIRT_M).encode()]


@pytest.mark.parametrize("end", ["Enter", "Tab", ""])
def test_a_burst_ends_by_enter_tab_or_silence(visit: Visit, fresh: Town, end: str) -> None:
    page = visit()
    wedge(page, "M12345678", end)
    expect(page.locator(MEMBER)).to_be_visible()
    assert typed(fresh) == [b"M12345678"]


def test_the_value_is_the_keys_whatever_the_input_method_makes_of_them(visit: Visit, fresh: Town) -> None:
    page = visit()
    wedge(page, "noren:p:o-4821:s3cretS3cret")  # every key reports `Process`, as with kana input on
    expect(page.locator(".stage.pickup")).to_be_visible()
    assert typed(fresh) == [b"noren:p:o-4821:s3cretS3cret"]


def test_the_separator_of_gs1_is_kept(visit: Visit, fresh: Town) -> None:
    page = visit()
    wedge(page, f"]C101{SHIRT_M}10LOT1\x1d17261130")
    expect(page.locator(PRODUCT)).to_be_visible()
    assert typed(fresh) == [f"01{SHIRT_M}10LOT1\x1d17261130".encode()]


def test_a_burst_presses_no_button(visit: Visit, fresh: Town) -> None:
    page = visit()
    page.locator('.tile[data-post$="/call"]').focus()
    wedge(page, ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()
    assert rows(fresh.floor.db, "select 1 from staff_calls") == []


def test_a_person_with_a_keyboard_is_no_scanner(visit: Visit, fresh: Town) -> None:
    page = visit()
    page.keyboard.type("abcdefgh", delay=180)
    page.locator(".tile").nth(0).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".stage.how")).to_be_visible()
    page.locator(".bar [data-end]").focus()
    page.keyboard.press("Space")
    expect(page.locator(HOME)).to_be_visible()
    assert typed(fresh) == []


def test_a_field_gives_back_what_a_scanner_typed_into_it(visit: Visit, fresh: Town) -> None:
    page = visit()
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), { id: 'note', value: 'hello' }))"
    )
    page.locator("#note").focus()
    wedge(page, ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()
    expect(page.locator("#note")).to_have_value("hello")


def test_sounds_are_three_and_each_can_be_seen(visit: Visit, town: Town) -> None:
    page = visit()
    page.evaluate(
        """() => { window.tones = []; const make = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () { const it = make.call(this);
            const start = it.start; it.start = function (at) { tones.push(it.frequency.value); return start.call(this, at); };
            return it; }; }"""
    )
    town.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    until(page, "tones.length >= 1")
    assert page.evaluate("tones.splice(0)") == [pytest.approx(1318.5)]
    town.scan("4901230001028")
    expect(page.locator(".stage.message")).to_be_visible()
    until(page, "tones.length >= 2")
    assert page.evaluate("tones.splice(0)") == [392, 392]


def test_a_kiosk_says_by_itself_that_no_scans_are_taken_and_that_they_are_again(visit: Visit, town: Town) -> None:
    page = visit()
    full = page.locator(f"{HOME}.full")

    def noted() -> bool:
        """A budget of one byte is used up, until the box's own look at its disk says otherwise a few seconds later."""
        with writing(town.floor.db):
            town.floor.db.conn.execute(
                "insert or replace into room (level, budget, since, only_one) values ('full', 1, '', 1)"
            )
        try:
            full.wait_for(timeout=1000)
        except NotSeen:
            return False
        return True

    assert any(noted() for _ in range(60))
    expect(page.locator(f"{HOME}:not(.full)")).to_contain_text("The scanner is below this screen")


def test_a_touch_is_told_to_the_box_which_ends_a_session_that_nobody_touches(visit: Visit, fresh: Town) -> None:
    page = visit()
    fresh.scan("M12345678")
    expect(page.locator(MEMBER)).to_be_visible()
    fresh.floor.db.conn.execute("update screens set since = '2026-01-01T00:00:00.000Z' where station = 'kiosk-1'")
    with page.expect_response("**/touch") as told:
        page.mouse.click(5, 5)
    assert told.value.status == 204
    (touched,) = rows(fresh.floor.db, "select touched from screens where station = 'kiosk-1'")
    assert touched["touched"] is None  # it was over before: nothing calls it back
