"""One scan of a test code shows how a typing scanner is set, and what to write if that setting will not do."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from edge.codes.keyboard_layouts import Layout
from tests.browser.test_wedge_timing import ALT, Gun, nameless
from tests.processes.chromium import ready
from ui.wedge.setup_page import SETUP_CODES

Visit = Callable[..., Page]


def shown(page: Page, what: str) -> str:
    return page.locator(f"[data-{what}]:visible").first.inner_text()


@pytest.mark.parametrize("layout", ["us", "jp", "uk"])
@pytest.mark.parametrize("code", list(SETUP_CODES))
def test_the_keyboard_is_found(visit: Visit, layout: Layout, code: str) -> None:
    page = visit("/setup/kiosk-1?lang=en", (800, 1280))
    text = SETUP_CODES[code].replace("`", "") if layout == "uk" else SETUP_CODES[code]
    Gun(page, layout=layout).scan(text)
    names = {"us": "English (US)", "jp": "Japanese (JIS)", "uk": "English (UK)"}
    assert shown(page, "layout") == names[layout]
    assert shown(page, "gs") == "Arrives"
    assert shown(page, "end") == "Enter"
    written = page.locator("[data-toml]").text_content() or ""
    assert ("layout" in written) == (layout == "uk")  # what each code tells by itself need not be written
    if written:  # a busy machine's own pauses may make it a slow scanner
        assert re.fullmatch(r'wedge = \{ (layout = "uk")?(, )?(gap_ms = \d+)? \}', written)
    else:
        expect(page.locator("[data-case=well]")).to_be_visible()


def test_a_slow_scanner_without_an_end_is_given_its_line(visit: Visit) -> None:
    page = visit("/setup/kiosk-1?lang=en", (800, 1280))
    Gun(page, 200).type(SETUP_CODES["code128"].replace("\x1d", "|"))
    expect(page.locator("[data-toml]")).to_have_text(re.compile(r'wedge = \{ gap_ms = \d+, gs = "\|" \}'))
    assert shown(page, "end") == "None (silence ends it)"
    assert shown(page, "gs") == "Arrives as another character"


def test_a_lost_separator_and_an_unknown_keyboard_are_said(visit: Visit) -> None:
    page = visit("/setup/counter-1?lang=en", (1280, 800))
    gun = Gun(page)
    gun.scan(SETUP_CODES["code128"].replace("\x1d", ""))
    assert shown(page, "gs").startswith("Does not arrive")
    gun.scan("qwertz nothing we know")
    expect(page.locator("[data-case=unknown]")).to_be_visible()


def test_a_separator_typed_by_its_number_and_keys_without_a_name_arrive(visit: Visit) -> None:
    page = visit("/setup/kiosk-1?lang=en", (800, 1280))
    gun = Gun(page)
    begin, end = SETUP_CODES["code128"].split("\x1d")
    gun.type(begin)
    gun.cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "code": "AltLeft", "key": "Alt", "modifiers": ALT})
    for digit in "029":
        gun.key(f"Numpad{digit}", ALT, digit)
    gun.cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "code": "AltLeft", "key": "Alt"})
    gun.scan(end)
    assert shown(page, "gs") == "Arrives"
    page.reload()
    ready(page)
    nameless(gun, SETUP_CODES["code128"])
    gun.enter()
    expect(page.locator("[data-case=found]")).to_be_visible()


@pytest.mark.parametrize("code", list(SETUP_CODES))
def test_the_pictures_hold_the_codes(visit: Visit, code: str, tmp_path: Path) -> None:
    page = visit("/setup/kiosk-1", (1080, 1920))
    file = tmp_path / "code.png"
    page.locator(f"figure:has(img.{code})").screenshot(path=file)
    picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    (found,) = zxingcpp.read_barcodes(np.ascontiguousarray(picture))
    assert found.bytes.decode() == SETUP_CODES[code]
