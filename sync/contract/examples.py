"""One true message of each type, for the contract: whoever writes another end can check theirs against these."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from edge.features.offer.row import Offer
from edge.features.pickup.state_machine import State as OrderState
from edge.features.stock import NeighbourStock, StockRow
from edge.validation.localized_text import LocalizedText
from sync.protocol import topics
from sync.protocol.digest import add_row, digest_text
from sync.protocol.ed25519_keys import private_from_text
from sync.protocol.messages import (
    Ack,
    Answer,
    AnyHeader,
    Ask,
    Do,
    EventRow,
    Events,
    FeedDelta,
    FeedHead,
    FeedPage,
    FeedRow,
    FeedState,
    Head,
    HqPresence,
    Nack,
    PreviousRow,
    Row,
    ScannerCounts,
    State,
    Want,
)

CHAIN, STORE = "hanada", "ginza"
EPOCH, FEED_EPOCH = "5f0a", "c41d"  # true ones are 32 hex digits; these keep the examples short
EXAMPLE_GTIN = "04512345678906"
EXAMPLE_TIME = "2026-11-21T10:42:00.123Z"
GENESIS_HASH = bytes(32)
# The secret key of RFC 8032's first test: everybody knows it, so nobody may take it for a real one.
EXAMPLE_KEY = private_from_text("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message: its topic, its header and its rows."""

    topic: str
    header: AnyHeader
    rows: Sequence[Row] = ()


def _up(what: str) -> str:
    return topics.store_topic(CHAIN, STORE, what)


def _down(what: str) -> str:
    return topics.hq_topic(CHAIN, STORE, what)


_FACT = msgspec.json.encode(
    {
        "specversion": "1.0",
        "id": f"{STORE}/{EPOCH}/8",
        "source": f"/stores/{STORE}",
        "type": "noren.pickup.accepted",
        "time": EXAMPLE_TIME,
        "data": {"order": "o-1", "number": "4821", "from": OrderState.PLACED},
    }
).decode()
_HASH = hashlib.sha256(GENESIS_HASH + _FACT.encode()).hexdigest()
_STOCK = StockRow(
    gtin=EXAMPLE_GTIN, on_hand=6, reserved=1, epoch=EPOCH, through_seq=8, as_of=datetime.fromisoformat(EXAMPLE_TIME)
)
_OFFER = Offer(
    offer="rain-1",
    title=LocalizedText(ja="雨の日 100円引き", en="100 yen off on rainy days"),
    on="check_in",
    begins=datetime(2026, 11, 21, 10, tzinfo=UTC),
    ends=datetime(2026, 11, 21, 12, tzinfo=UTC),
    flag="weather",
    quota=50,
    single_use=True,
)
_ROW = FeedRow(key=EXAMPLE_GTIN, version=42, body=Raw(msgspec.json.encode(_STOCK)))
_HEAD = FeedHead(epoch=FEED_EPOCH, version=42, rows=1, digest=digest_text(add_row(0, EXAMPLE_GTIN, 42)))

EXAMPLES: tuple[Example, ...] = (
    Example(
        topic=_up("events"),
        header=Events(
            store=STORE,
            epoch=EPOCH,
            lane=0,
            prev=PreviousRow(seq=0, hash=GENESIS_HASH.hex()),
            first=8,
            last=8,
            hash=_HASH,
        ),
        rows=[EventRow(seq=8, ordinal=1, event=_FACT)],
    ),
    Example(
        topic=_up("state"),
        header=State(
            store=STORE,
            state="birth",
            boot=3,
            epoch=EPOCH,
            box="77ab",
            software="0.1.0",
            time=EXAMPLE_TIME,
            clock="synced",
            backlog=1,
            disk_free=0.72,
            disk="ok",
            feeds={"stock": FeedState(epoch=FEED_EPOCH, version=41, rows=1)},
            devices={"scanner-k1": "works"},
            scans={"scanner-k1": ScannerCounts(heard=1418, readings=101, refused=1, answered=101)},
        ),
    ),
    Example(topic=_up("want"), header=Want(feed="stock", epoch=FEED_EPOCH, version=41)),
    Example(topic=_up("ask"), header=Ask(id="q-1", question="stock", args={"gtin": EXAMPLE_GTIN})),
    Example(topic=_down("ack"), header=Ack(epoch=EPOCH, lane=0, seq=8, ordinal=1, hash=_HASH)),
    Example(
        topic=_down("ack"),
        header=Nack(epoch=EPOCH, lane=0, first=8, last=8, reason="the last row's hash is not the header's"),
    ),
    Example(
        topic=topics.feed_topic(CHAIN, STORE, "stock"),
        header=FeedDelta(feed="stock", epoch=FEED_EPOCH, since=41, version=42),
        rows=[_ROW],
    ),
    Example(
        topic=topics.feed_topic(CHAIN, topics.ALL_STORES, "offers"),
        header=FeedDelta(feed="offers", epoch=FEED_EPOCH, since=6, version=7),
        rows=[FeedRow(key=_OFFER.offer, version=7, body=Raw(msgspec.json.encode(_OFFER)))],
    ),
    Example(
        topic=topics.feed_topic(CHAIN, STORE, "stock"),
        header=FeedPage(feed="stock", epoch=FEED_EPOCH, since=0, version=42, more=False),
        rows=[FeedRow(key="04512345678913", version=41), _ROW],
    ),
    Example(topic=_down("head"), header=Head(feeds={"stock": _HEAD})),
    Example(
        topic=_down("answer"),
        header=Answer(id="q-1"),
        rows=[Raw(msgspec.json.encode(NeighbourStock(store="yokohama", on_hand=5)))],
    ),
    Example(
        topic=_down("do"),
        header=Do(id="d-1", command="reload", expires="2026-11-21T11:00:00.000Z", args={"feed": "stock"}),
    ),
    Example(topic=topics.hq_topic(CHAIN, topics.ALL_STORES, "hq"), header=HqPresence(state="up", time=EXAMPLE_TIME)),
)
