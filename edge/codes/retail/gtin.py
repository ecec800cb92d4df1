"""EAN, JAN, UPC and ITF numbers: lengths, check digits, UPC-E expansion, add-ons; the use of each number range."""

import re

from edge.codes.check_digits import mod10_holds
from edge.codes.code_rules import CodeRules
from edge.codes.parsed_code import AddOn, Meaning, PrintedCoupon, Product, Unknown
from edge.codes.raw_code import RawCode, is_digits
from edge.codes.reject_reason import RejectReason
from edge.codes.retail import in_store_labels, isbn_jp
from edge.codes.symbology import Symbology

_EAN_UPC = frozenset({Symbology.EAN13, Symbology.EAN8, Symbology.UPCA, Symbology.UPCE})
_ADD_ONS = {Symbology.EAN2: 2, Symbology.EAN5: 5}
_ADD_ON_AIMS = {"]E1": 2, "]E2": 5}  # ISO/IEC 15424: the add-on alone; ]E3 is main symbol and add-on in one
# Shelf labels may carry a bare GTIN in these. Eight and twelve digits are not accepted in them: too often something else.
_GENERAL = frozenset({Symbology.CODE128, Symbology.QR, Symbology.MICRO_QR, Symbology.DATAMATRIX, Symbology.AZTEC})
_GTIN_14 = frozenset({Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED, Symbology.ITF})
_WITH_ADD_ON = re.compile(r"([0-9]{8}|[0-9]{12,13})[ +]([0-9]{2}|[0-9]{5})", re.ASCII)


def parse_retail_number(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The meaning of an EAN, UPC, ITF or bare number; None for anything that is not such a number."""
    wanted = _ADD_ON_AIMS.get(scan.aim or "") or (_ADD_ONS.get(scan.symbology) if scan.symbology else None)
    if wanted is not None:
        return _alone(scan.text, wanted)
    digits, add_on = _split(scan)
    if not is_digits(digits):
        return Unknown(reason=RejectReason.UNRECOGNISED) if scan.symbology in _EAN_UPC else None
    found = to_gtin14(digits, scan.symbology, scan.aim)
    if isinstance(found, Unknown | None):
        return found
    if scan.symbology is None and _also_in_store(digits, found, rules):
        return Unknown(reason=RejectReason.AMBIGUOUS)
    return meaning_by_prefix(found, add_on, rules)


def to_gtin14(digits: str, symbology: Symbology | None, aim: str | None = None) -> str | Unknown | None:
    """GTIN-14 of printed digits; wrong_length or check_digit; None if no GTIN is expected."""
    form = _form(digits, symbology, aim)
    if form is None:
        return Unknown(reason=RejectReason.WRONG_LENGTH) if symbology in _EAN_UPC else None
    if not mod10_holds(form):
        return Unknown(reason=RejectReason.CHECK_DIGIT)
    return form if form.strip("0") else Unknown(reason=RejectReason.UNRECOGNISED)


def _form(digits: str, symbology: Symbology | None, aim: str | None) -> str | None:
    """The digits as a GTIN-14, check digit not yet checked; None for a length that the symbology does not have."""
    match symbology, len(digits):
        case (Symbology.EAN13 | Symbology.UPCA | Symbology.UPCE | None, 13):
            return "0" + digits
        case (Symbology.UPCA | Symbology.UPCE | None, 12):
            return "00" + digits
        case (Symbology.EAN13, 12) if aim is not None:
            # Scanners send ]E0 for UPC-A too, often without its leading zero. The cost: a JAN whose first digit was lost
            # is taken for one in one case of ten; a JAN of 45 or 49 that lost another digit is number system 4, so in-store.
            return "00" + digits
        case (Symbology.EAN8, 8):
            return "000000" + digits
        case (Symbology.UPCE, 8):
            return _expanded(digits)
        case (Symbology.EAN13, 8) if aim is not None:
            return _expanded(digits)  # ]E0 with eight digits is UPC-E; EAN-8 would come as ]E4
        case (None, 8):
            return _eight(digits)
        case (None, 14):
            return digits
        case (symbology, 14) if symbology in _GTIN_14 or symbology in _GENERAL:
            return digits
        case (symbology, 13) if symbology in _GENERAL:
            return "0" + digits
    return None


def _eight(digits: str) -> str:
    """Eight digits of an unnamed symbology: EAN-8, or UPC-E if they begin with 0 and its check digit holds.

    An EAN-8 with a leading 0 is always in-store, and only prefix 0 is assigned for UPC-E (General Specifications 1.4).
    """
    upc_e = _expanded(digits) if digits[0] == "0" else None
    return upc_e if upc_e is not None and mod10_holds(upc_e) else "000000" + digits


def _also_in_store(digits: str, gtin: str, rules: CodeRules) -> bool:
    """True for eight digits taken for UPC-E that are also a valid EAN-8 of the chain's own rules."""
    as_upc_e = len(digits) == 8 and not gtin.endswith(digits)
    return as_upc_e and mod10_holds(digits) and in_store_labels.in_store_rule_for(digits, rules) is not None


def _expanded(digits: str) -> str | None:
    """UPC-E (number system, six digits, check digit) as GTIN-14, ISO/IEC 15420 table 5; None for number systems 2-9."""
    system, body, check = digits[0], digits[1:7], digits[7]
    if system not in "01":
        return None
    match body[5]:
        case "0" | "1" | "2" as last:
            number = body[:2] + last + "0000" + body[2:5]
        case "3":
            number = body[:3] + "00000" + body[3:5]
        case "4":
            number = body[:4] + "00000" + body[4]
        case last:
            number = body[:5] + "0000" + last
    return "00" + system + number + check


def _split(scan: RawCode) -> tuple[str, str | None]:
    """Main digits and add-on, if a separator, or a length beyond the symbology's own, shows one."""
    if apart := _WITH_ADD_ON.fullmatch(scan.text):
        return apart[1], apart[2]
    if scan.symbology in _EAN_UPC:
        main = 12 if scan.symbology is Symbology.UPCA and len(scan.text) in (14, 17) else 13
        if len(scan.text) - main in (2, 5):
            return scan.text[:main], scan.text[main:]
    return scan.text, None


def _alone(text: str, wanted: int) -> Meaning:
    """An add-on read without its main symbol."""
    if not is_digits(text) or len(text) != wanted:
        return Unknown(reason=RejectReason.WRONG_LENGTH)
    return AddOn(digits=text)


def meaning_by_prefix(gtin: str, add_on: str | None, rules: CodeRules) -> Meaning:
    """What a valid GTIN-14 is used for, by GS1 prefix (General Specifications 1.4); most are simply products."""
    if gtin[0] != "0":
        return Product(gtin=gtin)
    if gtin.startswith("000000"):
        return in_store_labels.product_by_in_store_rule(gtin[6:], rules) if gtin[6] in "02" else Product(gtin=gtin)
    match gtin[1:4]:
        case "978" | "979" | "977" | "491":
            return isbn_jp.publication_of_gtin(gtin, add_on)
        case "191" | "192":
            return isbn_jp.parse_second_row(gtin[1:])
        case "980":
            return PrintedCoupon(number=gtin[1:], kind="refund")
        case "981" | "982" | "983" | "984":
            return PrintedCoupon(number=gtin[1:], kind="coupon")
    match gtin[1:3]:
        case "02" | "04" | "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29":
            return in_store_labels.product_by_in_store_rule(gtin[1:], rules)
        case "99":
            return PrintedCoupon(number=gtin[1:], kind="coupon")
    return Product(gtin=gtin, add_on=add_on)
