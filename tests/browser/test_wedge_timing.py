"""Keyboard-wedge scanners as they really come: slow ones, ones that pause, of other keyboards, and on Android.

Keys are real ones of the browser's own input queue, with the pauses between them that the scanner makes.
"""

import random
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from edge.codes.check_digits import mod10_digit, mod10_holds
from edge.codes.keyboard_layouts import LAYOUTS, Layout
from edge.platform.database import rows
from tests.browser.town import Town
from tests.processes.town import eventually
from tests.ui.shop_floor import SHIRT_M, ean13

Visit = Callable[..., Page]

SHIFT, CTRL, ALT = 8, 2, 1
AGAIN = ".again"
PRODUCT = ".stage.product"
MESSAGE = ".stage.message"


def jan(chance: random.Random) -> str:
    body = chance.choice(["45", "49"]) + "".join(chance.choices("0123456789", k=10))
    return f"{body}{mod10_digit(body)}"


class Gun:
    """A scanner that types into a page, `ms` a key, set to a keyboard.

    Each key carries the moment a scanner would have sent it, however late a busy machine brings it to the page. `clock`:
    the page's own clock stands still but for the pauses of the scanner, so that no pause of the machine is one. `writes`:
    its characters come into the field that has the focus, too.
    """

    def __init__(
        self, page: Page, ms: int = 5, layout: Layout = "us", *, clock: bool = False, writes: bool = False
    ) -> None:
        self.clock = page.clock if clock else None
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.ms = ms
        self.writes = writes
        self.at = time.time()  # of the next key, in seconds
        self.keys = {
            character: (place, SHIFT if nth else 0)
            for place, pair in reversed(list(LAYOUTS[layout].items()))
            for nth, character in enumerate(pair)
            if character and not place.startswith("Numpad")
        }

    def key(self, code: str, modifiers: int = 0, key: str = "Process", **more: object) -> None:
        about = {"code": code, "key": key, "modifiers": modifiers, "timestamp": self.at, **more}
        kind = "keyDown" if "text" in more else "rawKeyDown"
        self.cdp.send("Input.dispatchKeyEvent", {"type": kind, **about})
        if key in ("Enter", " ") or (key == "Process" and code in ("Enter", "Space")):
            self.cdp.send("Input.dispatchKeyEvent", {"type": "char", "text": "\r" if code == "Enter" else " ", **about})
        self.cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **about})
        self.pause(self.ms)

    def pause(self, ms: int) -> None:
        self.at += ms / 1000
        if self.clock:
            self.clock.run_for(ms)
        else:
            time.sleep(ms / 1000)

    def begin(self) -> None:
        """What comes next comes now."""
        self.at = max(self.at, time.time())

    def type(self, text: str) -> None:
        self.begin()
        self.go_on(text)

    def go_on(self, text: str) -> None:
        for character in text:
            if character == "\x1d":
                self.key("F8")
            else:
                written: dict[str, Any] = {"key": character, "text": character} if self.writes else {}
                self.key(*self.keys[character], **written)

    def enter(self) -> None:
        self.key("Enter", key="Enter", windowsVirtualKeyCode=13)

    def scan(self, text: str) -> None:
        self.type(text)
        self.enter()


def typed(town: Town) -> list[str]:
    return [data.decode() for data in town.typed()]


def until_typed(town: Town, codes: list[str]) -> None:
    """Wait until as many codes have come to the box; then they are these."""
    eventually(lambda: len(typed(town)) >= len(codes), f"{codes} came to the box")
    assert typed(town) == codes


def refused(town: Town) -> list[str]:
    """Why codes were refused; the page tells the person first, then the box."""
    eventually(lambda: rows(town.floor.db, "select 1 from wedges where refused > 0"), "a refusal came to the box")
    return [row["why"] for row in rows(town.floor.db, "select why from wedges where refused > 0")]


@pytest.fixture
def fresh(town: Town) -> Town:
    town.forget_typed()
    for table in ("staff_calls", "wedges", "outcomes"):
        town.floor.db.conn.execute(f"delete from {table}")
    town.floor.order("4821", member="m-1")
    return town


