"""HQ's next key: damaged or leaked, it is discarded, and revoked if the stores have it."""

from pathlib import Path

import pytest

from edge.validation.row_codec import decode_row
from sync.hq.enrolment import keys
from sync.hq.enrolment.founding import open_headquarters
from sync.protocol.ed25519_keys import new_key, public_to_text
from sync.protocol.feed_types import HqKey
from sync.trust.key_chain import proven_keys
from tests.sync.hq.cli.test_main import refused, run, said

CHAIN = "test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "hq"
    said(place, "init", "--chain", CHAIN)
    return place


def told(folder: Path) -> dict[str, HqKey]:
    with open_headquarters(folder) as db:
        found = db.conn.execute("select key, body from rows where feed = 'keys' and body is not null").fetchall()
    return {key: decode_row(body, HqKey) for key, body in found}


def next_id(folder: Path) -> str:
    return keys.read_hq_key(folder, keys.NEXT_HQ_KEY_FILE).id


DAMAGED = {"empty": b"", "half": b'{"id":"a","pri', "no text": b"\xff\xfe", "no key": b'{"id":"a","private":"AAAA"}'}
COMMANDS = (("list",), ("prepare",), ("switch",), ("revoke", "x"))


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("words", COMMANDS)
def test_a_damaged_next_key_is_a_sentence_that_says_the_way_out(
    folder: Path, damage: str, words: tuple[str, ...]
) -> None:
    said(folder, "keys", "prepare")
    (folder / keys.NEXT_HQ_KEY_FILE).write_bytes(DAMAGED[damage])
    told = refused(folder, "keys", *words)
    assert "hq-key-next.json cannot be used" in told
    assert "`noren hq keys discard` throws the next key away" in told
    said(folder, "keys", "discard")
    assert run(folder, "keys", "list").exit_code == 0


def test_a_damaged_key_to_sign_with_says_so_before_anything_starts(folder: Path) -> None:
    (folder / keys.HQ_KEY_FILE).write_bytes(b"{}")
    assert "Put it back from where it is kept" in refused(folder, "serve")
    assert "Put it back from where it is kept" in refused(folder, "stores", "add", "ginza")
    (folder / keys.HQ_KEY_FILE).unlink()
    assert "Put it back from where it is kept" in refused(folder, "serve")


def test_a_next_key_that_has_leaked_is_revoked_where_stores_know_it_and_another_is_made(folder: Path) -> None:
    said(folder, "keys", "prepare")
    signing, leaked = keys.read_hq_key(folder), keys.read_hq_key(folder, keys.NEXT_HQ_KEY_FILE)
    assert "`noren hq keys discard`" in refused(folder, "keys", "revoke", leaked.id)
    out = said(folder, "keys", "discard")
    assert f"key {leaked.id} is revoked" in out
    assert next_id(folder) in out
    assert next_id(folder) != leaked.id
    rows = told(folder)
    assert rows[leaked.id].revoked
    store = {signing.id: signing.public, leaked.id: leaked.public}  # a store that had received it
    known = {one.key: one.revoked for one in proven_keys(CHAIN, store, {}, rows)}
    assert known == {leaked.id: True, next_id(folder): False}
    said(folder, "keys", "switch", "--anyway")
    assert keys.read_hq_key(folder).id in out


@pytest.mark.parametrize("damaged", [False, True])
def test_it_revokes_neither_the_key_that_signs_nor_the_ones_before_it(folder: Path, damaged: bool) -> None:
    for _ in range(2):
        said(folder, "keys", "prepare")
        said(folder, "keys", "switch", "--anyway")
    before = told(folder)
    said(folder, "keys", "prepare")
    leaked = next_id(folder)
    if damaged:
        (folder / keys.NEXT_HQ_KEY_FILE).write_bytes(b"")
    said(folder, "keys", "discard")
    after = told(folder)
    assert {key for key, row in after.items() if row.revoked} == {leaked}
    assert set(after) == {*before, leaked, next_id(folder)}


def test_where_the_file_does_not_say_and_stores_know_several_it_must_be_named(folder: Path) -> None:
    said(folder, "keys", "prepare")
    leaked, other = next_id(folder), new_key()
    file = folder.parent / "keys.csv"
    file.write_text(f"key,public,revoked\n{other.id},{public_to_text(other.public)},false\n")
    said(folder, "push", "keys", str(file))
    (folder / keys.NEXT_HQ_KEY_FILE).write_bytes(b"")
    for name in (leaked, other.id):
        assert name in refused(folder, "keys", "discard")
    assert "is not one that" in refused(folder, "keys", "discard", "--key", keys.read_hq_key(folder).id)
    said(folder, "keys", "discard", "--key", leaked)
    assert [key for key, row in told(folder).items() if row.revoked] == [leaked]


def test_a_key_that_nobody_was_told_of_is_only_thrown_away(folder: Path) -> None:
    assert "there is no next key" in refused(folder, "keys", "discard")
    made = keys.make_hq_key(folder, keys.NEXT_HQ_KEY_FILE)
    assert "no store has received" in said(folder, "keys", "discard")
    assert made.id not in told(folder)


def test_cut_short_by_a_crash_it_is_not_switched_to_and_may_be_repeated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(folder, "keys", "prepare")
    leaked = next_id(folder)

    def cut(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(Path, "unlink", cut)
        assert run(folder, "keys", "discard").exit_code != 0
    assert next_id(folder) == leaked
    assert told(folder)[leaked].revoked
    for words in (("switch", "--anyway"), ("prepare",)):
        assert "is revoked: `noren hq keys discard` makes another" in refused(folder, "keys", *words)
    said(folder, "keys", "discard")
    assert next_id(folder) != leaked
