"""Static member cards and staff badges: the first issuer rule that fits, and never a product by mistake."""

from collections.abc import Iterable

from edge.codes import check_digits
from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, IssuerRule
from edge.codes.parsed_code import Meaning, MemberCode, StaffBadge
from edge.codes.raw_code import RawCode, is_digits
from edge.codes.retail import in_store_labels
from edge.codes.retail.gtin import to_gtin14
from edge.codes.symbology import Symbology

_NW7_LETTERS = frozenset("ABCD")
_NW7_CHARACTERS = frozenset("0123456789-$:/.+")
_NW7_OTHER_NAMES = str.maketrans("TN*Eabcdtne", "ABCDABCDABD")  # AIM BC3: T N * E are older names of A B C D
_RESTRICTED = ("02", "04", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29")
# Symbologies of product numbers. A rule that names only others says that its number is no product number.
_PRODUCT_CARRIERS = frozenset(
    {Symbology.EAN13, Symbology.EAN8, Symbology.UPCA, Symbology.UPCE, Symbology.ITF}
    | {Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED}
)
_DIGIT_CHECKS = {
    CheckScheme.MOD10: check_digits.mod10_holds,
    CheckScheme.LUHN: check_digits.luhn_holds,
    CheckScheme.MOD11: check_digits.mod11_holds,
    CheckScheme.DR7: check_digits.dr7_holds,
    CheckScheme.DSR7: check_digits.dsr7_holds,
}


def parse_staff_badge(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The badge by the chain's badge rules, or None."""
    found = _first(scan, rules.badges, rules)
    return StaffBadge(issuer=found[0].issuer, number=found[1]) if found else None


def parse_member_card(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The static member code by the chain's issuer rules, or None."""
    found = _first(scan, rules.issuers, rules)
    return MemberCode(issuer=found[0].issuer, number=found[1]) if found else None


def issuer_of_gsrn(gsrn: str, issuers: Iterable[IssuerRule]) -> str | None:
    """The issuer whose "gsrn" rule has this number's prefix (its check digit is already verified), or None."""
    claims = (rule for rule in issuers if rule.key == "gsrn" and gsrn.startswith(rule.prefix))
    return next((rule.issuer for rule in claims), None)


def _first(scan: RawCode, issuers: Iterable[IssuerRule], rules: CodeRules) -> tuple[IssuerRule, str] | None:
    """The first rule that fits, and its number. The first fit decides, even if it must yield to a product."""
    for rule in issuers:
        number = _number(scan, rule)
        if number is not None:
            return None if is_rather_a_product(scan, rule, rules) else (rule, number)
    return None


def _number(scan: RawCode, rule: IssuerRule) -> str | None:
    """The card's number if this rule fits the scan, else None."""
    if rule.key != "plain" or (rule.symbologies and scan.symbology not in rule.symbologies):
        return None
    return next((number for letters, number in number_candidates(scan) if _fits(number, letters, rule)), None)


def _fits(number: str, letters: str, rule: IssuerRule) -> bool:
    """True if the number, and the NW-7 letters around it, are as the rule says."""
    if rule.start_stop and letters != rule.start_stop:
        return False
    if not number.startswith(rule.prefix) or (rule.lengths and len(number) not in rule.lengths):
        return False
    return _characters_fit(number, rule) and check_holds(number, letters, rule)


def number_candidates(scan: RawCode) -> list[tuple[str, str]]:
    """NW-7 letters and number: the text as it is, and also the part between the letters if the code is, or may be, NW-7."""
    text = scan.text
    letters = (text[0] + text[-1]).translate(_NW7_OTHER_NAMES) if len(text) > 2 else ""
    is_nw7 = len(letters) == 2 and set(letters) <= _NW7_LETTERS and not set(text[1:-1]) - _NW7_CHARACTERS
    match scan.symbology:
        case Symbology.CODE39 if len(text) > 2 and text[0] == text[-1] == "*":
            return [("", text[1:-1])]  # its start and stop; some readers send them, and data cannot contain them
        case Symbology.CODABAR if is_nw7:
            return [(letters, text[1:-1])]
        case None if is_nw7:
            return [("", text), (letters, text[1:-1])]
    return [("", text)]


def _characters_fit(number: str, rule: IssuerRule) -> bool:
    match rule.characters:
        case "digits":
            return is_digits(number)
        case "alphanumeric":
            return number.isascii() and number.isalnum()
        case "any":
            return bool(number)


def check_holds(number: str, letters: str, rule: IssuerRule | HouseRule) -> bool:
    """True if the number's own check scheme holds; a check over digits never holds for one digit or for letters."""
    match rule.check:
        case CheckScheme.NONE:
            return True
        case CheckScheme.NW7_MOD16:
            return len(letters) == 2 and check_digits.nw7_mod16_holds(letters[0] + number + letters[1])
        case CheckScheme.CODE39_MOD43:
            return len(number) > 1 and check_digits.code39_mod43_holds(number)
        case scheme:
            return len(number) > 1 and is_digits(number) and _DIGIT_CHECKS[scheme](number)


def is_rather_a_product(scan: RawCode, rule: IssuerRule | HouseRule, rules: CodeRules) -> bool:
    """True if the code is a valid product number and the rule does not say that it may take those."""
    if rule.over_products:
        return False
    if rule.symbologies and scan.symbology not in _PRODUCT_CARRIERS and not scan.gs1:
        return False
    if scan.gs1 or _opens_with_gtin(scan.text):
        return True
    found = to_gtin14(scan.text, scan.symbology, scan.aim) if is_digits(scan.text) else None
    return isinstance(found, str) and (
        not _restricted(found) or in_store_labels.in_store_rule_for(_printed(found), rules) is not None
    )


def _opens_with_gtin(text: str) -> bool:
    """A GS1 element string that begins with (01) and a valid GTIN-14, whether or not the reader reported GS1."""
    return len(text) >= 16 and text.startswith("01") and is_digits(text[2:16]) and check_digits.mod10_holds(text[2:16])


def _restricted(gtin: str) -> bool:
    """Numbers that GS1 leaves to the retailer (General Specifications 1.4): no brand's product can have one."""
    return gtin[6] in "02" if gtin.startswith("000000") else gtin[0] == "0" and gtin[1:3] in _RESTRICTED


def _printed(gtin: str) -> str:
    """The 8 or 13 digits that an in-store mask describes."""
    return gtin[6:] if gtin.startswith("000000") else gtin[1:]
