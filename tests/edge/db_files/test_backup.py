"""A backup of the running box, and the way back: nothing of it is lost, and nothing counts twice."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.box_identity import ensure_identity, read_box
from edge.crypto.data_key import DataKey
from edge.crypto.sealed_data_key import seal_data_key
from edge.db_files.backup import CannotBackUp, back_up, restore_backup
from edge.db_files.file_lock import InUse, shared_lock
from edge.facts.journal import tell
from edge.features import paired_devices
from edge.features.stock import UncountedMoves, move_stock, moves_since_count
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import NewerDatabase, open_store, rows, writing
from edge.platform.sqlite_file import connect, connect_with_key, key_of_folder, page_key_of, use_key
from sync.hq.schema import migrate, open_hq_store
from tests.edge.floor import GTIN, stock
from tests.support.any_fact import fact
from tests.support.damaged_store import at_hq, carry
from tests.support.keyed_databases import unlocked

STORE = "ginza"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = unlocked(tmp_path / "data")
    migration.migrate(folder)
    with open_store(folder) as db:
        ensure_identity(db, STORE, now())
    return folder


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "hq")
    with open_hq_store(tmp_path / "hq") as db:
        yield db


def say(folder: Path, first: int, count: int) -> list[str]:
    """Facts written by a running process; their texts."""
    with open_store(folder) as db:
        box = read_box(db, STORE)
        assert box is not None
        with writing(db):
            seqs = [tell(db, box, fact("visit.checked_in", {"n": first + n}), now()) for n in range(count)]
        return [rows(db, "select event from journal where seq = ?", (seq,))[0]["event"] for seq in seqs]


def test_a_backup_of_a_box_that_works_holds_what_was_said_before_it(data: Path, tmp_path: Path) -> None:
    with open_store(data) as busy, writing(busy):  # somebody holds the pen meanwhile
        place = back_up(data, STORE, tmp_path, now())
    assert place.name.startswith("noren-ginza-")
    with closing(connect_with_key(page_key_of(data / "store.db"), place)) as copy:
        assert copy.execute("select count(*) from journal").fetchone() == (1,)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [place.name]


def test_a_file_that_is_no_backup_is_not_overwritten_unless_it_is_asked_for(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "letter.txt"
    place.write_text("dear shop")
    with pytest.raises(CannotBackUp, match="no backup of Noren's"):
        back_up(data, STORE, place, now())
    assert place.read_text() == "dear shop"
    assert back_up(data, STORE, place, now(), force=True) == place
    assert back_up(data, STORE, place, now()) == place  # now it is one


def test_a_place_that_cannot_be_written_is_said_in_words(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="No such file or directory"):
        back_up(data, STORE, tmp_path / "no" / "folder.db", now())


def test_what_hq_has_of_a_restored_store_is_not_told_twice_and_numbers_are_not_used_again(
    data: Path, tmp_path: Path, hq: Database
) -> None:
    said = say(data, 0, 10)
    with open_store(data) as db:
        carry(db, hq)
    said += say(data, 10, 10)
    place = back_up(data, STORE, tmp_path / "b.db", now())
    lost = say(data, 20, 5)
    with open_store(data) as db:
        carry(db, hq)
    restore_backup(data, STORE, place, now())
    with open_store(data) as db:
        ensure_identity(db, STORE, now())
    said += say(data, 30, 5)
    with open_store(data) as db:
        carry(db, hq)
        ids = [row["id"] for row in rows(hq, "select id from facts")]
        assert len(ids) == len(set(ids))
        assert [at_hq(hq)[text] for text in (*said, *lost)] == [1] * 30
        assert rows(hq, "select 1 from forks") == []
        assert len(rows(db, "select 1 from repairs where kind = 'restore'")) == 1


def test_an_older_copy_put_back_by_hand_begins_a_new_epoch_before_it_says_anything(
    data: Path, tmp_path: Path, hq: Database
) -> None:
    said = say(data, 0, 35)
    with open_store(data) as db:
        db.conn.execute("pragma wal_checkpoint(truncate)")
    copy = (data / "store.db").read_bytes()
    said += say(data, 35, 5)
    with open_store(data) as db:
        carry(db, hq)
        (last,) = rows(db, "select epoch, max(seq) as seq from journal")
    heard = (last["epoch"], last["seq"])
    for end in ("-wal", "-shm"):
        (data / f"store.db{end}").unlink(missing_ok=True)
    (data / "store.db").write_bytes(copy)
    with open_store(data) as db:
        box = ensure_identity(db, STORE, now(), heard)
        assert box.past == {last["epoch"]}
    said += say(data, 40, 5)
    with open_store(data) as db:
        carry(db, hq)
        assert [at_hq(hq)[text] for text in said] == [1] * 45
        ids = [row["id"] for row in rows(hq, "select id from facts")]
        assert len(ids) == len(set(ids))
        assert ensure_identity(db, STORE, now(), heard).epoch == box.epoch


def test_goods_hq_has_counted_of_a_restored_store_are_not_taken_off_again(data: Path, tmp_path: Path) -> None:
    with open_store(data) as db, writing(db):
        box = read_box(db, STORE)
        assert box is not None
        seq = move_stock(db, box, GTIN, UncountedMoves(quantity=-2), "sale", now(), causation="pos/1")
    counted = stock(3, epoch=box.epoch, through_seq=seq)
    uncounted = stock(5, epoch=box.epoch, through_seq=seq - 1)
    restore_backup(data, STORE, back_up(data, STORE, tmp_path / "b.db", now()), now())
    with open_store(data) as db:
        box = read_box(db, STORE)
        assert box is not None
        assert moves_since_count(db, box, counted) == UncountedMoves()
        assert moves_since_count(db, box, uncounted) == UncountedMoves(quantity=-2)


def test_nothing_is_restored_while_the_box_runs(data: Path, tmp_path: Path) -> None:
    place = back_up(data, STORE, tmp_path / "b.db", now())
    with shared_lock(data), pytest.raises(InUse, match="Stop them first"):
        restore_backup(data, STORE, place, now())


def test_a_backup_of_a_newer_version_or_another_store_or_none_is_refused_and_nothing_touched(
    data: Path, tmp_path: Path
) -> None:
    place = back_up(data, STORE, tmp_path / "b.db", now())
    before = (data / "store.db").read_bytes()
    with pytest.raises(CannotBackUp, match="store `ginza`, and this box is `umeda`"):
        restore_backup(data, "umeda", place, now())
    with closing(connect_with_key(page_key_of(data / "store.db"), place)) as conn:
        conn.execute(
            """insert into _sqlite_migrations (migration_set, name, applied_at)
               select migration_set, 'm999_of_next_year', applied_at from _sqlite_migrations limit 1"""
        )
    with pytest.raises(NewerDatabase, match="newer version"):
        restore_backup(data, STORE, place, now())
    place.write_text("no backup at all")
    with pytest.raises(CannotBackUp, match="no backup made by"):
        restore_backup(data, STORE, place, now())
    assert (data / "store.db").read_bytes() == before
    assert not (data / "store.db.part").exists()


def test_a_device_that_was_revoked_since_is_not_let_in_by_a_backup(data: Path, tmp_path: Path) -> None:
    with open_store(data) as db:
        box = read_box(db, STORE)
        assert box is not None
        with writing(db):
            code = paired_devices.make_pairing_code(
                db, paired_devices.PairingRequest(name="tablet", page="counter", station="c1"), now()
            )
        let_in = paired_devices.pair_device(db, box, code.typed, now())
        assert let_in is not None
        copy = back_up(data, STORE, tmp_path, now())
        with writing(db):
            assert paired_devices.revoke_device(db, box, let_in.device, now())
    restore_backup(data, STORE, copy, now())
    with open_store(data) as db:
        assert paired_devices.find_paired_device(db, let_in.secret) is None


def test_the_store_db_that_was_there_is_set_aside(data: Path, tmp_path: Path) -> None:
    place = back_up(data, STORE, tmp_path / "b.db", now())
    say(data, 0, 3)
    aside = restore_backup(data, STORE, place, now())
    assert aside is not None
    with closing(connect(aside)) as old:
        assert old.execute("select count(*) from journal").fetchone() == (4,)


def count(folder: Path) -> int:
    with open_store(folder) as db:
        return len(rows(db, "select 1 from journal where type = 'noren.visit.checked_in'"))


def test_a_backup_of_a_version_that_wrote_in_the_clear_is_put_back_encrypted(data: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    migration.migrate(older)
    with open_store(older) as db:
        ensure_identity(db, STORE, now())
    say(older, 0, 5)
    place = back_up(older, STORE, tmp_path / "older.db", now())
    assert b"visit.checked_in" in place.read_bytes()
    restore_backup(data, STORE, place, now())
    assert count(data) == 5
    assert b"visit.checked_in" not in (data / "store.db").read_bytes()


def test_a_backup_of_another_box_needs_that_boxs_key(data: Path, tmp_path: Path) -> None:
    say(data, 0, 5)
    key = key_of_folder(data)
    assert key is not None
    place = back_up(data, STORE, tmp_path / "copy.db", now(), sealed=seal_data_key(key, STORE, None))
    other = tmp_path / "other"
    use_key(other, DataKey(bytes(32)))
    migration.migrate(other)
    before = (other / "store.db").read_bytes()
    own, wrong = DataKey(bytes(32)), DataKey(bytes(range(32)))
    for given, words in (
        (None, rf"{own.id}, which is this box's own\."),
        (wrong, rf"nor with {wrong.id}, which --key"),
    ):
        with pytest.raises(CannotBackUp, match=rf"its name is {key.id}, of a box of store `ginza`\) than .*{words}"):
            restore_backup(other, STORE, place, now(), given)
    assert (other / "store.db").read_bytes() == before
    restore_backup(other, STORE, place, now(), key)
    assert count(other) == 5


def test_a_backup_that_has_lost_its_end_is_put_back_all_the_same(data: Path, tmp_path: Path) -> None:
    say(data, 0, 5)
    key = key_of_folder(data)
    assert key is not None
    place = back_up(data, STORE, tmp_path / "copy.db", now(), sealed=seal_data_key(key, STORE, None))
    size = place.stat().st_size
    assert size % 4096
    with place.open("r+b") as file:
        file.truncate(size - size % 4096)
    restore_backup(data, STORE, place, now())
    assert count(data) == 5


@pytest.mark.parametrize("size", [31, 32, 4095])
def test_a_backup_that_is_cut_within_its_first_page_is_said_to_be_cut_off(
    data: Path, tmp_path: Path, size: int
) -> None:
    place = back_up(data, STORE, tmp_path / "copy.db", now())
    with place.open("r+b") as file:
        file.truncate(size)
    before = (data / "store.db").read_bytes()
    with pytest.raises(CannotBackUp, match="cut off"):
        restore_backup(data, STORE, place, now())
    assert (data / "store.db").read_bytes() == before


def test_a_key_of_another_box_is_in_nobodys_way_where_the_backup_is_of_this_one(data: Path, tmp_path: Path) -> None:
    say(data, 0, 5)
    restore_backup(data, STORE, back_up(data, STORE, tmp_path / "copy.db", now()), now(), DataKey(bytes(32)))
    assert count(data) == 5


@pytest.mark.parametrize("name", ["store.db.part", "store.db.next"])
def test_what_a_restore_that_was_cut_off_has_left_is_no_backup(data: Path, tmp_path: Path, name: str) -> None:
    """It was thrown away, or put in its place, before it was read."""
    left = data / name
    back_up(data, STORE, tmp_path / "copy.db", now()).replace(left)
    with pytest.raises(CannotBackUp, match="`noren migrate` ends it"):
        restore_backup(data, STORE, left, now())
    assert left.exists()


@pytest.mark.parametrize("name", ["store.db", "store.db-wal", "hq.db", "store.db.next", "data.key", "a link"])
def test_no_file_that_the_box_works_with_gives_its_place_to_a_backup(data: Path, tmp_path: Path, name: str) -> None:
    """A store.db that was replaced so under a running box took what was said since with it."""
    place = tmp_path / name if name == "a link" else data / name
    if name == "a link":
        place.symlink_to(data / "store.db")
    before = {one.name: one.read_bytes() for one in data.iterdir()}
    for force in (False, True):
        with pytest.raises(CannotBackUp, match="the box works with"):
            back_up(data, STORE, place, now(), force=force)
    assert {one.name: one.read_bytes() for one in data.iterdir() if one.name in before} == before


def test_a_backup_in_the_boxs_own_folder_may_be_made_anew(data: Path) -> None:
    for _ in range(2):
        assert back_up(data, STORE, data / "copy.db", now()) == data / "copy.db"
