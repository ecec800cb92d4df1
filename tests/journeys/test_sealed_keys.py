"""A box whose own secrets are sealed speaks to HQ, its card shows none of them, and a lost data key brings them back."""

import base64
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from edge.demo.ports import free_port
from edge.key_files.data_key_file import CREDENTIAL_NAME, DATA_KEY_FILE
from edge.key_files.key_note import NOTE_FILE
from edge.key_files.own_secrets import CLEAR_KEYS_NOTE_FILE
from edge.platform.os_errors import EX_CONFIG
from sync.protocol.ed25519_keys import private_from_text
from tests.processes.sync_and_hq import Ends, built, noren, until, up
from tests.sync.certificates import Authority
from tests.sync.conftest import Mosquitto

PASSWORD = "kirschbluete-am-teich-47"
FACTS = 30


@dataclass
class Box:
    """A store whose line is TLS with a certificate and a password, too; `handed` is what systemd opens for it."""

    ends: Ends[Mosquitto]
    handed: Path

    @property
    def settings(self) -> Path:
        return self.ends.folder / "noren.toml"

    @property
    def keys(self) -> Path:
        return self.ends.folder / "keys"

    @property
    def data(self) -> Path:
        return self.ends.folder / "data"

    def files(self) -> dict[str, bytes]:
        """What is on its card, if the data key is sealed.

        As another process sees it: one that closes a file ends the locks that SQLite has in it (fcntl(2)).
        """
        copy = self.ends.folder / "card"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        subprocess.run(["cp", "-r", self.keys, self.data, self.settings, copy], check=True)
        return {file.name: file.read_bytes() for file in copy.rglob("*") if file.is_file()}

    def shown(self, secrets: dict[str, bytes]) -> set[str]:
        return {name for name, secret in secrets.items() for data in self.files().values() if secret in data}

    def speaks(self) -> None:
        self.ends.tell(FACTS)
        with up(self.ends):
            until(self.ends.is_all_kept)


def said(*words: object) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "edge", *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "keys").mkdir()
    return Authority(tmp_path / "keys")


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    passwords = tmp_path / "passwords"
    passwords.touch(0o600)
    for name in ("hq", "ginza"):
        subprocess.run(["mosquitto_passwd", "-b", passwords, name, PASSWORD], check=True)
    certificate, key = authority.issue("broker")
    changes = {"cafile": authority.file, "certfile": certificate, "keyfile": key, "crlfile": authority.revoke()}
    changes |= {"require_certificate": "true", "use_identity_as_username": "false"}
    changes |= {"allow_anonymous": "false"}
    one = Mosquitto(tmp_path, free_port(), f"password_file {passwords}\n", changes)
    one.start()
    yield one
    one.kill()


@pytest.fixture
def box(tmp_path: Path, broker: Mosquitto, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Box:
    """It has started once, and its data key is sealed by systemd since; its own secrets lie in the clear."""
    (tmp_path / "hq-password").write_text(PASSWORD)
    hq_certificate, hq_key = authority.issue("hq")
    serve = ["--username", "hq", "--password-file", str(tmp_path / "hq-password"), "--ca-file", authority.file]
    serve += ["--cert-file", hq_certificate, "--key-file", hq_key]
    (tmp_path / "keys" / "password").write_text(f"{PASSWORD}\n")
    authority.issue("ginza")
    lines = 'username = "ginza"\npassword_file = "keys/password"\n'
    lines += f'ca_file = "{authority.file}"\ncert_file = "keys/ginza.crt"\nkey_file = "keys/ginza.key"\n'
    ends = built(tmp_path, broker, f"mqtts://127.0.0.1:{broker.port}", lines, serve)
    one = Box(ends, tmp_path / "handed")
    (tmp_path / "hq/stores/ginza/store-signing.key").rename(one.keys / "store-signing.key")
    text = one.settings.read_text(encoding="utf-8").replace("hq/stores/ginza/store-signing", "keys/store-signing")
    one.settings.write_text(text, encoding="utf-8")
    one.handed.mkdir()
    (one.data / DATA_KEY_FILE).rename(one.handed / CREDENTIAL_NAME)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(one.handed))
    for name in ("hq.key", "broker.key"):  # theirs, and not on this card
        (one.keys / name).rename(one.keys.parent / name)
    ends.serve = [*serve[:-1], str(tmp_path / "hq.key")]
    return one


@pytest.fixture
def secrets(box: Box) -> dict[str, bytes]:
    """As they would lie on a card: as text, and their bytes."""
    seed = (box.keys / "store-signing.key").read_text().strip()
    raw = base64.urlsafe_b64decode(seed + "=" * (-len(seed) % 4))
    pem = (box.keys / "ginza.key").read_bytes()
    tls = serialization.load_pem_private_key(pem, None)
    assert isinstance(tls, EllipticCurvePrivateKey)
    scalar = tls.private_numbers().private_value.to_bytes(32, "big")
    return {
        "seed": seed.encode(),
        "seed's bytes": raw,
        "seed in base64": base64.b64encode(raw).rstrip(b"="),
        "seed in hex": raw.hex().encode(),
        "password": PASSWORD.encode(),
        "tls key": pem.splitlines()[1],
        "tls key's bytes": scalar,
    }


def test_a_box_of_sealed_keys_talks_to_hq_and_its_card_has_none_of_them(box: Box, secrets: dict[str, bytes]) -> None:
    own = private_from_text(secrets["seed"].decode()).id
    assert box.shown(secrets) >= {"seed", "password", "tls key"}, "the search finds what is there to be found"
    code, told = said("migrate", "--config", box.settings)
    assert code == 0
    assert "noren seal-keys" in told
    assert (box.data / CLEAR_KEYS_NOTE_FILE).read_text() == "store-signing.key, password, ginza.key\n"

    noren("seal-keys", "--config", box.settings)
    assert box.shown(secrets) == set()
    before = box.files()
    noren("seal-keys", "--config", box.settings)
    assert box.files() == before, "twice changes nothing"
    assert said("check", "--config", box.settings) == (0, f"{box.settings}: nothing is wrong\n")
    code, told = said("migrate", "--config", box.settings)
    assert (code, "noren seal-keys" in told, (box.data / CLEAR_KEYS_NOTE_FILE).exists()) == (0, False, False)
    box.speaks()
    assert box.shown(secrets) == set(), "after a day's work"

    noren("seal-keys", "--open", "--config", box.settings)
    assert private_from_text((box.keys / "store-signing.key").read_text().strip()).id == own
    assert box.shown(secrets) >= {"seed", "password", "tls key"}


def test_a_lost_data_key_comes_back_from_hq_and_the_sealed_keys_with_it(box: Box) -> None:
    noren("seal-keys", "--config", box.settings)
    (box.handed / CREDENTIAL_NAME).unlink()
    before = box.files()

    code, told = said("check", "--config", box.settings)
    assert code == 0, "what cannot be looked into is no fault"
    assert told.count("is sealed, and the data key is not available here: it was not checked") == 3
    for words in (("migrate",), ("run", "sync"), ("seal-keys",), ("seal-keys", "--open")):
        code, told = said(*words, "--config", box.settings)
        assert (code, "ask HQ for it" in told) == (EX_CONFIG, True), told
    assert box.files() == before

    opened = box.ends.folder / "opened.key"
    noren("hq", "data-key", box.data / NOTE_FILE, "--dir", box.ends.hq, "--out", opened)
    opened.rename(box.handed / CREDENTIAL_NAME)
    box.speaks()
