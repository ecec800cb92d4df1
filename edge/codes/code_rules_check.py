"""What is wrong with a chain's code rules, in words for their author; checked once, when the config is read."""

import base64
import binascii
from collections.abc import Iterator

from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, InStoreRule, IssuerRule, PriceCheck, TokenKey
from edge.codes.symbology import Symbology

_MASK_LETTERS = frozenset("IPWVXC")
_RESTRICTED_13 = ("02", "04", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29")
_RESTRICTED_8 = ("0", "2")
_CHECKED_DIGITS = {PriceCheck.GS1_4: 4, PriceCheck.GS1_5: 5}
_ELEMENT_STRING_CHARACTERS = frozenset("!\"%&'()*+,-./:;<=>?_")


def code_rule_faults(rules: CodeRules) -> tuple[str, ...]:
    """One sentence per fault, beginning with the key that it is about; empty if the rules can be used."""
    return tuple(_all(rules))


def _all(rules: CodeRules) -> Iterator[str]:
    for mask in rules.in_store:
        yield from (f"in_store {mask.name!r}: {fault}" for fault in _in_store(mask))
    if rules.house and any(mask.mask.startswith("04") for mask in rules.in_store):
        yield "house: keys of house numbers begin with 04, so no in_store mask may"
    for house in rules.house:
        yield from (f"house {house.name!r}: {fault}" for fault in _house(house))
    for card in (*rules.issuers, *rules.badges):
        yield from (f"issuer {card.issuer!r}: {fault}" for fault in _issuer(card))
    for kid, key in rules.keys.items():
        yield from (f"keys {kid!r}: {fault}" for fault in _key(key))
    stand_in = rules.gs_stand_in
    if stand_in is not None and (not stand_in or any(c.isalnum() or c in _ELEMENT_STRING_CHARACTERS for c in stand_in)):
        yield "gs_stand_in: expected characters that element strings cannot hold, such as | or ^"


def _in_store(rule: InStoreRule) -> Iterator[str]:
    mask = rule.mask
    if len(mask) not in (8, 13):
        yield f"mask has {len(mask)} characters, expected 8 or 13"
    if not mask.startswith(_RESTRICTED_8 if len(mask) == 8 else _RESTRICTED_13):
        yield "mask must begin with a prefix GS1 leaves to retailers: 02, 04, 20-29, or 0, 2 for 8 digits"
    if not all((c.isascii() and c.isdigit()) or c in _MASK_LETTERS for c in mask):
        yield "mask may hold digits and the letters I P W V X C only"
    if mask.count("C") != 1 or not mask.endswith("C"):
        yield "mask must end with its one C, the check digit"
    if "P" in mask and "W" in mask:
        yield "mask may hold a price or a weight, not both"
    if rule.weight_step_g < 1:
        yield "weight_step_g must be at least 1"
    yield from _inner_check(rule)


def _inner_check(rule: InStoreRule) -> Iterator[str]:
    value = rule.mask.count("P") or rule.mask.count("W")
    if rule.mask.count("V") != (rule.price_check is not PriceCheck.NONE):
        yield "mask has one V exactly when price_check is set"
    wanted = _CHECKED_DIGITS.get(rule.price_check)
    if wanted is not None and value != wanted:
        yield f"price_check {rule.price_check} is over {wanted} digits, the mask has {value}"


def _issuer(rule: IssuerRule) -> Iterator[str]:
    if not rule.issuer:
        yield "issuer must have a name"
    if not rule.prefix and not rule.lengths and not rule.start_stop and rule.check is CheckScheme.NONE:
        yield "says neither prefix, lengths, start_stop nor check: it would take any code"
    if rule.start_stop and (len(rule.start_stop) != 2 or set(rule.start_stop) - set("ABCD")):
        yield "start_stop must be two of the letters A B C D"
    if rule.check is CheckScheme.NW7_MOD16 and rule.symbologies and Symbology.CODABAR not in rule.symbologies:
        yield "check nw7_mod16 needs symbology codabar"
    if any(length < len(rule.prefix) for length in rule.lengths):
        yield "lengths must not be shorter than the prefix"


def _house(rule: HouseRule) -> Iterator[str]:
    if not rule.name:
        yield "name must be given"
    if not rule.lengths:
        yield "lengths must say how many characters the numbers have, without check digit"
    if rule.prefix and not rule.prefix.isdecimal() and not rule.drop_prefix:
        yield "prefix holds more than digits: set drop_prefix, the product's key is digits"
    dropped = len(rule.prefix) if rule.drop_prefix else 0
    if any(not 0 < length - dropped <= 10 or length < len(rule.prefix) for length in rule.lengths):
        yield "lengths must leave 1 to 10 digits for the number"
    if rule.start_stop and (len(rule.start_stop) != 2 or set(rule.start_stop) - set("ABCD")):
        yield "start_stop must be two of the letters A B C D"
    if rule.check_optional and rule.check is CheckScheme.NONE:
        yield "check_optional is set, but there is no check"
    if rule.check is CheckScheme.NW7_MOD16 and rule.symbologies and Symbology.CODABAR not in rule.symbologies:
        yield "check nw7_mod16 needs symbology codabar"


def _key(key: TokenKey) -> Iterator[str]:
    try:
        raw = base64.b64decode(key.public + "=" * (-len(key.public) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        yield "public is not base64url"
        return
    if len(raw) != 32:
        yield f"public holds {len(raw)} bytes, an Ed25519 key has 32"
    if not key.issuer:
        yield "issuer must be named: a key speaks for one issuer only"
