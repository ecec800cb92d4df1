"""A small shop for the tests of pages: a migrated store, with catalogue, members, orders and staff put in by hand."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from edge import registry, scan_processor
from edge.box_identity import ensure_identity
from edge.codes.code_rules import CodeRules, IssuerRule
from edge.config.policy import Brand, CheckIn, Kiosk, Neighbour, Pickup, Policy, StorePlace
from edge.config.station_role import Role
from edge.config.toml_schema import Config, HqSection, Station, StoreSection, WebSection
from edge.facts.journal import BoxIdentity
from edge.features.catalog import Category, Colour, Picture, Product, Review, Reviews
from edge.features.member import Member
from edge.features.outcome import last_seq
from edge.features.pickup.order import OrderLine, OrderRow
from edge.features.pickup.state_machine import State
from edge.features.staff.pin_check import hash_pin
from edge.features.staff.sessions import Staff
from edge.features.stock import NeighbourRow, NeighbourStock, StockRow
from edge.platform import migration
from edge.platform.clock import now, utc_text
from edge.platform.database import open_hq, open_store, writing
from edge.platform.process import ProcessLife
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from sync.search_index import STEP_INTERVAL_S, SearchIndex
from tests.support.enrolled_store import hq_part
from tests.support.kept_config import keep
from tests.support.keyed_databases import unlocked

FULL_NAME = "サトウミサキ"  # must never be on a public screen
SECRET = "s3cretS3cret"
PIN = "2468"
FEEDS = ("staff", "catalog", "content", "members", "offers", "orders", "stock", "neighbours")

SHIRT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 180"><path d="M70 20 30 44 14 120l26 8 12-40v78h96V88l12 40 '
    '26-8-16-76-40-24a30 16 0 0 1-60 0Z" fill="var(--fabric)" stroke="#0003"/></svg>'
)
COLOURS = (
    Colour(code="01", name=LocalizedText(ja="[生成|きな]り", en="Natural"), hex="#e9e3d6"),
    Colour(code="05", name=LocalizedText(ja="[薄藍|うすあい]", en="Pale indigo"), hex="#8fa3b3"),
    Colour(code="09", name=LocalizedText(ja="[墨|すみ]", en="Ink"), hex="#4c4b49"),
)
SIZES = ("XS", "S", "M", "L", "XL", "XXL")


def gtin14(item: int) -> str:
    """A sound GTIN-14 under 049012345, from an item number."""
    body = f"0490123{item:06d}"
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(body))
    return body + str(-total % 10)


def ean13(gtin: str) -> str:
    """As it is printed on the tag."""
    return gtin[1:]


SHIRT_M = gtin14(102)  # natural, M
ONLINE_ONLY = gtin14(105)  # natural, XXL


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A shop in a folder: its settings, its box, and its two databases for the test's own thread."""

    config: Config
    box: BoxIdentity
    db: Database
    hq: Database

    def feed(self, feed: str, key: str, body: Any) -> None:
        """Put a row of HQ's in, under the feed's next version."""
        with writing(self.hq):
            (version,) = self.hq.conn.execute("select version from feeds where feed = ?", (feed,)).fetchone()
            self.hq.conn.execute(
                f"insert into {feed} (key, version, body) values (?, ?, ?) "
                "on conflict (key) do update set version = excluded.version, body = excluded.body",
                (key, version + 1, msgspec.json.encode(body).decode()),
            )
            self.hq.conn.execute("update feeds set version = version + 1 where feed = ?", (feed,))

    def order(self, number: str, state: State = State.READY, **more: Any) -> OrderRow:
        """An order of HQ's under the id `o-<number>`; its pickup code is `pickup_code(number)`."""
        row = OrderRow(
            order=f"o-{number}",
            number=number,
            state=state,
            **{
                "store": "ginza",
                "name": FULL_NAME,
                "lines": [OrderLine(line=1, gtin=SHIRT_M)],
                "secret_sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
                "promise_at": utc_text(datetime.now(UTC)),
                **more,
            },
        )
        self.feed("orders", row.order, row)
        return row

    def stock(self, gtin: str, on_hand: int, *, age: timedelta = timedelta(minutes=1), **more: Any) -> None:
        row = StockRow(gtin=gtin, on_hand=on_hand, as_of=datetime.now(UTC) - age, floor=2, shelf="B-14", **more)
        self.feed("stock", gtin, row)

    def index(self) -> None:
        """What sync does in the background: the index of words is up with the catalogue."""
        index, at = SearchIndex(self.hq), 0.0
        while self.hq.conn.execute("select 1 from search_changed").fetchone():
            index.look(at)
            at += STEP_INTERVAL_S

    def policy(self, policy: Policy) -> None:
        """HQ's policy, proved and kept."""
        keep(self.db, policy)

    @property
    def shop(self) -> StoreContext:
        return StoreContext(self.config, self.box, self.db, self.hq)

    def scan(self, code: str | bytes, station: str = "kiosk-1") -> int:
        """A scanner reads a code and the desk answers it; the outcome's seq."""
        data = code.encode() if isinstance(code, str) else code
        with writing(self.db):
            append_reading(self.db, "scans", station, "scanner", Reading(data=data), now())
        scan_processor.answer_waiting_scans(self.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
        return last_seq(self.db)

    def close(self) -> None:
        self.db.close()
        self.hq.close()


def tick(clerk: FlaskClient, order: str, *pieces: str, on: str = "yes", station: str = "counter-1") -> TestResponse:
    """A clerk ticks pieces of an order on its page."""
    return clerk.post(f"/staff/{station}/order/{order}/tick", data={"piece": list(pieces), "on": on})


def pickup_code(number: str, secret: str = SECRET) -> str:
    return f"noren:p:o-{number}:{secret}"


POLICY = Policy(
    brand=Brand(mark="凪", name="NAGI", colour="#7b1e2d", tint="#f6ecec"),
    place=StorePlace(
        name=LocalizedText(ja="[銀座店|ぎんざてん]", en="Ginza"),
        neighbours=[
            Neighbour(
                store="yurakucho",
                name=LocalizedText(ja="[有楽町店|ゆうらくちょうてん]", en="Yurakucho"),
                way=LocalizedText(ja="[徒歩|とほ] 7[分|ふん]", en="7 min walk"),
            ),
            Neighbour(
                store="marunouchi",
                name=LocalizedText(ja="[丸|まる]の[内店|うちてん]", en="Marunouchi"),
                way=LocalizedText(ja="[徒歩|とほ] 12[分|ふん]", en="12 min walk"),
            ),
        ],
    ),
    check_in=CheckIn(miles=10),
    pickup=Pickup(
        counter=LocalizedText(ja="2[階|かい] [受|う]け[取|と]りカウンター", en="the pickup counter on 2F"),
    ),
    kiosk=Kiosk(),
    codes=CodeRules(issuers=(IssuerRule(issuer="own", prefix="M", lengths=(9,), characters="alphanumeric"),)),
)


def settings(folder: Path, port: int = 8080) -> Config:
    """The settings of a store with a kiosk, an entrance and a counter."""
    return Config(
        store=StoreSection(chain="nagi", id="ginza", data=str(folder)),
        hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}),
        web=WebSection(port=port),
        stations=[
            Station(id="kiosk-1", role=Role.KIOSK, name=LocalizedText(ja="1階 入口横", en="1F, by the door")),
            Station(id="kiosk-2", role=Role.KIOSK, name=LocalizedText(ja="2階", en="2F")),
            Station(id="door", role=Role.ENTRANCE, name=LocalizedText(ja="入口", en="Entrance")),
            Station(id="counter-1", role=Role.COUNTER, name=LocalizedText(ja="カウンター", en="Counter")),
        ],
    )


