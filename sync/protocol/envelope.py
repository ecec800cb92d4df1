"""The message on the wire: `signature SP key-id LF header LF body`, sealed and opened (design: protocol, Message).

The signature (base64url, Ed25519) covers the topic, an LF, and everything after the first line, so that a message cannot
be moved to another store. Body: JSON lines. Types: sync/protocol/messages.py; topics: sync/protocol/topics.py; keys:
sync/protocol/ed25519_keys.py.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from sync.protocol.ed25519_keys import BadKey, PublicKeys, SigningKey, base64url_bytes, base64url_text, signed_by
from sync.protocol.messages import BODY_ROWS, FORMAT_VERSION, AnyHeader, Row

# bytes of a message; every broker carries it, and a store on a mobile connection can resend it
MAX_WIRE_BYTES = 256 * 1024
MAX_ROWS = 500  # rows of a message: a page that is applied in some milliseconds
MAX_BODY_BYTES = 1024 * 1024  # bytes of a body once inflated: honest JSON shrinks to a fifth, a bomb to a thousandth
# bytes of lines at which a sender begins the next message: fits even if zlib gains nothing
TARGET_BODY_BYTES = 224 * 1024
MAX_HEADER_BYTES = 16 * 1024  # bytes
MAX_FIRST_LINE_BYTES = 160  # bytes: 86 of signature, a space, a key id
MIN_ZLIB_BYTES = 400  # bytes; shorter bodies gain less than they cost
ZLIB_LEVEL = 1  # six times as fast as the default for a tenth more bytes


R = TypeVar("R", bound=Row)


class RefusalReason(StrEnum):
    """Why a message was refused."""

    SIZE = "size"
    FRAME = "frame"
    KEY = "key"
    SIGNATURE = "signature"
    VERSION = "version"
    TYPE = "type"
    HEADER = "header"
    INFLATE = "inflate"
    ROWS = "rows"
    ROW = "row"


class MessageRefusal(Exception):
    """A message was refused; `header` is set if the header was signed and readable and only the body was not."""

    def __init__(self, why: RefusalReason, header: AnyHeader | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.header = header


class MessageTooBig(Exception):
    """The other side would refuse the message: send fewer rows."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose signature is valid: header, typed rows (EventRow, FeedRow or Raw, by the header), and who signed."""

    header: AnyHeader
    rows: Sequence[Any]
    key_id: str


class _Front(msgspec.Struct):
    """What must be known before a header can be read."""

    v: int
    type: str


_front = msgspec.json.Decoder(_Front)
_header = msgspec.json.Decoder(AnyHeader)
_rows: dict[type, msgspec.json.Decoder[Any]] = {row: msgspec.json.Decoder(row) for row in BODY_ROWS.values()}
_encoder = msgspec.json.Encoder()
MESSAGE_TYPES = frozenset(kind.__struct_config__.tag for kind in AnyHeader.__args__)
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested thousands deep


def body_lines(rows: Iterable[Row]) -> list[bytes]:
    """The rows as lines of a body, without their LF. Raises ValueError for JSON that spans several lines."""
    made = [_encoder.encode(row) for row in rows]
    if any(b"\n" in line for line in made):
        raise ValueError("a row's JSON must be on one line")
    return made


