"""What a store tells of itself: its scanners' counters, from the device's bytes to the desk's answer; records that pile up."""

from pathlib import Path

from edge.box_identity import ensure_identity
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store
from edge.retention import unswept
from sync.presence import Identity, birth_message
from sync.protocol.ed25519_keys import private_from_text
from sync.protocol.messages import ScannerCounts


def test_a_birth_tells_what_went_into_each_scanner_and_what_came_out(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    with open_store(tmp_path) as db:
        db.conn.execute(
            """insert into devices (device, station, kind, state, detail, since, readings, refused, heard)
               values ('gun', 'k1', 'serial', 'works', '', '', 3, 1, 52)"""
        )
        db.conn.execute("insert into answered values ('scans', 'k1', 'gun', 2), ('scans', 'k2', 'gun', 1)")
        db.conn.execute("insert into answered values ('page_scans', 'k1', 'page', 4)")
        db.conn.execute("insert into wedges (station, heard, readings, refused) values ('k1', 60, 5, 2)")
        key = private_from_text("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "k")
        me = Identity(chain="c", box=ensure_identity(db, "ginza", now()), boot=1, key=key)
        unswept.add_unswept_time(db, 4 * unswept.DAY_MS)
        told = birth_message(db, tmp_path, me, {}, {}, now())
    assert told.unswept == 4
    assert told.scans == {
        "gun": ScannerCounts(heard=52, readings=3, refused=1, answered=3),
        "page:k1": ScannerCounts(heard=60, readings=5, refused=2, answered=4),
    }
