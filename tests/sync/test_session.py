"""A session of sync: what it does with messages of HQ and with the journal; only the connection is a substitute."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlite_utils import Database

from edge.box_identity import ensure_identity, read_box
from edge.config.toml_schema import BadConfig, HqSection
from edge.facts.fact import Lane
from edge.facts.journal import tell
from edge.platform import clock
from edge.platform.clock import Now, utc_text
from edge.platform.database import open_hq, open_store, rows, writing
from edge.platform.migration import migrate
from sync import presence
from sync.feeds.requests import REQUEST_SPREAD_S
from sync.presence import Identity
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey, new_key, private_to_text, public_to_text
from sync.protocol.envelope import open_message, seal_message
from sync.protocol.messages import (
    Ack,
    AnyHeader,
    Do,
    Events,
    FeedDelta,
    FeedHead,
    FeedRow,
    Head,
    HqPresence,
    Nack,
    State,
    Want,
)
from sync.session import SyncSession
from sync.transport.link_status import SILENT_AFTER_S
from sync.transport.mqtt_events import Connected, Disconnected, MessageReceived
from sync.trust import trusted_keys
from tests.support.any_fact import fact

HQ, OURS = new_key("hq-1"), new_key()
ACKS = topics.hq_topic("chain", "ginza", "ack")
PRESENCE = topics.hq_topic("chain", topics.ALL_STORES, "hq")
NONE = "0" * 64


@dataclass
class Line:
    """In place of the connection: keeps what was published."""

    taken: list[tuple[str, bytes, bool]] = field(default_factory=list)
    has_room: bool = True

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if self.has_room:
            self.taken.append((topic, payload, retain))
        return self.has_room

    def said(self, kind: type) -> list[Any]:
        """The messages of one kind since the last look, opened with the store's public key."""
        opened = [open_message(topic, payload, {OURS.id: OURS.public}) for topic, payload, _ in self.taken]
        return [message for message in opened if isinstance(message.header, kind)]


@dataclass
class Shop:
    """A store with its databases, its courier, and a web process played by the test."""

    folder: Path
    web: Database = field(init=False)
    rounds: SyncSession = field(init=False)
    line: Line = field(default_factory=Line)
    at: float = 1000.0
    now: Now = field(default_factory=clock.now)

    def __post_init__(self) -> None:
        migrate(self.folder)
        self.web = open_store(self.folder)
        ensure_identity(self.web, "ginza", self.now)
        self.start()

    def start(self) -> None:
        db, mirror = open_store(self.folder), open_hq(self.folder)
        box = read_box(db, "ginza")
        assert box is not None
        me = Identity(chain="chain", box=box, boot=presence.next_boot(db, self.now), key=OURS)
        self.rounds = SyncSession(db, mirror, self.folder, me, {HQ.id: HQ.public}, self.line)

    def stop(self) -> None:
        self.rounds.db.conn.close()
        self.rounds.mirror.conn.close()

    def tell(self, kind: str = "visit.checked_in", **data: Any) -> int:
        box = read_box(self.web, "ginza")
        assert box is not None
        with writing(self.web):
            return tell(self.web, box, fact(kind, data), self.now)

    def round(self, *events: Any) -> None:
        self.at += 0.02
        self.rounds.run_once(events, self.at, self.now)

    def hear(
        self, topic: str, header: AnyHeader, found: Any = (), *, key: SigningKey = HQ, retained: bool = False
    ) -> None:
        self.round(MessageReceived(topic, seal_message(topic, header, found, key), retained))

    def ack_all(self) -> None:
        """HQ keeps the last batch of every lane."""
        for message in self.line.said(Events):
            batch = message.header
            assert isinstance(batch, Events)
            self.hear(
                ACKS,
                Ack(
                    epoch=batch.epoch,
                    lane=batch.lane,
                    seq=batch.last,
                    ordinal=message.rows[-1].ordinal,
                    hash=batch.hash,
                ),
            )

    def notes(self, kind: str) -> list[Any]:
        found = rows(self.web, "select data from sync_log where type = ? order by seq", (kind,))
        return [msgspec.json.decode(row["data"]) for row in found]

    def state(self) -> dict[str, Any]:
        return rows(self.web, "select * from line")[0]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.round(Connected())
    yield made
    made.stop()
    made.web.conn.close()


