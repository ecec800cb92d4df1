"""The process that keeps a store's line to HQ: one a store."""

import subprocess
import sys
from pathlib import Path

from edge.platform import migration
from sync.hq.enrolment.founding import enrol_store, found_headquarters
from tests.support.keyed_databases import unlocked

EX_CONFIG = 78
HUNG = 180.0  # s after which a wait counts as hung; nothing measured here


def _store(folder: Path) -> Path:
    """A migrated store enrolled with an HQ that nobody serves; its noren.toml."""
    found_headquarters(folder / "hq", "hanada", "mqtt://127.0.0.1:1")
    enrol_store(folder / "hq", "ginza", "Ginza")
    bundle = folder / "hq/stores/ginza"
    (bundle / "noren.toml").write_text(
        '[store]\nchain = "hanada"\nid = "ginza"\ndata = "data"\n' + (bundle / "hq.toml").read_text()
    )
    migration.migrate(unlocked(bundle / "data"))
    return bundle / "noren.toml"


def _sync(config: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "edge", "run", "sync", "--config", str(config)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def test_a_second_sync_of_the_same_store_does_not_begin(tmp_path: Path) -> None:
    config = _store(tmp_path)
    with _sync(config) as first:
        assert first.stderr
        assert "waiting for the web process" in first.stderr.readline()
        with _sync(config) as second:
            try:
                _, told = second.communicate(timeout=HUNG)
            finally:
                second.kill()
                first.terminate()
    assert (second.returncode, first.returncode) == (EX_CONFIG, 0)
    assert "another sync already runs for this store" in told
