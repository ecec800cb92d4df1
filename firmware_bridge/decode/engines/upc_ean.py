"""EAN and UPC digits: check digits, the 12 of a UPC-A in the 13 of an EAN, and the 8 of a UPC-E."""

import re

# GS1 General Specifications 5.2.2.4.2, from UPC-A digits (number system, maker, item) to the six of a UPC-E.
# The first pattern that fits is used; the check digit and number system are put back around the six.
_ZEROS_OUT = (
    (re.compile(rb"[01](\d\d)([012])0000(\d{3})\d"), rb"\1\3\2"),
    (re.compile(rb"[01](\d{3})00000(\d\d)\d"), rb"\g<1>\g<2>3"),
    (re.compile(rb"[01](\d{4})00000(\d)\d"), rb"\g<1>\g<2>4"),
    (re.compile(rb"[01](\d{5})0000([5-9])\d"), rb"\1\2"),
)


def check_digit_holds(digits: bytes) -> bool:
    """Whether the last of the digits is their GS1 check digit (mod 10, weights 3 and 1 from the right)."""
    if not digits.isdigit():
        return False
    return sum((d - 48) * (1, 3)[n % 2] for n, d in enumerate(reversed(digits))) % 10 == 0


def upca_to_upce(upca: bytes) -> bytes | None:
    """The 8 digits of the UPC-E for a UPC-A (12 digits); None if it has none."""
    for pattern, six in _ZEROS_OUT:
        if match := pattern.fullmatch(upca):
            return upca[:1] + match.expand(six) + upca[-1:]
    return None


def upce_to_upca(upce: bytes) -> bytes:
    """The 12 digits of the UPC-A for a UPC-E (8 digits)."""
    system, body, last, check = upce[:1], upce[1:6], upce[6:7], upce[7:]
    match last:
        case b"0" | b"1" | b"2":
            return system + body[:2] + last + b"0000" + body[2:] + check
        case b"3":
            return system + body[:3] + b"00000" + body[3:] + check
        case b"4":
            return system + body[:4] + b"00000" + body[4:] + check
        case _:
            return system + body + b"0000" + last + check
