"""In-store codes (JAN 02, 20-29; EAN-8 0, 2): item, price and weight at the places of the retailer's mask."""

from edge.codes.check_digits import mod10_digit, mod10_holds, price4_digit, price5_digit
from edge.codes.code_rules import CodeRules, InStoreRule, PriceCheck
from edge.codes.parsed_code import InStore, Meaning, Product, Unknown
from edge.codes.reject_reason import RejectReason


def in_store_rule_for(digits: str, rules: CodeRules) -> InStoreRule | None:
    """The first rule whose mask has this length and these prefix digits."""
    return next((rule for rule in rules.in_store if _fits(rule.mask, digits)), None)


def product_by_in_store_rule(digits: str, rules: CodeRules) -> Meaning:
    """Product by the retailer's rule for 8 or 13 valid digits; no_in_store_rule or price_check_digit otherwise."""
    rule = in_store_rule_for(digits, rules)
    if rule is None:
        return Unknown(reason=RejectReason.NO_IN_STORE_RULE)
    price, weight = _part(rule.mask, "P", digits), _part(rule.mask, "W", digits)
    if not _inner_check_holds(rule.price_check, price or weight, _part(rule.mask, "V", digits)):
        return Unknown(reason=RejectReason.PRICE_CHECK_DIGIT, about=rule.name)
    return Product(
        gtin=_catalogue_key(rule.mask, digits).zfill(14),
        price_yen=int(price) if price else None,
        weight_g=int(weight) * rule.weight_step_g if weight else None,
        in_store=InStore(rule=rule.name, item=_part(rule.mask, "I", digits), scanned=digits),
    )


def _fits(mask: str, digits: str) -> bool:
    return len(mask) == len(digits) and all(m == d for m, d in zip(mask, digits, strict=True) if m.isdigit())


def _part(mask: str, letter: str, digits: str) -> str:
    """The digits under that letter, in order."""
    return "".join(d for m, d in zip(mask, digits, strict=True) if m == letter)


def _inner_check_holds(check: PriceCheck, value: str, printed: str) -> bool:
    """True if the inner check digit is right, or the rule has none; it never holds if the rule's parts do not fit it."""
    match check, len(value):
        case (PriceCheck.NONE, _):
            return True
        case (PriceCheck.GS1_4, 4):
            return printed == str(price4_digit(value))
        case (PriceCheck.GS1_5, 5):
            return printed == str(price5_digit(value))
        case (PriceCheck.MOD10, size) if size:
            return len(printed) == 1 and mod10_holds(value + printed)
    return False


def _catalogue_key(mask: str, digits: str) -> str:
    """The code with zeros for what differs from pack to pack, and a new check digit; a PLU code is not changed."""
    if not set("PWX") & set(mask):
        return digits
    kept = "".join(d if m in "0123456789I" else "0" for m, d in zip(mask[:-1], digits[:-1], strict=True))
    return kept + str(mod10_digit(kept))
