"""A card is lost with facts that HQ does not have: its backup, opened by HQ, is put back on another box, and HQ has each once."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from edge.box_identity import ensure_identity
from edge.crypto.data_key import data_key_from_text
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from tests.processes.sync_and_hq import STORE, built, noren, until
from tests.support.any_fact import fact
from tests.support.keyed_databases import opened, unlocked
from tests.sync.conftest import Mosquitto

FACTS = 60


def refused(*words: object) -> str:
    done = subprocess.run([sys.executable, "-m", "edge", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 75, done
    return done.stderr


def at_hq(hq: Path) -> Counter[str]:
    with opened(hq / "hq-store.db") as conn:
        facts = conn.execute("select event from facts where store = ?", (STORE,)).fetchall()
    return Counter(json.loads(event)["data"].get("order") for (event,) in facts)


def test_hq_opens_it_for_the_new_box_and_nobody_else(tmp_path: Path, mosquitto: Mosquitto) -> None:
    ends = built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")
    settings, data, backup = tmp_path / "noren.toml", tmp_path / "data", tmp_path / "usb.db"
    box = ensure_identity(ends.store, STORE, now())
    for number in range(FACTS):
        with writing(ends.store):
            tell(ends.store, box, fact("pickup.ready", {"order": f"o-{number}"}), now())
    noren("backup", backup, "--config", settings)
    lost = (data / "data.key").read_text()
    ends.store.conn.close()
    ends.mirror.conn.close()
    shutil.rmtree(data)

    said = refused("restore", backup, "--config", settings)
    assert "was written with another data key" in said
    assert data_key_from_text((data / "data.key").read_text()) != data_key_from_text(lost), (
        "the new box has a key of its own"
    )
    line = said.partition("`noren hq data-key ")[2].partition(" ")[0]
    noren("hq", "data-key", line, "--dir", tmp_path / "hq", "--out", tmp_path / "opened.key")
    assert (tmp_path / "opened.key").read_text() == lost
    assert (tmp_path / "opened.key").stat().st_mode & 0o777 == 0o600
    noren("restore", backup, "--key", tmp_path / "opened.key", "--config", settings)
    noren("migrate", "--config", settings)

    noren("hq", "data-key", backup, "--dir", tmp_path / "hq", "--out", tmp_path / "again.key")
    assert (tmp_path / "again.key").read_text() == lost, "the file itself is as good as its line"

    with closing(open_store(unlocked(data))) as store:
        assert store.conn.execute("select count(*) from journal where type like '%pickup.ready'").fetchone() == (FACTS,)
    ends.start("hq")
    ends.start("sync")
    try:
        until(lambda: len([1 for order in at_hq(ends.hq) if order]) == FACTS)
        assert {times for order, times in at_hq(ends.hq).items() if order} == {1}
    finally:
        for process in ends.processes.values():
            process.terminate()
            process.wait()
