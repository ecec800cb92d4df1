"""A store of an older version with facts that HQ does not have is brought up to date: HQ keeps each once, byte for byte.

`data/store-0.1.0-2026-11-27.db.xz` is a store.db as the version of that day left it, before facts were typed and features
declared what they tell: in the clear, with scans, visits, pickup steps and stock movements of one shop day, none of it sent.
"""

import lzma
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from edge.box_identity import ensure_identity
from edge.platform.clock import now
from edge.platform.database import open_hq, open_store
from tests.processes.sync_and_hq import STORE, built, noren, until, up
from tests.support.keyed_databases import opened, unlocked
from tests.sync.conftest import Mosquitto

OLDER = sorted((Path(__file__).parent / "data").glob("store-*.db.xz"))


def told(folder: Path) -> list[tuple[str, str]]:
    """The facts of a store.db in the clear: id and CloudEvent, by seq."""
    with closing(sqlite3.connect(folder / "store.db")) as db:
        events = [event for (event,) in db.execute("select event from journal order by seq")]
    return [(msgspec.json.decode(event)["id"], event) for event in events]


@pytest.mark.parametrize("older", OLDER, ids=lambda path: path.name)
def test_what_an_older_version_had_not_sent_is_kept_by_hq_once(
    tmp_path: Path, mosquitto: Mosquitto, older: Path
) -> None:
    ends = built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")
    ends.store.conn.close()
    ends.mirror.conn.close()
    data = tmp_path / "data"
    shutil.rmtree(data)
    data.mkdir()
    (data / "store.db").write_bytes(lzma.decompress(older.read_bytes()))
    before = told(data)
    assert len({kind for _, event in before for kind in [msgspec.json.decode(event)["type"]]}) >= 6

    noren("migrate", "--config", tmp_path / "noren.toml")
    ends.store, ends.mirror = open_store(unlocked(data)), open_hq(data)
    ends.box = ensure_identity(ends.store, STORE, now())  # the start of the new version is a fact behind them
    with up(ends):
        until(ends.is_all_kept)
        with opened(ends.hq / "hq-store.db") as hq:
            kept = hq.execute("select event from facts where store = ?", (STORE,)).fetchall()
            aside = hq.execute("select count(*) from quarantine").fetchone()
    at_hq = Counter((msgspec.json.decode(event)["id"], event) for (event,) in kept)
    assert [at_hq[fact] for fact in before] == [1] * len(before)
    assert len(kept) == len(before) + 1
    assert aside == (0,)
