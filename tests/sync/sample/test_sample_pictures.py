"""Sixty pictures: each its own, none asks for anything from outside, several can stand in one page."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from sync.hq.sample.draw.line import WIDTH, flip, lens, whole
from sync.hq.sample.draw.looks import LOOKS, draw
from sync.hq.sample.table.styles import STYLES

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = [style.number for style in STYLES]
SMALL, LARGE = 3_500, 14_000  # bytes of SVG: enough for light and folds, little enough for sixty on a card
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = {"svg", "defs", "g", "path", "use", "circle", "ellipse", "pattern", "filter", "feGaussianBlur", "clipPath"}
DRAWN |= {"linearGradient", "radialGradient", "stop"}


def test_every_style_is_drawn_and_no_look_is_left_over() -> None:
    assert sorted(LOOKS) == sorted(NUMBERS)


def test_no_two_styles_look_the_same() -> None:
    assert len({repr(look) for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_picture_is_sound_and_small_and_takes_the_colour(number: str) -> None:
    text = draw(number)
    root = ET.fromstring(text)
    assert root.get("viewBox") == "0 0 900 780"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN
    assert SMALL < len(text.encode()) < LARGE
    assert "var(--fabric)" in text


@pytest.mark.parametrize("number", NUMBERS)
def test_all_a_picture_names_is_its_own(number: str) -> None:
    text = draw(number)
    ids = re.findall(r'\bid="([^"]+)"', text)
    named = set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'href="#([^"]+)"', text))
    assert len(set(ids)) == len(ids)
    assert named <= set(ids)
    assert not re.findall(r'(?:href|src)="(?!#)', text)
    assert all(one.startswith(f"s{number.replace('-', '')}-") for one in ids)


def test_ids_are_never_shared_between_pictures() -> None:
    every = Counter(found for number in NUMBERS for found in set(re.findall(r'\bid="([^"]+)"', draw(number))))
    assert max(every.values()) == 1


def test_a_picture_is_the_same_at_every_drawing() -> None:
    assert all(draw(number) == draw(number) for number in NUMBERS)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser.new_page(viewport={"width": 450, "height": 390})
        browser.close()


def _seen(page: Page, number: str, fabric: str) -> NDArray[np.int16]:
    """The picture as a browser paints it on white: rows of (blue, green, red)."""
    page.set_content(f'<body style="margin:0;background:#fff;--fabric:{fabric}">{draw(number)}')
    painted = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert painted is not None
    return painted.astype(np.int16)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_browser_paints_it_in_the_products_colour_and_inside_its_frame(page: Page, number: str) -> None:
    red, blue = _seen(page, number, "#c03020"), _seen(page, number, "#2030c0")
    changed = np.abs(red - blue).max(axis=2) > 60
    assert changed.mean() > 0.04, "the product's colour covers too little"
    assert red[changed][:, 2].mean() > red[changed][:, 0].mean() + 40
    edge = np.concatenate([red[0], red[-1], red[:, 0], red[:, -1]])
    assert edge.min() > 225, "something is cut off at the frame"


POINTS = st.tuples(st.floats(0, 900), st.floats(0, 780))


@given(st.integers(0, 900), st.integers(0, 780))
def test_flipping_twice_gives_the_path_back(x: int, y: int) -> None:
    path = f"M{x} {y}C1 2 3 4 5 6Z"
    assert flip(flip(path)) == path


@given(POINTS, POINTS, st.floats(1, 30))
def test_a_fold_begins_and_ends_where_it_is_told(
    start: tuple[float, float], end: tuple[float, float], width: float
) -> None:
    numbers = [int(found) for found in re.findall(r"-?\d+", lens(start, end, width))]
    assert numbers[:2] == [round(start[0]), round(start[1])] == numbers[-2:]
    assert numbers[4:6] == [round(end[0]), round(end[1])]


def test_a_whole_outline_is_its_half_and_its_mirror() -> None:
    text = whole("M450 100 L300 200 C300 300 300 400 450 500")
    places = {(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", text)}
    assert {(WIDTH - x, y) for x, y in places} == places
