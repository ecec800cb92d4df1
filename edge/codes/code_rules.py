"""What a chain configures about its own codes: issuers, keys, in-store masks, separators; nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from edge.codes.symbology import Symbology


class CheckScheme(StrEnum):
    """Check schemes of member cards; check_digits.py computes each."""

    NONE = "none"
    MOD10 = "mod10"  # modulus 10, weights 3 and 1 (JAN, GSRN)
    LUHN = "luhn"  # modulus 10, weights 2 and 1, digit sums
    MOD11 = "mod11"  # modulus 11, weights 2..7; remainders 10 and 0 are both printed as 0
    DR7 = "7dr"  # remainder of the number divided by 7
    DSR7 = "7dsr"  # 7 minus that remainder
    NW7_MOD16 = "nw7_mod16"  # Codabar modulus 16, including start and stop letters
    CODE39_MOD43 = "code39_mod43"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """The form of one issuer's static numbers. The first match wins; the whole text, with prefix and check, is the number.

    `lengths` counts characters without NW-7 letters; empty means any. `start_stop` ("AA") names the NW-7 letters that the
    scanner must send: a rule that names them never takes a code without them. `key` "gsrn" matches only (8018) for
    members and (8017) for badges. A rule takes a code that is also a valid product number only if `over_products` is
    true, or if it names symbologies and the code is in one in which product numbers are not printed.
    """

    issuer: str
    prefix: str = ""
    lengths: tuple[int, ...] = ()
    check: CheckScheme = CheckScheme.NONE
    symbologies: tuple[Symbology, ...] = ()
    characters: Literal["digits", "alphanumeric", "any"] = "digits"
    start_stop: str = ""
    key: Literal["plain", "gsrn"] = "plain"
    over_products: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A public key, and the one issuer whose tokens it may sign."""

    issuer: str
    public: str  # Ed25519, 32 bytes raw, base64url without padding


class PriceCheck(StrEnum):
    """The second check digit inside an in-store code, over its price or weight digits."""

    NONE = "none"
    GS1_4 = "gs1_4"  # GS1 General Specifications 7.9.3, four digits
    GS1_5 = "gs1_5"  # GS1 General Specifications 7.9.4, five digits
    MOD10 = "mod10"  # modulus 10, weights 3 and 1, as some Japanese scales print


@dataclass(frozen=True, slots=True, kw_only=True)
class InStoreRule:
    """One in-store form as a mask as long as the code, e.g. `02IIIIIVPPPPC`.

    Digits are the prefix, I item, V price check digit, P price in yen, W weight, X ignored, C the code's own check
    digit. A mask without P and W is a PLU code. `weight_step_g` is the weight of one unit of W, in grams.
    """

    name: str
    mask: str
    price_check: PriceCheck = PriceCheck.NONE
    weight_step_g: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRule:
    """The form of the chain's own item numbers that are no GTIN: plain Code 128, NW-7, eight digits of its own.

    HQ's files name the product by that number, of up to ten digits, without its check digit. `lengths` counts characters
    of prefix and number, without NW-7 letters and check digit. `check_optional`: the check digit may be left out.
    `drop_prefix`: the prefix is no part of the number. `start_stop` and `over_products` are as in IssuerRule.
    """

    name: str
    lengths: tuple[int, ...]
    prefix: str = ""
    drop_prefix: bool = False
    check: CheckScheme = CheckScheme.NONE
    check_optional: bool = False
    symbologies: tuple[Symbology, ...] = ()
    start_stop: str = ""
    over_products: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRules:
    """All that a chain configures about codes; the empty one still reads products, places and pickup codes.

    `charsets` are tried in order on bytes without an ECI. `reference_year` is the year near which GS1's two-digit years
    are (General Specifications 7.12): fixed, not from the clock, because a store box may start with the wrong year.
    """

    issuers: tuple[IssuerRule, ...] = ()
    badges: tuple[IssuerRule, ...] = ()
    keys: Mapping[str, TokenKey] = field(default_factory=dict)  # by kid
    in_store: tuple[InStoreRule, ...] = ()
    house: tuple[HouseRule, ...] = ()
    gs_stand_in: str | None = None  # what the scanner types instead of GS (0x1D), e.g. "|"
    charsets: tuple[Literal["utf-8", "shift_jis"], ...] = ("utf-8", "shift_jis")
    reference_year: int = 2026
