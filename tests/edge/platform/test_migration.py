"""Files made and brought up to date, once, whoever starts first."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.platform import migration
from edge.platform.database import NewerDatabase, open_hq, open_store, rows
from edge.platform.replica_schema.migrations import hq_migrations
from edge.platform.sqlite_file import create_database


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    with open_store(tmp_path) as db:
        before = db.schema
    migration.migrate(tmp_path)
    with open_store(tmp_path) as db:
        assert db.schema == before


def test_twelve_processes_may_migrate_at_once(tmp_path: Path) -> None:
    code = "import sys, pathlib; from edge.platform import migration; migration.migrate(pathlib.Path(sys.argv[1]))"
    starters = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(12)]
    assert [starter.wait() for starter in starters] == [0] * 12
    with open_store(tmp_path) as db:
        assert "journal" in db.table_names()


def test_a_load_that_an_older_version_had_begun_is_dropped_and_the_feed_stays(tmp_path: Path) -> None:
    with closing(create_database(tmp_path / "hq.db")) as conn:
        hq_migrations.apply(Database(conn), stop_before="m003_loads")
        for table in ("members_shadow", "catalog_pile"):
            conn.execute(f"create table {table} (key text, version integer, body text)")
        for table in ("members", "members_shadow", "catalog_pile"):
            conn.execute("insert into feeds values (?, 'f1', 3, 0, '0', '')", (table,))
        conn.execute("insert into set_aside values ('members_shadow', 'm1', 1, 'x', '{}')")
    migration.migrate(tmp_path)
    with open_hq(tmp_path) as db:
        assert not {"members_shadow", "catalog_pile"} & set(db.table_names())
        assert rows(db, "select feed, version from feeds") == [{"feed": "members", "version": 3}]
        assert rows(db, "select * from set_aside") == rows(db, "select * from loads") == []


def test_a_database_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    db = open_store(tmp_path)
    db.table("_sqlite_migrations").insert({"migration_set": "store", "name": "m999_the_future", "applied_at": "2030"})
    db.close()
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(NewerDatabase, match="m999_the_future"):
        migration.migrate(tmp_path)
    with pytest.raises(NewerDatabase):
        migration.check_versions(tmp_path)
    assert (tmp_path / "store.db").read_bytes() == before
