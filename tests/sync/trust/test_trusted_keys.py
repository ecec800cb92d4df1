"""A box's trust in HQ's keys moves forward only, whichever of its files is lost, put back, or torn."""

import logging
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw
from sqlite_utils import Database

from edge.facts.fact import RelayedFact
from edge.platform.database import open_store
from edge.platform.migration import migrate
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey, new_key, public_to_text
from sync.protocol.envelope import seal_message
from sync.protocol.messages import FeedPage, FeedRow
from sync.transport.mqtt_events import MessageReceived
from sync.trust.key_chain import sign_vouch
from sync.trust.key_ledger import KEY_LEDGER_FILE
from sync.trust.message_auth import MessageAuth
from sync.trust.trusted_keys import TrustedKeys, read_trusted_keys

ONE, TWO, THIEF = (new_key(f"hq-{number}") for number in (1, 2, 9))
ENROLLED = {ONE.id: ONE.public}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    with open_store(tmp_path) as store:
        yield store


def row(key: SigningKey, **more: object) -> FeedRow:
    return FeedRow(key=key.id, version=1, body=Raw(msgspec.json.encode({"public": public_to_text(key.public), **more})))


def started(db: Database, tmp_path: Path) -> TrustedKeys:
    return TrustedKeys(db, tmp_path, "chain", ENROLLED)


def rotated(db: Database, tmp_path: Path) -> None:
    """HQ has sent its second key, and revoked the first one."""
    started(db, tmp_path).add_signed_rows([row(TWO), row(ONE, revoked=True)])


def test_a_revoked_key_of_noren_toml_never_counts_again_though_store_db_is_put_back(
    db: Database, tmp_path: Path
) -> None:
    rotated(db, tmp_path)
    db.conn.execute("delete from hq_keys")  # as a backup from before has it
    assert set(started(db, tmp_path).keys) == {TWO.id}
    assert set(read_trusted_keys(ENROLLED, db)) == {TWO.id}  # and store.db knows again


def test_a_replacement_box_knows_what_the_backup_knows(db: Database, tmp_path: Path) -> None:
    rotated(db, tmp_path)
    (tmp_path / KEY_LEDGER_FILE).unlink()
    assert set(started(db, tmp_path).keys) == {TWO.id}
    db.conn.execute("delete from hq_keys")
    assert set(started(db, tmp_path).keys) == {TWO.id}  # and the file knows again


def test_nothing_hq_says_makes_a_revoked_key_count_again(db: Database, tmp_path: Path) -> None:
    rotated(db, tmp_path)
    trust = started(db, tmp_path)
    trust.add_signed_rows([row(ONE), row(TWO, revoked=True), row(TWO), FeedRow(key=ONE.id, version=9)])
    assert trust.keys == {}
    assert started(db, tmp_path).keys == {}


def test_a_revoked_key_does_not_count_under_another_name_in_noren_toml(db: Database, tmp_path: Path) -> None:
    rotated(db, tmp_path)
    assert set(TrustedKeys(db, tmp_path, "chain", {"again": ONE.public}).keys) == {TWO.id}


def test_a_key_that_hq_takes_back_counts_no_more(db: Database, tmp_path: Path) -> None:
    trust = started(db, tmp_path)
    trust.add_signed_rows([row(TWO)])
    trust.add_signed_rows([FeedRow(key=TWO.id, version=2)])
    assert set(trust.keys) == set(started(db, tmp_path).keys) == {ONE.id}


def test_a_revoked_keys_word_for_a_thiefs_key_is_worth_nothing(db: Database, tmp_path: Path) -> None:
    rotated(db, tmp_path)
    trust = started(db, tmp_path)
    said = sign_vouch(ONE, "chain", "counts", THIEF.id, public_to_text(THIEF.public))
    assert not trust.add_proven_rows([row(THIEF, vouched=[said])])
    assert set(trust.keys) == {TWO.id}


def test_a_line_torn_by_a_power_cut_costs_that_line_only(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rotated(db, tmp_path)
    torn = (tmp_path / KEY_LEDGER_FILE).read_bytes().rstrip()[:-9]
    (tmp_path / KEY_LEDGER_FILE).write_bytes(torn)
    db.conn.execute("delete from hq_keys where key = 'hq-1'")
    started(db, tmp_path).add_signed_rows([row(ONE, revoked=True)])
    assert set(started(db, tmp_path).keys) == {TWO.id}
    assert "is left out" in caplog.text


def test_an_installer_reads_in_the_log_that_no_key_counts_and_what_to_do(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started(db, tmp_path).add_signed_rows([row(ONE, revoked=True)])
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert started(db, tmp_path).keys == {}
    assert "key hq-1 of noren.toml is revoked" in caplog.text
    assert "`noren hq keys list`" in caplog.text


def test_a_page_of_keys_however_mangled_proves_nothing_and_fells_nobody(db: Database, tmp_path: Path) -> None:
    """The door at which a message is read before anybody knows who signed it."""
    topic = topics.feed_topic("chain", topics.ALL_STORES, "keys")
    said = sign_vouch(ONE, "chain", "counts", TWO.id, public_to_text(TWO.public))
    true = seal_message(
        topic, FeedPage(feed="keys", epoch="e", since=0, version=1, more=False), [row(TWO, vouched=[said])], TWO
    )
    dice = random.Random(20261127)
    told: list[RelayedFact] = []
    ear = MessageAuth(started(db, tmp_path), told.append, "chain", "ginza")
    for _ in range(3000):
        payload = bytearray(true)
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(payload))
            payload[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
        if payload != true:
            assert ear.open(MessageReceived(topic, bytes(payload))) is None or bytes(payload) == true
    assert set(ear.trust.keys) <= {ONE.id, TWO.id}  # the row may have stayed whole; nobody else has come in
    assert ear.open(MessageReceived(topic, true)) is not None
    assert set(ear.trust.keys) == {ONE.id, TWO.id}
