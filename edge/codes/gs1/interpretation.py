"""The meaning of valid element strings: a product with its dates, price and weight, a member, or another key."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from edge.codes.check_digits import mod10_holds
from edge.codes.code_rules import CodeRules
from edge.codes.gs1.ai_dates import parse_best_before, parse_day
from edge.codes.gs1.element_strings import PRIMARY_KEYS, Elements, parse_elements
from edge.codes.issued import issuers
from edge.codes.parsed_code import Gs1Key, Meaning, MemberCode, PrintedCoupon, Product, StaffBadge, Unknown, WalletCode
from edge.codes.raw_code import GS, RawCode, is_digits
from edge.codes.reject_reason import RejectReason
from edge.codes.retail.gtin import meaning_by_prefix
from edge.codes.symbology import Symbology

_DATABAR = frozenset({Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED})
_CARRIERS = _DATABAR | {Symbology.CODE128, Symbology.QR, Symbology.DATAMATRIX, Symbology.PDF417, Symbology.AZTEC, None}
# Keys with their own check digit, and its digits' range: enough to recognise GS1 even if the reader does not report it.
_TELLING = {
    "01": (2, 16),
    "02": (2, 16),
    "00": (2, 20),
    "8017": (4, 22),
    "8018": (4, 22),
    "414": (3, 16),
    "255": (3, 16),
}
_TELLING_ORDER = (
    *("01", "03", "8017", "8018", "255"),
    *("8006", "00", "02", "8026", "253", "8003", "8004", "8010", "8013", "401", "402", "414", "415", "417"),
    *("410", "411", "412", "413", "416", "8002"),
    *("8110", "8112"),
)
_TOTP_LENGTHS = range(6, 9)  # RFC 4226: six to eight digits
_BRACKET = re.compile(r"\(([0-9]{2,4})\)", re.ASCII)
# A value that itself has brackets is not guessed.
_BRACKETED = re.compile(r"(?:\([0-9]{2,4}\)[^()\x1d]+)+", re.ASCII)
_YEN = "392"  # ISO 4217 numeric of JPY


def parse_element_strings(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The meaning of GS1 element strings; None for a text that neither the reader nor its own check digit marks as GS1."""
    if scan.symbology not in _CARRIERS:
        return None
    text = scan.text.replace(rules.gs_stand_in, GS) if rules.gs_stand_in else scan.text
    text = _without_brackets(text)
    told = scan.gs1 or (scan.symbology in _DATABAR and len(text) != 14)
    if not told and not begins_with_valid_key(text):
        return None
    found = parse_elements(text)
    return found if isinstance(found, Unknown) else meaning_of_elements(found, rules)


def _without_brackets(text: str) -> str:
    """`(01)…(10)…`, as printed under a code and typed into many QR codes, as element strings; other texts unchanged."""
    return _BRACKET.sub(rf"{GS}\1", text) if _BRACKETED.fullmatch(text) else text


def begins_with_valid_key(text: str) -> bool:
    """True for a text that begins with a key whose check digit holds."""
    text = text.lstrip(GS)
    for ai, (start, end) in _TELLING.items():
        if text.startswith(ai) and len(text) >= end and is_digits(text[start:end]):
            return mod10_holds(text[start:end])
    return False


def meaning_of_elements(elements: Elements, rules: CodeRules) -> Meaning:
    """What element strings identify, by the most specific key; no_key if none of them identifies anything.

    The key must be without fault, or there is no meaning. Any other field may be bad: then only that field is lost.
    """
    ais = elements.values
    key = next((key for key in _TELLING_ORDER if key in ais or elements.wrong(key)), None)
    if key is None:
        first = next(iter(elements.faults), None)
        return Unknown(reason=first.reason, about=first.ai) if first else Unknown(reason=RejectReason.NO_KEY)
    wrong = elements.wrong(key)
    if wrong is not None:
        return Unknown(reason=wrong, about=key)
    if any(bad.reason is RejectReason.AI_PAIR_EXCLUDED and bad.ai in PRIMARY_KEYS for bad in elements.faults):
        return Unknown(reason=RejectReason.AI_PAIR_EXCLUDED, about=key)  # two keys that cannot both be meant
    match key:
        case "01" | "03":
            return _product(key, elements, rules)
        case "8017" | "8018":
            return _person(elements, rules)
        case "255":
            number, serial = ais["255"][:13], ais["255"][13:]
            return _coupon(key, number, serial or None, elements)
        case "8110" | "8112":  # kept whole: their inner form is of that market only
            return _coupon(key, ais[key], None, elements)
    return Gs1Key(ai=key, value=ais[key], ais=_beside(key, ais), faults=elements.faults)


