"""Compressed Digital Links told from other web addresses, so that they can be refused with their reason.

GS1 Digital Link Standard: Compression: the last path segment is base64url of bits: two hexadecimal digits that are the
start of an AI, or name a usual set of AIs, then the values, digits as whole binary numbers. Only the first key is
looked at: a check digit that holds there is what an ordinary address does not have.
"""

import base64

from edge.codes.ai import known_start
from edge.codes.checks import mod10

_BITS = {13: 44, 14: 47, 18: 60}  # digits of a key: bits they take
_KEY_DIGITS = {"00": 18, "01": 14, "414": 13, "415": 13, "417": 13, "253": 13, "255": 13, "8017": 18, "8018": 18}
# Sets that begin with a key of fixed length: 01 with one or more others, GSRN with SRIN, GLN with its extension.
_SETS = (
    {f"{tens}{letter}": "01" for tens in "0123" for letter in "ABCDEF"}
    | {f"A{digit}": "01" for digit in range(10)}
    | {"9B": "8017", "9C": "8018", "9D": "414"}
)


def begins_with_key(segment: str) -> bool:
    """True when the segment decodes to bits that begin with a GS1 key whose check digit holds."""
    bits = _bits(segment)
    start = _hex(bits, 2)
    keys = (
        [(_SETS[start], 2)]
        if start in _SETS
        else [(key, len(key)) for key in _KEY_DIGITS if key == _hex(bits, len(key))]
    )
    return any(_key_holds(bits[4 * length :], _KEY_DIGITS[key]) for key, length in keys)


def is_compressed(segment: str) -> bool:
    """True when the segment begins with an AI or a set of them: enough where an uncompressed key stands before it."""
    start = _hex(_bits(segment), 2)
    return start in _SETS or known_start(start)


def _key_holds(bits: str, digits: int) -> bool:
    number = bits[: _BITS[digits]]
    text = str(int(number, 2)).zfill(digits) if len(number) == _BITS[digits] else ""
    return len(text) == digits and text.strip("0") != "" and mod10(text)


def _hex(bits: str, digits: int) -> str:
    """That many hexadecimal digits off the front, as few as there are."""
    return "".join(f"{int(bits[i : i + 4], 2):X}" for i in range(0, min(4 * digits, len(bits)), 4))


def _bits(segment: str) -> str:
    """The segment's bits as a string of 0 and 1, six a character; base64 wants whole groups, so zeros lend a hand."""
    data = base64.urlsafe_b64decode(segment + "A" * (-len(segment) % 4))
    return "".join(f"{byte:08b}" for byte in data)[: 6 * len(segment)]
