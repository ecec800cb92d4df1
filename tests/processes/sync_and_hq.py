"""Both ends of the line with a broker between them: real sync, real HQ; the test plays the store's web process."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

from edge.box_identity import ensure_identity
from edge.facts.journal import BoxIdentity, tell
from edge.platform.clock import now
from edge.platform.database import open_hq, open_store, rows, writing
from sync.hq.enrolment.founding import open_headquarters
from tests.support.any_fact import fact
from tests.support.keyed_databases import unlocked

PATIENCE = 120.0  # s; only a hang takes so long
KINDS = ("pickup.ready", "visit.checked_in", "product.scanned")  # one of each lane
TOGETHER = 500  # facts of a transaction, if many are recorded at once
CHAIN, STORE = "hanada", "ginza"  # of the sample chain


B = TypeVar("B")


@dataclass
class Ends(Generic[B]):
    """A store's sync and HQ, each as its own process, and the broker between them."""

    folder: Path
    broker: B
    store: Database
    mirror: Database
    box: BoxIdentity
    serve: Sequence[str] = ()  # more words for `noren hq serve`
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    told: int = 0

    @property
    def hq(self) -> Path:
        return self.folder / "hq"

    def start(self, name: str) -> None:
        words = {
            "hq": ["hq", "serve", "--dir", str(self.hq), *self.serve],
            "sync": ["run", "sync", "--config", str(self.folder / "noren.toml")],
        }[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen([sys.executable, "-m", "edge", *words], stderr=log)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def tell(self, count: int) -> None:
        """Facts of all lanes, as the store's own transactions append them."""
        for _ in range(count):
            with writing(self.store):
                self._tell()

    def tell_many(self, count: int) -> None:
        """The same, without a wait for the card after each."""
        for begin in range(0, count, TOGETHER):
            with writing(self.store):
                for _ in range(min(TOGETHER, count - begin)):
                    self._tell()

    def _tell(self) -> None:
        self.told += 1
        tell(self.store, self.box, fact(KINDS[self.told % 3], {"order": "?", "n": self.told}), now())

    def journal(self) -> list[tuple[int, str]]:
        found = rows(self.store, "select lane, event from journal order by lane, seq")
        return [(row["lane"], row["event"]) for row in found]

    def kept(self) -> list[tuple[int, str]]:
        with open_headquarters(self.hq) as db:
            return [
                (row["lane"], row["event"]) for row in rows(db, "select lane, event from facts order by lane, number")
            ]

    def count_kept(self) -> int:
        """How many facts HQ holds."""
        with open_headquarters(self.hq) as db:
            return db.table("facts").count

    def is_all_kept(self) -> bool:
        """HQ holds each fact once in order, and the store knows it."""
        last = dict(self.store.conn.execute("select lane, max(seq) from journal group by lane").fetchall())
        known = dict(self.store.conn.execute("select lane, seq from kept").fetchall())
        return last == known and self.kept() == self.journal()

    def end(self) -> None:
        """Ask both to stop, and see that they do. Raises AssertionError with what they said."""
        for name, process in self.processes.items():
            process.terminate()
            assert process.wait(PATIENCE) == 0, (self.folder / f"{name}.log").read_text()
        self.store.conn.close()
        self.mirror.conn.close()


def until(seen: Callable[[], bool], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not seen():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.05)


def noren(*words: Any) -> None:
    """Run a command. Raises AssertionError with what it said."""
    done = subprocess.run([sys.executable, "-m", "edge", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def built(folder: Path, broker: B, url: str, lines: str = "", serve: Sequence[str] = ()) -> Ends[B]:
    """The sample chain's HQ and its store `ginza`, nothing of them started; `lines` go into [hq] of noren.toml."""
    noren("hq", "sample", "--dir", folder / "hq", "--broker", url)
    enrolment = (
        (folder / "hq/stores/ginza/hq.toml").read_text().replace("store-signing", "hq/stores/ginza/store-signing")
    )
    store = f'[store]\nchain = "{CHAIN}"\nid = "{STORE}"\ndata = "data"\n'
    (folder / "noren.toml").write_text(store + enrolment + lines)
    noren("migrate", "--config", folder / "noren.toml")
    data = unlocked(folder / "data")
    db, mirror = open_store(data), open_hq(data)
    return Ends(folder, broker, db, mirror, ensure_identity(db, STORE, now()), serve)


@contextmanager
def up(ends: Ends[B]) -> Iterator[Ends[B]]:
    """Both ends at work."""
    ends.start("hq")
    ends.start("sync")
    try:
        yield ends
        ends.end()
    finally:
        for process in ends.processes.values():
            process.kill()
            process.wait()
