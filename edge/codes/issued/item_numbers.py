"""The chain's own item numbers that are no GTIN: a rule gives each one key, the same wherever it is read."""

from collections.abc import Iterable

from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule
from edge.codes.issued.issuers import check_holds, is_rather_a_product, number_candidates
from edge.codes.parsed_code import InStore, Meaning, Product
from edge.codes.raw_code import RawCode, is_digits
from edge.codes.retail.gtin import to_gtin14

# GS1 leaves prefix 04 to a company for its own use (General Specifications 1.4): no other company's product has such a GTIN.
# A house number of up to ten digits is put into one, so that it is a key like any other, with a valid check digit.
_HOUSE = "004"
_DIGITS = 10


def parse_house_number(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The product by the first house rule that fits, or None: a valid GTIN stays one unless the rule takes those."""
    for rule in rules.house:
        number = _number(scan, rule)
        if number is not None:
            if is_rather_a_product(scan, rule, rules):
                return None
            inner = InStore(rule=rule.name, item=number, scanned=scan.text)
            return Product(gtin=catalogue_key_of_house_number(number), in_store=inner)
    return None


def catalogue_key_of_house_number(number: str) -> str:
    """The catalogue's key of a house number of up to ten digits.

    A number that is a valid GTIN-8 by chance has that as its key: a file does not say which of the two its digits are, and the
    same digits must have the same key everywhere.
    """
    if true := catalogue_key_of_gtin(number):
        return true
    body = _HOUSE + number.zfill(_DIGITS)
    return body + str(mod10_digit(body))


def catalogue_key_of_gtin(text: str) -> str | None:
    """The key of a valid GTIN in any of its forms; None for any other text."""
    found = to_gtin14(text, None) if is_digits(text) else None
    return found if isinstance(found, str) else None


def catalogue_key(text: str, house: Iterable[HouseRule]) -> str:
    """The key of a product as a file or a person writes it: GTIN-8, -12, -13, -14, UPC-E, or a house number.

    Any other text is returned with zeros up to 14 characters, so that the check of keys refuses it.
    """
    if true := catalogue_key_of_gtin(text):
        return true
    bare = (_bare(written, rule.start_stop, rule) for rule in house for written in _as_written(text, rule))
    number = next((number for number in bare if number), None)
    return text.zfill(14) if number is None else catalogue_key_of_house_number(number)


def printed_number(gtin: str) -> str:
    """A key as people write it: a house number without prefix and check digit (its leading zeros are lost), else without zeros."""
    number = gtin[len(_HOUSE) : -1].lstrip("0") if gtin.startswith(_HOUSE) else ""
    return number if number and catalogue_key_of_house_number(number) == gtin else gtin.lstrip("0")


def _as_written(text: str, rule: HouseRule) -> tuple[str, ...]:
    """A number whose printed prefix is none of its digits may be written without the prefix."""
    return (text, rule.prefix + text) if rule.drop_prefix else (text,)


def _number(scan: RawCode, rule: HouseRule) -> str | None:
    """The item number if this rule fits the scan, else None."""
    if rule.symbologies and scan.symbology not in rule.symbologies:
        return None
    return next((number for letters, text in number_candidates(scan) if (number := _bare(text, letters, rule))), None)


def _bare(text: str, letters: str, rule: HouseRule) -> str | None:
    """The number without prefix and check digit, if both are as the rule says."""
    if not text.startswith(rule.prefix) or (rule.start_stop and letters != rule.start_stop):
        return None
    if rule.check is not CheckScheme.NONE and len(text) - 1 in rule.lengths and check_holds(text, letters, rule):
        text = text[:-1]
    elif len(text) not in rule.lengths or not (rule.check is CheckScheme.NONE or rule.check_optional):
        return None
    number = text.removeprefix(rule.prefix) if rule.drop_prefix else text
    return number if is_digits(number) and len(number) <= _DIGITS else None