def last_events(shop: Shop) -> tuple[Events, list[Any]]:
    message = shop.line.said(Events)[-1]
    assert isinstance(message.header, Events)
    return message.header, list(message.rows)


def test_a_fact_is_published_in_the_round_after_its_commit(shop: Shop) -> None:
    seq = shop.tell(n=1)
    shop.round()
    header, found = last_events(shop)
    assert (header.last, header.lane, len(found)) == (seq, Lane.STORE, 1)
    assert found[0].event == rows(shop.web, "select event from journal where seq = ?", (seq,))[0]["event"]


def test_promises_go_before_visits_and_visits_before_views(shop: Shop) -> None:
    shop.line.taken.clear()
    for kind in ("product.scanned", "visit.checked_in", "pickup.ready"):
        shop.tell(kind)
    shop.round()
    assert [message.header.lane for message in shop.line.said(Events)] == [0, 1, 2]


def test_what_hq_has_kept_is_known_after_a_restart_and_not_sent_again(shop: Shop) -> None:
    shop.tell()
    shop.round()
    shop.ack_all()
    kept = rows(shop.web, "select lane, seq from kept order by lane")
    assert len(kept) == 2
    shop.stop()
    shop.line.taken.clear()
    shop.start()
    shop.round(Connected())
    assert shop.line.said(Events) == []


def test_what_hq_has_not_kept_is_sent_again_after_silence(shop: Shop) -> None:
    shop.tell()
    shop.round()
    sent = len(shop.line.said(Events))
    shop.at += 5
    shop.round()
    assert len(shop.line.said(Events)) > sent


def test_nothing_is_built_or_lost_while_the_line_takes_nothing(shop: Shop) -> None:
    shop.line.has_room = False
    shop.tell(n=7)
    shop.round()
    shop.line.has_room = True
    shop.round()
    assert '"n":7' in last_events(shop)[1][-1].event


def test_rows_that_hq_cannot_read_are_sent_as_bytes_in_the_end(shop: Shop) -> None:
    for n in range(4):
        shop.tell(n=n)
    shop.round()
    for _ in range(4):
        header, found = last_events(shop)
        if found[0].opaque is not None:
            break
        shop.hear(ACKS, Nack(epoch=header.epoch, lane=header.lane, first=header.first, last=header.last, reason="row"))
        shop.round()
    header, found = last_events(shop)
    assert len(found) == 1
    assert found[0].opaque == found[0].raw()


@pytest.mark.parametrize(
    ("key", "topic", "why"),
    [
        (new_key("hq-1"), ACKS, "signature"),
        (new_key("stranger"), ACKS, "key"),
        (OURS, ACKS, "key"),
        (HQ, topics.hq_topic("chain", "shibuya", "ack"), "signature"),
    ],
)
def test_only_hq_is_obeyed_and_only_what_it_says_to_this_store(
    shop: Shop, key: SigningKey, topic: str, why: str
) -> None:
    shop.tell()
    shop.round()
    header, found = last_events(shop)
    ack = Ack(epoch=header.epoch, lane=1, seq=header.last, ordinal=found[-1].ordinal, hash=header.hash)
    for _ in range(3):
        shop.round(MessageReceived(ACKS, seal_message(topic, ack, (), key)))
    assert rows(shop.web, "select * from kept") == []
    assert shop.rounds.ear.refused[why] == 3
    assert shop.notes("message.refused") == [{"why": why}]


def test_a_fork_closes_the_lane_and_is_told_once(shop: Shop) -> None:
    shop.tell()
    shop.round()
    header, _ = last_events(shop)
    fork = Ack(epoch=header.epoch, lane=1, seq=99, ordinal=9, hash="ab" * 32, fork=True)
    shop.hear(ACKS, fork)
    shop.hear(ACKS, fork)
    assert [(note["lane"], note["kept"], note["hq_seq"]) for note in shop.notes("box.forked")] == [(1, 0, 99)]
    shop.line.taken.clear()
    shop.tell()
    shop.tell("pickup.ready")
    shop.round()
    assert {message.header.lane for message in shop.line.said(Events)} == {0}


