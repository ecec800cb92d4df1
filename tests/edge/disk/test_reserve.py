"""A disk of which another program has every byte: what store.db has set aside for itself it can write in."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.db_files.inspection import READ_BUDGET_S, find_damage
from edge.db_files.startup import prepare_databases
from edge.disk import disk_space, reserve
from edge.disk.watermarks import DiskLevel
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import NoRoom, first_row, open_store, pragma, writing
from edge.platform.process import ProcessLife
from edge.retention.sweep import RetentionSweep
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from tests.edge.disk.test_disk_space import card
from tests.edge.floor import config
from tests.support.small_disk import fill, small_disk

TAG = Reading(data=b"4901234567894")
MANY = 2_000  # tags: a shop's busiest hour, and more


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "data", 60) as folder:
        migration.migrate(folder)
        yield folder


def free(db: Database) -> int:
    return int(pragma(db, "freelist_count")) * int(pragma(db, "page_size"))


def write(db: Database, data: Path, count: int) -> int:
    """Tags until there is no room, `count` at most; what a shortage frees is taken by the other program at once."""
    for number in range(count):
        fill(data)
        try:
            with writing(db):
                append_reading(db, "scans", "k1", "scanner", TAG, now())
        except NoRoom:
            return number
    return count


def test_tags_are_written_down_though_another_program_has_every_byte(data: Path) -> None:
    with closing(open_store(data)) as web, closing(open_store(data)) as bridge:
        assert reserve.refill_reserve(web)
        assert write(bridge, data, MANY) == MANY
        assert shutil.disk_usage(data).free == 0
        assert first_row(web, "select count(*) from scans") == (MANY,)
        assert pragma(web, "integrity_check") == "ok"


def test_without_it_there_is_room_for_few_and_when_it_is_used_up_nothing_is_half_done(data: Path) -> None:
    with closing(open_store(data)) as db:
        few = write(db, data, MANY)
        assert few < MANY / 10
        (data / "not-ours").unlink()
        assert reserve.refill_reserve(db)
        with writing(db):  # somebody else has had it
            db.conn.execute("insert into reserve (room) values (zeroblob(?))", (free(db) - 200_000,))
        more = write(db, data, 4 * MANY)
        assert 0 < more < 4 * MANY
        assert first_row(db, "select count(*) from scans") == (few + more,)
        assert pragma(db, "integrity_check") == "ok"


def test_it_is_made_once_and_again_when_the_file_has_grown_into_it(data: Path) -> None:
    with closing(open_store(data)) as db:
        assert (reserve.refill_reserve(db), reserve.refill_reserve(db)) == (True, False)
        assert free(db) >= reserve.RESERVE_BYTES
        assert (data / "store.db-wal").stat().st_size >= reserve.LOG_RESERVE_BYTES
        with writing(db):
            db.conn.execute("create table big (x blob)")
            db.conn.execute("insert into big values (zeroblob(?))", (free(db) - reserve.RESERVE_BYTES // 2,))
        assert (reserve.refill_reserve(db), reserve.refill_reserve(db)) == (True, False)
        assert free(db) >= reserve.RESERVE_BYTES


def test_what_a_kill_left_of_it_is_room_again(data: Path) -> None:
    with closing(open_store(data)) as db:
        with writing(db):
            db.conn.execute("insert into reserve (room) values (zeroblob(?))", (reserve.BYTES_PER_WRITE,))
        reserve.refill_reserve(db)
        assert first_row(db, "select count(*) from reserve") == (0,)


def test_a_reader_in_the_way_costs_no_room(data: Path) -> None:
    with closing(open_store(data)) as db, closing(open_store(data)) as reader:
        reader.conn.execute("begin")
        reader.conn.execute("select count(*) from scans").fetchone()
        assert reserve.refill_reserve(db)
        assert (data / "store.db").stat().st_size < int(pragma(db, "page_count")) * int(pragma(db, "page_size"))
        reader.conn.execute("commit")
        assert (reserve.refill_reserve(db), reserve.refill_reserve(db)) == (True, False)  # now the file has it too
        assert write(db, data, 100) == 100


def test_the_broom_sees_to_it_at_the_start_and_while_there_is_room(
    floor: StoreContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    broom, kept = RetentionSweep(floor), Path(floor.config.store.data) / reserve.START_RESERVE_FILE
    with card(monkeypatch, 0.9):
        broom.run_if_due(now(), 0.0, ProcessLife())
        assert disk_space.recorded_disk_level(floor.db) is DiskLevel.SHORT
        assert free(floor.db) >= reserve.RESERVE_BYTES
        assert not kept.exists()
        with writing(floor.db):
            floor.db.conn.execute("create table big (x blob)")
            floor.db.conn.execute("insert into big values (zeroblob(?))", (free(floor.db),))
        broom.run_if_due(now(), 0.0, ProcessLife())
        assert free(floor.db) < reserve.RESERVE_BYTES
    with card(monkeypatch, 0.5):
        broom.run_if_due(now(), 0.0, ProcessLife())
        assert free(floor.db) >= reserve.RESERVE_BYTES
        assert kept.exists()


def test_what_could_not_be_made_leaves_what_there_was(data: Path) -> None:
    with closing(open_store(data)) as db:
        db.conn.execute("pragma max_page_count = 200")  # SQLite itself says that the disk is full
        with pytest.raises(NoRoom):
            reserve.refill_reserve(db)
        assert first_row(db, "select count(*) from reserve") == (0,)
        assert free(db) > 0
        assert pragma(db, "secure_delete") == "1"


def test_the_room_for_a_start_is_given_back_only_on_a_full_disk(data: Path) -> None:
    kept = data / reserve.START_RESERVE_FILE
    assert (reserve.reserve_for_start(data), reserve.reserve_for_start(data)) == (True, False)
    reserve.release_start_reserve(data)
    assert kept.stat().st_blocks * 512 >= reserve.START_RESERVE_BYTES
    fill(data)
    reserve.release_start_reserve(data)
    assert shutil.disk_usage(data).free >= reserve.START_RESERVE_BYTES
    fill(data)
    with pytest.raises(NoRoom):
        reserve.reserve_for_start(data)
    assert not kept.exists()


def test_a_disk_too_full_to_open_a_file_is_no_damage_to_it(data: Path) -> None:
    fill(data)
    for name in ("store.db", "hq.db"):
        with pytest.raises(NoRoom):
            find_damage(data / name)
    with pytest.raises(NoRoom):
        prepare_databases(config(data), within=READ_BUDGET_S)
    assert not list(data.glob("*.damaged-*"))
