"""What the mirror keeps of PINs and secrets is nothing without the box's data key."""

from hashlib import sha256

from edge.crypto.data_key import DataKey
from edge.crypto.keyed_values import CODE_HMAC_BYTES, SEALED_PREFIX, code_mac, open_pin, seal_pin, secret_mac
from edge.features.staff.pin_check import PinCheckPool, hash_pin, pin_matches

KEY, OTHER = DataKey(b"k" * 32), DataKey(b"o" * 32)
HASH = hash_pin("4826")


def test_a_pin_cannot_be_tried_without_the_key() -> None:
    kept = seal_pin(KEY, HASH)
    assert HASH not in kept
    assert not pin_matches(kept, "4826")
    assert not PinCheckPool(OTHER).fits(kept, "4826")
    assert not PinCheckPool().fits(kept, "4826")
    assert PinCheckPool(KEY).fits(kept, "4826")
    assert not PinCheckPool(KEY).fits(kept, "4827")


def test_a_pin_that_comes_again_is_sealed_the_same_and_no_seal_is_put_on_a_seal() -> None:
    kept = seal_pin(KEY, HASH)
    assert kept.startswith(SEALED_PREFIX)
    assert kept == seal_pin(KEY, HASH) == seal_pin(KEY, kept)
    assert open_pin(KEY, kept) == open_pin(KEY, HASH) == HASH


def test_what_is_no_seal_is_nobodys_pin() -> None:
    for kept in (SEALED_PREFIX, SEALED_PREFIX + "?", SEALED_PREFIX + "QUJD", seal_pin(KEY, HASH)[:-4]):
        assert open_pin(KEY, kept) == ""


def test_a_code_or_secret_cannot_be_found_by_trying_without_the_key() -> None:
    code, digest = b"2000000000008", sha256(b"1234").hexdigest()
    assert code_mac(KEY, code) == code_mac(KEY, code)
    assert len(code_mac(KEY, code)) == CODE_HMAC_BYTES
    assert len({code_mac(KEY, code), code_mac(OTHER, code), sha256(code).digest()[:CODE_HMAC_BYTES]}) == 3
    assert secret_mac(KEY, digest) == secret_mac(KEY, digest.upper())
    assert len({secret_mac(KEY, digest), secret_mac(OTHER, digest), digest}) == 3