def test_rows_that_were_pruned_cannot_be_asked_back_so_the_rest_goes_on_in_a_new_epoch(shop: Shop) -> None:
    for _ in range(3):
        shop.tell()
    shop.round()
    shop.ack_all()
    with writing(shop.web):
        shop.web.conn.execute("delete from journal where lane = 1 and ordinal < 3")
    epoch = shop.rounds.me.box.epoch
    shop.hear(ACKS, Ack(epoch=epoch, lane=1, seq=0, ordinal=0, hash=NONE))
    assert [(note["lane"], note["kept"], note["hq_seq"]) for note in shop.notes("box.forked")] == [(1, 0, 0)]


def test_a_new_epoch_goes_up_beside_the_old_one(shop: Shop) -> None:
    with writing(shop.web):
        shop.web.conn.execute("update box set epoch = 'fresh'")
    shop.tell(n=1)
    shop.round()
    header, _ = last_events(shop)
    assert header.epoch == "fresh"
    shop.round()
    births = [message.header for message in shop.line.said(State)]
    assert births[-1].epoch == "fresh"


def test_each_birth_tells_how_the_store_is_and_each_start_has_a_higher_boot(shop: Shop) -> None:
    first = shop.line.said(State)[-1].header
    shop.stop()
    shop.start()
    shop.round(Connected())
    second = shop.line.said(State)[-1].header
    assert isinstance(first, State)
    assert isinstance(second, State)
    assert (second.state, second.backlog > 0, 0 < second.disk_free < 1) == ("birth", True, True)
    assert second.boot > first.boot
    assert [retained for topic, _, retained in shop.line.taken if topic.endswith("state")] == [True, True]


def test_the_will_names_the_boot_it_ends(shop: Shop) -> None:
    will = presence.last_will(shop.rounds.me)
    death = open_message(will.topic, will.payload, {OURS.id: OURS.public}).header
    assert isinstance(death, State)
    assert (death.state, death.boot) == ("death", shop.rounds.me.boot)


def test_the_line_is_up_once_hq_has_spoken_and_down_when_it_falls_silent(shop: Shop) -> None:
    assert shop.state()["state"] == "down"
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    assert shop.state()["state"] == "up"
    shop.at += SILENT_AFTER_S + 1
    shop.round()
    assert (shop.state()["state"], shop.state()["detail"]) == ("down", "HQ has fallen silent")


def test_hqs_last_will_and_a_cut_line_are_told_apart(shop: Shop) -> None:
    shop.hear(PRESENCE, HqPresence(state="down", time=shop.now.text))
    assert shop.state()["detail"] == "HQ is not there"
    shop.round(Disconnected("hq:8883: cannot be reached"))
    assert shop.state()["detail"] == "hq:8883: cannot be reached"


def test_what_the_broker_remembers_of_hq_is_not_hq_being_heard(shop: Shop) -> None:
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text), retained=True)
    assert shop.state()["state"] == "down"


def test_hq_is_heard_only_while_every_feed_is_where_hq_says(shop: Shop) -> None:
    head = FeedHead(epoch="f1", version=1, rows=1, digest="0" * 16)
    shop.hear(topics.hq_topic("chain", topics.ALL_STORES, "head"), Head(feeds={}))
    shop.hear(topics.hq_topic("chain", "ginza", "head"), Head(feeds={"offers": head}))
    assert shop.state()["heard"] is None
    row = FeedRow(key="k", version=1, body=msgspec.Raw(b"{}"))
    shop.hear(
        topics.feed_topic("chain", topics.ALL_STORES, "offers"),
        FeedDelta(feed="offers", epoch="f1", since=0, version=2),
        [row],
    )
    assert shop.state()["heard"] == shop.now.text


def test_an_hq_that_comes_back_is_sent_at_once_what_it_may_have_lost(shop: Shop) -> None:
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    shop.tell()
    shop.round()
    sent = len(shop.line.said(Events))
    shop.hear(PRESENCE, HqPresence(state="down", time=shop.now.text))
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    assert len(shop.line.said(Events)) > sent


def test_an_hq_that_comes_back_is_asked_soon_however_long_the_store_has_asked_in_vain(shop: Shop) -> None:
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    shop.hear(
        topics.hq_topic("chain", "ginza", "head"),
        Head(feeds={"offers": FeedHead(epoch="f", version=1, rows=1, digest="0" * 16)}),
    )
    asked = 0
    while asked < 6:  # by now it waits a minute between questions, and has just asked
        shop.line.taken.clear()
        shop.at += 1
        shop.round()
        asked += len(shop.line.said(Want))
    shop.hear(PRESENCE, HqPresence(state="down", time=shop.now.text))
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    shop.line.taken.clear()
    shop.at += REQUEST_SPREAD_S
    shop.round()
    assert len(shop.line.said(Want)) == 1


