"""The doors of a store and of HQ, with everything behind them real but the line: what is said, what is refused, what moves."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from edge.box_identity import ensure_identity
from edge.facts.journal import tell
from edge.platform import clock, migration
from edge.platform.clock import Now
from edge.platform.database import open_hq, open_store, rows, writing
from sync import presence
from sync.contract.examples import CHAIN, EXAMPLES, STORE, Example
from sync.hq.enrolment.founding import enrol_store, found_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds.outbox import Outbox
from sync.hq.loop import HqLoop
from sync.hq.schema import open_hq_store
from sync.presence import Identity
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import SigningKey, new_key, private_from_text
from sync.protocol.messages import Ack, AnyHeader, Do, Events, FeedDelta, FeedPage, Nack, Row
from sync.session import SyncSession
from sync.transport.mqtt_events import Connected, MessageReceived
from tests.support.any_fact import fact
from tests.sync.fuzzed import mangle

HASTE = "pragma synchronous = off"  # no power fails here
OTHER = "shibuya"  # another store of the chain


@dataclass(slots=True)
class Ground:
    """A line that takes everything and carries nothing."""

    has_room: bool = True
    said: int = 0

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        self.said += 1
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message on its way to a door; `true`: its signature holds for this topic."""

    topic: str
    payload: bytes
    true: bool


@dataclass(slots=True)
class StoreDoor:
    """A store's sync, as it hears HQ."""

    folder: Path
    key: SigningKey = field(default_factory=lambda: new_key("hq-1"))
    rounds: SyncSession = field(init=False)
    at: float = 1000.0
    now: Now = field(default_factory=clock.now)
    words: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        migration.migrate(self.folder)
        web = open_store(self.folder)
        box = ensure_identity(web, STORE, self.now)
        with writing(web):
            for kind in ("pickup.ready", "visit.checked_in", "product.scanned") * 3:
                tell(web, box, fact(kind, {}), self.now)
        db, mirror = open_store(self.folder), open_hq(self.folder)
        for one in (db, mirror):
            one.conn.execute(HASTE)
        me = Identity(chain=CHAIN, box=box, boot=presence.next_boot(db, self.now), key=new_key())
        self.rounds = SyncSession(db, mirror, self.folder, me, {self.key.id: self.key.public}, Ground())
        self.rounds.dice = self.rounds.feeds.asking.dice = random.Random(1)
        known = [box.epoch, *(row["hash"].hex() for row in rows(web, "select hash from journal"))]
        orders = [
            {"epoch": box.epoch, "lane": lane, "seq": seq} for lane in "0x" for seq in ("1", "9" * 30, "-1", "9" * 450)
        ]
        self.words = tuple(
            msgspec.json.encode(one)
            for one in (
                *orders,
                *known,
                *range(12),
                "rewind",
                "reload",
                "stock",
                "keys",
                "catalog",
                "config",
                "up",
                "down",
            )
        )
        web.conn.close()
        self.rounds.run_once([Connected()], self.at, self.now)

    @property
    def refused(self) -> Counter[str]:
        return self.rounds.ear.refused

    def examples(self) -> list[Example]:
        return [replace(one, header=self._here(one.header)) for one in EXAMPLES if "/down/" in one.topic]

    def _here(self, header: AnyHeader) -> AnyHeader:
        """Of this box's epoch, so that it is about something."""
        if isinstance(header, Ack | Nack):
            return msgspec.structs.replace(header, epoch=self.rounds.me.box.epoch)
        return header

    def keys_and_topics(self, example: Example) -> tuple[SigningKey, list[str]]:
        """Who may sign it, and on which other topics somebody may publish it."""
        theirs = topics.hq_topic(CHAIN, OTHER, example.topic.rsplit("/", 1)[1])
        return self.key, [theirs, "", "noren/1/x/down/ginza/ack", f"x/{example.topic}"]

    def hear(self, letter: Letter) -> None:
        self.at += 0.05
        self.rounds.run_once([MessageReceived(letter.topic, letter.payload)], self.at, self.now)

    def state(self) -> Any:
        """What a refused message must not change."""
        up = self.rounds.up
        loads = rows(self.rounds.mirror, "select * from loads")
        return (self.rounds.feeds.positions(), dict(up.places), set(up.closed), loads)

    def close(self) -> None:
        self.rounds.db.conn.close()
        self.rounds.mirror.conn.close()


