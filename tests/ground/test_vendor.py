"""What is not ours lies in ui/static/vendor whole, named and licensed, and no page asks the internet for more."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

UI = Path(__file__).parents[2] / "ui"
VENDOR = UI / "static" / "vendor"
LIBRARIES = tomllib.loads((VENDOR / "vendor.toml").read_text())["library"]
MOST_BYTES = 6_000_000  # the whole of it goes onto every box's card and into every clone
SVG = "{http://www.w3.org/2000/svg}"
ADDRESS = re.compile(r"""https?://[^\s"'<>)]+""", re.IGNORECASE)
# an address that begins with // takes the page's own scheme; in scripts // begins a comment, so only where files are named
SCHEMELESS = re.compile(r"""(?:src|href|action|poster)\s*=\s*["']?//|url\(\s*["']?//|@import\s+["']//""", re.IGNORECASE)
NAMESPACES = "http://www.w3.org/"  # names, never fetched
PAGES = [
    path
    for folder in (UI / "static", UI / "templates")
    for path in sorted(folder.rglob("*"))
    if path.suffix in {".html", ".css", ".js", ".svg", ".json", ".webmanifest", ".txt", ".xml"}
]


def asks_outside(text: str) -> list[str]:
    """The addresses in a page, script or style that would leave the box."""
    return [found for found in ADDRESS.findall(text) if not found.startswith(NAMESPACES)] + SCHEMELESS.findall(text)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["name"])
def test_each_file_of_a_library_is_the_one_that_was_published(library: dict[str, Any]) -> None:
    sums = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in library["sha256"]}
    assert sums == library["sha256"]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["name"])
def test_each_library_says_its_version_and_brings_its_licence(library: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", library["version"])
    assert library["licence"]
    assert library["licence_file"] in library["sha256"]


def test_nothing_lies_in_vendor_that_vendor_toml_does_not_name() -> None:
    named = {name for library in LIBRARIES for name in library["sha256"]} | {"vendor.toml"}
    assert {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} == named


def test_vendor_stays_small() -> None:
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < MOST_BYTES


def test_every_font_file_is_used_by_fonts_css_and_every_address_in_it_is_a_file() -> None:
    used = set(re.findall(r"url\(([^)]+)\)", (VENDOR / "fonts.css").read_text()))
    assert used == {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*.woff2")}


def test_the_fonts_cover_what_a_japanese_shop_writes() -> None:
    text = "お受け取り番号 試着 髙橋様 ¥12,800 在庫なし 〒 ①"
    ranges = re.findall(r"U\+([0-9a-fA-F]+)(?:-([0-9a-fA-F]+))?", (VENDOR / "fonts.css").read_text())
    spans = [(int(first, 16), int(last or first, 16)) for first, last in ranges]
    assert [letter for letter in text if not any(low <= ord(letter) <= high for low, high in spans)] == []


def test_each_icon_is_a_symbol_drawn_in_the_colour_of_the_text_around_it() -> None:
    symbols = ElementTree.parse(VENDOR / "lucide" / "icons.svg").getroot().findall(f"{SVG}symbol")
    assert len({symbol.get("id") for symbol in symbols}) == len(symbols) >= 60
    for symbol in symbols:
        assert symbol.get("id", "").startswith("i-")
        assert (symbol.get("viewBox"), symbol.get("stroke")) == ("0 0 24 24", "currentColor")
        assert len(symbol) > 0


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    there = set(re.findall(r'id="(i-[a-z0-9-]+)"', (VENDOR / "lucide" / "icons.svg").read_text()))
    asked = {name for page in PAGES for name in re.findall(r"icons\.svg#(i-[a-z0-9-]+)", page.read_text())}
    assert asked - there == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(UI)))
def test_no_page_names_an_address_outside_the_box(page: Path) -> None:
    assert asks_outside(page.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<img src=//cdn.example/x.png>",
        "@import '//cdn.example/x.css';",
        "background: url(//cdn.example/x.png)",
        'fetch("http://example.com/beacon")',
    ],
)
def test_an_address_outside_the_box_would_be_seen(line: str) -> None:
    assert asks_outside(line)
