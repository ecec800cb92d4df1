"""AIM symbology identifiers (ISO/IEC 15424): three characters that a scanner may put before a code, and their meaning."""

import re

# Flag, code character, modifier. Modifiers are digits, and letters only for the symbologies with more than ten of them
# (Aztec's go up to C). Lower-case letters are not assigned, so that a text such as `]nothing` stays a text.
_LEADING = re.compile(rb"\](?:[A-Za-z][0-9]|z[A-C])")
IDENTIFIER_BYTES = 3

# "FNC1 in first position", by symbology: GS1 element strings follow, separated by 0x1D.
# Code 128, DataBar and the composite parts beside it, Data Matrix, QR, DotCode, Aztec, MicroPDF417 (emulating GS1-128).
GS1_IDENTIFIERS = frozenset(
    {"]C1", "]e0", "]e1", "]e2", "]e3", "]d2", "]d5", "]Q3", "]Q4", "]J1", "]J4", "]z1", "]z4", "]z7", "]zA", "]L3"}
)
# "The ECI protocol is on": `\nnnnnn` switches the character set, and a backslash is sent twice.
ECI_IDENTIFIERS = frozenset({"]Q2", "]Q4", "]Q6", "]d4", "]d5", "]d6", "]L1", "]z3", "]z4", "]z5", "]z9", "]zA", "]zB"})


def leading_identifier(data: bytes) -> str | None:
    """The identifier that the bytes begin with, or None."""
    return data[:IDENTIFIER_BYTES].decode("ascii") if _LEADING.match(data) else None
