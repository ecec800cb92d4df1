"""What rows of unknown origin prove of HQ's keys, to a store that knows some of them."""

import msgspec
import pytest

from sync.protocol.ed25519_keys import SigningKey, new_key, public_to_text
from sync.protocol.feed_types import HqKey
from sync.trust.key_chain import KeyVerdict, TrustAnchor, proven_keys, sign_vouch

CHAIN = "hanada"
ONE, TWO, THREE, THIEF = (new_key(f"hq-{number}") for number in (1, 2, 3, 9))


def row(key: SigningKey, vouched: SigningKey | None = None, withdrawn: SigningKey | None = None) -> HqKey:
    public = public_to_text(key.public)

    def said(by: SigningKey | None, word: KeyVerdict) -> list[msgspec.Struct]:
        return [sign_vouch(by, CHAIN, word, key.id, public)] if by else []

    return msgspec.convert(
        {
            "public": public,
            "revoked": withdrawn is not None,
            "vouched": said(vouched, "counts"),
            "withdrawn": said(withdrawn, "withdrawn"),
        },
        HqKey,
        from_attributes=True,
    )


def proven(rows: dict[str, HqKey], *trusted: SigningKey, revoked: tuple[SigningKey, ...] = ()) -> dict[str, bool]:
    """What follows, by key: whether it is withdrawn."""
    gone = {key.id: public_to_text(key.public) for key in revoked}
    return {one.key: one.revoked for one in proven_keys(CHAIN, {key.id: key.public for key in trusted}, gone, rows)}


YEAR = {  # three keys in a row, each of which has withdrawn the ones before it
    ONE.id: row(ONE, withdrawn=THREE),
    TWO.id: row(TWO, vouched=ONE, withdrawn=THREE),
    THREE.id: row(THREE, vouched=TWO),
}


def test_a_store_that_slept_through_two_rotations_finds_to_the_key_that_signs_now() -> None:
    assert proven(YEAR, ONE) == {ONE.id: True, TWO.id: True, THREE.id: False}
    assert proven(YEAR, TWO) == {TWO.id: True, THREE.id: False}  # of a key it does not know it need not hear


def test_what_was_proven_is_the_anchor_that_is_kept() -> None:
    assert proven_keys(CHAIN, {TWO.id: TWO.public}, {}, {THREE.id: row(THREE, vouched=TWO)}) == [
        TrustAnchor(key=THREE.id, public=public_to_text(THREE.public))
    ]


@pytest.mark.parametrize("vouched", [None, THIEF, THREE])
def test_a_key_for_which_no_key_that_counts_vouches_counts_nothing(vouched: SigningKey | None) -> None:
    assert proven({THIEF.id: row(THIEF, vouched=vouched)}, ONE, TWO) == {}


def test_a_revoked_key_vouches_for_nobody_any_more() -> None:
    assert proven({THIEF.id: row(THIEF, vouched=ONE)}, TWO, revoked=(ONE,)) == {}


def test_a_revoked_key_does_not_come_back_under_another_name() -> None:
    again = msgspec.structs.replace(row(ONE))
    said = sign_vouch(TWO, CHAIN, "counts", "hq-new", again.public)
    assert proven({"hq-new": msgspec.structs.replace(again, vouched=[said])}, TWO, revoked=(ONE,)) == {}


def test_a_withdrawn_key_cannot_withdraw_the_one_that_withdrew_it() -> None:
    rows = {ONE.id: row(ONE, withdrawn=TWO), TWO.id: row(TWO, vouched=ONE, withdrawn=ONE)}
    assert proven(rows, ONE) == {ONE.id: True, TWO.id: False}


def test_a_word_holds_for_its_chain_its_key_and_its_meaning_only() -> None:
    public = public_to_text(TWO.public)
    for chain, word, key, of in (
        ("other", "counts", TWO.id, public),
        (CHAIN, "withdrawn", TWO.id, public),
        (CHAIN, "counts", THREE.id, public),
        (CHAIN, "counts", TWO.id, public_to_text(THIEF.public)),
    ):
        said = sign_vouch(ONE, chain, word, key, of)  # type: ignore[arg-type]
        assert proven({TWO.id: HqKey(public=public, vouched=[said])}, ONE) == {}


def test_a_signature_that_is_none_proves_nothing() -> None:
    said = msgspec.structs.replace(
        sign_vouch(ONE, CHAIN, "counts", TWO.id, public_to_text(TWO.public)), signature="***"
    )
    assert proven({TWO.id: HqKey(public=public_to_text(TWO.public), vouched=[said])}, ONE) == {}
    gone = sign_vouch(TWO, CHAIN, "withdrawn", ONE.id, public_to_text(ONE.public))
    for signature, withdrawn in ((gone.signature, True), ("***", False)):
        said = msgspec.structs.replace(gone, signature=signature)
        whole = {ONE.id: HqKey(public=public_to_text(ONE.public), revoked=True, withdrawn=[said])}
        assert proven(whole, ONE, TWO).get(ONE.id, False) is withdrawn
