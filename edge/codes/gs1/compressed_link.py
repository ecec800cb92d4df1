"""Telling compressed Digital Links from other web addresses, so that they can be refused with their reason.

GS1 Digital Link Standard: Compression: the last path segment is base64url of bits: two hexadecimal digits that are the
start of an AI, or name a common set of AIs, then the values, digits as whole binary numbers. The segment is read to its
end: if it holds a key whose check digit is right, and nothing is left over but padding, it is no ordinary address.
"""

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from math import ceil, log2

from edge.codes.gs1.application_identifiers import AIS, ai_at, parse_parts, value_fault
from edge.codes.gs1.element_strings import PRIMARY_KEYS
from edge.codes.reject_reason import RejectReason

# Sets of AIs by their two hexadecimal digits, in the order in which their values follow.
_SETS = (
    {f"0{x}": ("01", ai) for x, ai in zip("ABCDEF", ("22", "10", "21", "17", "7003", "30"), strict=True)}
    | {"1A": ("01", "10", "21", "17"), "1B": ("01", "15"), "1C": ("01", "11"), "1D": ("01", "16"), "1E": ("01", "91")}
    | {"1F": ("01", "10", "15"), "9A": ("8010", "8011"), "9B": ("8017", "8019"), "9C": ("8018", "8019")}
    | {"9D": ("414", "254")}
    | {f"2{x}": ("01", f"310{n}") for n, x in enumerate("ABCDEF")}
    | {f"3{x}": ("01", f"320{n}") for n, x in enumerate("ABCDEF")}
    | {f"A{n}": ("01", f"392{n}") for n in range(10)}
    | {f"C{n}": ("255", f"390{n}") for n in range(10)}
    | {f"C{x}": ("255", f"394{n}") for n, x in enumerate("ABCD")}
)
# GS1's own toolkit puts them in the order of their digits.
_SORTED_SETS = {start: tuple(sorted(ais)) for start, ais in _SETS.items()}
_ROUNDED = (17, 18)
_HEX = "0123456789ABCDEF"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_FILLING = 6  # bits of a character: the padding is shorter


class _Broken(Exception):
    """The bits are no compressed link."""


def is_compressed_segment(segment: str, beside_key: bool = False) -> bool:
    """True for a segment of nothing but compressed AIs with a key among them; with `beside_key`, no key is needed."""
    return any(_reads_as_link(segment, sets, beside_key) for sets in (_SETS, _SORTED_SETS))


def _reads_as_link(segment: str, sets: Mapping[str, tuple[str, ...]], beside_key: bool) -> bool:
    try:
        found = list(_values(_Bits(segment), sets))
    except _Broken:
        return False
    if not all(_holds(ai, value) for ai, value in found if ai in PRIMARY_KEYS):
        return False
    return bool(found) and (beside_key or any(ai in PRIMARY_KEYS for ai, _ in found))


def _holds(key: str, value: str) -> bool:
    """True for a right key, or for one of 17 or 18 digits that GS1's toolkit changed: it calculates in doubles."""
    wrong = value_fault(AIS[key], value)
    digits = value if value.isdecimal() and len(value) in _ROUNDED else ""
    return wrong is None or (wrong is RejectReason.CHECK_DIGIT and digits != "" and float(digits) == int(digits))


class _Bits:
    """A reader of bits from a base64url segment."""

    def __init__(self, segment: str) -> None:
        data = base64.urlsafe_b64decode(segment + "A" * (-len(segment) % 4))
        self.number, self.left = int.from_bytes(data, "big") >> (8 * len(data) - 6 * len(segment)), 6 * len(segment)

    def take(self, count: int) -> int:
        """The next bits as a number. Raises _Broken if there are not so many."""
        if count > self.left:
            raise _Broken
        self.left -= count
        value, self.number = self.number >> self.left, self.number & ((1 << self.left) - 1)
        return value

    def ended(self) -> bool:
        """True if only zeros that pad the last character are left."""
        return self.left < _FILLING and self.number == 0


def _values(bits: _Bits, sets: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """AIs and values, to the end of the bits; other keys and values in between are skipped."""
    while not bits.ended():
        start = _HEX[bits.take(4)] + _HEX[bits.take(4)]
        if start in sets:
            for ai in sets[start]:
                yield ai, _value(ai, bits)
        elif start[0] == "F":  # a key of the domain's owner: seven bits of length, of which four are read
            for _ in range(_HEX.index(start[1]) << 3 | bits.take(3)):
                bits.take(6)
            _text(bits, 7, None)
        else:
            ai = _ai(start, bits)
            yield ai, _value(ai, bits)


def _ai(start: str, bits: _Bits) -> str:
    """The AI that begins with those two digits."""
    digits = start
    while len(digits) < 4 and ai_at(digits, 0) is None:
        digits += _HEX[bits.take(4)]
    if digits not in AIS:
        raise _Broken
    return digits


def _value(ai: str, bits: _Bits) -> str:
    return "".join(
        _text(bits, _length_bits(most), least) if letters else _digits(bits, most if least else None, most)
        for letters, least, most in _layout(AIS[ai].parts)
    )


@cache
def _layout(text: str) -> tuple[tuple[bool, int | None, int], ...]:
    """What follows for an AI's value: letters or digits, the fixed length (None if a length is sent), the greatest length.

    Neighbours of the same kind are one number or one text, and so are all optional parts.
    """
    rows: list[tuple[bool, int | None, int]] = []
    for part in parse_parts(text):
        letters = part.kind != "N"
        fixed = part.length if not part.up_to and not part.optional else None
        last = rows[-1] if rows else None
        if last and last[0] == letters and (letters or (last[1] is None) == (fixed is None)):
            both = last[1] + fixed if last[1] is not None and fixed is not None else None
            rows[-1] = (letters, both, last[2] + part.length)
        else:
            rows.append((letters, fixed, part.length))
    return tuple(rows)


def _digits(bits: _Bits, length: int | None, most: int) -> str:
    """A number of that many digits, or with the number of digits sent before it."""
    count = bits.take(_length_bits(most)) if length is None else length
    if count > most:
        raise _Broken
    digits = str(bits.take(_value_bits(count))).zfill(count)
    if len(digits) > max(count, 1):
        raise _Broken
    return digits if count else ""


def _text(bits: _Bits, length_bits: int, length: int | None) -> str:
    """An encoding, a length if it is not fixed, and the characters."""
    encoding = bits.take(3)
    count = bits.take(length_bits) if length is None else length
    match encoding:
        case 0:
            return _digits(bits, count, count)
        case 1:
            return "".join(_HEX[bits.take(4)].lower() for _ in range(count))
        case 2:
            return "".join(_HEX[bits.take(4)] for _ in range(count))
        case 3:
            return "".join(_BASE64[bits.take(6)] for _ in range(count))
        case 4:
            return "".join(chr(bits.take(7)) for _ in range(count))
    raise _Broken


def _length_bits(most: int) -> int:
    return ceil(log2(most) + 0.01)


def _value_bits(digits: int) -> int:
    """Enough bits for any number of so many digits."""
    return ceil(digits * log2(10) + 0.01)
