"""HQ as a process on a real broker: acknowledges what is committed, publishes what changed, believes only its stores."""

import os
import signal
import subprocess
import sys
import time
from base64 import b32encode
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.codes.code_rules import CodeRules, TokenKey
from edge.codes.issued import totp
from edge.codes.issued.member_token import TokenClaims, mint_token, public_key_text
from edge.config.policy import Policy
from edge.features.member import Member
from edge.features.pickup.facts import FACT_OF_ACTION
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import State as Life
from edge.platform.database import rows, writing
from sync.hq.enrolment.founding import enrol_store, found_headquarters, open_headquarters, revoke_store
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds import feed
from sync.hq.feeds.outbox import Outbox
from sync.hq.feeds.publisher import Publisher
from sync.hq.queries.stranger_limit import BURST_SIZE, REFILL_INTERVAL_S
from sync.hq.reports.fleet import fleet_status
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import SigningKey, new_key, private_from_text
from sync.protocol.envelope import Message
from sync.protocol.messages import Ack, Answer, Ask, FeedDelta, FeedPage, Head, HqPresence, Nack, State, Want
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, MessageReceived
from tests.sync.hq.telling import Teller

PATIENCE = 180.0  # s; only a hang takes so long
H = TypeVar("H")


@dataclass
class Store:
    """A store on the line, as the wire allows it to be; what it does is the test's."""

    link: MqttClient
    id: str
    key: SigningKey
    hq: dict[str, Any]
    unheard: deque[MessageReceived] = field(default_factory=deque)  # arrived, and `hear` has not come to them

    def say(self, what: str, header: Any, lines: Any = (), *, key: SigningKey | None = None, store: str = "") -> None:
        topic = topics.store_topic("test", store or self.id, what)
        sealed = envelope.seal_message(topic, header, lines, key or self.key)
        until(lambda: self.link.publish(topic, sealed))  # not while the broker has still to confirm what went before

    def hear(self, kind: type[H], wanted: Callable[[H], bool] = lambda _: True) -> tuple[H, Message]:
        """The next message of a kind that is wanted; others are let pass."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            while self.unheard:
                event = self.unheard.popleft()
                message = envelope.open_message(event.topic, event.payload, self.hq)
                if isinstance(message.header, kind) and wanted(message.header):
                    return message.header, message
            self.unheard.extend(self.read(0.2))
        raise AssertionError(f"no {kind.__name__} was heard")

    def read(self, timeout: float) -> list[MessageReceived]:
        """HQ's messages that have come in since."""
        events = self.link.read(timeout)
        return [event for event in events if isinstance(event, MessageReceived) and "/down/" in event.topic]


@pytest.fixture
def folder(tmp_path: Path, mosquitto: Any) -> Path:
    place = tmp_path / "hq"
    found_headquarters(place, "test", f"mqtt://127.0.0.1:{mosquitto.port}")
    for store in ("ginza", "yokohama"):
        enrol_store(place, store, store)
    return place


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "edge", "hq", "serve", "--dir", folder, *words])


