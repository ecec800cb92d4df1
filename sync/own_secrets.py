"""The box's own secrets for the MQTT connection: each secret's file named in [hq] is plain or sealed with the data key."""

from edge.config.toml_schema import BadConfig
from edge.crypto import sealed_pem
from edge.crypto.data_key import DataKey
from edge.crypto.sealed_secret import NotOpened, SecretUse, is_sealed, open_secret, require_sealed
from edge.validation.fault import Fault
from edge.validation.setting_file import read_file_of_setting


def read_secret(use: SecretUse, file: str | None, key: DataKey | None) -> str | None:
    """The one line in a secret's file, or None if no file is named; `key` opens sealed secrets. Raises BadConfig."""
    if file is None:
        return None
    data = _content(use, file)
    if is_sealed(data):
        try:
            data = open_secret(_at_hand(use, file, key), use, data)
        except NotOpened as why:
            raise _bad(use, file, why) from None
    try:
        secret = data.decode().strip()
    except UnicodeDecodeError:
        raise BadConfig(Fault(f"hq.{use}", f"expected one line of text in {file}")) from None
    if not secret:
        raise BadConfig(Fault(f"hq.{use}", f"expected one line of text in {file}, which is empty"))
    return secret


def tls_password(file: str | None, key: DataKey | None) -> str | None:
    """The password of the TLS key in that file; None for a key that is not sealed. Raises BadConfig."""
    if file is None or not is_sealed(data := _content("key_file", file)):
        return None
    key = _at_hand("key_file", file, key)
    try:
        require_sealed(key, "key_file", data)
    except NotOpened as why:
        raise _bad("key_file", file, why) from None
    return sealed_pem.pem_password(key)


def _content(use: SecretUse, file: str) -> bytes:
    told = read_file_of_setting(f"hq.{use}", file)
    if isinstance(told, Fault):
        raise BadConfig(told)
    return told


def _at_hand(use: SecretUse, file: str, key: DataKey | None) -> DataKey:
    if key is None:
        what = f"{file} is sealed, and the data key is not available here: it was not checked"
        raise BadConfig(Fault(f"hq.{use}", what, sealed=True))
    return key


def _bad(use: SecretUse, file: str, why: NotOpened) -> BadConfig:
    return BadConfig(Fault(f"hq.{use}", f"{file} cannot be opened: {why}"))
