"""Keys that are everybody's are nobody's: not HQ's, not a store's, wherever they are met."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge.config.toml_schema import BadConfig, HqSection
from sync.hq.enrolment import keys
from sync.hq.errors import NotPossible
from sync.hq.schema import HQ_DB, migrate, open_hq_store
from sync.protocol.compromised_keys import refuse_known_key
from sync.protocol.ed25519_keys import BadKey, base64url_text, new_key, private_from_text, public_to_text
from sync.trust import trusted_keys
from tests.sync.hq.cli.test_main import refused, said

RFC_8032 = {  # public halves as the standards print them
    "8032 test 1": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "8032 test 2": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "8032 test 3": "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "8032 test 1024": "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
    "8032 test sha": "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    "8032 ctx": "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
    "8032 ctx 4": "0f1d1274943b91415889152e893d80e93275a1fc0b65fd71b4b0dda10ad7d772",
    "8410": "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
    "identity": "0100000000000000000000000000000000000000000000000000000000000000",
    "identity, other sign": "0100000000000000000000000000000000000000000000000000000000000080",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
}
SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"  # RFC 8032, test 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "hq"
    said(place, "init", "--chain", "test")
    return place


def public(name: str) -> str:
    return base64url_text(bytes.fromhex(RFC_8032[name]))


@pytest.mark.parametrize("name", RFC_8032)
def test_what_a_standard_prints_and_what_anybody_can_sign_under_is_no_key(name: str) -> None:
    with pytest.raises(BadKey, match="make another one"):
        refuse_known_key(Ed25519PublicKey.from_public_bytes(bytes.fromhex(RFC_8032[name])))


@pytest.mark.parametrize("seed", [bytes(32), b"k" * 32, bytes(range(32)), bytes(range(1, 33))])
def test_what_a_person_types_as_a_key_is_none(seed: bytes) -> None:
    with pytest.raises(BadKey, match="can be guessed"):
        refuse_known_key(private_from_text(base64url_text(seed)).public)


def test_a_key_that_was_drawn_is_one() -> None:
    for _ in range(20):
        refuse_known_key(new_key().public)


@pytest.mark.parametrize("name", RFC_8032)
def test_headquarters_takes_none_for_a_key_of_its_own(folder: Path, name: str) -> None:
    file = folder.parent / "keys.csv"
    file.write_text(f"key,public,revoked\nnext,{public(name)},false\n")
    assert "make another one" in refused(folder, "push", "keys", str(file))


def test_headquarters_signs_with_none(folder: Path) -> None:
    (folder / keys.HQ_KEY_FILE).write_bytes(msgspec.json.encode({"id": "hq-1", "private": SEED}))
    with pytest.raises(NotPossible, match="make another one"):
        keys.read_hq_key(folder)


def test_headquarters_believes_no_store_that_has_one(tmp_path: Path) -> None:
    migrate(tmp_path)
    db = open_hq_store(tmp_path)
    try:
        for store, key in (("ginza", private_from_text(SEED)), ("yokohama", new_key())):
            db.conn.execute(
                "insert into stores (id, name, public_key, since) values (?, '', ?, '')",
                (store, public_to_text(key.public)),
            )
        assert keys.read_stores(db).ids == ["yokohama"]
        assert (tmp_path / HQ_DB).exists()
    finally:
        db.conn.close()


def test_a_box_takes_none_for_headquarters_nor_for_its_own(tmp_path: Path) -> None:
    seed = tmp_path / "store-signing.key"
    seed.write_text(f"{SEED}\n")
    hq = HqSection(broker="mqtt://h:1883", keys={"hq-1": public("8032 test 2")}, signing_key_file=str(seed))
    for read, key in ((trusted_keys.enrolled_keys, "hq.keys.hq-1"), (trusted_keys.own_key, "hq.signing_key_file")):
        with pytest.raises(BadConfig) as bad:
            read(hq)
        (fault,) = bad.value.faults
        assert fault.path == key
        assert "make another one" in fault.what
