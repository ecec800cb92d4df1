"""The greediest shop HQ may send, and every screen of its kiosk: what has no end in the data is long here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.request import urlopen

import msgspec
from playwright.sync_api import Page, expect

from edge.config.policy import Kiosk, Neighbour, Pickup, StorePlace
from edge.features.catalog import Category, Colour, Product, Review, Reviews
from edge.features.member import Member
from edge.features.offer.row import Offer
from edge.features.pickup.state_machine import State
from edge.features.stock import NeighbourRow, NeighbourStock
from edge.platform.database import writing
from edge.validation.localized_text import LocalizedText
from tests.browser import rules
from tests.browser.town import Town
from tests.processes.town import eventually
from tests.ui.shop_floor import POLICY, SHIRT_M, Floor, ean13, gtin14, pickup_code

TARGET = 80  # px: a finger is as broad on a small panel as on a large one
TEXT = 26 / 1080  # of the short side: 26 px at 1080 (experience.md rule 1)
SIZES = ((1080, 1920), (800, 1280), (1280, 800), (1920, 1080))

LONG_NAME = LocalizedText(
    ja="[極細|ごくぼそ]メリノウール[混|こん] [洗|あら]えるリブ[編|あ]みハイネックセーター"
    "（レギュラーフィット・着丈ロング・抗菌防臭加工・静電気防止・アウトドア対応の新モデル 2026）",
    en="Extra-fine merino blend ribbed high-neck sweater, washable, regular fit, long",
)
COLOURS = (
    ("オフホワイト", "Off white"),
    ("ライトグレーメランジ", "Light grey melange"),
    ("[墨|すみ]", "Ink"),
    ("キャメルブラウン", "Camel"),
    ("ミッドナイトネイビー", "Midnight navy"),
    ("[深緑|ふかみどり]", "Forest green"),
    ("バーガンディ", "Burgundy"),
    ("ペールピンク", "Pale pink"),
    ("マスタードイエロー", "Mustard yellow"),
    ("スモーキーブルー×オフホワイト", "Smoky blue and off white"),
)
SIZE_NAMES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
LONG_STORE = LocalizedText(
    ja="[東京|とうきょう]ミッドタウン[日比谷|ひびや] レディース・キッズ[専門|せんもん][館|かん]",
    en="Tokyo Midtown Hibiya, Ladies and Kids building",
)
LONG_COUNTER = LocalizedText(
    ja="[別館|べっかん] 2[階|かい] エスカレーター[横|よこ] [受|う]け[取|と]りカウンター",
    en="the pickup counter next to the escalator on the second floor of the annex",
)
SAID = LocalizedText(
    ja="[思|おも]っていたよりも[軽|かる]くて[暖|あたた]かく、[洗濯機|せんたくき]で[洗|あら]っても[形|かたち]が[崩|くず]れません。[色|いろ]ちがいでもう[一枚|いちまい][買|か]いました。",
    en="Lighter and warmer than I thought, and it keeps its shape in the washing machine. I bought another one in grey.",
)
SWEATER = gtin14(3031)  # the fourth colour, the second size
FREE, LONG_SIZES, OLD = gtin14(4000), gtin14(4100), gtin14(4200)


# all that a label can say of its pack, each as long as it may be
LABEL = f"]C101{SHIRT_M}17761231157612311676123111261101310301234539200123456789012\x1d3012345678\x1d10" + "W" * 20


def _sale(name: str) -> Offer:
    """An offer for two of the members who have orders waiting, with a name as long as a product's."""
    here = datetime.now(UTC)
    among, ends = ["m-10", "m-11"], here + timedelta(days=400)
    return Offer(offer=name, title=LONG_NAME, on="check_in", begins=here, ends=ends, audience="member", among=among)


def _product(floor: Floor, item: int, style: str, **more: object) -> None:
    row: dict[str, object] = {
        "name": LONG_NAME,
        "category": "knit",
        "colour": Colour(code="01", name=LocalizedText(ja="[墨|すみ]", en="Ink"), hex="#4c4b49"),
        "size": "FREE",
        "size_order": 0,
        "price": 1_234_567,
        "picture": "picture/shirt",
        **more,
    }
    floor.feed("catalog", gtin14(item), Product(gtin=gtin14(item), style=style, **row))  # type: ignore[arg-type]


