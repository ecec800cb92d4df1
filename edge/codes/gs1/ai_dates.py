"""GS1's six-digit dates as days: the century, and the meaning of day 00."""

from calendar import monthrange
from datetime import date


def parse_day(text: str, reference_year: int) -> date | None:
    """YYMMDD (already valid) as a day; None for DD=00, because the code then names only a month."""
    year, month, number = _year(text, reference_year), int(text[2:4]), int(text[4:6])
    return None if number == 0 else _existing(year, month, number)


def parse_best_before(text: str, reference_year: int) -> date | None:
    """As `parse_day`, but DD=00 is the month's last day: General Specifications 3.4 reads AIs 15 and 17 so."""
    if text[4:6] != "00":
        return parse_day(text, reference_year)
    year, month = _year(text, reference_year), int(text[2:4])
    return date(year, month, monthrange(year, month)[1])


def _year(text: str, reference_year: int) -> int:
    """General Specifications 7.12: the year that ends in YY, from 49 before to 50 after the reference year."""
    return reference_year - 49 + (int(text[:2]) - reference_year + 49) % 100


def _existing(year: int, month: int, number: int) -> date | None:
    """The day, or None for a 29 February that this century does not have."""
    return date(year, month, number) if number <= monthrange(year, month)[1] else None
