"""The forms of North American coupons (AI 8110) and positive offers (AI 8112): digit strings that contain their own lengths.

GS1 US, North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols. Every optional field begins with
its own digit, so a form can be read in one way only.
"""

import re
from functools import cache

from edge.codes.gs1.ai_date_checks import is_day


def is_north_american_coupon(text: str) -> bool:
    """AI 8110: company, offer, save value, first purchase, then the optional fields; it must not end before it starts."""
    found = _north_american().fullmatch(text)
    if found is None:
        return False
    ends, starts = found["ends"], found["starts"]
    return all(is_day(date) for date in (ends, starts) if date) and not (ends and starts and starts > ends)


def is_positive_offer_file(text: str) -> bool:
    """AI 8112: format 0 or 1, funder, offer code, serial number."""
    return _positive_offer().fullmatch(text) is not None


def _sized(lengths: str, base: int = 0) -> str:
    """A digit that gives a length less `base`, and as many digits as it gives."""
    return "(?:" + "|".join(f"{length}[0-9]{{{int(length) + base}}}" for length in lengths) + ")"


@cache
def _north_american() -> re.Pattern[str]:
    company, offer = _sized("0123456", 6), "[0-9]{6}"
    purchase = _sized("12345") + "[0-49][0-9]{3}"  # requirement, its code, family code
    other = f"(?:{company}|9)"  # 9: the company of the first purchase
    return re.compile(
        f"{company}{offer}{_sized('12345')}{purchase}(?:1[0-3]{purchase}{other})?(?:2{purchase}{other})?"
        f"(?:3(?P<ends>[0-9]{{6}}))?(?:4(?P<starts>[0-9]{{6}}))?(?:5{_sized('0123456789', 6)})?"
        f"(?:6{_sized('1234567', 6)})?(?:9[01256][0-2][0-9][01])?",
        re.ASCII,
    )


@cache
def _positive_offer() -> re.Pattern[str]:
    return re.compile(f"[01]{_sized('0123456', 6)}[0-9]{{6}}{_sized('0123456789', 6)}", re.ASCII)