@pytest.fixture
def serving(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(folder)
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def join(folder: Path, mosquitto: Any, store: str = "ginza") -> Store:
    seed = (folder / "stores" / store / "store-signing.key").read_text()
    hq_key = read_hq_key(folder)
    link = MqttClient(
        BrokerSettings(places=(("127.0.0.1", mosquitto.port),)),
        f"store-{store}",
        topics.store_subscriptions("test", store),
    )
    return Store(link=link, id=store, key=private_from_text(seed), hq={hq_key.id: hq_key.public})


@pytest.fixture
def ginza(folder: Path, mosquitto: Any) -> Iterator[Store]:
    store = join(folder, mosquitto)
    with store.link:
        until(lambda: any(isinstance(event, Connected) for event in store.link.read(0.2)))
        yield store


def at_hq(folder: Path, sql: str) -> list[dict[str, Any]]:
    with open_headquarters(folder) as db:
        return rows(db, sql)


def tell(count: int, store: str = "ginza", epoch: str = "e1") -> Teller:
    teller = Teller(store=store, epoch=epoch)
    for number in range(count):
        teller.tell("visit.checked_in", {"n": number})
    return teller


def test_a_batch_is_acknowledged_once_it_is_in_the_database(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    ginza.say("events", *tell(3).all())
    ack, _ = ginza.hear(Ack)
    assert (ack.epoch, ack.lane, ack.seq, ack.fork) == ("e1", 0, 3, False)
    assert len(at_hq(folder, "select * from facts where store = 'ginza'")) == 3


def test_hq_killed_at_any_moment_has_what_it_acknowledged_and_takes_the_rest_again(
    folder: Path, mosquitto: Any, ginza: Store
) -> None:
    teller = tell(60)
    reached = 0
    for _ in range(3):
        process = start(folder)
        ginza.hear(HqPresence, lambda hq: hq.state == "up")
        for place in range(reached, min(60, reached + 20)):
            ginza.say("events", *teller.batch(place, place + 1))
        ack, _ = ginza.hear(Ack)
        process.kill()
        process.wait()
        kept = at_hq(folder, "select max(seq) seq, count(*) n from facts")[0]
        assert kept["seq"] == kept["n"] >= ack.seq
        reached = kept["seq"]
        ginza.hear(HqPresence, lambda hq: hq.state == "down")
    process = start(folder)
    ginza.hear(HqPresence, lambda hq: hq.state == "up")
    ginza.say("events", *teller.all())
    ginza.hear(Ack, lambda ack: ack.seq == 60)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert [row["seq"] for row in at_hq(folder, "select seq from facts order by number")] == list(range(1, 61))


def test_a_batch_hq_cannot_read_is_refused_with_its_reason(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    header, lines = tell(3).all()
    ginza.say("events", msgspec.structs.replace(header, hash=bytes(32).hex()), lines)
    nack, _ = ginza.hear(Nack)
    assert (nack.first, nack.last) == (1, 3)
    ginza.say("events", *tell(1).all())
    ginza.hear(Ack, lambda ack: ack.seq == 1)


def test_only_a_stores_own_key_speaks_for_it(folder: Path, serving: Any, mosquitto: Any, ginza: Store) -> None:
    """A stranger's key, another store's key, and another store's name under one's own key."""
    ginza.hear(HqPresence)
    yokohama = join(folder, mosquitto, "yokohama")
    ginza.say("events", *tell(1).all(), key=new_key())
    ginza.say("events", *tell(1).all(), key=yokohama.key)
    ginza.say("events", *tell(1, store="yokohama").all())
    ginza.say("events", *tell(1, store="yokohama").all(), store="yokohama")
    ginza.say("events", *tell(2, epoch="e2").all())
    ginza.hear(Ack, lambda ack: ack.epoch == "e2")
    assert at_hq(folder, "select distinct store, epoch from facts") == [{"store": "ginza", "epoch": "e2"}]
    until(lambda: sum(row["times"] for row in at_hq(folder, "select times from refusals")) == 4)
    refused = {(row["store"], row["reason"]): row["times"] for row in at_hq(folder, "select * from refusals")}
    assert refused == {("ginza", "key"): 1, ("ginza", "other_store"): 2, ("yokohama", "other_store"): 1}


def test_rubbish_on_every_topic_is_counted_and_stops_nothing(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    good = envelope.seal_message(
        topics.store_topic("test", "ginza", "want"), Want(feed="stock", epoch="", version=0), (), ginza.key
    )
    rubbish = [b"", b"\xff" * 300, b"\n\n", good[:-1], good + b"x", good.replace(b"want", b"walk"), b"{}" * 100_000]
    for what in ("events", "state", "want", "ask"):
        for payload in rubbish:
            until(
                lambda what=what, payload=payload: ginza.link.publish(
                    topics.store_topic("test", "ginza", what), payload
                )
            )
    ginza.say("events", *tell(1).all())
    ginza.hear(Ack)
    until(lambda: sum(row["times"] for row in at_hq(folder, "select times from refusals")) == 4 * len(rubbish))


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_store_whose_key_is_revoked_is_not_heard_any_more(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    ginza.say("events", *tell(1).all())
    ginza.hear(Ack)
    with open_headquarters(folder) as db:
        revoke_store(db, folder, "ginza")
    until(lambda: is_refused(folder, ginza))
    assert len(at_hq(folder, "select * from facts")) == 1


def test_an_order_to_end_is_taken_from_the_broker_where_the_store_was_enrolled_anew_meanwhile(
    folder: Path, mosquitto: Any
) -> None:
    process = start(folder)
    with open_headquarters(folder) as db:
        revoke_store(db, folder, "ginza")
    until(lambda: retained(mosquitto, "ginza") != [])
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    enrol_store(folder, "ginza", "ginza")
    assert retained(mosquitto, "ginza") != []  # nobody was there to take it away
    process = start(folder)
    try:
        until(lambda: retained(mosquitto, "ginza") == [])
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def retained(mosquitto: Any, store: str) -> list[bytes]:
    """What the broker keeps as an order for a store."""
    topic, mark = topics.hq_topic("test", store, "do"), f"mark/{time.monotonic_ns()}"
    link = MqttClient(
        BrokerSettings(places=(("127.0.0.1", mosquitto.port),)), f"look-{time.monotonic_ns()}", [topic, mark]
    )
    found: list[bytes] = []
    with link:
        while True:
            for event in link.read(0.2):
                match event:
                    case Connected():
                        link.publish(mark, b"x")
                    case MessageReceived(topic=heard) if heard == mark:
                        return found
                    case MessageReceived(payload=payload):
                        found.append(payload)


def test_the_order_to_end_that_no_longer_holds_goes_before_anything_else_is_said(folder: Path) -> None:
    with open_headquarters(folder) as db:
        revoke_store(db, folder, "ginza")
    enrol_store(folder, "ginza", "ginza")
    push(folder, "stock", "ginza", range(3), "a")
    said: list[tuple[str, bytes, bool]] = []

    class Line:
        has_room = True

        def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
            said.append((topic, payload, retain))
            return True

    with open_headquarters(folder) as db:
        out = Outbox(Line(), read_hq_key(folder))
        Publisher(db=db, chain="test", out=out).publish_heads()
        out.flush()
    assert said[0] == (topics.hq_topic("test", "ginza", "do"), b"", True)
    assert topics.hq_topic("test", "ginza", "head") in [topic for topic, *_ in said]
    assert [topic for topic, *_ in said].count(topics.hq_topic("test", "yokohama", "do")) == 0


def is_refused(folder: Path, ginza: Store) -> bool:
    ginza.say("want", Want(feed="stock", epoch="", version=0))
    return bool(at_hq(folder, "select * from refusals where reason = 'key'"))


def push(folder: Path, name: str, scope: str, keys: range, word: str) -> None:
    with open_headquarters(folder) as db, writing(db):
        feed.put_rows(db, name, scope, [(f"{key:05}", f'{{"w":"{word}"}}') for key in keys])


def test_a_feed_is_caught_up_from_nothing_page_by_page_and_then_followed_by_deltas(
    folder: Path, serving: Any, ginza: Store
) -> None:
    push(folder, "stock", "ginza", range(1200), "a")
    head, _ = ginza.hear(Head, lambda head: "stock" in head.feeds and head.feeds["stock"].version == 1200)
    mirror: dict[str, int] = {}
    version, more = 0, True
    while more:
        ginza.say("want", Want(feed="stock", epoch=head.feeds["stock"].epoch, version=version))
        page, message = ginza.hear(FeedPage)
        assert page.since == version
        mirror |= {row.key: row.version for row in message.rows}
        version, more = page.version, page.more
    assert (version, len(mirror)) == (1200, 1200)
    push(folder, "stock", "ginza", range(5), "b")
    delta, message = ginza.hear(FeedDelta)
    assert (delta.since, delta.version, len(message.rows)) == (1200, 1205, 5)


def test_a_store_with_another_past_gets_the_feed_from_its_beginning(folder: Path, serving: Any, ginza: Store) -> None:
    push(folder, "catalog", "all", range(3), "a")
    ginza.hear(Head, lambda head: "catalog" in head.feeds)
    for epoch, version in (("another", 3), (current(folder), 99)):
        ginza.say("want", Want(feed="catalog", epoch=epoch, version=version))
        page, message = ginza.hear(FeedPage)
        assert (page.since, page.version, len(message.rows), page.more) == (0, 3, 3, False)


def current(folder: Path) -> str:
    return str(at_hq(folder, "select epoch from heads where feed = 'catalog'")[0]["epoch"])


def test_what_a_store_sold_goes_down_again_counted(folder: Path, serving: Any, ginza: Store) -> None:
    gtin = "04901234567894"
    with open_headquarters(folder) as db, writing(db):
        feed.put_rows(db, "stock", "ginza", [(gtin, f'{{"gtin":"{gtin}","on_hand":5,"as_of":"2026-11-21T00:00:00Z"}}')])
    ginza.hear(Head, lambda head: "stock" in head.feeds)
    teller = Teller(lane=1)
    teller.tell("stock.moved", {"gtin": gtin, "quantity": -2, "reserved": 0, "reason": "sale"}, gap=4)
    ginza.say("events", *teller.all())
    _, message = ginza.hear(FeedDelta)
    row = msgspec.json.decode(message.rows[0].text)
    assert (row["on_hand"], row["epoch"], row["through_seq"]) == (3, "e1", 5)


def test_a_dishonest_stores_account_makes_no_task_of_another_stores_order_and_moves_none(
    folder: Path, serving: Any, ginza: Store
) -> None:
    """ginza's own key, and facts of every kind about an order that yokohama has cancelled; then one about its own."""
    with open_headquarters(folder) as db, writing(db):
        for store, name in (("yokohama", "y-1"), ("ginza", "g-1")):
            row = OrderRow(order=name, store=store, number="4821", state=Life.CANCELLED)
            feed.put_rows(db, "orders", store, [(name, msgspec.json.encode(row).decode())])
    ginza.hear(HqPresence)
    teller = Teller()
    for kind in ("pickup.conflict", *(step.TYPE for step in FACT_OF_ACTION.values())):
        teller.tell(kind, {"order": "y-1", "number": "4821"})
    teller.tell("pickup.conflict", {"order": "g-1", "number": "4821"})
    ginza.say("events", *teller.all())
    ginza.hear(Ack, lambda ack: ack.seq == len(teller.rows))
    assert at_hq(folder, "select store, order_id from conflicts") == [{"store": "ginza", "order_id": "g-1"}]
    (kept,) = at_hq(folder, "select version, body from rows where key = 'y-1'")
    assert (kept["version"], msgspec.json.decode(kept["body"], type=OrderRow).state) == (1, Life.CANCELLED)
    assert at_hq(folder, "select reason, times from refusals") == [{"reason": "conflict_not_its_own", "times": 1}]


def test_hq_answers_what_the_other_stores_have(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    gtin = "04901234567894"
    body = f'{{"gtin":"{gtin}","on_hand":7,"reserved":2,"as_of":"2026-11-21T00:00:00Z"}}'
    with open_headquarters(folder) as db, writing(db):
        feed.put_rows(db, "stock", "yokohama", [(gtin, body)])
        feed.put_rows(db, "stock", "ginza", [(gtin, body)])
    ginza.say("ask", Ask(id="q1", question="stock", args={"gtin": gtin}))
    answer, message = ginza.hear(Answer)
    assert answer.id == "q1"
    assert [msgspec.json.decode(row) for row in message.rows] == [
        {"store": "yokohama", "on_hand": 5, "as_of": "2026-11-21T00:00:00Z"}
    ]


def test_a_late_death_does_not_hide_a_new_birth(folder: Path, serving: Any, ginza: Store) -> None:
    ginza.hear(HqPresence)
    born = State(store="ginza", state="birth", boot=2, epoch="e1", box="b", backlog=4)
    ginza.say("state", born)
    ginza.say("state", msgspec.structs.replace(born, state="death", boot=1))
    ginza.say("ask", Ask(id="q", question="?"))
    ginza.hear(Answer)
    ginza.say("ask", Ask(id="q2", question="?"))
    ginza.hear(Answer)
    assert [row["state"] for row in at_hq(folder, "select state from fleet")] == ["birth"]
    ginza.say("state", msgspec.structs.replace(born, state="death"))
    until(lambda: [row["state"] for row in at_hq(folder, "select state from fleet")] == ["death"])
    told = at_hq(folder, "select told from fleet")[0]["told"]
    assert msgspec.json.decode(told, type=State).backlog == 4


def test_hq_says_goodbye_when_it_is_asked_to_stop(folder: Path, ginza: Store) -> None:
    process = start(folder)
    ginza.hear(HqPresence, lambda hq: hq.state == "up")
    os.kill(process.pid, signal.SIGTERM)
    ginza.hear(HqPresence, lambda hq: hq.state == "down")
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("words", [[], ["--shared"]])
def test_workers_over_one_database_keep_each_fact_once_even_when_one_is_killed(
    folder: Path, ginza: Store, words: list[str]
) -> None:
    workers = []
    for _ in range(2):
        workers.append(start(folder, *words))
        ginza.hear(HqPresence)
    teller = tell(80)
    for place in range(0, 40, 2):
        ginza.say("events", *teller.batch(place, place + 2))
    ginza.hear(Ack)
    workers[0].kill()
    workers[0].wait()
    ginza.hear(HqPresence, lambda hq: hq.state == "down")
    ginza.hear(HqPresence, lambda hq: hq.state == "up")
    # whoever is left takes it all; the broker may still hold the dead one's share, so it is sent until it is received
    until(lambda: is_acknowledged(ginza, teller))
    workers[1].terminate()
    assert workers[1].wait(PATIENCE) == 0
    assert [row["seq"] for row in at_hq(folder, "select seq from facts order by number")] == list(range(1, 81))


def is_acknowledged(ginza: Store, teller: Teller) -> bool:
    ginza.say("events", *teller.all())
    for event in ginza.read(1.0):
        if event.topic.endswith("/ack"):
            header = envelope.open_message(event.topic, event.payload, ginza.hq).header
            if isinstance(header, Ack) and header.seq == teller.rows[-1][0].seq:
                return True
    return False


def test_a_stolen_store_key_learns_next_to_nothing_however_fast_it_asks_and_hq_raises_the_alarm(
    folder: Path, serving: Any, ginza: Store
) -> None:
    """2,651 questions about members of another store, each with a fact of its check-in."""
    cards = [f"app:{number}" for number in range(2651)]
    with open_headquarters(folder) as db, writing(db):
        people = [
            (
                f"m-{card}",
                msgspec.json.encode(Member(member=f"m-{card}", nickname="サトウ", stage="gold", codes=[card])),
            )
            for card in cards
        ]
        feed.put_rows(db, "members", "yokohama", [(key, body.decode()) for key, body in people])
    ginza.hear(HqPresence)
    teller = Teller(store="ginza", epoch="e1")
    for card in cards[:400]:
        teller.tell("visit.checked_in", {}, member=f"card:{card}")
    ginza.say("events", *teller.all())
    ginza.hear(Ack, lambda ack: ack.seq > 0)
    begun, told = time.monotonic(), 0
    for number, card in enumerate(cards):
        header = Ask(id=f"q-{number}", question="member", args={"card": card}, within_ms=60_000)
        topic = topics.store_topic("test", "ginza", "ask")
        while not ginza.link.publish(topic, envelope.seal_message(topic, header, (), ginza.key)):
            told += heard_answers(ginza)
    ginza.say("ask", Ask(id="last", question="stock", args={"gtin": "04512345678906"}, within_ms=60_000))
    told += heard_answers(ginza, "last")
    most = BURST_SIZE + (time.monotonic() - begun) / REFILL_INTERVAL_S + 1
    print(f"{len(cards)} questions in {time.monotonic() - begun:.1f} s: {told} answered, {most:.0f} at most")
    assert 0 < told <= most
    known = at_hq(folder, "select count(*) as here from rows where feed = 'members' and scope = 'ginza'")
    assert known[0]["here"] <= most
    until(lambda: bool(at_hq(folder, "select * from refusals where reason = 'member_over_budget'")))
    with open_headquarters(folder) as db:
        assert {one.store: one.strangers > 0 for one in fleet_status(db)} == {"ginza": True, "yokohama": False}


def test_two_workers_let_a_store_ask_after_no_more_strangers_than_one_does(folder: Path, ginza: Store) -> None:
    cards = [f"app:{number}" for number in range(30)]  # fewer than a line holds unanswered
    with open_headquarters(folder) as db, writing(db):
        people = [Member(member=f"m-{card}", nickname="サトウ", stage="gold", codes=[card]) for card in cards]
        feed.put_rows(db, "members", "yokohama", [(one.member, msgspec.json.encode(one).decode()) for one in people])
    workers = []
    try:
        for _ in range(2):
            workers.append(start(folder, "--shared"))
            ginza.hear(HqPresence)
        begun, told = time.monotonic(), 0
        for number, card in enumerate(cards):
            ginza.say("ask", Ask(id=f"q-{number}", question="member", args={"card": card}, within_ms=60_000))
        for last in ("one", "other"):
            ginza.say("ask", Ask(id=last, question="stock", args={"gtin": "04512345678906"}, within_ms=60_000))
            told += heard_answers(ginza, last)
        assert 0 < told <= BURST_SIZE + (time.monotonic() - begun) / REFILL_INTERVAL_S + 1
    finally:
        for process in workers:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(PATIENCE) for process in workers] == [0, 0]


def with_a_pass(folder: Path) -> str:
    """A member of another store's with a wallet pass and a signed code; the pass's number."""
    card, rules = (
        "group:459900000000000007",
        CodeRules(keys={"key-1": TokenKey(issuer="app", public=public_key_text(PHONE))}),
    )
    row = Member(member="m-1", nickname="サトウ", stage="gold", codes=[card], wallet_secret=b32encode(SECRET).decode())
    with open_headquarters(folder) as db, writing(db):
        feed.put_rows(db, "members", "akasaka", [("m-1", msgspec.json.encode(row).decode())])
        for store in ("ginza", "yokohama"):
            feed.put_rows(db, "config", store, [("policy", msgspec.json.encode(Policy(codes=rules)).decode())])
    return card


PHONE = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SECRET = b"wallet secret of m-1"


@pytest.mark.parametrize("kind", ["pass", "code"])
def test_what_a_phone_shows_is_answered_to_one_store_once_and_nothing_else_is(
    folder: Path, serving: Any, mosquitto: Any, ginza: Store, kind: str
) -> None:
    """Two stores ask with the same proof at the same time; then it is replayed; then a thief asks without."""
    card = with_a_pass(folder)
    ginza.hear(HqPresence)
    at = int(time.time())  # HQ may take longer to come up than a code is good for
    if kind == "code":
        claims = TokenClaims(iss="app", sub="m-1", iat=at, exp=at + 600, jti="j1")
        shown = {"token": mint_token(PHONE, claims, kid="key-1")}
    else:
        shown = {"card": card, "totp": totp.one_time_password(SECRET, at // totp.TOTP_PERIOD_S)}
    yokohama = join(folder, mosquitto, "yokohama")
    with yokohama.link:
        until(lambda: any(isinstance(event, Connected) for event in yokohama.link.read(0.2)))
        told = []
        for number in range(3):
            for store in (ginza, yokohama):
                store.say("ask", Ask(id=f"q{number}", question="member", args=shown, within_ms=60_000))
            for store in (ginza, yokohama):
                _, message = store.hear(Answer, lambda answer, number=number: answer.id == f"q{number}")
                told += [msgspec.json.decode(row) for row in message.rows]
        assert [(one["nickname"], one["wallet_secret"]) for one in told] == [("サトウ", None)]
        ginza.say("ask", Ask(id="thief", question="member", args={"card": card}, within_ms=60_000))
        _, message = ginza.hear(Answer, lambda answer: answer.id == "thief")
        assert not message.rows
    assert at_hq(folder, "select key from rows where feed = 'members' and scope in ('ginza', 'yokohama')") == []
    (refused,) = at_hq(folder, "select sum(times) as times from refusals where reason = 'member_unproven'")
    assert refused["times"] == 6


def heard_answers(store: Store, until_id: str = "") -> int:
    """Answers about members that have come in; with an id, up to that answer."""
    count, end = 0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for event in store.read(0.01):
            if event.topic.endswith("/answer"):
                header = envelope.open_message(event.topic, event.payload, store.hq).header
                assert isinstance(header, Answer)
                if header.id == until_id:
                    return count
                count += 1
        if not until_id:
            return count
    raise AssertionError(f"no answer to {until_id}")
