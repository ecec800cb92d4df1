"""A small shop floor for tests: real databases in a folder, filled as HQ would fill them."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from edge import registry
from edge.box_identity import ensure_identity
from edge.config.station_role import Role
from edge.config.toml_schema import Config, HqSection, Station, StoreSection
from edge.features.catalog import Colour, Product
from edge.features.member import Member
from edge.features.outcome import Outcome, OutcomeRow
from edge.features.pickup.order import OrderLine, OrderRow
from edge.features.pickup.state_machine import State
from edge.features.stock import StockRow
from edge.platform import migration
from edge.platform.clock import now, utc_text
from edge.platform.database import open_store, rows, values, writing
from edge.platform.process import ProcessLife
from edge.registry import decode_outcome
from edge.scan.log import Reading, append_reading
from edge.scan_processor import answer_waiting_scans
from edge.store_context import StoreContext, open_store_context
from edge.validation.localized_text import LocalizedText
from tests.support.keyed_databases import unlocked

GTIN = "04512345678906"
SECRET = "s3cret-of-4821"
STATIONS = [
    Station(id="k1", role=Role.KIOSK, name=LocalizedText(ja="キオスク1")),
    Station(id="k2", role=Role.KIOSK, name=LocalizedText(ja="キオスク2")),
    Station(id="door", role=Role.ENTRANCE, name=LocalizedText(ja="入口")),
    Station(id="c1", role=Role.COUNTER, name=LocalizedText(ja="カウンター")),
    Station(id="g1", role=Role.GATE, name=LocalizedText(ja="ゲート")),
]


def config(folder: Path) -> Config:
    """Settings of a store named ginza, its data in `folder`."""
    return Config(
        store=StoreSection(chain="test", id="ginza", data=str(folder)),
        hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}),
        stations=STATIONS,
    )


@contextmanager
def shop(folder: Path) -> Iterator[StoreContext]:
    """A migrated store that knows who it is."""
    migration.migrate(unlocked(folder))
    db = open_store(folder)
    box = ensure_identity(db, "ginza", now())
    db.close()
    with open_store_context(config(folder), box) as opened:
        yield opened


def send(floor: StoreContext, feed: str, key: str, body: object, version: int = 1) -> None:
    """What sync does when HQ sends a row."""
    text = None if body is None else msgspec.json.encode(body).decode()
    floor.hq.conn.execute(
        f"""insert into {feed} (key, version, body) values (?, ?, ?)
            on conflict (key) do update set version = excluded.version, body = excluded.body""",
        (key, version, text),
    )
    floor.hq.conn.execute(
        """insert into feeds (feed, epoch, version, rows, digest, as_of) values (?, 'e', ?, 0, '0', ?)
           on conflict (feed) do update set version = max(version, excluded.version), as_of = excluded.as_of""",
        (feed, version, utc_text(now().time)),
    )


def product(gtin: str = GTIN, **more: Any) -> Product:
    return Product(
        gtin=gtin,
        style=more.pop("style", "41-2208"),
        name=LocalizedText(ja="立ち襟シャツ", en="Band collar shirt"),
        category="shirts",
        colour=Colour(code="01", name=LocalizedText(ja="生成り", en="Ecru"), hex="#e9e3d6"),
        size=more.pop("size", "M"),
        size_order=more.pop("size_order", 3),
        price=3990,
        picture="picture/shirt",
        **more,
    )


def order(order: str = "o-1", state: State = State.READY, **more: Any) -> OrderRow:
    return OrderRow(
        order=order,
        store=more.pop("store", "ginza"),
        number=more.pop("number", "4821"),
        state=state,
        name="サトウ ミナミ",
        lines=[OrderLine(line=1, gtin=GTIN)],
        secret_sha256=sha256(SECRET.encode()).hexdigest(),
        **more,
    )


def stock(on_hand: int, **more: Any) -> StockRow:
    return StockRow(gtin=GTIN, on_hand=on_hand, as_of=more.pop("as_of", now().text), **more)


def member(ref: str = "m-1", codes: tuple[str, ...] = ("app:2000000000008",)) -> Member:
    return Member(member=ref, nickname="サトウ", stage="silver", codes=list(codes))


def scan(floor: StoreContext, station: str, data: str | bytes, **about: Any) -> Outcome:
    """A reading is written down at a station and the desk answers; what it came to."""
    raw = data.encode() if isinstance(data, str) else data
    with writing(floor.db):
        append_reading(floor.db, "scans", station, "scanner", Reading(data=raw, **about), now())
    answer_waiting_scans(floor, registry.decide_outcome, lambda _seq: None, ProcessLife())
    return decode_outcome(last(floor))


def last(floor: StoreContext) -> OutcomeRow:
    """The newest outcome."""
    return values(floor.db, OutcomeRow, "select * from outcomes order by seq desc limit 1")[0]


def facts(floor: StoreContext, kind: str = "%") -> list[dict[str, Any]]:
    """The CloudEvents in the journal whose type is like `noren.<kind>`, by seq."""
    found = rows(floor.db, "select event from journal where type like ? order by seq", (f"noren.{kind}",))
    return [msgspec.json.decode(row["event"]) for row in found]