def _goods(floor: Floor) -> None:
    for at, (ja, en) in enumerate(COLOURS):
        colour = Colour(code=f"{at:02}", name=LocalizedText(ja=ja, en=en), hex=f"#{at}0{9 - at}0a0")
        for order, size in enumerate(SIZE_NAMES):
            item = 3000 + at * 10 + order
            _product(floor, item, "99-0001", colour=colour, size=size, size_order=order)
            if order % 4:
                floor.stock(gtin14(item), order % 4 * 40 if order != 1 else 2)
    floor.feed("content", "reviews/99-0001", Reviews(stars=4.3, count=12_345, latest=[_review(at) for at in range(40)]))
    _product(floor, 4000, "99-0002", price=0, picture="picture/nobody-has-it")
    for order, size in enumerate(("26.5 cm / 4E", "27.0 cm / 4E", "ワンサイズ フリー")):
        _product(floor, 4100 + order, "99-0003-LONG-STYLE-NUMBER", size=size, size_order=order, picture="")
    _product(floor, 4200, "99-0004")
    floor.stock(OLD, 20, age=timedelta(hours=3))
    for at in range(14):
        price = 0 if at % 3 == 0 else 1_234_567
        _product(floor, 4300 + at, f"99-1{at:03}", price=price, picture="picture/shirt" if at % 2 else "picture/none")
    for at in range(16):
        _product(floor, 4400 + at, f"99-2{at:03}", category="c3", picture="picture/none")
    for at in range(14):
        name = LocalizedText(
            ja="[極細|ごくぼそ]ウールのカーディガンとセーター", en="Extra-fine wool cardigans and sweaters"
        )
        row = Category(
            id="knit" if at == 0 else f"c{at}", name=name, order=2 + at, picture="picture/shirt" if at else ""
        )
        floor.feed("content", f"category/{row.id}", row)


def _review(at: int) -> Review:
    return Review(stars=1 + at % 5, text=SAID, by="", on=date(2026, 11, 2))


def _around(floor: Floor) -> None:
    neighbours = [
        Neighbour(
            store=f"n{at}",
            name=LONG_STORE,
            way=LocalizedText(
                ja="[地下鉄|ちかてつ]とバスで[約|やく] 45[分|ふん]", en="about 45 minutes by underground and bus"
            ),
        )
        for at in range(10)
    ]
    had = [NeighbourStock(store=f"n{at}", on_hand=at) for at in range(10)]
    for gtin in (SWEATER, FREE, LONG_SIZES):
        floor.feed("neighbours", gtin, NeighbourRow(gtin=gtin, as_of=datetime.now(UTC), stores=had))
    policy = msgspec.structs.replace(
        POLICY,
        place=StorePlace(name=LONG_STORE, neighbours=neighbours),
        pickup=Pickup(counter=LONG_COUNTER),
        kiosk=Kiosk(quiet_s=600),  # a slow machine is no shopper who has left
        brand=msgspec.structs.replace(
            POLICY.brand,
            mark="凪",
            name="NAGI GENERAL STORE",
            miles=LocalizedText(ja="なぎマイレージポイント", en="mileage points"),
        ),
        check_in=msgspec.structs.replace(POLICY.check_in, miles=100_000),
    )
    floor.policy(policy)


def _people(floor: Floor) -> None:
    people = (("M00000010", 2), ("M00000011", 5), ("M00000012", 0), ("M00000013", 1), ("M00000014", 2))
    for at in range(3):
        floor.feed("offers", f"sale-{at}", _sale(f"sale-{at}"))
    for at, (number, waiting) in enumerate(people):
        ref = f"m-1{at}"
        known = Member(
            member=ref, nickname="サトウ", stage="gold", codes=[f"own:{number}"], coupons=0 if at == 2 else 12
        )
        floor.feed("members", ref, known)
        for order in range(waiting):
            floor.order(
                f"7{at}{order}1" if at else f"A-4821{order}-77", State.PICKING if order % 2 else State.READY, member=ref
            )
    floor.order("4821")
    floor.order("4826", State.PICKING)
    floor.order("4830", State.HANDED_OVER)
    floor.order("7001", store="n1", name="", lines=[], secret_sha256="")


def fill(town: Town) -> None:
    """Put all of it into the shop."""
    _goods(town.floor)
    _around(town.floor)
    _people(town.floor)
    town.floor.index()