@pytest.mark.parametrize("ms", [5, 70, 140])
def test_every_code_is_whole_and_its_enter_presses_nothing(visit: Visit, fresh: Town, ms: int) -> None:
    chance = random.Random(ms)
    codes = [jan(chance) for _ in range(2)]
    page = visit()
    gun = Gun(page, ms)
    for code in codes:
        page.locator("[data-end], .tile").last.focus()
        gun.scan(code)
        expect(page.locator(MESSAGE)).to_be_visible()
        page.locator(".bar [data-end]").click()
        expect(page.locator(".stage.home")).to_be_visible()
    assert typed(fresh) == codes
    assert rows(fresh.floor.db, "select 1 from staff_calls") == []


@pytest.mark.parametrize(("ms", "cut"), [(5, 1), (5, 5), (5, 12), (70, 1), (70, 5), (70, 12), (175, 5)])
def test_a_pause_inside_a_code_cuts_nothing(visit: Visit, fresh: Town, ms: int, cut: int) -> None:
    page, code = visit(clock=True), ean13(SHIRT_M)
    page.locator('.tile[data-post$="/call"]').focus()
    gun = Gun(page, ms, clock=True)
    gun.type(code[:cut])
    gun.pause(500)
    gun.scan(code[cut:])
    page.clock.resume()
    expect(page.locator(PRODUCT)).to_be_visible()
    assert typed(fresh) == [code]


def tail_that_is_a_number() -> tuple[str, int]:
    """A JAN and a place behind which another valid number is left."""
    chance = random.Random(15)
    while True:
        code = jan(chance)
        if mod10_holds(code[5:]):
            return code, 5


def test_a_code_that_breaks_is_never_taken_for_another_and_said_so(visit: Visit, fresh: Town) -> None:
    page = visit()
    gun = Gun(page)
    code, cut = tail_that_is_a_number()
    page.locator('.tile[data-post$="/call"]').focus()
    gun.type(code[:cut])
    expect(page.locator(AGAIN)).to_be_visible()
    expect(page.locator(AGAIN)).to_contain_text("もう")
    gun.scan(code[cut:])
    page.wait_for_timeout(700)
    assert typed(fresh) == []
    assert rows(fresh.floor.db, "select 1 from staff_calls") == []
    gun.scan(ean13(SHIRT_M))
    expect(page.locator(PRODUCT)).to_be_visible()
    expect(page.locator(AGAIN)).to_be_hidden()
    assert typed(fresh) == [ean13(SHIRT_M)]
    assert refused(fresh) == ["cut"]


def half_a_member_code(page: Page, gun: Gun) -> None:
    """Behind two whole ones, which tell what ends a code here, and how long one is."""
    for _ in range(2):
        gun.scan("M12345678")
        expect(page.locator(".stage.member")).to_be_visible()
        page.wait_for_timeout(100)
    gun.type("M1234")
    expect(page.locator(AGAIN)).to_be_visible()


def test_once_the_end_is_known_half_a_member_code_is_no_code_and_the_next_one_is_taken(
    visit: Visit, fresh: Town
) -> None:
    page = visit()
    gun = Gun(page)
    half_a_member_code(page, gun)
    gun.scan("M00000002")
    expect(page.locator(AGAIN)).to_be_hidden()
    until_typed(fresh, ["M12345678", "M12345678", "M00000002"])
    page.wait_for_timeout(700)
    assert typed(fresh) == ["M12345678", "M12345678", "M00000002"]


def test_the_rest_of_a_member_code_is_no_code_however_late_it_comes(visit: Visit, fresh: Town) -> None:
    page = visit()
    gun = Gun(page)
    half_a_member_code(page, gun)
    page.wait_for_timeout(1500)
    gun.scan("5678")
    page.wait_for_timeout(700)
    assert typed(fresh) == ["M12345678", "M12345678"]


# Waits for what asks for a scan once more to be seen; its moment, in seconds.
ASKED = f"""() => new Promise(done => {{ const look = () => document.querySelector('{AGAIN}')?.checkVisibility()
  ? done((performance.timeOrigin + performance.now()) / 1000) : requestAnimationFrame(look); look(); }})"""


