"""The checks on a part of an element string, by their names in GS1's dictionary."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from edge.codes.check_digits import gmn_holds, iban_holds, mod10_holds
from edge.codes.gs1.ai_date_checks import is_day, is_day_or_month
from edge.codes.gs1.coupon_forms import is_north_american_coupon, is_positive_offer_file
from edge.codes.gs1.iso_codes import COUNTRY_CODES, COUNTRY_LETTERS, CURRENCY_CODES
from edge.codes.gs1.package_types import PACKAGE_TYPES

_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.ASCII)
_PREFIX = re.compile(r"[0-9]{4}", re.ASCII)  # a GS1 Company Prefix has at least four digits
_IMPORTER = re.compile(r"[-0-9A-Z_a-z]", re.ASCII)
_YEAR_ZERO = 400  # a leap year, as 0000 is
_IBAN_SHORTEST = 11  # GS1's check of AI 8007; no country's is shorter than Norway's 15


def _birthday(text: str) -> bool:
    """YYYYMMDD is a day of the calendar."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    if not 1 <= month <= 12 or day == 0:
        return False
    # GS1's check accepts a year 0000, a leap year by its number; the calendar module begins with 0001.
    return day <= monthrange(year or _YEAR_ZERO, month)[1]


def _iban(text: str) -> bool:
    return len(text) >= _IBAN_SHORTEST and text[:2] in COUNTRY_LETTERS and iban_holds(text)


def _piece(text: str) -> bool:
    """Piece number and total, both from 01, the piece not above the total (General Specifications 3.9)."""
    return "00" < text[:2] <= text[2:]


def _sequence(text: str) -> bool:
    """`2/3`: the position in a multiple birth."""
    return text[1] == "/" and text[0] in "123456789" and text[2] in "123456789" and text[0] <= text[2]


def _media(text: str) -> bool:
    """AIDC media type: 01-10 are assigned, 80-99 are free for private use (General Specifications 3.8)."""
    return "01" <= text <= "10" or text >= "80"


VALUE_RULES: Mapping[str, Callable[[str], bool]] = {
    "couponcode": is_north_american_coupon,
    "couponposoffer": is_positive_offer_file,
    "gcppos1": lambda text: _PREFIX.match(text) is not None,
    "gcppos2": lambda text: _PREFIX.match(text, 1) is not None,
    "hasnondigit": lambda text: not text.isdigit(),
    "hh": lambda text: text < "24",
    "hhmi": lambda text: text[:2] < "24" and text[2:] < "60",
    "hyphen": lambda text: text == "-",
    "iban": _iban,
    "importeridx": lambda text: _IMPORTER.fullmatch(text) is not None,
    "iso3166": COUNTRY_CODES.__contains__,
    "iso3166999": lambda text: text == "999" or text in COUNTRY_CODES,
    "iso3166alpha2": COUNTRY_LETTERS.__contains__,
    "iso4217": CURRENCY_CODES.__contains__,
    "iso5218": lambda text: text in "0129",
    "latitude": lambda text: text <= "1800000000",
    "longitude": lambda text: text <= "3600000000",
    "mediatype": _media,
    "mi": lambda text: text < "60",
    "nonzero": lambda text: text.strip("0") != "",
    "nozeroprefix": lambda text: text[0] != "0",
    "packagetype": PACKAGE_TYPES.__contains__,
    "pcenc": lambda text: _PERCENT.fullmatch(text) is not None,
    "pieceoftotal": _piece,
    "posinseqslash": _sequence,
    "ss": lambda text: text < "60",
    "winding": lambda text: text in "019",
    "yesno": lambda text: text in "01",
    "yymmd0": is_day_or_month,
    "yymmdd": is_day,
    "yyyymmdd": _birthday,
    "zero": lambda text: text == "0",
}
# These fail as `check_digit`, the others as `ai_value`.
CHECK_RULES: Mapping[str, Callable[[str], bool]] = {"csum": mod10_holds, "csumalpha": gmn_holds}
