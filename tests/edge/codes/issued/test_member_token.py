"""Signed tokens: what holds, and every way one does not."""

import base64
import json
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.codes.code_rules import CodeRules, TokenKey
from edge.codes.issued.member_token import TokenClaims, mint_token, public_key_text, verify_token
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Coupon, Entitlement, Invite, MemberToken, Unknown
from edge.codes.reject_reason import RejectReason

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
RULES = CodeRules(
    keys={
        "k1": TokenKey(issuer="noren", public=public_key_text(KEY)),
        "k2": TokenKey(issuer="other", public=public_key_text(OTHER)),
    }
)
MEMBER = TokenClaims(iss="noren", sub="m1042", iat=1_800_000_000, exp=1_800_000_060, jti="j1")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: object, payload: object, key: Ed25519PrivateKey = KEY) -> str:
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{base64.urlsafe_b64encode(key.sign(text.encode())).rstrip(b'=').decode()}"


HEADER = {"alg": "EdDSA", "kid": "k1"}
PAYLOAD = {"iss": "noren", "sub": "m1042", "iat": 1, "exp": 61, "jti": "j1"}


def test_a_member_token_says_who_until_when() -> None:
    assert parse_code(mint_token(KEY, MEMBER, kid="k1").encode(), rules=RULES) == MemberToken(
        issuer="noren", member="m1042", iat=1_800_000_000, exp=1_800_000_060, jti="j1", kid="k1"
    )


@pytest.mark.parametrize(("typ", "kind"), [("coupon", Coupon), ("entitlement", Entitlement), ("invite", Invite)])
@pytest.mark.parametrize("member", [None, "m1042"])
def test_a_grant_says_what_for_and_may_name_a_member(
    typ: Any, kind: type[Coupon | Entitlement | Invite], member: str | None
) -> None:
    claims = TokenClaims(iss="noren", typ=typ, ref="spring-10", sub=member, iat=1, exp=2, jti="j")
    assert verify_token(mint_token(KEY, claims, kid="k1"), RULES) == kind(
        issuer="noren", ref="spring-10", member=member, iat=1, exp=2, jti="j", kid="k1"
    )


def test_a_token_of_another_implementation_is_read() -> None:
    assert verify_token(signed(HEADER, PAYLOAD), RULES) == MemberToken(
        issuer="noren", member="m1042", iat=1, exp=61, jti="j1", kid="k1"
    )


def test_the_public_key_of_rfc_8037_is_derived_as_it_says() -> None:
    # RFC 8037 appendix A.1 and A.2
    private = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    assert (
        public_key_text(Ed25519PrivateKey.from_private_bytes(private)) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    )


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (mint_token(OTHER, MEMBER, kid="k1"), RejectReason.BAD_SIGNATURE),
        (mint_token(KEY, MEMBER, kid="k2"), RejectReason.BAD_SIGNATURE),
        (mint_token(KEY, MEMBER, kid="k9"), RejectReason.UNKNOWN_KEY),
        (mint_token(OTHER, MEMBER, kid="k2"), RejectReason.WRONG_ISSUER),
        (signed({"alg": "none", "kid": "k1"}, PAYLOAD), RejectReason.BAD_TOKEN),
        (signed({"alg": "HS256", "kid": "k1"}, PAYLOAD), RejectReason.BAD_TOKEN),
        (signed({"alg": "EdDSA"}, PAYLOAD), RejectReason.BAD_TOKEN),
        (signed({**HEADER, "crit": ["b64"]}, PAYLOAD), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "exp": 1}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "exp": -1}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "exp": 61.5}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "exp": True}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "exp": 10**30}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "jti": ""}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "typ": "admin"}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {**PAYLOAD, "typ": "coupon"}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {k: v for k, v in PAYLOAD.items() if k != "sub"}), RejectReason.BAD_TOKEN),
        (signed(HEADER, {k: v for k, v in PAYLOAD.items() if k != "jti"}), RejectReason.BAD_TOKEN),
        (signed(HEADER, [1]), RejectReason.BAD_TOKEN),
        (signed({**HEADER, "alg": "EdDSA"}, PAYLOAD).rsplit(".", 1)[0] + ".", RejectReason.BAD_SIGNATURE),
    ],
)
def test_a_token_that_does_not_hold_says_why(token: str, reason: RejectReason) -> None:
    meaning = parse_code(token.encode(), rules=RULES)
    assert isinstance(meaning, Unknown)
    assert meaning.reason is reason


def test_every_changed_character_breaks_the_token() -> None:
    token = mint_token(KEY, MEMBER, kid="k1")
    # The last character carries four bits nobody reads, so it is left out.
    for at in range(len(token) - 1):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert isinstance(parse_code(changed.encode(), rules=RULES), Unknown), at


def test_a_key_that_is_no_key_makes_no_token_valid() -> None:
    rules = CodeRules(keys={"k1": TokenKey(issuer="noren", public="abc")})
    assert isinstance(verify_token(mint_token(KEY, MEMBER, kid="k1"), rules), Unknown)


def test_claims_travel_without_what_is_not_said() -> None:
    assert msgspec.json.decode(msgspec.json.encode(MEMBER)).keys() == {"iss", "sub", "iat", "exp", "jti"}
