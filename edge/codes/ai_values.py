"""The rules a part of an element string may have to keep, by the name the AI table gives them."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from edge.codes.checks import gmn, iban, luhn, mod10
from edge.codes.iso import COUNTRIES, COUNTRY_LETTERS, CURRENCIES

_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.ASCII)
_PREFIX = re.compile(r"[0-9]{4}", re.ASCII)  # a GS1 Company Prefix has at least four digits
_IMPORTER = re.compile(r"[-0-9A-Z_a-z]", re.ASCII)
_LEAP_CENTURY = 2000  # two-digit years 00 are 2000 (or 1900, 2100 much later): 29 February 2000 existed


def _day(text: str) -> bool:
    """YYMMDD, a day of the calendar."""
    return _month(text) and text[4:] != "00"


def _month(text: str) -> bool:
    """YYMMDD where DD may be 00: the month only (General Specifications 3.4)."""
    year, month, day = _LEAP_CENTURY + int(text[:2]), int(text[2:4]), int(text[4:])
    return 1 <= month <= 12 and day <= monthrange(year, month)[1]


def _birthday(text: str) -> bool:
    """YYYYMMDD, a day of the calendar."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _time(text: str) -> bool:
    return text[:2] < "24" and text[2:] < "60"


def _piece(text: str) -> bool:
    """Piece number and total, both from 01, the piece within the total (General Specifications 3.9)."""
    return "00" < text[:2] <= text[2:]


def _sequence(text: str) -> bool:
    """`2/3`: position in a birth of several."""
    return text[1] == "/" and text[0] in "123456789" and text[2] in "123456789" and text[0] <= text[2]


def _media(text: str) -> bool:
    """AIDC media type: 01-10 are assigned, 80-99 are free for private use (General Specifications 3.8)."""
    return "01" <= text <= "10" or text >= "80"


VALUE_RULES: Mapping[str, Callable[[str], bool]] = {
    "month": _month,
    "day": _day,
    "birthday": _birthday,
    "time": _time,
    "timeornone": lambda text: text == "9999" or _time(text),
    "hour": lambda text: text < "24",
    "sixty": lambda text: text < "60",
    "country": COUNTRIES.__contains__,
    "country999": lambda text: text == "999" or text in COUNTRIES,
    "letters": COUNTRY_LETTERS.__contains__,
    "currency": CURRENCIES.__contains__,
    "percent": lambda text: _PERCENT.fullmatch(text) is not None,
    "prefix": lambda text: _PREFIX.match(text) is not None,
    "latitude": lambda text: text <= "1800000000",
    "longitude": lambda text: text <= "3600000000",
    "yesno": lambda text: text in "01",
    "minus": lambda text: text == "-",
    "importer": lambda text: _IMPORTER.fullmatch(text) is not None,
    "media": _media,
    "sex": lambda text: text in "0129",
    "sequence": _sequence,
    "nonzero": lambda text: text.strip("0") != "",
    "zero": lambda text: text == "0",
    "winding": lambda text: text in "019",
    "piece": _piece,
    "iban": iban,
    "noleadingzero": lambda text: text[0] != "0" or text == "0",
    "nondigit": lambda text: not text.isdigit(),
}
# These fail as `check_digit`, the others as `ai_value`.
CHECK_RULES: Mapping[str, Callable[[str], bool]] = {"check": mod10, "gmn": gmn, "imei": luhn}
