"""What to hold before a store's scanners to see Noren answer: cards for the play page and the check."""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from edge.catalog import Product
from edge.codes.checks import mod10_digit
from edge.pickup.life import State
from edge.pickup.order import OrderRow
from sync.hq.sample import orders, stock
from sync.hq.sample.brand import others
from sync.hq.sample.cards import APP, app_number
from sync.hq.sample.goods import products
from sync.hq.sample.keys import ISSUER, KID, issuer_seed
from sync.hq.sample.members import Person, at_store, people, pseudonym
from sync.hq.sample.people import PEOPLE

Card = dict[str, Any]
TOO_LONG = 5000  # bytes; a code holds at most 4,096
BINARY = b"\x00\x80\xff\xfe" * 16  # no text, and no byte that a serial scanner would take for the end of a line
FEW = 2  # pieces, as the policy's default has it
STRANGER = "490000000001"  # a JAN body of another maker: well-formed, and in nobody's catalogue


def play(store: str, now: datetime) -> dict[str, Any]:
    """Cards, the issuer's signing key and the staff's PINs of a store, as JSON would hold them.

    A card: group, title, note, symbology, data. Two kinds need more: `encoding` "base64" says that data is bytes, and
    `length` that data is repeated until it is that many bytes long (no picture can hold it).
    """
    return {
        "store": store,
        "cards": [*_members(store, now), *_goods(store, now), *_pickups(store, now), *_odd()],
        "issuer": _issuer(store),
        "staff": [{"staff": one.id, "name": one.name, "pin": one.pin} for one in PEOPLE[store]],
    }