@pytest.mark.parametrize("silently", [True, False])
def test_a_key_hq_adds_may_sign_and_one_it_revokes_may_not(shop: Shop, silently: bool) -> None:
    second = new_key("hq-2")
    topic = topics.feed_topic("chain", "ginza", "keys")
    added = FeedRow(
        key="hq-2", version=1, body=msgspec.Raw(msgspec.json.encode({"public": public_to_text(second.public)}))
    )
    gone = {"public": public_to_text(HQ.public), "revoked": True}
    revoked = FeedRow(key="hq-1", version=2, body=msgspec.Raw(msgspec.json.encode(gone)))
    shop.hear(topic, FeedDelta(feed="keys", epoch="f", since=0, version=1), [added])
    shop.hear(topic, FeedDelta(feed="keys", epoch="f", since=1, version=2), [revoked], key=second)
    if silently:
        shop.stop()
        shop.start()
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text), key=HQ)
    assert shop.rounds.ear.refused == {"key": 1}
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text), key=second)
    assert shop.rounds.ear.refused == {"key": 1}


def do(shop: Shop, command: str, name: str = "c1", seconds: float = 60, **args: str) -> None:
    expires = utc_text(shop.now.time + timedelta(seconds=seconds))
    topic = topics.hq_topic("chain", "ginza", "do")
    shop.hear(topic, Do(id=name, command=command, expires=expires, args=args))


def test_a_command_is_done_once_even_when_it_is_said_again_after_a_restart(shop: Shop) -> None:
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    shop.tell()
    shop.round()
    shop.ack_all()
    epoch = shop.rounds.me.box.epoch
    do(shop, "rewind", epoch=epoch, lane="1", seq="0")
    assert rows(shop.web, "select seq from kept where lane = 1") == [{"seq": 0}]
    shop.ack_all()
    shop.stop()
    shop.start()
    do(shop, "rewind", epoch=epoch, lane="1", seq="0")
    assert rows(shop.web, "select seq from kept where lane = 1") != [{"seq": 0}]
    assert shop.rounds.ear.refused["repeated"] == 1


@pytest.mark.parametrize(
    ("command", "seconds", "args", "why"),
    [
        ("rewind", -1, {"epoch": "x", "lane": "1", "seq": "0"}, "expired"),
        ("reboot", 60, {}, "unknown_command"),
        ("rewind", 60, {}, "bad_arguments"),
        ("rewind", 60, {"epoch": "x", "lane": "one", "seq": "0"}, "bad_arguments"),
        ("rewind", 60, {"epoch": "x", "lane": "1", "seq": "12345"}, "bad_arguments"),
    ],
)
def test_a_command_that_cannot_be_done_is_refused_with_its_reason(
    shop: Shop, command: str, seconds: float, args: dict[str, str], why: str
) -> None:
    do(shop, command, seconds=seconds, **args)
    assert shop.rounds.ear.refused == {why: 1}


@pytest.mark.parametrize("expires", ["soon", "2026-11-21T10:00:00", ""])
def test_a_command_without_a_true_expiry_is_refused(shop: Shop, expires: str) -> None:
    shop.hear(topics.hq_topic("chain", "ginza", "do"), Do(id="c", command="birth", expires=expires))
    assert shop.rounds.ear.refused == {"bad_expiry": 1}


def test_the_order_to_end_is_for_the_key_it_names_only(shop: Shop) -> None:
    do(shop, "revoke", key="0" * 16)
    assert shop.rounds.ear.refused == {"bad_arguments": 1}
    assert not shop.rounds.has_ended


