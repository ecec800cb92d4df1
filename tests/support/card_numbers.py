"""Numbers as the sample chain's issuers print them, with true check digits."""

from edge.codes.check_digits import mod10_digit

COMPANY = "4599990"  # in GS1 Japan's range 45, at its far end: a number of our own making
_APP_PREFIX, _OLD_PREFIX, _BADGE_PREFIX = "70", "38", "HN"


def _luhn_digit(body: str) -> int:
    """ISO/IEC 7812-1 annex B, over the digits before the check digit."""
    doubled = (2 * int(d) for d in body[-1::-2])
    return -(sum(map(int, body[-2::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10


def app_number(serial: int) -> str:
    """16 digits with their Luhn digit."""
    body = f"{_APP_PREFIX}{serial:013d}"
    return f"{body}{_luhn_digit(body)}"


def old_number(serial: int) -> str:
    """10 digits, the last the remainder by 7 (7DR)."""
    body = f"{_OLD_PREFIX}{serial:07d}"
    return f"{body}{int(body) % 7}"


def gsrn(serial: int) -> str:
    """18 digits under the company's number, with GS1's check digit."""
    body = f"{COMPANY}{serial:010d}"
    return f"{body}{mod10_digit(body)}"


def badge(serial: int) -> str:
    """What a staff badge holds."""
    return f"{_BADGE_PREFIX}{serial:06d}"
