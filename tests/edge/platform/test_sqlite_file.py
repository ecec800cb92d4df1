"""What a connection says of its file: damaged, taken away, full, locked; and never one for the other."""

from contextlib import closing
from pathlib import Path

import pytest

from edge.crypto.data_key import DataKey
from edge.platform import migration
from edge.platform.database import open_store
from edge.platform.os_errors import is_full
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Damaged, KeyMissing, connect, connect_with_key, read_failure, use_key
from tests.support.small_disk import fill, small_disk

KEY, OTHER = DataKey(bytes(32)), DataKey(bytes(range(32)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    use_key(tmp_path, KEY)
    migration.migrate(tmp_path)
    return tmp_path / "store.db"


@pytest.mark.parametrize("byte", [b"\0", b"\4", b"\5", b"\xff"])
def test_a_file_whose_key_is_not_here_is_locked_and_not_damaged(file: Path, byte: bytes) -> None:
    """Whatever the encrypted byte is in which SQLite looks for the schema's format (fileformat2, 1.3.8)."""
    with file.open("r+b") as handle:
        handle.seek(47)
        handle.write(byte)
    with closing(connect_with_key(None, file)) as conn, pytest.raises(KeyMissing, match="its data key is not here"):
        conn.execute("select 1 from box")


def test_with_another_key_it_cannot_be_told_from_damage_here(file: Path) -> None:
    """Hence a key is tried before anything is opened (edge/key_files/unlocking.py)."""
    with closing(connect_with_key(OTHER.pages("store.db"), file)) as conn, pytest.raises(Damaged):
        conn.execute("select 1 from box")


def test_the_two_files_have_pages_of_their_own(file: Path) -> None:
    with closing(connect_with_key(KEY.pages("hq.db"), file)) as conn, pytest.raises(Damaged):
        conn.execute("select 1 from box")


def test_what_a_file_is_can_be_told_and_nothing_else(file: Path) -> None:
    data = file.read_bytes()
    assert data[:16] == b"SQLite format 3\0"
    assert b"create table" not in data


def test_a_question_that_is_wrong_is_nobodys_damage(file: Path) -> None:
    with closing(connect(file)) as conn, pytest.raises(sqlite3.OperationalError) as refused:
        conn.execute("selec 1")
    assert not isinstance(refused.value, Damaged)


def test_a_card_that_gives_a_file_back_is_told_from_one_that_does_not(file: Path) -> None:
    assert read_failure(file) is None
    assert read_failure(file) is None
    assert read_failure(Path("/proc/self/mem")) == "Input/output error"  # nothing is at address 0


def test_a_disk_without_room_for_the_logs_index_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        use_key(disk, KEY)
        migration.migrate(disk)
        fill(disk)
        with pytest.raises(sqlite3.OperationalError) as refused, closing(open_store(disk)) as db:
            db.conn.execute("select 1 from box").fetchone()
        assert is_full(refused.value)
