"""Sixty pictures: each its own, none asks for anything from outside, several can stand in one page."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from edge.features.catalog import Product
from sync.hq.sample.tables import PICTURES_FOLDER, SAMPLE_FOLDER, table
from sync.protocol.topics import ALL_STORES
from tests.processes.chromium import patient

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = sorted({product.style for product in table("catalogue", ALL_STORES, Product)})
SMALL, LARGE = 3_500, 14_000  # bytes of SVG: enough for light and folds, little enough for sixty on a card
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DRAWN = {"svg", "defs", "g", "path", "use", "circle", "ellipse", "pattern", "filter", "feGaussianBlur", "clipPath"}
DRAWN |= {"linearGradient", "radialGradient", "stop"}


def drawn(number: str) -> str:
    return (SAMPLE_FOLDER / PICTURES_FOLDER / f"{number}.svg").read_text(encoding="utf-8").strip()


def test_every_style_is_drawn_and_no_picture_is_left_over() -> None:
    assert sorted(path.name for path in (SAMPLE_FOLDER / PICTURES_FOLDER).iterdir()) == [
        f"{number}.svg" for number in NUMBERS
    ]


def test_no_two_styles_look_the_same() -> None:
    bare = {drawn(number).replace(f"s{number.replace('-', '')}-", "") for number in NUMBERS}
    assert len(bare) == len(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_picture_is_sound_and_small_and_takes_the_colour(number: str) -> None:
    text = drawn(number)
    root = ET.fromstring(text)
    assert root.get("viewBox") == "0 0 900 780"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN
    assert SMALL < len(text.encode()) < LARGE
    assert "var(--fabric)" in text


@pytest.mark.parametrize("number", NUMBERS)
def test_all_a_picture_names_is_its_own(number: str) -> None:
    text = drawn(number)
    ids = re.findall(r'\bid="([^"]+)"', text)
    named = set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'href="#([^"]+)"', text))
    assert len(set(ids)) == len(ids)
    assert named <= set(ids)
    assert not re.findall(r'(?:href|src)="(?!#)', text)
    assert all(one.startswith(f"s{number.replace('-', '')}-") for one in ids)


def test_ids_are_never_shared_between_pictures() -> None:
    every = Counter(found for number in NUMBERS for found in set(re.findall(r'\bid="([^"]+)"', drawn(number))))
    assert max(every.values()) == 1


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield patient(browser, viewport={"width": 450, "height": 390}).new_page()
        browser.close()


def _seen(page: Page, number: str, fabric: str) -> NDArray[np.int16]:
    """The picture as a browser paints it on white: rows of (blue, green, red)."""
    page.set_content(f'<body style="margin:0;background:#fff;--fabric:{fabric}">{drawn(number)}')
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
