"""Whether an error speaks of the file, or of the disk and folder it lies in."""

from pathlib import Path

import pytest

from edge.box_identity import ensure_identity
from edge.db_files.inspection import READ_BUDGET_S, describe_error
from edge.db_files.replica_rebuild import rebuild_if_unreadable
from edge.db_files.startup import prepare_databases
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import NoRoom, open_hq, open_store
from edge.platform.sqlite import sqlite3
from tests.edge.floor import config


def failed(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def test_a_log_that_cannot_be_made_beside_a_good_file_is_no_damage_of_it(tmp_path: Path) -> None:
    """An inode that is not to be had, a write that is refused: the process ends in words, and nothing is salvaged."""
    migration.migrate(tmp_path)
    with open_store(tmp_path) as db:
        epoch = ensure_identity(db, "ginza", now()).epoch
    (tmp_path / "store.db-wal").mkdir()
    with pytest.raises((sqlite3.OperationalError, OSError)):
        prepare_databases(config(tmp_path), within=READ_BUDGET_S)
        open_store(tmp_path).conn.execute("select * from box").fetchall()
    assert list(tmp_path.glob("*.damaged-*")) == []
    (tmp_path / "store.db-wal").rmdir()
    prepare_databases(config(tmp_path), within=READ_BUDGET_S)
    with open_store(tmp_path) as db:
        assert ensure_identity(db, "ginza", now()).epoch == epoch


def test_a_replica_whose_log_cannot_be_opened_is_made_anew(tmp_path: Path) -> None:
    """It can be had again from HQ: the shop goes on."""
    migration.migrate(tmp_path)
    (tmp_path / "hq.db-wal").mkdir()
    assert rebuild_if_unreadable(tmp_path, now(), within=READ_BUDGET_S)
    with open_hq(tmp_path) as hq:
        assert hq.table("catalog").count == 0


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(778, id="IOERR_WRITE"),
        pytest.param(1034, id="IOERR_FSYNC"),
        pytest.param(4618, id="IOERR_SHMOPEN"),
        pytest.param(4874, id="IOERR_SHMSIZE"),
        pytest.param(5386, id="IOERR_SHMMAP"),
        pytest.param(sqlite3.SQLITE_CANTOPEN, id="CANTOPEN"),
        pytest.param(1288, id="READONLY_CANTINIT"),
    ],
)
def test_a_refused_write_says_nothing_of_the_file(code: int) -> None:
    with pytest.raises(sqlite3.OperationalError, match="I/O"):
        describe_error(failed(code), Path("store.db"))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(266, id="IOERR_READ"),
        pytest.param(522, id="IOERR_SHORT_READ"),
        pytest.param(sqlite3.SQLITE_CORRUPT, id="CORRUPT"),
    ],
)
def test_a_page_that_cannot_be_read_is_the_files_fault(code: int) -> None:
    assert describe_error(failed(code), Path("store.db")) == "disk I/O error"


def test_a_full_disk_is_told_as_that() -> None:
    with pytest.raises(NoRoom):
        describe_error(failed(sqlite3.SQLITE_FULL), Path("store.db"))
