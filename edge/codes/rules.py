"""What a chain says about its own codes: issuers, keys, in-store masks, separators; configured, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from edge.codes.symbology import Symbology


class Check(StrEnum):
    """Check schemes of member cards; what each computes stands in checks.py."""

    NONE = "none"
    MOD10 = "mod10"  # modulus 10, weights 3 and 1 (JAN, GSRN)
    LUHN = "luhn"  # modulus 10, weights 2 and 1, digit sums
    MOD11 = "mod11"  # modulus 11, weights 2..7; remainder 10 and 0 both print 0
    DR7 = "7dr"  # remainder of the number divided by 7
    DSR7 = "7dsr"  # 7 minus that remainder
    NW7_MOD16 = "nw7_mod16"  # Codabar modulus 16, start and stop letters included
    CODE39_MOD43 = "code39_mod43"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """How one issuer's static numbers look. First match wins; the whole text, prefix and check included, is the number.

    `lengths` counts characters without NW-7 letters; empty means any. `start_stop` ("AA") names the NW-7 letters the
    scanner must send: a rule that names them never takes a code without them. `key` "gsrn" matches only (8018) for
    members and (8017) for badges. A rule takes a code that is also a valid product number only where `over_products`
    is true, or where it names a symbology that product numbers are not printed in.
    """

    issuer: str
    prefix: str = ""
    lengths: tuple[int, ...] = ()
    check: Check = Check.NONE
    symbologies: tuple[Symbology, ...] = ()
    characters: Literal["digits", "alphanumeric", "any"] = "digits"
    start_stop: str = ""
    key: Literal["plain", "gsrn"] = "plain"
    over_products: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A public key and the one issuer it may speak for."""

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
    digit. A mask without P and W is a PLU code. `weight_step_g` is what one unit of W weighs, in grams.
    """

    name: str
    mask: str
    price_check: PriceCheck = PriceCheck.NONE
    weight_step_g: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRules:
    """All a chain configures about codes; the empty one still reads products, places and pickup codes.

    `charsets` are tried in order on bytes that carry no ECI. `reference_year` is the year GS1's two-digit years are
    near (General Specifications 7.12): fixed, not the clock, because a store box may wake up in the wrong year.
    """

    issuers: tuple[IssuerRule, ...] = ()
    badges: tuple[IssuerRule, ...] = ()
    keys: Mapping[str, TokenKey] = field(default_factory=dict)  # by kid
    in_store: tuple[InStoreRule, ...] = ()
    gs_stand_in: str | None = None  # what the scanner types for GS (0x1D), e.g. "|"
    charsets: tuple[Literal["utf-8", "shift_jis"], ...] = ("utf-8", "shift_jis")
    reference_year: int = 2026
