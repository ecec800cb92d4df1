"""Any bytes from the network become a message that HQ or a store signed, or a refusal with a reason; never anything else."""

import json
import tracemalloc
import zlib

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.protocol import envelope
from sync.protocol.ed25519_keys import base64url_bytes, base64url_text, new_key
from sync.protocol.envelope import MessageRefusal, RefusalReason, open_message, seal_message
from sync.protocol.messages import Ack, AnyHeader, EventRow, Events, FeedDelta, FeedRow, Nack, PreviousRow

TOPIC = "noren/1/chain/down/ginza/ack"
KEY = new_key("hq-1")
KEYS = {KEY.id: KEY.public}
NONE = "0" * 64
ACK = Ack(epoch="e1", lane=1, seq=7, ordinal=3, hash=NONE)
BATCH = Events(store="ginza", epoch="e1", lane=1, prev=PreviousRow(seq=0, hash=NONE), first=1, last=1, hash=NONE)


def signed(rest: bytes, topic: str = TOPIC) -> bytes:
    """A message with any header and body at all, but a true signature: what only a broken HQ could send."""
    signature = KEY.private.sign(topic.encode() + b"\n" + rest)
    return base64url_text(signature).encode() + b" " + KEY.id.encode() + b"\n" + rest


def refusal(payload: bytes, topic: str = TOPIC) -> RefusalReason:
    with pytest.raises(MessageRefusal) as caught:
        open_message(topic, payload, KEYS)
    return caught.value.why


def test_a_sealed_header_comes_out_as_it_went_in() -> None:
    message = open_message(TOPIC, seal_message(TOPIC, ACK, (), KEY), KEYS)
    assert (message.header, list(message.rows), message.key_id) == (ACK, [], "hq-1")


@pytest.mark.parametrize("count", [1, 3, 500])
def test_events_come_out_byte_for_byte_whether_compressed_or_not(count: int) -> None:
    rows = [EventRow(seq=n, ordinal=n, event=f'{{"name":"サトウ", "n": {n}}}\n') for n in range(1, count + 1)]
    message = open_message(TOPIC, seal_message(TOPIC, BATCH, rows, KEY), KEYS)
    assert list(message.rows) == rows
    assert message.rows[0].raw() == '{"name":"サトウ", "n": 1}\n'.encode()


def test_a_row_hq_could_not_read_travels_as_opaque_bytes() -> None:
    rows = [EventRow(seq=1, ordinal=1, opaque=b"\xff\x00\n")]
    assert open_message(TOPIC, seal_message(TOPIC, BATCH, rows, KEY), KEYS).rows[0].raw() == b"\xff\x00\n"


def test_a_batch_names_its_rows_from_and_to_on_the_wire() -> None:
    header = json.loads(seal_message(TOPIC, BATCH, (), KEY).split(b"\n")[1])
    assert (header["from"], header["to"], header["type"], header["v"]) == (1, 1, "events", 1)


def test_a_feed_row_may_say_that_a_key_is_gone() -> None:
    delta = FeedDelta(feed="catalog", epoch="f1", since=0, version=2)
    rows = [FeedRow(key="a", version=1, body=msgspec.Raw(b'{"x":1}')), FeedRow(key="b", version=2)]
    got = open_message(TOPIC, seal_message(TOPIC, delta, rows, KEY), KEYS).rows
    assert [(row.key, row.version, row.text) for row in got] == [
        ("a", 1, '{"x":1}'),
        ("b", 2, None),
    ]


def test_a_message_moved_to_another_topic_is_refused() -> None:
    assert refusal(seal_message("noren/1/chain/down/shibuya/ack", ACK, (), KEY)) is RefusalReason.SIGNATURE


def test_a_key_that_is_not_known_or_not_the_named_one_is_refused() -> None:
    assert refusal(seal_message(TOPIC, ACK, (), new_key("other"))) is RefusalReason.KEY
    assert refusal(seal_message(TOPIC, ACK, (), new_key("hq-1"))) is RefusalReason.SIGNATURE


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (b"no header", RefusalReason.FRAME),
        (b" " * envelope.MAX_HEADER_BYTES + b" \n", RefusalReason.FRAME),
        (b"\n", RefusalReason.HEADER),
        (b"[" * 15_000 + b"\n", RefusalReason.HEADER),
        (b'{"v":2,"type":"ack"}\n', RefusalReason.VERSION),
        (b'{"v":1,"type":"poem"}\n', RefusalReason.TYPE),
        (
            b'{"v":1,"type":"ack","epoch":"e","lane":1,"seq":-1,"ordinal":0,"hash":"' + b"0" * 64 + b'"}\n',
            RefusalReason.HEADER,
        ),
        (b'{"v":1,"type":"want","feed":"catalog","epoch":"e","version":1}\n{}', RefusalReason.ROWS),
        (b'{"v":1,"type":"want","feed":"catalog","epoch":"e","version":99999999999999999999}\n', RefusalReason.HEADER),
        (b'{"v":1,"type":"answer","id":"q"}\n' + b"\n" * 500, RefusalReason.ROWS),
        (b'{"v":1,"type":"answer","id":"q"}\n\xff', RefusalReason.ROW),
        (b'{"v":1,"type":"answer","id":"q"}\n"\xff"', RefusalReason.ROW),
        (b'{"v":1,"type":"answer","id":"q"}\n' + b"[" * 200_000, RefusalReason.ROW),
        (b'{"v":1,"type":"answer","id":"q","enc":"zlib"}\nnot zlib', RefusalReason.INFLATE),
        (b'{"v":1,"type":"answer","id":"q","enc":"zlib"}\n' + zlib.compress(b"{}")[:-2], RefusalReason.INFLATE),
        (b'{"v":1,"type":"answer","id":"q","enc":"zlib"}\n' + zlib.compress(b"{}") + b"more", RefusalReason.INFLATE),
        (b'{"v":1,"type":"answer","id":"q","enc":"gzip"}\n', RefusalReason.HEADER),
    ],
)
def test_a_signed_message_that_is_wrong_is_refused_with_its_reason(rest: bytes, why: RefusalReason) -> None:
    assert refusal(signed(rest)) is why


