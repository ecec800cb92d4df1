"""The messages between store and HQ: the header of each message and the rows of its body, as types."""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

FORMAT_VERSION = 1  # of the message format; another one is refused

Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]  # what SQLite can count to
WireName = Annotated[str, Meta(min_length=1, max_length=64)]
RowKey = Annotated[str, Meta(min_length=1, max_length=200)]
ReasonText = Annotated[str, Meta(max_length=500)]
EventText = Annotated[
    str, Meta(max_length=4_200)
]  # as long as a signed code may be (edge/codes/issued/member_token.py)
Hash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]  # SHA-256, hex
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]  # 64 bits, hex; see sync/protocol/digest.py
ShortText = Annotated[str, Meta(max_length=40)]
BodyEncoding = Literal["identity", "zlib"]
NULL_BODY = Raw(b"null")  # the body of a deleted row


class Header(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every header has. Unknown fields are ignored, so that an old box can read messages of a newer HQ."""

    v: int = FORMAT_VERSION
    enc: BodyEncoding = "identity"


# --- up: store to HQ


class PreviousRow(Struct, frozen=True, kw_only=True):
    """The row of the same lane before a batch; seq 0 and 32 zero bytes before the first."""

    seq: Seq
    hash: Hash


class Events(Header, frozen=True, kw_only=True, tag="events", rename={"first": "from", "last": "to"}):
    """A batch of one lane of the journal. Rows: EventRow, by rising seq (gaps are legal).

    `first` and `last` are the seqs of the first and the last row, `hash` is the chain's hash at the last row.
    """

    store: WireName
    epoch: WireName
    lane: Annotated[int, Meta(ge=0, le=9)]
    prev: PreviousRow
    first: Seq
    last: Seq
    hash: Hash


class EventRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact: its CloudEvent as text, byte for byte as it is hashed; or as opaque bytes, if HQ could not parse it."""

    seq: Seq
    ordinal: Seq
    event: str | None = None
    opaque: bytes | None = None

    def raw(self) -> bytes:
        """The bytes that are chained."""
        return self.opaque if self.opaque is not None else (self.event or "").encode()


class FeedState(Struct, frozen=True, kw_only=True):
    """How far a store's replica of a feed is."""

    epoch: ShortText
    version: Seq
    rows: Seq


class ConfigState(Struct, frozen=True, kw_only=True):
    """The last config a store has received, and how far it has come with it."""

    epoch: ShortText
    version: Seq
    stage: Literal["received", "validated", "trial", "kept", "refused", "rolled_back"]


class ScannerCounts(Struct, frozen=True, kw_only=True):
    """What a scanner sent and what became of it, since the box knows the scanner: the counters show where a scan was lost."""

    heard: Seq = 0  # bytes; of a scanner that types, keys
    readings: Seq = 0
    refused: Seq = 0  # what came in and was no reading: half a code, noise
    answered: Seq = 0  # readings the store has answered; the journal shows how many HQ has kept


class State(Header, frozen=True, kw_only=True, tag="state"):
    """Birth and death of a store's MQTT connection (retained). No rows.

    `boot` rises with every start of sync. A birth always counts; a death counts only for the boot it names, so that a
    late death never hides a new birth.
    """

    store: WireName
    state: Literal["birth", "death"]
    boot: Seq
    epoch: WireName
    box: WireName
    software: ShortText = ""
    time: ShortText = ""  # the store's clock, UTC ISO 8601
    clock: ShortText = ""  # synced, holdover, unset
    backlog: Seq = 0  # facts that HQ has not kept
    disk_free: float = 1.0  # share of the card that is free
    disk: ShortText = ""  # ok; short: scans and views are thinned; full: new work is refused
    feeds: dict[WireName, FeedState] = {}
    config: ConfigState | None = None
    devices: dict[WireName, ShortText] = {}  # device id -> its state
    scans: dict[
        WireName, ScannerCounts
    ] = {}  # device id -> its counters; `page:<station>` for a scanner that types into a page
    refused: dict[WireName, Seq] = {}  # messages refused since the start, by reason
    forks: Seq = 0
    run: ShortText = ""  # random, drawn at each start of sync: a clone of the card has another one
    machine: ShortText = ""  # the address of its network card
    address: ShortText = ""  # its own in the store's network
    unswept: Seq = 0  # days of uptime in which retention deleted nothing, because the clock was not trusted
    cloned: bool | None = None  # whether its pages warn that another box runs as this store; None from an older box


class Want(Header, frozen=True, kw_only=True, tag="want"):
    """Send the rows of `feed` after `version`; answered by one FeedPage. No rows.

    Version 0 asks for everything; an `epoch` that is not HQ's own is answered from 0 of HQ's.
    """

    feed: WireName
    epoch: ShortText
    version: Seq


class Ask(Header, frozen=True, kw_only=True, tag="ask"):
    """A question; its answer is useful only within `within_ms`. No rows.

    `stock` has {gtin}; `member` has {card}, {card, totp} with the password that a wallet pass shows, or {token}, a signed
    code as it was read. Each password and signed code is good for one question.
    """

    id: WireName
    question: WireName  # `stock`, `member`
    args: dict[WireName, EventText] = {}
    within_ms: Annotated[int, Meta(ge=1, le=60_000)] = 800


# --- down: HQ to store


class Ack(Header, frozen=True, kw_only=True, tag="ack"):
    """All facts of (epoch, lane) up to `seq` are committed at HQ. No rows. seq 0: none yet.

    `ordinal` and `hash` are those of the row `seq`. `fork` says that a batch did not continue the chain HQ has.
    """

    epoch: WireName
    lane: Annotated[int, Meta(ge=0, le=9)]
    seq: Seq
    ordinal: Seq
    hash: Hash
    fork: bool = False


class Nack(Header, frozen=True, kw_only=True, tag="nack", rename={"first": "from", "last": "to"}):
    """HQ could not parse the batch `first`..`last` of (epoch, lane). No rows."""

    epoch: WireName
    lane: Annotated[int, Meta(ge=0, le=9)]
    first: Seq
    last: Seq
    reason: ReasonText


class FeedDelta(Header, frozen=True, kw_only=True, tag="feed.delta"):
    """What changed in `feed` from version `since` (exclusive) to `version`. Rows: FeedRow, by rising version."""

    feed: WireName
    epoch: ShortText
    since: Seq
    version: Seq


class FeedPage(Header, frozen=True, kw_only=True, tag="feed.page"):
    """The answer to a Want: as a delta, and whether there is `more` to ask for. Rows: FeedRow, by rising version."""

    feed: WireName
    epoch: ShortText
    since: Seq
    version: Seq  # of the last row here; the head's version when there is no more
    more: bool


class FeedRow(Struct, frozen=True, kw_only=True):
    """A row of a feed; no two rows share a version; body null: deleted."""

    key: RowKey
    version: Seq
    body: Raw = NULL_BODY

    @property
    def text(self) -> str | None:
        """The body as JSON text, or None if the row is deleted."""
        body = bytes(self.body)
        return None if body == b"null" else body.decode()


class FeedHead(Struct, frozen=True, kw_only=True):
    """The state of a feed at HQ: epoch, version, number of live rows and the digest over them."""

    epoch: ShortText
    version: Seq
    rows: Seq
    digest: Digest


class Head(Header, frozen=True, kw_only=True, tag="head"):
    """The state at HQ of the feeds of a scope (the topic's) (retained). No rows."""

    feeds: dict[WireName, FeedHead]


class Answer(Header, frozen=True, kw_only=True, tag="answer"):
    """The answer to an Ask of that id. Rows: JSON values as the question has them."""

    id: WireName


class Do(Header, frozen=True, kw_only=True, tag="do"):
    """A command: done at most once per id, and not after `expires` (UTC ISO 8601). No rows."""

    id: WireName
    command: WireName  # `rewind`, `reload`, `birth`, `clones`, `revoke`
    expires: ShortText
    args: dict[WireName, ReasonText] = {}


class HqPresence(Header, frozen=True, kw_only=True, tag="hq"):
    """HQ is there, or not (retained, also its last will). No rows. `time` is HQ's clock, UTC ISO 8601."""

    state: Literal["up", "down"]
    time: ShortText


AnyHeader = (
    Events | State | Want | Ask | Ack | Nack | FeedDelta | FeedPage | Head | Answer | Do | HqPresence
)  # one union, so that a received header decodes to its type
Row = EventRow | FeedRow | Raw

BODY_ROWS: dict[type, type] = {Events: EventRow, FeedDelta: FeedRow, FeedPage: FeedRow, Answer: Raw}
"""What a line of the body is, by header; a header that is not here has no body."""
