"""A process that starts while another one has just closed the files."""

import threading
from pathlib import Path

from edge.db_files.startup import prepare_databases
from edge.platform import migration
from edge.platform.database import open_store, writing
from tests.edge.floor import config

STARTS = 150


def test_a_log_that_goes_while_it_is_looked_at_stops_no_start(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            with open_store(tmp_path) as db, writing(db):
                db.conn.execute("insert or replace into cursors (name, seq) values ('x', 1)")

    others = threading.Thread(target=come_and_go)
    others.start()
    try:
        for _ in range(STARTS):
            prepare_databases(config(tmp_path), within=0.0)
    finally:
        over.set()
        others.join()
    assert not list(tmp_path.glob("*.damaged-*"))