def test_a_message_over_the_size_is_refused_before_anything_is_read() -> None:
    assert refusal(b"\n" * (envelope.MAX_WIRE_BYTES + 1)) is RefusalReason.SIZE


def test_a_zip_bomb_is_refused_after_one_mebibyte() -> None:
    bomb = zlib.compress(b" " * 200_000_000, 9)
    assert len(bomb) < envelope.MAX_WIRE_BYTES
    message = signed(b'{"v":1,"type":"answer","id":"q","enc":"zlib"}\n' + bomb)
    tracemalloc.start()
    assert refusal(message) is RefusalReason.INFLATE
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * envelope.MAX_BODY_BYTES


def test_hq_can_name_the_batch_whose_rows_it_could_not_read() -> None:
    head = msgspec.json.encode(BATCH)
    with pytest.raises(MessageRefusal) as caught:
        open_message(TOPIC, signed(head + b"\nnot json"), KEYS)
    assert caught.value.header == BATCH


@settings(max_examples=300)
@given(st.binary(max_size=400))
@example(b"\n\n")
@example(b"A" * 86 + b" hq-1\n{}\n")
def test_any_bytes_are_refused(payload: bytes) -> None:
    assert refusal(payload) in RefusalReason


@settings(max_examples=300)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_signed_bytes_are_a_message_or_a_refusal(rest: bytes, topic: str) -> None:
    try:
        message = open_message(topic, signed(rest, topic.encode("utf-8", "replace").decode()), KEYS)
    except MessageRefusal:
        return
    assert isinstance(message.header, AnyHeader)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = {name for kind in AnyHeader.__args__ for name in kind.__struct_encode_fields__}


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(envelope.MESSAGE_TYPES)),
    st.dictionaries(st.sampled_from(sorted(FIELDS - {"v"})), JSON),
    st.lists(JSON, max_size=4),
)
def test_any_signed_json_is_a_message_or_a_refusal(kind: str, fields: dict[str, object], rows: list[object]) -> None:
    head = json.dumps({**fields, "v": 1, "type": kind}).encode(errors="replace")
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    try:
        message = open_message(TOPIC, signed(head + b"\n" + body), KEYS)
    except MessageRefusal:
        return
    assert isinstance(message.header, AnyHeader)


@settings(max_examples=200)
@given(st.integers(0, 600), st.sampled_from([b"\x00", b"\xff", b"\n", b"1"]))
def test_no_flipped_byte_is_accepted(place: int, byte: bytes) -> None:
    payload = seal_message(TOPIC, BATCH, [EventRow(seq=1, ordinal=1, event="x" * 200)], KEY)
    bent = payload[:place] + byte + payload[place + 1 :]
    if place < len(payload) and bent != payload:
        assert refusal(bent) in RefusalReason


@given(st.lists(st.integers(0, 300_000), max_size=12))
def test_rows_are_shared_out_in_order_into_messages_that_fit(sizes: list[int]) -> None:
    rows = [EventRow(seq=n, ordinal=n, event="x" * size) for n, size in enumerate(sizes)]
    runs = list(envelope.split_rows(rows))
    assert [row for run in runs for row in run] == rows
    for run in runs:
        body = sum(len(line) + 1 for line in envelope.body_lines(run))
        assert body <= envelope.TARGET_BODY_BYTES or len(run) == 1


def test_too_many_rows_or_bytes_are_not_sealed() -> None:
    row = EventRow(seq=1, ordinal=1, event="x")
    with pytest.raises(envelope.MessageTooBig):
        seal_message(TOPIC, BATCH, [row] * 501, KEY)
    with pytest.raises(envelope.MessageTooBig):
        seal_message(TOPIC, BATCH, [EventRow(seq=1, ordinal=1, event="x" * 2_000_000)], KEY)


def test_a_row_laid_out_over_several_lines_is_not_sealed() -> None:
    delta = FeedDelta(feed="catalog", epoch="f1", since=0, version=2)
    with pytest.raises(ValueError, match="one line"):
        seal_message(TOPIC, delta, [FeedRow(key="a", version=1, body=msgspec.Raw(b'{\n"x":1}'))], KEY)


def test_a_nack_names_the_batch() -> None:
    nack = Nack(epoch="e1", lane=0, first=3, last=9, reason="row")
    assert open_message(TOPIC, seal_message(TOPIC, nack, (), KEY), KEYS).header == nack


def test_a_key_survives_being_written_down() -> None:
    assert base64url_bytes(base64url_text(bytes(range(32)))) == bytes(range(32))