def split_rows(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    """The rows in runs that each fit into a message; a row too big for any message is a run of its own."""
    begin, size = 0, 0
    for place, line in enumerate(body_lines(rows)):
        full = size + len(line) + 1 > TARGET_BODY_BYTES or place - begin == MAX_ROWS
        if full and place > begin:
            yield rows[begin:place]
            begin, size = place, 0
        size += len(line) + 1
    if rows:
        yield rows[begin:]


def seal_message(topic: str, header: AnyHeader, rows: Sequence[Row], key: SigningKey) -> bytes:
    """The message for `topic`; a body of MIN_ZLIB_BYTES or more is compressed. Raises MessageTooBig."""
    body = b"\n".join(body_lines(rows))
    if len(rows) > MAX_ROWS or len(body) > MAX_BODY_BYTES:
        raise MessageTooBig(f"{len(rows)} rows, {len(body)} bytes")
    if len(body) >= MIN_ZLIB_BYTES:
        header, body = msgspec.structs.replace(header, enc="zlib"), zlib.compress(body, ZLIB_LEVEL)
    rest = _encoder.encode(header) + b"\n" + body
    message = base64url_text(key.private.sign(_signed(topic, rest))).encode() + b" " + key.id.encode() + b"\n" + rest
    if len(message) > MAX_WIRE_BYTES:
        raise MessageTooBig(f"{len(message)} bytes on the wire")
    return message


def open_message(topic: str, payload: bytes, keys: PublicKeys) -> Message:
    """The message, if one of `keys` signed it for this topic. Raises Refused, and nothing else, for any bytes."""
    if len(payload) > MAX_WIRE_BYTES:
        raise MessageRefusal(RefusalReason.SIZE)
    first, found, rest = payload.partition(b"\n")
    if not found or len(first) > MAX_FIRST_LINE_BYTES:
        raise MessageRefusal(RefusalReason.FRAME)
    return _read(rest, _check(topic, first, rest, keys))


def _read(rest: bytes, key_id: str) -> Message:
    head, found, body = rest.partition(b"\n")
    if not found or len(head) > MAX_HEADER_BYTES:
        raise MessageRefusal(RefusalReason.FRAME)
    header = _read_header(head)
    return Message(header, _read_rows(header, body), key_id)


def read_unverified(payload: bytes) -> Message:
    """The content of a message whose signature is not checked: for rows that carry their own proof. Raises Refused."""
    if len(payload) > MAX_WIRE_BYTES:
        raise MessageRefusal(RefusalReason.SIZE)
    first, found, rest = payload.partition(b"\n")
    if not found or len(first) > MAX_FIRST_LINE_BYTES:
        raise MessageRefusal(RefusalReason.FRAME)
    _, key_id = _first_line(first)
    return _read(rest, key_id)


def _signed(topic: str, rest: bytes) -> bytes:
    return topic.encode(errors="surrogatepass") + b"\n" + rest


def _check(topic: str, first: bytes, rest: bytes, keys: PublicKeys) -> str:
    """The id of the key that signed."""
    signed, key_id = _first_line(first)
    if (public := keys.get(key_id)) is None:
        raise MessageRefusal(RefusalReason.KEY)
    if not signed_by(public, signed, _signed(topic, rest)):
        raise MessageRefusal(RefusalReason.SIGNATURE)
    return key_id


def _first_line(first: bytes) -> tuple[bytes, str]:
    """The signature, and the id of the key it claims to be of."""
    try:
        signature, _, key_id = first.decode("ascii").partition(" ")
        return base64url_bytes(signature), key_id
    except (UnicodeDecodeError, BadKey):
        raise MessageRefusal(RefusalReason.FRAME) from None


def _read_header(head: bytes) -> AnyHeader:
    try:
        front = _front.decode(head)
    except DECODE_ERRORS:
        raise MessageRefusal(RefusalReason.HEADER) from None
    if front.v != FORMAT_VERSION:
        raise MessageRefusal(RefusalReason.VERSION)
    if front.type not in MESSAGE_TYPES:
        raise MessageRefusal(RefusalReason.TYPE)
    try:
        header: AnyHeader = _header.decode(head)
    except DECODE_ERRORS:
        raise MessageRefusal(RefusalReason.HEADER) from None
    return header


def _inflate(header: AnyHeader, body: bytes) -> bytes:
    """The inflated body; never more than MAX_BODY_BYTES (and one) are held in memory."""
    if header.enc == "identity":
        plain, whole = body, True
    else:
        stream = zlib.decompressobj()
        try:
            plain = stream.decompress(body, MAX_BODY_BYTES + 1)
        except zlib.error:
            raise MessageRefusal(RefusalReason.INFLATE, header) from None
        whole = stream.eof and not stream.unused_data
    if not whole or len(plain) > MAX_BODY_BYTES:
        raise MessageRefusal(RefusalReason.INFLATE, header)
    return plain


def _read_rows(header: AnyHeader, body: bytes) -> Sequence[Any]:
    if not body:
        return ()
    row = BODY_ROWS.get(type(header))
    plain = _inflate(header, body)
    if row is None or plain.count(b"\n") >= MAX_ROWS:
        raise MessageRefusal(RefusalReason.ROWS, header)
    try:
        plain.decode()  # a row is handed on as text: it must be text
        return [_rows[row].decode(line) for line in plain.split(b"\n")]
    except DECODE_ERRORS:
        raise MessageRefusal(RefusalReason.ROW, header) from None