@pytest.mark.parametrize(("wait", "taken"), [(0, []), (1200, ["HN-000123"])])
def test_where_nothing_is_known_of_codes_here_the_next_one_is_what_a_hand_can_have_scanned(
    visit: Visit, fresh: Town, wait: int, taken: list[str]
) -> None:
    page = visit()
    gun = Gun(page)
    gun.type("49012")
    asked = page.evaluate(ASKED)
    page.wait_for_timeout(wait)
    gun.at = asked + wait / 1000
    gun.go_on("HN-000123")
    gun.enter()
    until_typed(fresh, taken)
    page.wait_for_timeout(700)
    assert typed(fresh) == taken


@pytest.mark.parametrize(
    "codes",
    [
        ["A3812345670A", "B3898765430B"],
        ["AB-1234-56", "AB-9876-54"],
        ["HN000123", "A3812345670A", "4901234567894", "CD.98/7+6"],
    ],
)
def test_cards_scanned_so_closely_that_no_silence_parts_them_are_a_code_each(
    visit: Visit, fresh: Town, codes: list[str]
) -> None:
    page = visit(clock=True)
    gun = Gun(page, 100, clock=True)  # its Enter is waited behind for three keys: the next code comes in that time
    for code in codes:
        gun.scan(code)
    page.clock.resume()
    until_typed(fresh, codes)
    page.wait_for_timeout(700)
    assert typed(fresh) == codes


@pytest.mark.parametrize(("ms", "code"), [(5, " AB 12 CD"), (70, "AB 12 CD")])
def test_spaces_and_letters_of_a_code_toggle_nothing(visit: Visit, fresh: Town, ms: int, code: str) -> None:
    page = visit()
    page.locator('.tile[data-post$="/call"]').focus()
    Gun(page, ms).scan(code)
    expect(page.locator(MESSAGE)).to_be_visible()
    assert rows(fresh.floor.db, "select 1 from staff_calls") == []
    assert typed(fresh) == [code]


def test_a_person_with_a_keyboard_gets_everywhere(visit: Visit, fresh: Town) -> None:
    page = visit()
    page.locator(".tile").nth(0).focus()
    page.keyboard.press("Tab")
    expect(page.locator(".tile").nth(1)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".stage.how")).to_be_visible()
    page.locator(".bar [data-end]").focus()
    page.keyboard.press("Space")
    expect(page.locator(".stage.home")).to_be_visible()
    assert typed(fresh) == []


@pytest.mark.parametrize("ms", [90, 130, 240])
def test_what_a_clerk_types_into_a_field_stays_there(visit: Visit, fresh: Town, ms: int) -> None:
    page = visit("/staff/counter-1", (1280, 800))
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), { id: 'note' }))")
    page.locator("#note").focus()
    page.keyboard.type("shirt 42", delay=ms)
    page.wait_for_timeout(1700)
    expect(page.locator("#note")).to_have_value("shirt 42")
    assert typed(fresh) == []


@pytest.mark.parametrize("ms", [5, 70])
def test_a_field_gives_back_what_even_a_slow_scanner_typed_into_it(visit: Visit, fresh: Town, ms: int) -> None:
    page = visit("/staff/counter-1", (1280, 800))
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), { id: 'note', value: 'hello' }))"
    )
    page.locator("#note").focus()
    Gun(page, ms, writes=True).scan(ean13(SHIRT_M))
    expect(page.locator("#note")).to_have_value("hello")
    until_typed(fresh, [ean13(SHIRT_M)])


def test_a_pin_on_a_keyboard_is_no_code(visit: Visit, fresh: Town) -> None:
    page = visit("/staff/counter-1", (1280, 800))
    for digit, wait in zip("2468", (90, 300, 90, 90), strict=True):
        page.keyboard.press(digit)
        page.wait_for_timeout(wait)
    page.wait_for_timeout(1700)
    assert typed(fresh) == []
    expect(page.locator("#toast")).to_be_hidden()


