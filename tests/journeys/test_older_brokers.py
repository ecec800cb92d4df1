"""Everything goes over a line of MQTT 3.1.1, too: drain, feeds, presence and last will; MQTT 5 is comfort only."""

import re
from pathlib import Path

import pytest

from edge.platform.database import first_row
from sync.hq.enrolment.founding import open_headquarters
from tests.processes.sync_and_hq import STORE, Ends, built, until, up
from tests.sync.conftest import Mosquitto

OLDER = "3.1.1"
SESSION = re.compile(r"New client connected .* as (noren-\S+) \((\w+), c1,")  # mosquitto's log: p2 is 3.1.1, p5 is 5


@pytest.fixture
def older(tmp_path: Path, mosquitto: Mosquitto) -> Ends[Mosquitto]:
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    return built(tmp_path, mosquitto, url, lines=f'protocol = "{OLDER}"\n', serve=["--protocol", OLDER, "--shared"])


def _is_there(ends: Ends[Mosquitto]) -> str | None:
    """HQ's last message of the store: its birth, or the death its broker reported."""
    with open_headquarters(ends.hq) as db:
        row = first_row(db, "select state from fleet where store = ?", (STORE,))
    return row[0] if row else None


def test_a_line_of_the_older_protocol_carries_all_that_the_newer_one_does(older: Ends[Mosquitto]) -> None:
    """A backlog, both processes killed, the broker killed; HQ shares its work ($share), which mosquitto gives to 3.1.1."""
    older.tell_many(3000)
    with up(older):
        until(older.is_all_kept)
        until(lambda: _is_there(older) == "birth")
        older.kill("sync")
        until(lambda: _is_there(older) == "death")
        older.tell(20)
        older.kill("hq")
        older.broker.kill()
        older.broker.start()
        older.start("hq")
        older.start("sync")
        until(older.is_all_kept)
        until(lambda: _is_there(older) == "birth")
        until(lambda: _is_whole(older))
    sessions = dict(SESSION.findall((older.folder / "mosquitto.log").read_text()))
    assert len(sessions) == 3  # the store, and HQ before and after
    assert set(sessions.values()) == {"p2"}


def _is_whole(ends: Ends[Mosquitto]) -> bool:
    """Whether the catalogue is here, and HQ has been received with nothing missing."""
    return ends.mirror.table("catalog").count > 0 and first_row(ends.store, "select heard from line") != (None,)