SCANS = {
    "member two long": "M00000010",
    "member five": "M00000011",
    "member two plain": "M00000014",
    "member none": "M00000012",
    "member one": "M00000013",
    "product": ean13(SWEATER),
    "product shirt": ean13(SHIRT_M),
    "product no price": ean13(FREE),
    "product long sizes": ean13(LONG_SIZES),
    "product old": ean13(OLD),
    "product label": LABEL,
    "message past": f"]C101{SHIRT_M}17260901",
    "message second row": "1920193010008",
    "pickup": pickup_code("4821"),
    "pickup making": pickup_code("4826"),
    "pickup long": pickup_code("A-48210-77"),
    "message": "4901230001028",
    "message order": pickup_code("9999"),
    "message store": pickup_code("7001"),
    "message done": pickup_code("4830"),
}
TAPS = {
    "how": "pickup",
    "find": "find",
    "find styles": "find/knit",
    "find last": "find/knit?page=3",
    "calling": "calling",
    "search": "search",
    "search found": "search?q=メリノ",
    "search shut": "search?q=メリノ&shut=1",
    "search here": "search?q=メリノ&here=1&shut=1",
    "search none": "search?q=ないないないないないないないないないないもの",
    "search none here": "search?q=99-2003&here=1",
    "product from list": f"product/{FREE}",
    "message refused": "refused",
}
SCREENS = ("home", "home full", *SCANS, *TAPS, "veil", "lost", "again", "cut")


def show(page: Page, town: Town, screen: str, language: str) -> None:
    """Bring a screen up, from home, in a language."""
    dress(page, ())
    page.evaluate("() => { for (const b of document.querySelectorAll('.cut')) b.hidden = true; }")
    if not page.locator(".stage.home").count():
        page.evaluate("document.querySelector('.bar [data-end]').click()")
    page.locator(f".foot [data-lang={language}]").evaluate("b => b.click()")
    expect(page.locator(f".stage.home[lang={language}]")).to_be_visible()
    kind = {"veil": "product", "lost": "product", "again": "product", "cut": "product"}.get(screen, screen.split()[0])
    if screen in TAPS:
        _tap(page, f"/kiosk/kiosk-1/{TAPS[screen]}")
    elif kind != "home":
        town.scan(SCANS["product" if kind == "product" and screen not in SCANS else screen])
    expect(page.locator(f".stage.{kind}[lang={language}]")).to_be_visible()
    match screen:
        case "home full":
            page.evaluate("html => { document.querySelector('.stage').outerHTML = html; }", _full(town, language))
        case "veil":
            page.evaluate(
                "() => { document.querySelector('.veil').hidden = false; document.querySelector('.screen').inert = true; }"
            )
        case "lost" | "again":
            page.evaluate("name => { document.querySelector(`.${name}`).hidden = false; }", screen)
        case "cut":
            page.evaluate("document.querySelector('.cut').hidden = false")


def _full(town: Town, language: str) -> str:
    """The first screen while the disk is full; the next scan finds room again, also before the box has looked at its disk."""

    def shown() -> str:
        with writing(town.floor.db):
            town.floor.db.conn.execute(
                "insert or replace into room (level, budget, since, only_one) values ('full', 1, '', 1)"
            )
        with urlopen(f"{town.url}/kiosk/kiosk-1/home?lang={language}") as answer:
            html: str = answer.read().decode()
        return html if "stage home full" in html else ""

    try:
        return eventually(shown, "the first screen of a full disk")
    finally:
        with writing(town.floor.db):
            town.floor.db.conn.execute("delete from room")


def _tap(page: Page, path: str) -> None:
    page.evaluate(
        """path => { const b = document.createElement('button'); b.dataset.go = path;
           document.querySelector('.stage').append(b); b.click(); b.remove(); }""",
        path,
    )


# What switches the reading aids (`text`, `ruby`) as they are to be; the box of a screen answers at once.
_DRESS = """way => { for (const aid of ['text', 'ruby']) if (way.includes(aid) !== (aid in document.documentElement.dataset))
    document.querySelector(`[data-aid=${aid}]`)?.click();
  return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); }"""


def dress(page: Page, way: Iterable[str]) -> None:
    """Switch the reading aids."""
    page.evaluate(_DRESS, list(way))


def broken(page: Page) -> list[str]:
    """What breaks a rule of layout on the screen as it is now."""
    return rules.layout(page, TARGET, _least_text(page))


def broken_in(page: Page, ways: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[str]]:
    """What breaks a rule of layout with the reading aids switched in each of these ways."""
    found = rules.layouts(page, TARGET, _least_text(page), _DRESS, ways)
    return {way: broken for way, broken in zip(ways, found, strict=True) if broken}


def _least_text(page: Page) -> float:
    size = page.viewport_size
    assert size is not None
    return TEXT * min(size["width"], size["height"])