@pytest.mark.parametrize("layout", ["us", "jp"])
def test_a_code_is_read_on_the_keyboard_it_was_typed_on(visit: Visit, fresh: Town, layout: Layout) -> None:
    page = visit()
    gun = Gun(page, layout=layout)
    gun.scan("noren:p:o-4821:s3cretS3cret")
    expect(page.locator(".stage.pickup")).to_be_visible()
    gun.scan("ID_42=7")
    expect(page.locator(MESSAGE)).to_be_visible()
    assert typed(fresh) == ["noren:p:o-4821:s3cretS3cret", "ID_42=7"]


@pytest.mark.parametrize("way", ["alt", "ctrl", "f8"])
def test_the_separator_comes_in_three_ways(visit: Visit, fresh: Town, way: str) -> None:
    page = visit()
    gun = Gun(page)
    gun.type(f"]C101{SHIRT_M}10LOT1")
    if way == "alt":
        gun.cdp.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "code": "AltLeft", "key": "Alt", "modifiers": ALT, "timestamp": gun.at},
        )
        for digit in "029":
            gun.key(f"Numpad{digit}", ALT, digit)
        gun.cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "code": "AltLeft", "key": "Alt", "timestamp": gun.at})
    elif way == "ctrl":
        gun.key("BracketRight", CTRL)
    else:
        gun.key("F8")
    gun.scan("17261130")
    expect(page.locator(PRODUCT)).to_be_visible()
    assert typed(fresh) == [f"01{SHIRT_M}10LOT1\x1d17261130"]


def nameless(gun: Gun, text: str, *, with_text: bool = True) -> None:
    """As Android's soft-wedge keyboards do it: a key without a name, its text by the input method."""
    for character in text:
        about = {"code": "", "key": "Unidentified", "windowsVirtualKeyCode": 229}
        gun.cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **about})
        if with_text:
            gun.cdp.send("Input.insertText", {"text": character})
        gun.cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **about})
    gun.begin()


def test_keys_without_a_name_are_read_by_the_text_that_comes_with_them(visit: Visit, fresh: Town) -> None:
    page = visit()
    gun = Gun(page)
    for code in (ean13(SHIRT_M), "４９０１２３４５６７８９４"):
        nameless(gun, code)
        gun.enter()
        eventually(
            lambda code=code: typed(fresh)[-1:] == [unicodedata.normalize("NFKC", code)], "the code came to the box"
        )
    expect(page.locator(MESSAGE)).to_be_visible()
    assert typed(fresh) == [ean13(SHIRT_M), "4901234567894"]


def test_keys_without_a_name_and_without_text_are_said_to_be_wrong(visit: Visit, fresh: Town) -> None:
    page = visit()
    gun = Gun(page)
    nameless(gun, ean13(SHIRT_M), with_text=False)
    gun.enter()
    expect(page.locator(AGAIN)).to_be_visible()
    page.wait_for_timeout(200)
    assert typed(fresh) == []
    assert refused(fresh) == ["no_text"]


def test_a_whole_code_put_in_at_once_is_a_scan_on_a_kiosk(visit: Visit, fresh: Town) -> None:
    page = visit()
    gun = Gun(page)
    nameless(gun, "1", with_text=False)  # the first key makes the hidden field ready
    page.wait_for_timeout(1700)
    gun.cdp.send("Input.insertText", {"text": ean13(SHIRT_M)})
    expect(page.locator(PRODUCT)).to_be_visible()
    assert typed(fresh) == [ean13(SHIRT_M)]


def test_lines_of_a_card_are_one_code(visit: Visit, fresh: Town) -> None:
    page = visit(clock=True)
    gun = Gun(page, 100, clock=True)
    gun.type("BEGIN:VCARD")
    gun.enter()
    gun.type("N:Noren")
    gun.enter()
    gun.scan("END:VCARD")
    page.clock.resume()
    expect(page.locator(MESSAGE)).to_be_visible()
    assert typed(fresh) == ["BEGIN:VCARD\rN:Noren\rEND:VCARD"]
