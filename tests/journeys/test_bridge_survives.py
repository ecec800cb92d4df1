"""The bridge is killed and its scanner pulled at random: what was written stays, and nothing is written or reported twice."""

import random
import threading
import time
from pathlib import Path

import pytest

from edge.platform.database import first_row, open_store
from tests.firmware_bridge.rig import Rig, base64_of, until

KILLS = 6


class Clerk(threading.Thread):
    """Scans one numbered label after the other, whatever happens."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self._rig = rig
        self._over = threading.Event()
        self.sent: list[bytes] = []

    def run(self) -> None:
        while not self._over.is_set():
            label = b"label %04d" % len(self.sent)
            self.sent.append(label)
            self._rig.tell(send=base64_of(label))

    def stop(self) -> list[bytes]:
        self._over.set()
        self.join()
        return self.sent


def working(rig: Rig, label: bytes) -> None:
    """Wait until a label sent now is written down."""

    def written() -> bool:
        rig.tell(send=base64_of(label))
        return label in rig.scanned()

    until(written, "the bridge to read")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bridge_killed_at_random_keeps_every_scan_it_wrote_and_writes_none_twice(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rig = Rig(tmp_path).serial(baud=115200, framing="line")
    seen: list[bytes] = []
    with rig.scanner():
        clerk = Clerk(rig)
        clerk.start()
        for _ in range(KILLS):
            before = len(seen)
            with rig.bridge() as bridge:
                until(lambda before=before: len(rig.scanned()) > before, "scans")
                time.sleep(chance.uniform(0, 0.2))
                seen = rig.scanned()
                bridge.kill()
                bridge.wait()
            assert rig.scanned()[: len(seen)] == seen
            seen = rig.scanned()
        sent = clerk.stop()
        with rig.bridge():
            working(rig, b"the last")
    written = [data for data in rig.scanned() if data != b"the last"]
    cut = [data for data in written if data not in sent]
    whole = [data for data in written if data in sent]
    assert whole == sorted(set(whole)), "in the order sent, none twice"
    # A bridge that opens the line in the middle of a label hears its end only: at most once a start.
    assert len(cut) <= KILLS + 1
    with open_store(rig.data) as db:
        assert first_row(db, "select readings from devices") == first_row(db, "select count(*) from scans")
        assert first_row(db, "pragma integrity_check") == ("ok",)
    assert rig.told() == []


def test_a_scanner_pulled_while_the_bridge_is_down_or_up_is_told_once_each_way(tmp_path: Path) -> None:
    rig = Rig(tmp_path).serial()
    with rig.scanner():
        with rig.bridge() as bridge:
            working(rig, b"first")
            rig.tell(fault="vanish", seconds=3600)
            until(lambda: len(rig.told()) == 1, "the loss")
            bridge.kill()
            bridge.wait()
        with rig.bridge() as bridge:
            until(lambda: rig.device()["detail"] == "not_found", "the bridge to look again")
            bridge.kill()
            bridge.wait()
        rig.tell(fault="none")
        with rig.bridge() as bridge:
            working(rig, b"second")
            bridge.kill()
            bridge.wait()
        with rig.bridge():
            working(rig, b"third")
    assert rig.told() == [("device.lost", "unplugged"), ("device.back", "")]
