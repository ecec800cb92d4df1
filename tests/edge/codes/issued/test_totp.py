"""One-time passwords against the vectors of RFC 6238 and RFC 4226."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.issued import totp

SECRETS = {
    "sha1": b"12345678901234567890",
    "sha256": b"12345678901234567890123456789012",
    "sha512": b"1234567890123456789012345678901234567890123456789012345678901234",
}
# RFC 6238 appendix B
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


@pytest.mark.parametrize(("now", "sha1", "sha256", "sha512"), VECTORS)
def test_the_vectors_of_rfc_6238_hold(now: int, sha1: str, sha256: str, sha512: str) -> None:
    for algorithm, code in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        assert totp.verify_password(SECRETS[algorithm], code, now, 0, algorithm)
        assert totp.matching_step(SECRETS[algorithm], code, now, 0, algorithm) == now // 30


def test_the_vectors_of_rfc_4226_hold() -> None:
    # RFC 4226 appendix D, counters 0 to 9
    codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [totp.one_time_password(SECRETS["sha1"], step) for step in range(10)] == codes


def test_the_drift_window_is_as_wide_as_said_and_no_wider() -> None:
    code = totp.one_time_password(SECRETS["sha1"], 1000)
    assert [totp.verify_password(SECRETS["sha1"], code, 30 * step, 1) for step in range(998, 1003)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert not totp.verify_password(SECRETS["sha1"], code, 30 * 1001, 0)


def test_one_step_either_way_is_allowed_unless_said_otherwise() -> None:
    code = totp.one_time_password(SECRETS["sha1"], 1000)
    steps = range(998, 1003)
    assert [totp.verify_password(SECRETS["sha1"], code, 30 * step) for step in steps] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert [totp.matching_step(SECRETS["sha1"], code, 30 * step) for step in steps] == [None, 1000, 1000, 1000, None]


def test_the_step_that_matched_is_told_so_that_it_can_be_used_up() -> None:
    code = totp.one_time_password(SECRETS["sha1"], 1000)
    assert totp.matching_step(SECRETS["sha1"], code, 30 * 1001, 2) == 1000


@pytest.mark.parametrize("code", ["", "12345", "123456789", "12345a", "１２３４５６", "-12345", " 12345"])
def test_what_is_no_password_never_holds(code: str) -> None:
    assert not totp.verify_password(SECRETS["sha1"], code, 59)


def test_a_password_of_nine_digits_is_none_though_the_sum_is_right() -> None:
    assert not totp.verify_password(SECRETS["sha1"], totp.one_time_password(SECRETS["sha1"], 1000, 9), 30_000)
    assert not totp.verify_password(SECRETS["sha1"], totp.one_time_password(SECRETS["sha1"], 1000, 5), 30_000)


def test_another_members_secret_does_not_open() -> None:
    assert not totp.verify_password(b"another secret of 20", totp.one_time_password(SECRETS["sha1"], 1000), 30_000)


@given(st.binary(min_size=1, max_size=64), st.integers(0, 2**33), st.sampled_from([6, 7, 8]))
def test_every_password_holds_at_its_own_time(secret: bytes, now: int, digits: int) -> None:
    assert totp.verify_password(secret, totp.one_time_password(secret, now // 30, digits), now, 0)
