"""Which broker the line goes to: that of the last good config, or the one before if HQ is not to be heard there."""

import logging
from dataclasses import dataclass, field

from sqlite_utils import Database

from edge.clock import Now
from edge.config import BadConfig, Config
from edge.document import BadDocument
from edge.settings import read_settings
from edge.store import writing
from sync.broker import Broker, read_broker
from sync.notes import append_note
from sync.validation import broker_of

log = logging.getLogger(__name__)

# s without HQ after a move before the line goes back, and between further tries: HQ speaks every 20 s, and a broker's
# restart, a lease of the shop's router or a change in the DNS is over in less.
MOVE_PATIENCE = 300.0


@dataclass(slots=True)
class Lines:
    """The broker to be at. `at`, everywhere: monotonic seconds."""

    db: Database
    ground: Config
    broker: Broker = field(init=False)
    _places: list[Broker] = field(default_factory=list)
    _newest: int = 0
    _proven: bool = True
    _silent: float | None = None

    def __post_init__(self) -> None:
        self.read()

    def read(self) -> None:
        """At the start, and when another config may be kept. Where its broker is the same, the line stays where it is."""
        before = self._places[:1]
        self._newest, self._proven, self._places = _places(self.db, self.ground)
        if self._places[:1] != before or self.broker not in self._places:
            self.broker, self._silent = self._places[0], None

    def look(self, heard: bool, at: float, now: Now) -> None:
        """Remember that HQ was heard at the new broker; go back where it was not, and let HQ know."""
        if heard:
            self._silent = None
            if not self._proven and self.broker == self._places[0]:
                self._prove(now)
            return
        self._silent = at if self._silent is None else self._silent
        if self._proven or len(self._places) == 1 or at - self._silent < MOVE_PATIENCE:
            return
        taken = self._places[1 - self._places.index(self.broker)]
        log.warning("HQ is not to be heard at %s: the line goes to %s", self.broker, taken)
        with writing(self.db):
            append_note(self.db, "line.fell_back", {"from": str(self.broker), "to": str(taken)}, now)
        self.broker, self._silent = taken, at

    def _prove(self, now: Now) -> None:
        with writing(self.db):
            self.db.conn.execute("update configs set proven = ? where number = ?", (now.text, self._newest))
        self._proven = True


def _places(db: Database, ground: Config) -> tuple[int, bool, list[Broker]]:
    """The newest good config, whether HQ was heard at its broker, that broker, and the last one where HQ was heard."""
    rows = db.conn.execute(
        "select number, epoch, version, body, proven from configs where stage = 'kept' order by number desc"
    ).fetchall()
    good = [(row[0], row[4] is not None, broker) for row in rows if (broker := _broker(ground, row))]
    if not good:
        return 0, True, [read_broker(ground.hq)]
    number, proven, newest = good[0]
    last = next((broker for _, heard, broker in good if heard), read_broker(ground.hq))
    return number, proven, [newest] if last == newest else [newest, last]


def _broker(ground: Config, row: tuple[int, str, int, str, str | None]) -> Broker | None:
    """None for a config that this Noren, or this noren.toml, cannot use any more."""
    number, epoch, version, body, _ = row
    try:
        return broker_of(read_settings(ground, number, epoch, version, body), body)
    except (BadDocument, BadConfig) as error:
        log.error("config %d, which was good, cannot be used any more: %s", version, error)
        return None