@dataclass(slots=True)
class HqDoor:
    """A worker of HQ, as it hears the stores."""

    folder: Path
    keys: dict[str, SigningKey] = field(default_factory=dict)
    worker: HqLoop = field(init=False)
    words: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        found_headquarters(self.folder, CHAIN, "mqtt://127.0.0.1:1")
        for store in (STORE, OTHER):
            bundle = enrol_store(self.folder, store, store)
            self.keys[store] = private_from_text((bundle / "store-signing.key").read_text())
        db = open_hq_store(self.folder)
        db.conn.execute(HASTE)
        out = Outbox(Ground(), read_hq_key(self.folder))
        self.worker = HqLoop(db, CHAIN, out)
        self.words = tuple(
            msgspec.json.encode(one) for one in (STORE, OTHER, "5f0a", *range(12), "stock", "keys", "birth", "death")
        )

    @property
    def refused(self) -> Counter[str]:
        """As HQ has written them down."""
        self.worker.refusals.write_if_due(force=True)
        found = rows(self.worker.db, "select reason, sum(times) as times from refusals group by reason")
        return Counter({row["reason"]: row["times"] for row in found})

    def examples(self) -> list[Example]:
        return [one for one in EXAMPLES if "/up/" in one.topic]

    def keys_and_topics(self, example: Example) -> tuple[SigningKey, list[str]]:
        what = example.topic.rsplit("/", 1)[1]
        return self.keys[STORE], [
            topics.store_topic(CHAIN, OTHER, what),
            topics.store_topic(CHAIN, STORE, "other"),
            "",
            f"{example.topic}/x",
        ]

    def hear(self, letter: Letter) -> None:
        self.worker.run_once([MessageReceived(letter.topic, letter.payload)])

    def state(self) -> Any:
        """What a refused message must not change."""
        tables = ("facts", "chains", "quarantine", "forks", "echoes", "fleet")
        return [self.worker.db.table(name).count for name in tables]

    def close(self) -> None:
        self.worker.db.conn.close()


Door = StoreDoor | HqDoor


def letter(door: Door, dice: random.Random) -> Letter:
    """A message for the door: bent, moved, signed by nobody, or twisted by whoever holds a true key."""
    example = dice.choice(door.examples())
    key, elsewhere = door.keys_and_topics(example)
    plain = mangle.plain(_fresh(example.header, dice), _lines(example.header, example.rows))
    match dice.randrange(9):
        case 0 | 1:
            return Letter(
                topic=example.topic, payload=mangle.bent(dice, mangle.signed(example.topic, plain, key)), true=False
            )
        case 2:
            return Letter(topic=dice.choice(elsewhere), payload=mangle.signed(example.topic, plain, key), true=False)
        case 3:  # truly signed, and for somebody else's topic
            other = dice.choice(elsewhere)
            return Letter(topic=other, payload=mangle.signed(other, plain, key), true=False)
        case 4:
            return Letter(topic=example.topic, payload=mangle.signed(example.topic, plain, new_key(key.id)), true=False)
        case _:
            twisted = mangle.twisted(dice, plain, door.words)
            return Letter(topic=example.topic, payload=mangle.signed(example.topic, twisted, key), true=True)


def _fresh(header: AnyHeader, dice: random.Random) -> AnyHeader:
    """Commands are done once and expire; a new one is carried out to its end."""
    match header:
        case Do():
            command = dice.choice(["rewind", "reload", "birth"])
            name = f"d-{dice.getrandbits(64)}"
            return msgspec.structs.replace(header, id=name, command=command, expires="2199-01-01T00:00:00.000Z")
        case _:
            return header


def _lines(header: AnyHeader, found: Sequence[Row]) -> list[bytes]:
    assert isinstance(header, Events | FeedDelta | FeedPage) or len(found) <= 1
    return envelope.body_lines(found)


def knock(door: Door, sent: Letter) -> bool:
    """Put a letter in; whether it was taken. Raises AssertionError if one nobody signed was, or if a refusal was not counted."""
    before, refused = door.state(), door.refused.total()
    door.hear(sent)
    taken = door.refused.total() == refused
    if not sent.true:
        assert not taken, f"taken, though nobody signed it for {sent.topic!r}: {sent.payload!r}"
        assert door.state() == before, "refused, and yet it changed something"
    assert door.refused.total() <= refused + 1, "counted twice"
    return taken