@pytest.mark.parametrize(
    ("signed", "said_on", "heard_on", "why"),
    [
        (new_key("hq-1"), "ginza", "ginza", "signature"),  # forged
        (new_key("hq-9"), "ginza", "ginza", "key"),
        (HQ, "umeda", "ginza", "signature"),  # another store's, carried here
        (HQ, "umeda", "umeda", "other_store"),
    ],
)
def test_an_end_that_hq_did_not_order_for_this_store_is_refused(
    shop: Shop, signed: SigningKey, said_on: str, heard_on: str, why: str
) -> None:
    expires = utc_text(shop.now.time + timedelta(days=900))
    header = Do(id="e1", command="revoke", expires=expires, args={"key": OURS.id})
    payload = seal_message(topics.hq_topic("chain", said_on, "do"), header, (), signed)
    shop.round(MessageReceived(topics.hq_topic("chain", heard_on, "do"), payload))
    assert shop.rounds.ear.refused == {why: 1}
    assert not shop.rounds.has_ended


def test_an_old_end_that_is_said_again_after_a_new_enrolment_ends_nothing(shop: Shop) -> None:
    do(shop, "revoke", seconds=-1, key=OURS.id)
    do(shop, "revoke", name="c2", key=new_key().id)
    assert shop.rounds.ear.refused == {"expired": 1, "bad_arguments": 1}
    do(shop, "revoke", name="c3", key=OURS.id)
    assert shop.rounds.has_ended


def test_a_box_with_a_wrong_clock_judges_by_hqs_and_tells_so_once(shop: Shop) -> None:
    true = shop.now.time
    shop.now = Now(true - timedelta(days=400), "unset", shop.now.boot, 0)
    for _ in range(2):
        shop.hear(PRESENCE, HqPresence(state="up", time=utc_text(true)))
    assert len(shop.notes("clock.differs")) == 1
    do(shop, "birth", seconds=300 * 86400)
    assert shop.rounds.ear.refused == {"expired": 1}


def test_a_reload_by_command_asks_for_the_feed_from_its_beginning(shop: Shop) -> None:
    row = FeedRow(key="k", version=1, body=msgspec.Raw(b"{}"))
    shop.hear(
        topics.feed_topic("chain", "ginza", "offers"), FeedDelta(feed="offers", epoch="f1", since=0, version=1), [row]
    )
    do(shop, "reload", feed="offers")
    shop.at += 2
    shop.round()
    assert [message.header for message in shop.line.said(Want)] == [Want(feed="offers", epoch="f1", version=0)]


def enrolled(tmp_path: Path, **change: Any) -> HqSection:
    (tmp_path / "seed").write_text(private_to_text(OURS) + "\n")
    fields = {
        "broker": "mqtt://localhost",
        "keys": {"hq-1": public_to_text(HQ.public)},
        "signing_key_file": str(tmp_path / "seed"),
    }
    return msgspec.convert({**fields, **change}, HqSection)


def test_an_enrolled_store_has_its_own_key_and_hqs(tmp_path: Path) -> None:
    hq = enrolled(tmp_path)
    assert trusted_keys.own_key(hq).id == OURS.id
    assert list(trusted_keys.enrolled_keys(hq)) == ["hq-1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"signing_key_file": None}, "hq.signing_key_file: is missing: expected"),
        ({"signing_key_file": "/nowhere"}, "hq.signing_key_file: no such file"),
        ({"keys": {}}, "hq.keys: expected at least one"),
        ({"keys": {"hq-1": "AAAA"}}, "hq.keys.hq-1: .* expected 32 bytes"),
        ({"keys": {"hq-1": "***"}}, "hq.keys.hq-1: .* expected base64url"),
    ],
)
def test_an_enrolment_that_is_not_whole_is_refused_in_plain_words(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadConfig, match=words):
        trusted_keys.own_key(enrolled(tmp_path, **change))
        trusted_keys.enrolled_keys(enrolled(tmp_path, **change))


def test_a_key_that_is_no_key_is_set_aside_and_trusted_by_nobody(shop: Shop) -> None:
    bad = FeedRow(key="hq-9", version=1, body=msgspec.Raw(b'{"public":"short"}'))
    shop.hear(topics.feed_topic("chain", "ginza", "keys"), FeedDelta(feed="keys", epoch="f", since=0, version=1), [bad])
    assert [note["key"] for note in shop.notes("feed.row_set_aside")] == ["hq-9"]
    assert shop.rounds.ear.refused == {}


def test_an_ack_of_nothing_says_nothing_is_kept(shop: Shop) -> None:
    shop.hear(ACKS, Ack(epoch=shop.rounds.me.box.epoch, lane=1, seq=0, ordinal=0, hash=NONE))
    assert shop.rounds.up.closed == set()
