"""Messages bent in every way, by dice: bytes of a sealed one, or what a broken sender with a true key might sign."""

import functools
import random
import zlib
from collections.abc import Callable

import msgspec

from sync.protocol.ed25519_keys import SigningKey, base64url_text
from sync.protocol.messages import AnyHeader

DEEP = 100_000  # brackets: a decoder that recurses for each would end the process
LONG = 20_000  # characters; more than a header may have
PIECE = 65_536  # bytes of a bomb at a time
MOST = 1_000_000  # bytes of a body that is laid out in full
BOMB = 50_000_000  # bytes that a few kilobytes inflate to
# JSON that decoders trip over: numbers out of range, half characters, depth, times at the ends of the calendar
ATOMS: tuple[bytes, ...] = (
    *(b"null true false {} [] 0 -0 -1 1e999 1.5 9223372036854775807 9223372036854775808 1e18 NaN Infinity".split()),
    b"9" * 400,
    b'""',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"0001-01-01T00:00:00+14:00"',
    b'"9999-12-31T23:59:59.999999-14:00"',
    b'"2026-11-22T00:00:00"',
    b'"+"',
    b'"#"',
    b'"all"',
    b'"' + b"x" * LONG + b'"',
    b'"' + b"f" * 64 + b'"',
    b'"' + b"0" * 64 + b'"',
    b"[" * DEEP,
    b'{"a":' * DEEP,
    b'{"a":1,"a":2}',
    b'["ginza","stock"]',
)


def bent(dice: random.Random, payload: bytes) -> bytes:
    """The payload with some of its bytes changed, gone, doubled or in other places; never the payload itself."""
    made = payload
    while made == payload:
        for _ in range(dice.choice([1, 1, 1, 2, 5])):
            made = dice.choice(BENDS)(dice, made)
    return made


def _flip(dice: random.Random, old: bytes) -> bytes:
    place = dice.randrange(len(old) or 1)
    return old[:place] + bytes([(old[place] if old else 0) ^ 1 << dice.randrange(8)]) + old[place + 1 :]


def _cut(dice: random.Random, old: bytes) -> bytes:
    return old[: dice.randrange(len(old) + 1)]


def _drop(dice: random.Random, old: bytes) -> bytes:
    place = dice.randrange(len(old) + 1)
    return old[:place] + old[place + dice.randrange(1, 20) :]


def _insert(dice: random.Random, old: bytes) -> bytes:
    place = dice.randrange(len(old) + 1)
    return old[:place] + dice.choice([b"\n", b" ", b"\x00", b"=", b"\xff", dice.choice(ATOMS)]) + old[place:]


def _double(dice: random.Random, old: bytes) -> bytes:
    place, end = sorted(dice.randrange(len(old) + 1) for _ in range(2))
    return old[:end] + old[place:end] + old[end:]


def _swap_lines(dice: random.Random, old: bytes) -> bytes:
    parts = old.split(b"\n")
    dice.shuffle(parts)
    return b"\n".join(parts)


BENDS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _flip,
    _flip,
    _cut,
    _drop,
    _insert,
    _double,
    _swap_lines,
)


def signed(topic: str, rest: bytes, key: SigningKey) -> bytes:
    """Any header and body at all, with a true signature: what only a broken sender could send."""
    signature = key.private.sign(topic.encode() + b"\n" + rest)
    return base64url_text(signature).encode() + b" " + key.id.encode() + b"\n" + rest


def twisted(dice: random.Random, plain: bytes, words: tuple[bytes, ...]) -> bytes:
    """Header and body as they are signed, with fields changed, dropped, added, doubled; `words` are values that bite."""
    head, _, body = plain.partition(b"\n")
    fields = [(msgspec.json.encode(name), bytes(raw)) for name, raw in _object(head).items()]
    for _ in range(dice.choice([0, 1, 1, 1, 2, 4])):
        fields = _change(dice, fields, words)
    head = b"{" + b",".join(name + b":" + raw for name, raw in fields) + b"}"
    return head + b"\n" + _body(dice, body, words)


def _object(text: bytes) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def _change(
    dice: random.Random, fields: list[tuple[bytes, bytes]], words: tuple[bytes, ...]
) -> list[tuple[bytes, bytes]]:
    place = dice.randrange(len(fields) or 1)
    name = fields[place][0] if fields else b'"x"'
    match dice.randrange(6):
        case 0:
            return fields[:place] + fields[place + 1 :]
        case 1:
            return [*fields, (name, _any(dice, words))]
        case 2:
            return [*fields, (dice.choice([b'"x"', b'"v"', b'"type"', b'"enc"']), _any(dice, words))]
        case _:
            return [*fields[:place], (name, _any(dice, words)), *fields[place + 1 :]]


def _any(dice: random.Random, words: tuple[bytes, ...]) -> bytes:
    return dice.choice(words if words and dice.random() < 0.5 else ATOMS)


def _body(dice: random.Random, body: bytes, words: tuple[bytes, ...]) -> bytes:
    match dice.randrange(12):
        case 0:
            row = _any(dice, words)
            return b"\n".join([row] * min(dice.choice([1, 3, 600]), 1 + MOST // len(row)))
        case 1:
            return zlib.compress(body)[: dice.randrange(40)]
        case 2:
            return bomb(dice.choice([b"\n", b"0", b"["]))
        case 3:
            return zlib.compress(body) + b"more"
        case 4:
            return bent(dice, body or b"{}")
        case 5 if body:
            return b"\n".join(_twisted_row(dice, row, words) for row in body.split(b"\n"))
        case 6:
            return b"\n".join([body] * dice.choice([2, 501]))
        case _:
            return body


@functools.cache
def bomb(filling: bytes) -> bytes:
    """Compressed piece by piece, so that the peak of a campaign's memory is the doors' and not this one's."""
    press = zlib.compressobj(9)
    pieces = [press.compress(filling * PIECE) for _ in range(BOMB // PIECE)]
    return b"".join(pieces) + press.flush()


def _twisted_row(dice: random.Random, row: bytes, words: tuple[bytes, ...]) -> bytes:
    fields = [(msgspec.json.encode(name), bytes(raw)) for name, raw in _object(row).items()]
    return b"{" + b",".join(name + b":" + raw for name, raw in _change(dice, fields, words)) + b"}"


def plain(header: AnyHeader, rows: list[bytes]) -> bytes:
    """Header and body as they are signed, uncompressed."""
    return msgspec.json.encode(header) + b"\n" + b"\n".join(rows)
