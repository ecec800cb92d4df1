"""Codes that name their encoding come out as UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.decode.engines.eci import to_utf8


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (b"\\000026\xe6\x97\xa5", "日"),
        (b"\\000020\x93\xfa", "日"),
        (b"\\000003\xb6\\000007\xb6", "¶Ж"),
        (b"caf\xe9\\000009\xe1", "caféα"),
        (b"\\000026a\\\\b", "a\\b"),
    ],
)
def test_a_named_encoding_is_followed(told: bytes, text: str) -> None:
    assert to_utf8(told, b"raw") == text.encode()


@pytest.mark.parametrize("told", [b"plain", b"\x93\xfa\\\\", b"\\000899\x00\x01", b"\\000026\xff", b"\\000020\x93"])
def test_bytes_stay_as_they_are_without_a_name_we_can_follow(told: bytes) -> None:
    assert to_utf8(told, b"raw") == b"raw"


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fall(told: bytes) -> None:
    assert isinstance(to_utf8(told, b"raw"), bytes)