def _product(key: str, elements: Elements, rules: CodeRules) -> Meaning:
    """The product of a GTIN, with what the rest of the code says about this one item."""
    ais = elements.values
    item = meaning_by_prefix(ais[key], None, rules)
    if not isinstance(item, Product):
        return item
    if len(ais) == 1 and not elements.faults:
        return item
    year = rules.reference_year
    return replace(
        item,
        ais=_beside(key, ais),
        lot=ais.get("10"),
        serial=ais.get("21"),
        expiry=_expiry(ais, year),
        best_before=parse_best_before(ais["15"], year) if "15" in ais else None,
        sell_by=parse_best_before(ais["16"], year) if "16" in ais else None,
        production=parse_day(ais["11"], year) if "11" in ais else None,
        weight_g=_grams(ais) if item.weight_g is None else item.weight_g,
        price_yen=_yen(ais) if item.price_yen is None else item.price_yen,
        count=int(ais["30"]) if "30" in ais else None,
        faults=elements.faults,
    )


def _coupon(key: str, number: str, serial: str | None, elements: Elements) -> PrintedCoupon:
    beside = _beside(key, elements.values)
    return PrintedCoupon(number=number, kind="coupon", serial=serial, ais=beside, faults=elements.faults)


def _beside(key: str, ais: Mapping[str, str]) -> dict[str, str]:
    return {ai: value for ai, value in ais.items() if ai != key}


def _expiry(ais: Mapping[str, str], year: int) -> date | None:
    if "17" in ais:
        return parse_best_before(ais["17"], year)
    return parse_day(ais["7003"][:6], year) if "7003" in ais else None


def _grams(ais: Mapping[str, str]) -> int | None:
    """Net weight (310n, kilograms with n decimals) in whole grams; None if it is no whole number of grams."""
    return _whole(ais, "310", 1000)


def _yen(ais: Mapping[str, str]) -> int | None:
    """Amount payable in the store's own currency (392n), or in yen by currency code (393n); None if it is not whole yen."""
    own = _whole(ais, "392", 1)
    if own is not None:
        return own
    named = {ai: value[3:] for ai, value in ais.items() if ai.startswith("393") and value[:3] == _YEN}
    return _whole(named, "393", 1)


def _whole(ais: Mapping[str, str], family: str, factor: int) -> int | None:
    """The family's value times `factor`; the last digit of the AI is the number of decimals."""
    for ai, value in ais.items():
        if ai.startswith(family) and len(ai) == 4:
            whole, rest = divmod(int(value) * factor, 10 ** int(ai[3]))
            return None if rest else whole
    return None


def _person(elements: Elements, rules: CodeRules) -> Meaning:
    """GSRN of a member (8018) or of staff (8017); a wallet pass if an SRIN (8019) is as long as a one-time password.

    A bad password does not turn the code into a static card: it was to prove who holds the pass.
    """
    ais = elements.values
    if "8017" in ais:
        issuer = issuers.issuer_of_gsrn(ais["8017"], rules.badges)
        return StaffBadge(issuer=issuer, number=ais["8017"]) if issuer else Unknown(reason=RejectReason.UNKNOWN_ISSUER)
    if len(ais.get("8019", "")) in _TOTP_LENGTHS:
        return WalletCode(gsrn=ais["8018"], totp=ais["8019"])
    if "8019" in ais or elements.wrong("8019"):
        return Unknown(reason=elements.wrong("8019") or RejectReason.AI_LENGTH, about="8019")
    issuer = issuers.issuer_of_gsrn(ais["8018"], rules.issuers)
    return MemberCode(issuer=issuer, number=ais["8018"]) if issuer else Unknown(reason=RejectReason.UNKNOWN_ISSUER)
