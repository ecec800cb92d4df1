"""Signed tokens: compact JWS with EdDSA (RFC 7515, RFC 8037); made for tests and demo, verified offline."""

import base64
import re
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from edge.codes.code_rules import CodeRules
from edge.codes.parsed_code import CARD_ALIAS, Coupon, Entitlement, Invite, Meaning, MemberToken, Unknown
from edge.codes.raw_code import RawCode
from edge.codes.reject_reason import RejectReason

# A JSON object in base64url begins with "ey"; Ed25519 signatures are 64 bytes, so 86 characters.
_SHAPE = re.compile(r"ey[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]{1,2800}\.[A-Za-z0-9_-]{0,128}", re.ASCII)

TokenName = Annotated[str, Meta(min_length=1, max_length=128)]
UnixSeconds = Annotated[int, Meta(ge=0, le=253_402_300_799)]  # Unix time up to the year 9999
TokenKind = Literal["member", "coupon", "entitlement", "invite"]


class TokenHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The protected header. `crit` is read so that a token that needs more than we know is refused (RFC 7515 4.1.11)."""

    alg: Literal["EdDSA"]
    kid: TokenName
    typ: str = "JWT"
    crit: list[str] | None = None


class TokenClaims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The payload. `sub` is the member (required for `member`), `ref` what a grant is for (required for the others)."""

    iss: TokenName
    iat: UnixSeconds
    exp: UnixSeconds
    jti: TokenName
    typ: TokenKind = "member"
    sub: TokenName | None = None
    ref: TokenName | None = None


_GRANTS: dict[str, type[Coupon] | type[Entitlement] | type[Invite]] = {
    "coupon": Coupon,
    "entitlement": Entitlement,
    "invite": Invite,
}
_header = msgspec.json.Decoder(TokenHeader)
_claims = msgspec.json.Decoder(TokenClaims)


def mint_token(private_key: Ed25519PrivateKey, claims: TokenClaims, *, kid: str) -> str:
    """A signed compact token for those claims."""
    header = {"alg": "EdDSA", "kid": kid, "typ": "JWT"}
    signed = f"{_b64(msgspec.json.encode(header))}.{_b64(msgspec.json.encode(claims))}"
    return f"{signed}.{_b64(private_key.sign(signed.encode('ascii')))}"


def public_key_text(private_key: Ed25519PrivateKey) -> str:
    """The public half in the form of TokenKey.public: 43 characters of base64url."""
    return _b64(private_key.public_key().public_bytes_raw())


def parse_member_token(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """`verify_token` for a text with a token's form; None for any other."""
    return verify_token(scan.text, rules) if _SHAPE.fullmatch(scan.text) else None


def verify_token(token: str, rules: CodeRules) -> Meaning:
    """The token's meaning if its signature holds, else Unknown: bad_token, unknown_key, bad_signature or wrong_issuer.

    The payload is not read before the signature holds. The caller checks the token's age: a box whose clock is unset must not
    refuse a shopper.
    """
    head, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    try:
        header = _header.decode(_unb64(head))
    except (msgspec.MsgspecError, ValueError):
        return Unknown(reason=RejectReason.BAD_TOKEN)
    if header.crit is not None:
        return Unknown(reason=RejectReason.BAD_TOKEN, about="crit")
    key = rules.keys.get(header.kid)
    if key is None:
        return Unknown(reason=RejectReason.UNKNOWN_KEY)
    try:
        _public(key.public).verify(_unb64(signature), f"{head}.{body}".encode("ascii"))
        claims = _claims.decode(_unb64(body))
    except InvalidSignature:
        return Unknown(reason=RejectReason.BAD_SIGNATURE)
    except (msgspec.MsgspecError, ValueError):
        return Unknown(reason=RejectReason.BAD_TOKEN)
    if claims.iss != key.issuer:
        return Unknown(reason=RejectReason.WRONG_ISSUER)
    meant = _meaning(claims, header.kid)
    return replace(meant, signed=token) if isinstance(meant, MemberToken) else meant


def _meaning(claims: TokenClaims, kid: str) -> Meaning:
    """The claims as the kind that they name; bad_token if a part that the kind needs is missing."""
    if claims.exp <= claims.iat:
        return Unknown(reason=RejectReason.BAD_TOKEN, about="exp")
    if claims.sub is not None and claims.sub.startswith(CARD_ALIAS):
        return Unknown(reason=RejectReason.BAD_TOKEN, about="sub")
    iss, iat, exp, jti = claims.iss, claims.iat, claims.exp, claims.jti
    match claims:
        case TokenClaims(typ="member", sub=str(member)):
            return MemberToken(issuer=iss, member=member, iat=iat, exp=exp, jti=jti, kid=kid)
        case TokenClaims(typ="coupon" | "entitlement" | "invite" as kind, ref=str(ref)):
            return _GRANTS[kind](issuer=iss, ref=ref, member=claims.sub, iat=iat, exp=exp, jti=jti, kid=kid)
    return Unknown(reason=RejectReason.BAD_TOKEN, about="sub" if claims.typ == "member" else "ref")


@lru_cache(maxsize=32)
def _public(text: str) -> Ed25519PublicKey:
    """The key from its text; ValueError if it is not 32 bytes. Cached: a chain has a handful, and parsing takes time."""
    return Ed25519PublicKey.from_public_bytes(_unb64(text))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unb64(text: str) -> bytes:
    """RFC 7515 base64url without padding; ValueError otherwise."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
