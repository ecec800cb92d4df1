"""A data key sealed for HQ: only HQ's recovery key opens it, and a line that was altered opens nothing."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from edge.crypto.data_key import DataKey, NoDataKey, data_key_from_text, data_key_to_text
from edge.crypto.sealed_data_key import (
    NotSealed,
    open_data_key,
    parse_recovery_private,
    parse_recovery_public,
    recovery_private_to_text,
    recovery_public_to_text,
    seal_data_key,
)
from edge.crypto.sealed_data_key import sealed_key_from_text as sealed_from_text

HQ = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEY = DataKey(bytes(range(32)))


@given(st.binary(min_size=32, max_size=32))
def test_the_line_comes_back_as_the_key(secret: bytes) -> None:
    key = DataKey(secret)
    line = seal_data_key(key, "ginza", HQ.public_key()).text
    assert open_data_key(sealed_from_text(f" {line}\n"), HQ) == key
    assert data_key_from_text(data_key_to_text(key) + "\n") == key


def test_another_recovery_key_opens_nothing() -> None:
    sealed = seal_data_key(KEY, "ginza", HQ.public_key())
    with pytest.raises(NotSealed, match="sealed for the recovery key"):
        open_data_key(sealed, X25519PrivateKey.generate())


def test_no_character_of_the_line_can_be_another() -> None:
    line = seal_data_key(KEY, "ginza", HQ.public_key()).text
    for place in range(len(line)):
        other = "a" if line[place] != "a" else "b"
        altered = line[:place] + other + line[place + 1 :]
        try:
            key = open_data_key(sealed_from_text(altered), HQ)
        except NotSealed:
            continue
        assert place == len(line) - 1, (place, key)  # base64's last character has bits to spare
        assert key == KEY


def test_without_a_recovery_key_the_line_only_says_which_key_it_was() -> None:
    line = seal_data_key(KEY, "ginza", None).text
    assert line == f"noren-key-1.ginza.{KEY.id}.-.-"
    with pytest.raises(NotSealed, match="sealed for nobody"):
        open_data_key(sealed_from_text(line), HQ)


def test_keys_of_hqs_come_back_from_their_text() -> None:
    assert (
        parse_recovery_public(recovery_public_to_text(HQ.public_key())).public_bytes_raw()
        == HQ.public_key().public_bytes_raw()
    )
    assert parse_recovery_private(recovery_private_to_text(HQ)).private_bytes_raw() == HQ.private_bytes_raw()


@pytest.mark.parametrize("text", ["", "noren-key-1", "noren-key-2.ginza.0011223344556677.-.-", "x" * 300])
def test_what_is_no_line_is_said(text: str) -> None:
    with pytest.raises(NotSealed):
        sealed_from_text(text)


@pytest.mark.parametrize("text", ["", "abc", "あ", "A" * 42, "A" * 44])
def test_what_is_no_data_key_is_said_and_not_shown(text: str) -> None:
    with pytest.raises(NoDataKey) as refused:
        data_key_from_text(text)
    assert not text or text not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    assert KEY.secret.hex() not in repr(KEY) + repr(KEY.pages("store.db"))
    assert KEY.pages("hq.db") == KEY.pages("hq.db.new") != KEY.pages("store.db")


@pytest.mark.parametrize("first", [0, 1])
def test_a_recovery_key_with_which_nothing_is_secret_is_none(first: int) -> None:
    """A start that had one in its settings ended with a traceback."""
    with pytest.raises(NotSealed, match="noren hq data-key"):
        parse_recovery_public(base64.urlsafe_b64encode(bytes([first]) + bytes(31)).decode())
