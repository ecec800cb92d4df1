"""The chain's own numbers: members' cards of three issuers, staff badges, and the rules that read them."""

from edge.codes.checks import mod10_digit
from edge.codes.rules import Check, CodeRules, InStoreRule, IssuerRule, PriceCheck, TokenKey
from edge.codes.token import public_text
from sync.hq.sample.goods import COMPANY
from sync.hq.sample.keys import ISSUER, KID, issuer_key

APP, OLD_CARD, GROUP, STAFF = "hanada-app", "hanada-card", "hanada-group", "hanada-staff"

_APP_PREFIX = "70"
_OLD_PREFIX = "38"
_BADGE_PREFIX = "HN"

RULES = CodeRules(
    issuers=(
        # the app's fixed code, 16 digits in Code 128 or QR; no symbology is named, because not every scanner tells
        IssuerRule(issuer=APP, prefix=_APP_PREFIX, lengths=(16,), check=Check.LUHN),
        # the plastic card of before the app, 10 digits in NW-7, with or without its start and stop letters
        IssuerRule(issuer=OLD_CARD, prefix=_OLD_PREFIX, lengths=(10,), check=Check.DR7),
        # the group's card, a GSRN under (8018)
        IssuerRule(issuer=GROUP, prefix=COMPANY, key="gsrn"),
    ),
    badges=(IssuerRule(issuer=STAFF, prefix=_BADGE_PREFIX, lengths=(8,), characters="alphanumeric"),),
    keys={KID: TokenKey(issuer=ISSUER, public=public_text(issuer_key()))},
    in_store=(
        InStoreRule(name="shop-printed", mask="20IIIIIIIIIIC"),
        InStoreRule(name="markdown", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4),
    ),
)


def _luhn_digit(body: str) -> int:
    """ISO/IEC 7812-1 annex B, over the digits before the check digit."""
    doubled = (2 * int(d) for d in body[-1::-2])
    return -(sum(map(int, body[-2::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10


def app_number(serial: int) -> str:
    """16 digits with their Luhn digit."""
    body = f"{_APP_PREFIX}{serial:013d}"
    return f"{body}{_luhn_digit(body)}"


def old_number(serial: int) -> str:
    """10 digits, the last the remainder by 7 (7DR)."""
    body = f"{_OLD_PREFIX}{serial:07d}"
    return f"{body}{int(body) % 7}"


def gsrn(serial: int) -> str:
    """18 digits under the company's number, with GS1's check digit."""
    body = f"{COMPANY}{serial:010d}"
    return f"{body}{mod10_digit(body)}"


def badge(serial: int) -> str:
    """What a staff badge holds."""
    return f"{_BADGE_PREFIX}{serial:06d}"
