"""Whether six-digit dates exist in the calendar."""

from calendar import monthrange

_LEAP_CENTURY = 2000  # two-digit years 00 are 2000 (or 1900, 2100 much later): 29 February 2000 existed


def is_day(text: str) -> bool:
    """YYMMDD is a day of the calendar."""
    return is_day_or_month(text) and text[4:] != "00"


def is_day_or_month(text: str) -> bool:
    """YYMMDD, and DD may be 00: then it is only a month (General Specifications 3.4)."""
    year, number, last = _LEAP_CENTURY + int(text[:2]), int(text[2:4]), int(text[4:])
    return 1 <= number <= 12 and last <= monthrange(year, number)[1]