def _catalogue(floor: Floor) -> None:
    floor.feed("content", "picture/shirt", Picture(svg=SHIRT))
    floor.feed(
        "content",
        "category/shirts",
        Category(id="shirts", name=LocalizedText(ja="シャツ", en="Shirts"), order=1, picture="picture/shirt"),
    )
    for at, colour in enumerate(COLOURS):
        for order, size in enumerate(SIZES):
            product = Product(
                gtin=gtin14(100 + at * 10 + order),
                style="41-2208",
                name=LocalizedText(
                    ja="オーガニックコットン ダブルガーゼ[立|た]ち[襟|えり]シャツ", en="Organic double-gauze shirt"
                ),
                category="shirts",
                colour=colour,
                size=size,
                size_order=order,
                price=3990,
                picture="picture/shirt",
                online_only=size == "XXL",
            )
            floor.feed("catalog", product.gtin, product)
    said = Review(
        stars=5,
        text=LocalizedText(ja="[肌|はだ]ざわりがよく、[毎日|まいにち][着|き]ています", en="So soft"),
        by="",
        on=date(2026, 11, 2),
    )
    floor.feed("content", "reviews/41-2208", Reviews(stars=4.3, count=128, latest=[said]))
    for order, on_hand in enumerate((0, 6, 2, 9, 4)):
        floor.stock(gtin14(100 + order), on_hand)
    near = [NeighbourStock(store="yurakucho", on_hand=5), NeighbourStock(store="marunouchi", on_hand=1)]
    row = NeighbourRow(gtin=SHIRT_M, as_of=datetime.now(UTC) - timedelta(minutes=4), stores=near)
    floor.feed("neighbours", SHIRT_M, row)


@cache
def _pin_hash() -> str:
    """Once a process: it is made to take long."""
    return hash_pin(PIN)


def _people(floor: Floor) -> None:
    known = Member(member="m-1", nickname="サトウ", stage="silver", codes=["own:M12345678"], coupons=2)
    floor.feed("members", "m-1", known)
    guest = Member(member="m-2", nickname="タナカ", stage="standard", codes=["own:M00000002"])
    floor.feed("members", "m-2", guest)
    clerk = Staff(staff="s-1", name="森 さくら", mark="森", role="clerk", pin=_pin_hash(), badges=[])
    floor.feed("staff", "s-1", clerk)


def open_floor(folder: Path, port: int = 8080) -> Floor:
    """A shop with 18 products of one style, two members, a clerk, and no orders yet."""
    migration.migrate(unlocked(folder))
    config, db, hq = settings(folder, port), open_store(folder), open_hq(folder)
    box = ensure_identity(db, config.store.id, now())
    floor = Floor(config=config, box=box, db=db, hq=hq)
    with writing(hq):
        for feed in FEEDS:
            hq.conn.execute(
                "insert into feeds (feed, epoch, version, rows, digest, as_of) values (?, 'e', 0, 0, '0', ?)",
                (feed, utc_text(datetime.now(UTC))),
            )
    floor.policy(POLICY)
    _catalogue(floor)
    _people(floor)
    return floor


def toml(folder: Path, port: int) -> Path:
    """The same settings as a file, for tests that start the real process; the store's data is in `folder`/data."""
    stations = "".join(
        f'[[stations]]\nid = "{place.id}"\nrole = "{place.role}"\nname = {{ ja = "{place.name.ja}", en = "{place.name.en}" }}\n'
        for place in settings(folder).stations
    )
    path = folder / "noren.toml"
    path.write_text(
        f"""[store]
chain = "nagi"
id = "ginza"
data = "data"
{hq_part(folder)}[web]
port = {port}
{stations}""",
        encoding="utf-8",
    )
    return path
