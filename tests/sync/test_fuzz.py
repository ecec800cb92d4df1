"""Whatever comes over the wire, from anybody or from a broken sender with a true key: obeyed or refused and counted, no more."""

import logging
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.config.toml_schema import BadConfig, HqSection
from sync.contract.examples import CHAIN, STORE
from sync.hq.enrolment.keys import HQ_KEY_FILE, read_hq_key
from sync.hq.errors import NotPossible
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import BadKey, base64url_bytes, base64url_text, private_from_text, public_from_text
from sync.protocol.envelope import RefusalReason, seal_message
from sync.protocol.messages import Ack, Do, FeedPage, FeedRow, HqPresence
from sync.trust import trusted_keys
from tests.sync.fuzzed.doors import Door, HqDoor, Letter, StoreDoor, knock, letter
from tests.sync.fuzzed.mangle import bomb, plain, signed

FEW = settings(max_examples=200, suppress_health_check=list(HealthCheck))
MANY = 1500  # letters after which every door has met what it refuses; a second of work
ACKS = topics.hq_topic(CHAIN, STORE, "ack")
ACK = Ack(epoch="e", lane=0, seq=1, ordinal=1, hash="0" * 64)


@pytest.fixture(scope="module", autouse=True)
def silence() -> Iterator[None]:
    """A thousand refusals are refused on purpose."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(params=[StoreDoor, HqDoor], scope="module")
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    made: Door = request.param(tmp_path_factory.mktemp("door"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDoor]:
    made = StoreDoor(tmp_path_factory.mktemp("mirror"))
    yield made
    made.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[StoreDoor]:
    made = StoreDoor(tmp_path)
    yield made
    made.close()


@FEW
@given(dice=st.randoms(use_true_random=False))
def test_a_door_takes_only_what_was_signed_for_it_and_counts_what_it_refuses(door: Door, dice: random.Random) -> None:
    knock(door, letter(door, dice))


def test_every_reason_to_refuse_is_met_and_true_messages_are_taken(door: Door) -> None:
    """So that the dice above are not thrown in vain."""
    taken = sum(knock(door, letter(door, random.Random(seed))) for seed in range(MANY))
    assert taken > MANY // 100
    missing = set(RefusalReason) - {RefusalReason.INFLATE} - set(door.refused)
    assert missing == set()
    assert "other_store" in door.refused


@pytest.mark.parametrize("filling", [b"\n", b"[", b"0"])
def test_a_bomb_is_refused_at_each_door_in_little_memory(door: Door, filling: bytes) -> None:
    example = door.examples()[0] if isinstance(door, HqDoor) else next(e for e in door.examples() if e.rows)
    key, _ = door.keys_and_topics(example)
    head = plain(msgspec.structs.replace(example.header, enc="zlib"), [])
    sent = Letter(topic=example.topic, payload=signed(example.topic, head + bomb(filling), key), true=True)
    tracemalloc.start()
    assert not knock(door, sent)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * envelope.MAX_BODY_BYTES
    assert door.refused[RefusalReason.INFLATE] > 0


def test_of_the_texts_that_decode_to_a_signature_only_one_counts(shop: StoreDoor) -> None:
    true = seal_message(ACKS, ACK, (), shop.key)
    last = true[85:86]
    spare = [
        bytes([one]) for one in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" if one != last[0]
    ]
    for text in (*(true[:85] + one for one in spare), true[:86] + b"==", true[:86].replace(b"-", b"+") + b"="):
        assert not knock(shop, Letter(topic=ACKS, payload=text + true[86:], true=False))
    assert knock(shop, Letter(topic=ACKS, payload=true, true=True))


@pytest.mark.parametrize(
    "topic", [topics.hq_topic(CHAIN, "shibuya", "ack"), topics.hq_topic("other", STORE, "ack"), "", "ack"]
)
def test_what_hq_has_said_to_somebody_else_is_refused_though_it_is_truly_signed(shop: StoreDoor, topic: str) -> None:
    shop.hear(Letter(topic=topic, payload=seal_message(topic, ACK, (), shop.key), true=True))
    assert shop.refused == {"other_store": 1}


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-11-22T00:00:00", "x"])
def test_a_time_out_of_all_sense_is_no_hint_for_a_box_without_a_clock(shop: StoreDoor, time: str) -> None:
    topic = topics.hq_topic(CHAIN, topics.ALL_STORES, "hq")
    shop.hear(
        Letter(topic=topic, payload=seal_message(topic, HqPresence(state="up", time=time), (), shop.key), true=True)
    )
    assert shop.refused == {"bad_time": 1}
    assert shop.rounds.clock.ahead is None


@pytest.mark.parametrize("seq", ["9" * 30, "9" * 450, "-1", "1.5", ""])
def test_a_rewind_to_where_no_row_can_be_is_refused(shop: StoreDoor, seq: str) -> None:
    epoch = shop.rounds.me.box.epoch
    order = Do(id="d", command="rewind", expires="2199-01-01T00:00:00Z", args={"epoch": epoch, "lane": "0", "seq": seq})
    topic = topics.hq_topic(CHAIN, STORE, "do")
    shop.hear(Letter(topic=topic, payload=seal_message(topic, order, (), shop.key), true=True))
    assert shop.refused == {"bad_arguments": 1}


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["04512345678906", "config", "policy", "x", "\x00"]),
        st.integers(0, 40) | st.integers(0, 2**63 - 1),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5),
    ),
    max_size=4,
)


@FEW
@given(
    feed=st.sampled_from(["config", "keys", "staff", "catalog", "offers", "content", "members", "orders", "stock"]),
    epoch=st.sampled_from(["c41d", "d00d", ""]),
    versions=st.tuples(st.integers(0, 3), st.integers(0, 40) | st.integers(0, 2**63 - 1)),
    more=st.booleans(),
    found=ROWS,
)
def test_any_rows_of_hqs_are_applied_or_set_aside(
    mirror: StoreDoor,
    feed: str,
    epoch: str,
    versions: tuple[int, int],
    more: bool,
    found: list[tuple[str, int, object]],
) -> None:
    since, version = versions
    page = FeedPage(feed=feed, epoch=epoch, since=since, version=version, more=more)
    rows = [FeedRow(key=key, version=at, body=msgspec.Raw(msgspec.json.encode(body))) for key, at, body in found]
    topic = topics.feed_topic(CHAIN, STORE, feed)
    knock(mirror, Letter(topic=topic, payload=seal_message(topic, page, rows, mirror.key), true=True))


@FEW
@given(st.text() | st.binary(min_size=30, max_size=34).map(base64url_text))
def test_any_text_is_a_key_or_plainly_none(text: str) -> None:
    for read in (private_from_text, public_from_text, base64url_bytes):
        try:
            read(text)
        except BadKey:
            continue


@FEW
@given(
    data=st.binary(max_size=80)
    | st.fixed_dictionaries({"id": st.text(), "private": st.text()}).map(msgspec.json.encode)
)
def test_a_key_file_of_any_bytes_is_a_key_or_refused_in_plain_words(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / HQ_KEY_FILE).write_bytes(data)
    with pytest.raises(NotPossible, match="cannot be used"):
        read_hq_key(folder)
    section = HqSection(
        broker="mqtt://x", keys={"k": data.decode(errors="replace")}, signing_key_file=str(folder / HQ_KEY_FILE)
    )
    with pytest.raises(BadConfig):
        trusted_keys.own_key(section)
    with pytest.raises(BadConfig):
        trusted_keys.enrolled_keys(section)


@FEW
@given(st.text())
def test_any_topic_belongs_to_somebody_or_nobody(topic: str) -> None:
    assert isinstance(topics.store_of_topic(topic), str)
    assert topics.is_for_store(CHAIN, STORE, topic) <= (topics.store_of_topic(topic) in (STORE, topics.ALL_STORES))
