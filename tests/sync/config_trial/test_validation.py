"""Whether a config can be at all, before anything lives with it: its broker, and the authorities that come with it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.config.document import BadConfigDocument
from edge.config.toml_schema import Config
from edge.crypto import sealed_secret
from edge.platform.sqlite_file import key_of_folder
from sync.config_trial.validation import broker_of_config, validate_config
from tests.edge.floor import config
from tests.support.keyed_databases import unlocked
from tests.sync.certificates import Authority


@pytest.fixture
def ground(tmp_path: Path) -> Config:
    return config(tmp_path)


def body(**broker: Any) -> str:
    return json.dumps({"box": {"broker": {"url": "mqtts://new.example", **broker}}})


def test_a_broker_is_the_configs_with_the_passwords_and_keys_of_noren_toml(ground: Config, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame")
    safe = msgspec.structs.replace(ground.hq, broker="mqtts://old.example", password_file=str(secret))
    ground = msgspec.structs.replace(ground, hq=safe)
    text = body(username="ginza-2", protocol="3.1.1")
    broker = broker_of_config(validate_config(ground, 1, "e", 1, text), text)
    assert (str(broker), broker.tls) == ("new.example:8883", True)
    assert (broker.username, broker.password, broker.protocol) == ("ginza-2", "open sesame", "3.1.1")


def test_the_password_of_a_config_on_trial_may_be_sealed(ground: Config, tmp_path: Path) -> None:
    key, secret = key_of_folder(unlocked(tmp_path)), tmp_path / "password"
    assert key
    secret.write_bytes(sealed_secret.seal_secret(key, "password_file", b"open sesame"))
    ground = msgspec.structs.replace(ground, hq=msgspec.structs.replace(ground.hq, password_file=str(secret)))
    broker = broker_of_config(validate_config(ground, 1, "e", 1, body()), body())
    assert broker.password == "open sesame"
    assert "sesame" not in repr(broker)


def test_authorities_that_come_with_a_broker_are_put_down_once_and_anew_where_they_are_gone(
    ground: Config, tmp_path: Path
) -> None:
    pem = Path(Authority(tmp_path).file).read_text()
    text = body(ca=pem)
    settings = validate_config(ground, 1, "e", 1, text)
    file = Path(settings.config.hq.ca_file or "")
    assert (file.parent, file.read_text()) == (tmp_path, pem)
    file.unlink()
    assert broker_of_config(settings, text).ca_file == str(file)
    assert file.read_text() == pem


@pytest.mark.parametrize(
    ("broker", "path", "words"),
    [
        ({"ca": "trust me"}, "box.broker.ca", "expected certificates as PEM"),
        ({"ca": "信じて"}, "box.broker.ca", "expected certificates as PEM"),
        ({"url": "mqtts://new.example:99999"}, "box.broker", "99999"),
        ({"protocol": "4"}, "box.broker.protocol", "expected one of 3.1.1, 5; got `4`"),
    ],
)
def test_a_broker_that_cannot_be_is_told_with_its_path(
    ground: Config, broker: dict[str, str], path: str, words: str
) -> None:
    with pytest.raises(BadConfigDocument) as bad:
        validate_config(ground, 1, "e", 1, body(**broker))
    assert bad.value.path == path
    assert words in bad.value.reason


def test_authorities_that_cannot_be_written_down_are_a_reason_and_no_crash(ground: Config, tmp_path: Path) -> None:
    pem = Path(Authority(tmp_path).file).read_text()
    store = msgspec.structs.replace(ground.store, data=str(tmp_path / "gone"))
    with pytest.raises(BadConfigDocument, match="cannot be written down"):
        validate_config(msgspec.structs.replace(ground, store=store), 1, "e", 1, body(ca=pem))
