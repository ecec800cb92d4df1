"""A card is copied and both boxes run: HQ finds out, both boxes' own databases say so, and it goes when it is settled."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from edge.platform.database import open_store
from edge.replica import clone_notice
from tests.processes.sync_and_hq import PATIENCE, STORE, built, noren, until
from tests.support.keyed_databases import unlocked
from tests.sync.conftest import Mosquitto


class Second:
    """The box that was made from the copy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._settings = folder / "copy", folder / "copy.toml"
        with closing(open_store(folder / "data").conn) as conn:
            conn.execute("pragma wal_checkpoint(truncate)")
        shutil.copytree(folder / "data", self.folder)
        unlocked(self.folder)
        self._settings.write_text((folder / "noren.toml").read_text().replace('data = "data"', 'data = "copy"'))

    def start(self) -> None:
        self._sync = subprocess.Popen([sys.executable, "-m", "edge", "run", "sync", "--config", self._settings])

    def stop(self) -> None:
        self._sync.terminate()
        assert self._sync.wait(PATIENCE) == 0


def told(folder: Path) -> str:
    with closing(open_store(folder).conn) as conn:
        return str((conn.execute("select boxes from clones").fetchone() or ("",))[0])


def test_both_are_told_and_both_are_told_that_it_is_settled(tmp_path: Path, mosquitto: Mosquitto) -> None:
    ends = built(tmp_path, mosquitto, f"mqtt://127.0.0.1:{mosquitto.port}")
    second = Second(tmp_path)
    try:
        ends.start("hq")
        ends.start("sync")
        second.start()
        until(lambda: bool(told(tmp_path / "data") and told(second.folder)))
        assert clone_notice.read_notice(ends.store).count("@") == 2
        second.stop()
        noren("hq", "clones", "settle", STORE, "--dir", ends.hq)
        until(lambda: not told(tmp_path / "data"))
        assert told(second.folder)  # it was off, and hears it when it comes back as the only one
        ends.processes["sync"].terminate()
        assert ends.processes.pop("sync").wait(PATIENCE) == 0
        second.start()
        until(lambda: not told(second.folder))
        second.stop()
    finally:
        ends.end()
