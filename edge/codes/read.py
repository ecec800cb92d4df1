"""The one question asked of every reading: what does it mean?"""

from collections.abc import Callable

from edge.codes import digital_link, gs1, gtin, house, issuers, token
from edge.codes.meaning import Meaning, Unknown
from edge.codes.reason import Reason
from edge.codes.rules import CodeRules
from edge.codes.scanned import Scanned
from edge.codes.symbology import Symbology
from edge.codes.text import scanned

# Read aloud, top first: the chain's own codes, its people, then the world's products.
LADDER: tuple[Callable[[Scanned, CodeRules], Meaning | None], ...] = (
    house.house_code,
    token.signed_token,
    issuers.staff_badge,
    issuers.member_card,
    gs1.element_strings,
    digital_link.digital_link,
    gtin.printed_number,
)


def read(data: bytes, *, aim: str | None = None, symbology: Symbology | None = None, rules: CodeRules) -> Meaning:
    """The meaning of any bytes, or Unknown with a reason; never raises.

    `aim` (ISO/IEC 15424, "]E0") and `symbology` route where the reader sends them and are never required.
    """
    scan = scanned(data, aim, symbology, rules)
    if isinstance(scan, Unknown):
        return scan
    for rung in LADDER:
        meaning = rung(scan, rules)
        if meaning is not None:
            return meaning
    return Unknown(reason=Reason.UNRECOGNISED, text=scan.text)
