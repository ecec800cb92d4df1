"""The meaning of a reading: the parsers are asked one after the other."""

from collections.abc import Callable

from edge.codes.charset import decode_text
from edge.codes.code_rules import CodeRules
from edge.codes.gs1 import digital_link, interpretation
from edge.codes.issued import issuers, item_numbers, member_token, noren_codes
from edge.codes.parsed_code import Meaning, Unknown
from edge.codes.raw_code import RawCode
from edge.codes.reject_reason import RejectReason
from edge.codes.retail import gtin
from edge.codes.symbology import Symbology

# In this order: the chain's own codes, its people, then all other products.
PARSERS: tuple[Callable[[RawCode, CodeRules], Meaning | None], ...] = (
    noren_codes.parse_noren_code,
    member_token.parse_member_token,
    issuers.parse_staff_badge,
    issuers.parse_member_card,
    item_numbers.parse_house_number,
    interpretation.parse_element_strings,
    digital_link.parse_digital_link,
    gtin.parse_retail_number,
)


def parse_code(data: bytes, *, aim: str | None = None, symbology: Symbology | None = None, rules: CodeRules) -> Meaning:
    """The meaning of any bytes, or Unknown with a reason; never raises.

    `aim` (ISO/IEC 15424, "]E0") and `symbology` are used if the reader sends them, and are never required.
    """
    scan = decode_text(data, aim, symbology, rules)
    if isinstance(scan, Unknown):
        return scan
    for parser in PARSERS:
        meaning = parser(scan, rules)
        if meaning is not None:
            return meaning
    return Unknown(reason=RejectReason.UNRECOGNISED, text=scan.text)
