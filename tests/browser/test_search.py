"""A shopper types with a finger: kana by kana, what is found follows, and nothing of it is left for the next one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from edge.features.catalog import Colour, Product
from edge.validation.localized_text import LocalizedText
from tests.browser.town import Town, open_town
from tests.processes.chromium import patient, ready
from tests.ui.shop_floor import SHIRT_M, ean13, gtin14

NAMES = ("[麦|むぎ]わら[帽子|ぼうし]", "パーカー", "ニット[帽|ぼう]")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = open_town(tmp_path_factory.mktemp("search"))
    for at, name in enumerate(NAMES):
        gtin = gtin14(600 + at)
        row = Product(
            gtin=gtin,
            style=f"H-{at}",
            name=LocalizedText(ja=name, en=f"Thing {at}"),
            category="hats",
            colour=Colour(code="1", name=LocalizedText(ja="黒"), hex="#111111"),
            size="M",
            size_order=0,
            price=4200,
            picture="",
        )
        town.floor.feed("catalog", gtin, row)
    town.floor.stock(gtin14(602), 3)
    town.floor.index()
    yield town
    town.close()


@pytest.fixture
def kiosk(browser: Browser, shop: Town) -> Iterator[Page]:
    context = patient(browser, reduced_motion="reduce", viewport={"width": 1080, "height": 1920})
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(f"{shop.url}/kiosk/kiosk-1")
    ready(page)
    page.locator(".tile", has_text="ことばでさがす").click()
    expect(page.locator(".stage.search")).to_be_visible()
    yield page
    context.close()
    assert trouble == []


def press(page: Page, keys: str) -> None:
    """Kana and letters by their keys; `*` is the key of other forms, `<` deletes, `#` changes between kana and letters."""
    for key in keys:
        edit = {"*": "form", "<": "back", "#": "script"}.get(key)
        page.locator(f"[data-edit={edit}]" if edit else f'[data-char="{key}"]:visible').click()


def typed(page: Page, text: str) -> None:
    expect(page.locator("[data-typed]")).to_have_text(text)


def hits(page: Page, *numbers: int) -> None:
    """The products found, in this order."""
    expect(page.locator(".hit")).to_have_count(len(numbers))
    for hit, number in zip(page.locator(".hit").all(), numbers, strict=True):
        expect(hit).to_have_attribute("data-go", f"/kiosk/kiosk-1/product/{gtin14(number)}")


def test_kana_are_typed_and_products_found_while_one_types(kiosk: Page) -> None:
    press(kiosk, "ほ*うし")
    typed(kiosk, "ぼうし")
    hits(kiosk, 600)
    expect(kiosk.locator("[data-found]")).to_contain_text("1")
    press(kiosk, "<")
    typed(kiosk, "ぼう")
    hits(kiosk, 602, 600)  # first what is here


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("は**ーかー", "ぱーかー"),
        ("は***", "は"),
        ("つ*", "っ"),
        ("や*", "ゃ"),
        ("*", ""),
        ("<", ""),
        (" ", ""),
        ("あ い", "あ い"),
    ],
)
def test_each_kana_has_its_forms(kiosk: Page, keys: str, text: str) -> None:
    press(kiosk, keys)
    typed(kiosk, text)


def test_letters_and_numbers_have_keys_of_their_own(kiosk: Page) -> None:
    press(kiosk, "#H1")
    typed(kiosk, "H1")
    hits(kiosk, 601)


def test_on_a_small_upright_screen_a_row_of_kana_is_chosen_first(kiosk: Page) -> None:
    kiosk.set_viewport_size({"width": 800, "height": 1280})
    for row, char in (("は", "ほ"), (None, "*"), ("あ", "う")):
        if row:
            kiosk.locator(".head", has_text=row).click()
        press(kiosk, char)
    typed(kiosk, "ぼう")
    expect(kiosk.locator("[data-found]")).to_contain_text("2")
    kiosk.locator("[data-keys]").click()
    hits(kiosk, 602, 600)
    expect(kiosk.locator(".hit").first).to_be_in_viewport(ratio=1)
    expect(kiosk.locator(".board")).to_be_hidden()


@pytest.mark.parametrize("size", [(1080, 1920), (800, 1280), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("way", ["normal", "large"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_found_is_seen_above_the_keys_while_one_types(
    kiosk: Page, size: tuple[int, int], way: str, language: str
) -> None:
    kiosk.locator(f"[data-lang={language}]").click()
    expect(kiosk.locator(f".stage.search[lang={language}]")).to_be_visible()
    kiosk.set_viewport_size({"width": size[0], "height": size[1]})
    if way == "large":
        kiosk.locator("[data-aid=text]").click()
    if language == "ja" and size[0] == 800:
        kiosk.locator(".head", has_text="な").click()
    keys = "に" if language == "ja" else "H0"
    press(kiosk, keys)
    expect(kiosk.locator(".stage")).to_have_attribute("data-answered", keys)
    hit = kiosk.locator(".hit").first
    expect(hit).to_be_in_viewport(ratio=1)
    box, key = hit.bounding_box(), kiosk.locator(".key:visible").first.bounding_box()
    assert box is not None
    assert key is not None
    if size[1] > size[0]:
        assert 0.4 * size[1] <= box["y"] < box["y"] + box["height"] <= key["y"]
    hit.click()
    expect(kiosk.locator(".stage.product")).to_be_visible()


def test_in_english_the_letters_lie_as_on_any_keyboard_and_kana_have_no_keys(kiosk: Page) -> None:
    press(kiosk, "#")
    places = {char: kiosk.locator(f'[data-char="{char}"]:visible').bounding_box() for char in "1QWPAZ-"}
    x, y = ({char: box[side] for char, box in places.items() if box} for side in ("x", "y"))
    assert y["1"] < y["Q"] == y["W"] == y["P"] < y["A"] < y["Z"] == y["-"]
    assert x["1"] == x["Q"] < x["A"] < x["W"] <= x["Z"] < x["P"]
    expect(kiosk.locator("[data-char=ー]")).to_be_hidden()
    expect(kiosk.locator("[data-edit=form]")).to_be_hidden()
    kiosk.locator("[data-lang=en]").click()
    expect(kiosk.locator(".stage.search[lang=en]")).to_be_visible()
    expect(kiosk.locator('[data-char="Q"]')).to_be_visible()
    expect(kiosk.locator(".script.kana, .of-kana, [data-edit=script]")).to_have_count(0)


def test_nothing_found_here_is_offered_from_elsewhere_in_one_touch(kiosk: Page) -> None:
    kiosk.locator("[data-here]").click()
    press(kiosk, "#H0")
    offer = kiosk.locator("[data-everywhere]")
    expect(offer).to_contain_text("1")
    offer.click()
    hits(kiosk, 600)
    expect(kiosk.locator("[data-here]")).to_have_attribute("aria-pressed", "false")


def test_only_what_is_here(kiosk: Page) -> None:
    press(kiosk, "ほ*う")
    hits(kiosk, 602, 600)
    kiosk.locator("[data-here]").click()
    hits(kiosk, 602)
    kiosk.locator("[data-here]").click()
    hits(kiosk, 602, 600)


def test_from_a_result_to_its_product_and_back_to_what_was_found(kiosk: Page) -> None:
    press(kiosk, "ほ*う")
    hits(kiosk, 602, 600)
    kiosk.locator("[data-keys]").click()
    kiosk.locator(".hit").last.click()
    expect(kiosk.locator(".stage.product")).to_be_visible()
    kiosk.locator("[data-back]").click()
    expect(kiosk.locator(".stage.search.shut")).to_be_visible()
    typed(kiosk, "ぼう")
    hits(kiosk, 602, 600)


def test_of_two_questions_the_later_one_is_answered_whichever_answer_comes_first(kiosk: Page) -> None:
    held: list[Route] = []
    kiosk.route("**/search?*", lambda route: held.append(route) if not held else route.continue_())
    press(kiosk, "ほ*")
    expect(kiosk.locator("[data-typed]")).to_have_text("ぼ")
    while not held:
        kiosk.wait_for_timeout(10)
    press(kiosk, "うし")
    hits(kiosk, 600)
    held[0].fulfill(body='<div class="stage"></div>', headers={"Noren-Page": "x"})
    kiosk.wait_for_timeout(100)
    hits(kiosk, 600)


def test_another_language_keeps_what_was_typed(kiosk: Page) -> None:
    press(kiosk, "ほ*う")
    hits(kiosk, 602, 600)
    kiosk.locator("[data-lang=en]").click()
    expect(kiosk.locator(".stage.search[lang=en]")).to_be_visible()
    typed(kiosk, "ぼう")
    hits(kiosk, 602, 600)
    expect(kiosk.locator(".hit").first).to_contain_text("Thing 2")


def test_at_the_end_nothing_of_it_is_left(kiosk: Page) -> None:
    press(kiosk, "ほ*う")
    kiosk.locator(".bar [data-end]").click()
    expect(kiosk.locator(".stage.home")).to_be_visible()
    kiosk.locator(".tile", has_text="ことばでさがす").click()
    typed(kiosk, "")
    hits(kiosk)


def test_a_scan_takes_over_and_a_late_answer_changes_nothing(kiosk: Page, shop: Town) -> None:
    held: list[Route] = []
    kiosk.route("**/search?*", lambda route: held.append(route))
    press(kiosk, "ほ*う")
    while not held:
        kiosk.wait_for_timeout(10)
    shop.scan(ean13(SHIRT_M))
    expect(kiosk.locator(".stage.product")).to_be_visible()
    held[0].continue_()
    kiosk.wait_for_timeout(100)
    expect(kiosk.locator(".stage.product")).to_be_visible()
    expect(kiosk.locator(".late.lost")).to_be_hidden()


def test_a_box_that_does_not_answer_is_told_of(kiosk: Page) -> None:
    kiosk.route("**/search?*", lambda route: route.abort())
    press(kiosk, "ほ")
    expect(kiosk.locator(".late.lost")).to_be_visible()
