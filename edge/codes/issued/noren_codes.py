"""The chain's own `noren:` codes: pickup orders, the labels of their packages, and places."""

import re

from edge.codes.code_rules import CodeRules
from edge.codes.parsed_code import Meaning, OrderLabel, PickupCode, Place, Unknown
from edge.codes.raw_code import RawCode
from edge.codes.reject_reason import RejectReason

_SCHEME = "noren:"
_PICKUP = re.compile(r"noren:p:([A-Za-z0-9._-]{1,64}):([A-Za-z0-9_-]{1,128})", re.ASCII)
_ORDER = re.compile(r"noren:o:([A-Za-z0-9._-]{1,64})", re.ASCII)
_PLACE = re.compile(r"noren:at:([a-z][a-z0-9_]{0,31}):([A-Za-z0-9._-]{1,64})", re.ASCII)


def parse_noren_code(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """PickupCode, OrderLabel or Place; bad_house_code for anything else under `noren:`; None for any other text."""
    if not scan.text.startswith(_SCHEME):
        return None
    if pickup := _PICKUP.fullmatch(scan.text):
        return PickupCode(order=pickup[1], secret=pickup[2])
    if order := _ORDER.fullmatch(scan.text):
        return OrderLabel(order=order[1])
    if place := _PLACE.fullmatch(scan.text):
        return Place(kind=place[1], id=place[2])
    return Unknown(reason=RejectReason.BAD_HOUSE_CODE)
