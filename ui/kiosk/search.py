"""The shopper's search by words: a keyboard on the screen, and what is found while one types."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, request, url_for

from edge.disk.disk_space import require_room
from edge.features import catalog, stock
from edge.features.catalog import Colour, Product
from edge.features.search.entry import name_and_reading
from edge.features.search.find import find_styles
from edge.features.search.missed import tell_missed
from edge.features.search.words import loose_form, occurs_loosely, split_by_script, words_of
from edge.store_context import StoreContext
from ui.kiosk.outcome_views import OutcomeScreen, product_page
from ui.kiosk.pages import is_a_stage, screen_html, station_of
from ui.kiosk.product_view import catalogue_key_of
from ui.request_context import page_locale, request_moment, shop

search = Blueprint("search", __name__)
search.after_request(is_a_stage)

MAX_HITS = 30  # on one screen; who has more adds a word
MAX_TYPED_CHARACTERS = 40  # characters of a question
VARIANTS_COUNTED = 24  # products of one style whose stock is looked up: a style may have a hundred
KEYBOARD_ROWS = {
    "kana": (
        "あいうえお",
        "かきくけこ",
        "さしすせそ",
        "たちつてと",
        "なにぬねの",
        "はひふへほ",
        "まみむめも",
        "やゆよ",
        "らりるれろ",
        "わをん",
    ),
    "latin": ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM-"),
}
# the forms of a kana, that share its key: voiced, half voiced, small
KANA_FORMS = (
    "あぁ いぃ うぅゔ えぇ おぉ かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つっづ てで とど "
    "はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ やゃ ゆゅ よょ わゎ"
)
SIGN_KEYS = {"forms": "゛゜小", "long": "ー", "kana": "かな", "latin": "ABC"}
# what a shopper wants first
STOCK_ORDER = ("in_stock", "few", "ask", "online", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStyle:
    """A style that was found: the product to go to, the style's colours, and the word for how much of it is here."""

    product: Product
    colours: tuple[Colour, ...]
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What is found, best first. `more`: there is more than is shown. `complete`: the whole catalogue was looked at."""

    hits: list[FoundStyle]
    more: bool
    complete: bool


@search.get("/kiosk/<station>/search")
def page(station: str) -> str:
    """The search screen with what is typed (`q`), the filter (`here`) and the keyboard open or not (`keys`)."""
    place, it = station_of(station), shop()
    asked, here, keys = (
        request.args.get("q", "")[:MAX_TYPED_CHARACTERS],
        "here" in request.args,
        "shut" not in request.args,
    )
    results = _results(it, asked, here=here)
    values: dict[str, object] = {
        "asked": asked,
        "here": here,
        "keys": keys,
        "results": results,
        "elsewhere": _results(it, asked, here=False) if here and not results.hits else None,
        "scripts": KEYBOARD_ROWS if page_locale().language == "ja" else {"latin": KEYBOARD_ROWS["latin"]},
        "forms": KANA_FORMS,
        "signs": SIGN_KEYS,
    }
    address = url_for(".page", station=station, q=asked or None, here=1 if here else None, shut=None if keys else 1)
    return screen_html(place, OutcomeScreen(template="search/search.html", sound="", values=values), address)


@search.post("/kiosk/<station>/product/<gtin>/missed")
def missed(station: str, gtin: str) -> str:
    """The product is not where the screen said: HQ is told, and the shopper what to do."""
    place, it, key = station_of(station), shop(), catalogue_key_of(shop(), gtin)
    product = catalog.product(it.hq, key)
    if product is None:
        abort(404)
    require_room(it.db)
    tell_missed(it, product, station, request_moment())
    shown = product_page(it, key, request_moment(), sound="ok")
    told = replace(shown, values={**shown.values, "missed": True})
    return screen_html(place, told, url_for("kiosk.product", station=station, gtin=gtin))


def _results(it: StoreContext, asked: str, *, here: bool) -> Results:
    """What is found by a product's number, then by words; `here`: only what this store has."""
    now = request_moment().time
    found = find_styles(it.hq, asked, most=MAX_HITS, here=here)
    numbered = _by_number(it, asked)
    hits = [FoundStyle(product=numbered, colours=(numbered.colour,), word=_word(it, numbered, now))] if numbered else []
    styles = (style for style in found.styles if numbered is None or style != numbered.style)
    hits += [hit for style in styles if (hit := _hit(it, style, asked, now))]
    if here:
        hits = [hit for hit in hits if hit.word not in ("none", "online")]
    return Results(hits=hits, more=found.more, complete=found.complete)


def _by_number(it: StoreContext, asked: str) -> Product | None:
    """The product whose number was typed as it is printed on its tag, with blanks or without."""
    found = catalog.product(it.hq, catalogue_key_of(it, "".join(words_of(asked)))) if asked else None
    return catalog.product_on_shelf(it.hq, found) if found else None


def _hit(it: StoreContext, style: str, asked: str, now: datetime) -> FoundStyle | None:
    """A style as it is found: in the colour that was asked for, of that what is here."""
    products = catalog.products_of_style(it.hq, style)
    if not products:
        return None  # it has gone from the catalogue, and the index will hear of it
    colours = {product.colour.code: product.colour for product in products}
    named = {code: _named(colour, asked) for code, colour in colours.items()}
    meant = [product for product in products if named[product.colour.code] == max(named.values())]
    words = [_word(it, product, now) for product in meant[:VARIANTS_COUNTED]]
    word = min(words, key=STOCK_ORDER.index)
    return FoundStyle(product=meant[words.index(word)], colours=tuple(colours.values()), word=word)


def _named(colour: Colour, asked: str) -> int:
    """How many of the words asked for are in a colour's name or reading."""
    name = name_and_reading(colour)
    parts = (part for word in words_of(asked) for part in {word, *split_by_script(word)} if loose_form(part))
    return sum(occurs_loosely(part, name) for part in parts)


def _word(it: StoreContext, product: Product, now: datetime) -> str:
    if product.online_only:
        return "online"
    return stock.stock_here(it.db, it.hq, it.box, product.gtin, now, it.policy.stock.low).level
