"""The shopper's search by words: a keyboard on the screen, and what is found while one types."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, request, url_for

from edge.disk.disk_space import require_room
from edge.features import catalog, stock
from edge.features.catalog import Colour, Product
from edge.features.search.entry import words_in
from edge.features.search.find import find_styles
from edge.features.search.missed import tell_missed
from edge.features.search.words import occurs_in_words, split_by_script, words_of
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
    "latin": ("12345", "67890", "ABCDE", "FGHIJ", "KLMNO", "PQRST", "UVWXY", "Z"),
}
# the forms of a kana, that share its key: voiced, half voiced, small
KANA_FORMS = (
    "あぁ いぃ うぅゔ えぇ おぉ かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つっづ てで とど "
    "はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ やゃ ゆゅ よょ わゎ"
)
SIGN_KEYS = {"forms": "゛゜小", "long": "ー", "script": "かな/A1"}
# what a shopper wants first
STOCK_ORDER = ("in_stock", "few", "ask", "online", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStyle:
    """A style that was found: the product to go to, the style's colours, and the word for how much of it is here."""

    product: Product
    colours: tuple[Colour, ...]
    word: str


@search.get("/kiosk/<station>/search")
def page(station: str) -> str:
    """The search screen with what is typed (`q`), the filter (`here`) and the keyboard open or not (`keys`)."""
    place, it = station_of(station), shop()
    asked, here, keys = (
        request.args.get("q", "")[:MAX_TYPED_CHARACTERS],
        "here" in request.args,
        "shut" not in request.args,
    )
    found = find_styles(it.hq, asked, most=MAX_HITS, here=here)
    hits = [hit for style in found.styles if (hit := _hit(it, style, asked, request_moment().time))]
    values: dict[str, object] = {
        "asked": asked,
        "here": here,
        "keys": keys,
        "hits": [hit for hit in hits if hit.word not in ("none", "online")] if here else hits,
        "more": found.more,
        "complete": found.complete,
        "scripts": KEYBOARD_ROWS if page_locale().language == "ja" else dict(reversed(KEYBOARD_ROWS.items())),
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
    """How many of the words asked for are in a colour's name."""
    name = words_in(colour.name)
    return sum(occurs_in_words(part, name) for word in words_of(asked) for part in {word, *split_by_script(word)})


def _word(it: StoreContext, product: Product, now: datetime) -> str:
    if product.online_only:
        return "online"
    return stock.stock_here(it.db, it.hq, it.box, product.gtin, now, it.policy.stock.low).level
