"""What a field of HQ's rows may hold: ids, texts, numbers and moments, each decoded to its type when it is read.

The bounds are wide. They refuse what no shop can mean (a price below zero, the year 99999, a line feed in an id), so that
code that reads a row later need not check again.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from edge.validation.localized_text import LocalizedText

_CONTROL = r"\x00-\x1f\x7f-\x9f"  # C0, DEL and C1

_NO_STEP = r"(?!\.{1,2}\Z)"  # `.` and `..` are path steps in an address: a browser would never request such an id
_ID = rf"\A{_NO_STEP}[^{_CONTROL}\s/\\?#%<>&'\"]+\Z"
_ORDER = rf"\A{_NO_STEP}[A-Za-z0-9._-]{{1,64}}\Z"
_STORE = r"\A[^\x00-\x1f\x7f\s/+#<>]+\Z"
_GOODS = rf"\A{_NO_STEP}[0-9A-Za-z._-]{{1,48}}\Z"
_NUMBER = r"\A[0-9A-Za-z-]{1,12}\Z"
_LINE = rf"\A[^{_CONTROL}]*\Z"
_CARD = rf"\A[^{_CONTROL}:]+:[^{_CONTROL}]+\Z"
_HASH = r"\A([0-9a-fA-F]{64})?\Z"
_COLOUR = "^#([0-9a-fA-F]{3}){1,2}$"
_WORDS = {
    _ID: "letters, digits and marks, without blanks or / \\ ? # % < > & and quotes",
    _ORDER: "1 to 64 letters, digits, dots, hyphens or underscores (A-Z a-z 0-9 . - _), as a pickup code can hold them",
    _STORE: "a store's id",
    _GOODS: "1 to 48 digits or letters",
    _NUMBER: "1 to 12 digits, letters (A-Z a-z) or hyphens",
    _LINE: "one line without control characters",
    _CARD: "issuer:number",
    _HASH: "a SHA-256 as 64 hexadecimal digits",
    _COLOUR: "a colour such as #e9e3d6",
}
_SAID = {repr(pattern): words for pattern, words in _WORDS.items()}
_PATTERN = re.compile(r"Expected `str` matching regex (.*?)(?= - at |$)")

# An id is used in addresses, logs and codes: so it has no blanks, and no character with a meaning in an address.
Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=_ID)]
OrderId = Annotated[str, Meta(pattern=_ORDER)]  # what `noren:p:<order>:…` can hold
StoreId = Annotated[str, Meta(min_length=1, max_length=64, pattern=_STORE)]
# A GTIN-14, or the number of goods that have no GTIN. A GTIN's check digit is checked only if it is used as a key.
ProductNumber = Annotated[str, Meta(pattern=_GOODS)]
PickupNumber = Annotated[str, Meta(pattern=_NUMBER)]  # shown on board and screens
TextLine = Annotated[str, Meta(max_length=200, pattern=_LINE)]  # a text of one line
PersonName = Annotated[str, Meta(min_length=1, max_length=80, pattern=_LINE)]
ShortText = Annotated[str, Meta(max_length=40, pattern=_LINE)]
Mark = Annotated[str, Meta(min_length=1, max_length=4, pattern=_LINE)]
Card = Annotated[str, Meta(max_length=200, pattern=_CARD)]  # `issuer:number`

Yen = Annotated[int, Meta(ge=0, le=99_999_999)]
# HQ's count is below 0 if the store handed over goods that HQ had not counted in. It means no pieces. A file may not give one.
MAX_COUNT = 10_000_000
Pieces = Annotated[int, Meta(ge=-MAX_COUNT, le=MAX_COUNT)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Ordinal = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]  # a position in an order of things, or a floor
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]  # the greatest integer of SQLite

Moment = Annotated[datetime, Meta(tz=True)]
_NAME = re.compile(rf"[^{_CONTROL}]{{1,200}}\Z")
Sha256 = Annotated[str, Meta(pattern=_HASH)]  # empty: none
ColourHex = Annotated[str, Meta(pattern=_COLOUR)]
# Far from the limits of datetime, so that any zone and any calculation stays within them.
EARLIEST_MOMENT, LATEST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def check_moments(row: Struct) -> None:
    """Raises ValueError if a moment of a row is outside the two above: calculating with it could overflow."""
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, datetime) and not (value.tzinfo and EARLIEST_MOMENT <= value < LATEST_MOMENT):
            raise ValueError(
                f"{name}: expected a moment of the years {EARLIEST_MOMENT.year} to {LATEST_MOMENT.year - 1}"
            )


def check_name(field: str, name: LocalizedText) -> None:
    """Raises ValueError if a name is empty, or not one line of at most 200 characters."""
    for language in name.__struct_fields__:
        text = getattr(name, language)
        if text is not None and not _NAME.match(text):
            raise ValueError(f"{field}.{language}: expected one line of 1 to 200 characters")


def pattern_in_words(message: str) -> str:
    """msgspec's message about a text that does not fit, with words instead of the pattern."""
    return _PATTERN.sub(lambda found: f"Expected {_SAID.get(found[1], found[1])}", message)
