"""A sealed secret opens with its box's data key, for its own use, and only as it was written."""

import ssl
from pathlib import Path

import pytest

from edge.crypto import sealed_pem
from edge.crypto.data_key import DataKey
from edge.crypto.sealed_pem import NoPem
from edge.crypto.sealed_secret import SECRET_USES, NotOpened, SecretUse, is_sealed, open_secret, seal_secret
from tests.sync.certificates import Authority

KEY, OTHER = DataKey(bytes(range(32))), DataKey(b"o" * 32)
LINES: tuple[SecretUse, ...] = ("signing_key_file", "password_file")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate and its key."""
    certificate, key = Authority(tmp_path).issue("ginza")
    return Path(certificate), Path(key)


def pem(place: Path) -> bytes:
    return place.read_bytes()


@pytest.mark.parametrize("use", LINES)
@pytest.mark.parametrize("secret", [b"one line\n", b"without an end", "暖簾".encode(), b"", bytes(range(256))])
def test_it_opens_as_it_was_and_is_one_line_of_ascii(use: SecretUse, secret: bytes) -> None:
    made = seal_secret(KEY, use, secret)
    assert open_secret(KEY, use, made) == secret
    assert (made.count(b"\n"), made.isascii(), is_sealed(made), is_sealed(secret)) == (1, True, True, False)
    assert made == seal_secret(KEY, use, secret)


def test_a_tls_key_is_opened_by_the_tls_library_itself(pair: tuple[Path, Path]) -> None:
    certificate, key = pair
    plain = pem(key)
    key.write_bytes(seal_secret(KEY, "key_file", plain))
    assert open_secret(KEY, "key_file", pem(key)) == plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_cert_chain(certificate, key, password=sealed_pem.pem_password(KEY))
    for wrong in (sealed_pem.pem_password(OTHER), ""):
        with pytest.raises(ssl.SSLError):
            context.load_cert_chain(certificate, key, password=wrong)


def test_a_certificate_in_the_file_of_the_key_stays_there(pair: tuple[Path, Path]) -> None:
    both = pem(pair[0]) + pem(pair[1]) + pem(pair[0])
    made = seal_secret(KEY, "key_file", both)
    assert made.count(pem(pair[0])) == 2
    assert b"BEGIN PRIVATE KEY" not in made
    assert open_secret(KEY, "key_file", made) == both


@pytest.mark.parametrize("text", [b"", b"no pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_not_sealed_as_one(text: bytes) -> None:
    with pytest.raises(NoPem):
        seal_secret(KEY, "key_file", text)


def test_two_keys_and_a_key_with_a_password_are_refused(pair: tuple[Path, Path]) -> None:
    with pytest.raises(NoPem, match="expected one private key in PEM, got 2"):
        seal_secret(KEY, "key_file", pem(pair[1]) * 2)
    with pytest.raises(NoPem, match="another password"):
        seal_secret(KEY, "key_file", sealed_pem.encrypt_pem(OTHER, pem(pair[1])))


@pytest.mark.parametrize("use", SECRET_USES)
def test_another_boxs_key_opens_nothing_and_is_told_apart_by_name(use: SecretUse, pair: tuple[Path, Path]) -> None:
    made = seal_secret(KEY, use, pem(pair[1]))
    with pytest.raises(NotOpened, match=f"data key {KEY.id}, and the one that is here is {OTHER.id}"):
        open_secret(OTHER, use, made)
    renamed = made.replace(KEY.id.encode(), OTHER.id.encode())
    with pytest.raises(NotOpened, match="damaged"):
        open_secret(OTHER, use, renamed)


def test_one_secret_cannot_be_put_in_anothers_place() -> None:
    made = seal_secret(KEY, "password_file", b"secret")
    with pytest.raises(NotOpened, match="sealed as `password_file`, and is named as `signing_key_file`"):
        open_secret(KEY, "signing_key_file", made)
    with pytest.raises(NotOpened, match="damaged"):
        open_secret(KEY, "signing_key_file", made.replace(b"password_file", b"signing_key_file"))


def test_no_character_of_it_can_be_changed() -> None:
    made = seal_secret(KEY, "password_file", b"a secret of a shop")
    for at in range(len(made) - 1):
        changed = bytearray(made)
        changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
        if at == len(made) - 2 and open_or_none(bytes(changed)) == b"a secret of a shop":
            continue  # the last character of base64 has bits without meaning
        assert open_or_none(bytes(changed)) is None, at


def open_or_none(data: bytes) -> bytes | None:
    try:
        return open_secret(KEY, "password_file", data)
    except NotOpened:
        return None


@pytest.mark.parametrize(
    "text", ["", ".", ".x.y", ".id.password_file", ".id.web_key.AAAA", ".id.password_file.***", ".\xff"]
)
def test_what_is_damaged_is_said_in_words(text: str) -> None:
    with pytest.raises(NotOpened):
        open_secret(KEY, "password_file", b"noren-sealed-1" + text.encode("latin-1"))