def card_bytes(card: Card) -> bytes:
    """What a scanner sends for a card, without its end of line."""
    text: str = card["data"]
    data = base64.b64decode(text) if card.get("encoding") == "base64" else text.encode()
    length: int = card.get("length", len(data))
    return (data * (length // len(data) + 1))[:length]


def _issuer(store: str) -> dict[str, str]:
    """The key that signs rotating codes, and the member they are minted for."""
    seed = base64.urlsafe_b64encode(issuer_seed()).rstrip(b"=").decode()
    visitor = next(person for person, _ in at_store(store) if person.app)
    return {"issuer": ISSUER, "kid": KID, "private": seed, "member": pseudonym(visitor, store)}


def _card(group: str, ja: str, en: str, note: tuple[str, str], symbology: str, data: str) -> Card:
    return {
        "group": group,
        "title": {"ja": ja, "en": en},
        "note": {"ja": note[0], "en": note[1]},
        "symbology": symbology,
        "data": data,
    }


def _members(store: str, now: datetime) -> Iterator[Card]:
    here = [person for person, _ in at_store(store)]
    waiting = {row.member for row in orders.of_store(store, now) if row.state is State.READY}
    ready = next(one for one in here if one.app and pseudonym(one, store) in waiting)
    plain = next(one for one in here if one.app and pseudonym(one, store) not in waiting)
    old = next(one for one in here if one.old_card and not one.app)
    group = next(one for one in here if one.group and one not in (ready, plain))
    away = next(one for one in people() if one.app and store not in one.stores)
    yield _member(plain, "アプリの会員証", "App member code", ("静的なコード", "a static code"), "code128", plain.app)
    yield _member(plain, "同じ会員証をQRで", "The same as QR", ("二度目の来店", "the second visit"), "qr", plain.app)
    yield _member(old, "むかしの会員証", "Old plastic card", ("NW-7", "NW-7"), "codabar", f"A{old.old_card}A")
    link = f"https://id.hanada.example/8018/{group.group}"
    yield _member(group, "グループの会員証", "Group card", ("GSRN", "GSRN"), "qr", link)
    yield _member(
        ready, "お品物が届いている方", "An order is ready", ("受け取りあり", "something to pick up"), "qr", ready.app
    )
    yield _member(
        away,
        "ほかの店舗の会員",
        "Member of another store",
        ("名前は出ません", "greeted without a name"),
        "qr",
        away.app,
    )


def _member(person: Person, ja: str, en: str, note: tuple[str, str], symbology: str, data: str | None) -> Card:
    assert data is not None
    who = (f"{person.nickname} 様・{note[0]}", f"{person.nickname}, {note[1]}")
    return _card("member", ja, en, who, symbology, data)


def _goods(store: str, now: datetime) -> Iterator[Card]:
    free = {row.gtin: row.on_hand - row.reserved for row in stock.rows(store, now)}
    for style in ("11-0104", "12-0235", "13-0323", "17-0705"):
        plenty = max((one for one in products() if one.style == style), key=lambda one: free.get(one.gtin, 0))
        yield _product(plenty, "在庫あり", "In stock")
    few = [one for one in products() if 0 < free.get(one.gtin, 0) <= FEW]
    yield _product(_of(few, "knit"), "残りわずか", "Few left")
    yield _product(_of([one for one in products() if free.get(one.gtin) == 0], "dress"), "在庫なし", "None left")
    yield _product(next(one for one in products() if one.online_only), "オンラインだけのサイズ", "Online only")
    yield _product(
        next(one for one in products() if one.gtin.startswith("020")), "お店で貼った番号", "Printed in the shop"
    )
    stranger = f"{STRANGER}{mod10_digit(STRANGER)}"
    note = ("よその商品", "Somebody else's")
    yield _card("product", "ほかのブランドの値札", "Another brand's tag", note, "ean13", stranger)


def _of(found: list[Product], category: str) -> Product:
    """The first of a category, or the first of any where that category has none."""
    return next((one for one in found if one.category == category), found[0])


def _product(product: Product, ja: str, en: str) -> Card:
    colour, size = product.colour, product.size
    note = (f"{ja}・{colour.name.ja} {size}", f"{en}, {colour.name.en} {size}")
    return _card("product", product.name.ja, product.name.en or product.name.ja, note, "ean13", product.gtin[1:])


_PICKUPS = (
    (State.READY, "ご用意できたお品物", "Ready to pick up", ("お渡しできます", "can be handed over")),
    (State.PICKING, "ご用意している途中", "Still being picked", ("ご準備中", "being prepared")),
    (State.HANDED_OVER, "お渡し済み", "Handed over already", ("二度は渡せません", "not twice")),
    (State.CANCELLED, "取り消された注文", "A cancelled order", ("お渡しできません", "cannot be handed over")),
)


def _pickups(store: str, now: datetime) -> Iterator[Card]:
    here = orders.of_store(store, now)
    for state, ja, en, note in _PICKUPS:
        yield _pickup(_first(here, state), ja, en, note)
    other = others(store)[0]
    away = _first(orders.of_store(other.id, now), State.READY)
    note = (f"{other.name.ja}でお渡し", f"to be fetched at {other.name.en}")
    yield _pickup(away, "ほかの店舗の注文", "An order of another store", note)
    forged = _pickup(_first(here, State.READY), "まちがった鍵", "Wrong secret", ("受け付けません", "refused"))
    yield forged | {"data": f"noren:p:{_first(here, State.READY).order}:{'0' * 24}"}


def _first(found: list[OrderRow], state: State) -> OrderRow:
    return next(row for row in found if row.state is state)


def _pickup(row: OrderRow, ja: str, en: str, note: tuple[str, str]) -> Card:
    numbered = (f"{row.number}・{note[0]}", f"{row.number}, {note[1]}")
    return _card("pickup", ja, en, numbered, "qr", f"noren:p:{row.order}:{orders.secret(row.order)}")


def _odd() -> Iterator[Card]:
    good = products()[0].gtin[1:]
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    note = ("読みちがい", "A misreading")
    # as a QR, because no symbol of its own kind can hold a wrong check digit
    yield _card("odd", "検査数字がちがう値札", "Wrong check digit", note, "qr", wrong)
    body = app_number(1)
    mistyped = body[:-1] + str((int(body[-1]) + 5) % 10)
    yield _card("odd", "まちがった会員番号", "Mistyped member number", (APP, APP), "code128", mistyped)
    link = "https://www.example.com/campaign?from=poster"
    yield _card("odd", "ポスターのQR", "A QR from a poster", ("ただのURL", "Just a URL"), "qr", link)
    raw = base64.b64encode(BINARY).decode()
    yield _card(
        "odd", "文字ではないデータ", "Binary data", ("文字になりません", "Not text in any language"), "qr", raw
    ) | {"encoding": "base64"}
    note = (f"{TOO_LONG:,}バイト", f"{TOO_LONG:,} bytes")
    yield _card("odd", "長すぎるコード", "Far too long", note, "qr", "7") | {"length": TOO_LONG}
