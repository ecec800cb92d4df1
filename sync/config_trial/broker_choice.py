"""The broker to connect to: that of the last good config, or the one before if HQ cannot be reached there."""

import logging
from pathlib import Path

from sqlite_utils import Database

from edge.config.active_config import read_settings
from edge.config.document import BadConfigDocument
from edge.config.toml_schema import BadConfig, Config
from edge.facts.hq_link import BrokerFellBack
from edge.platform.clock import Now
from edge.platform.database import writing
from edge.platform.sqlite_file import key_of_folder
from sync.config_trial.validation import broker_of_config
from sync.sync_log import append_note
from sync.transport.broker import BrokerSettings, read_broker

log = logging.getLogger(__name__)

# s without HQ after a change of broker before failover, and between further tries: HQ sends every 20 s, and a broker's
# restart, a lease of the shop's router or a change in the DNS takes less.
FAILOVER_DELAY_S = 300.0


class BrokerChoice:
    """The choice of the broker. `at`, everywhere: monotonic seconds."""

    def __init__(self, db: Database, ground: Config) -> None:
        self._db, self._ground = db, ground
        self._newest, self._proven, self._places = _places(db, ground)
        self.broker = self._places[0]
        self._silent: float | None = None  # since when nothing of HQ's has come

    def choose(self) -> None:
        """Called if another config may be kept. If its broker is the same, the connection stays."""
        before = self._places[:1]
        self._newest, self._proven, self._places = _places(self._db, self._ground)
        if self._places[:1] != before or self.broker not in self._places:
            self.broker, self._silent = self._places[0], None

    def fall_back_if_silent(self, heard: bool, at: float, now: Now) -> None:
        """Remember that a message of HQ's came over the new broker; if none came, use the other broker and report it to HQ."""
        if heard:
            self._silent = None
            if not self._proven and self.broker == self._places[0]:
                self._prove(now)
            return
        self._silent = at if self._silent is None else self._silent
        if self._proven or len(self._places) == 1 or at - self._silent < FAILOVER_DELAY_S:
            return
        taken = self._places[1 - self._places.index(self.broker)]
        log.warning("HQ does not answer at broker %s: MQTT fails over to %s", self.broker, taken)
        with writing(self._db):
            append_note(self._db, BrokerFellBack(left=str(self.broker), taken=str(taken)), now)
        self.broker, self._silent = taken, at

    def _prove(self, now: Now) -> None:
        with writing(self._db):
            self._db.conn.execute("update configs set proven = ? where number = ?", (now.text, self._newest))
        self._proven = True


def _places(db: Database, ground: Config) -> tuple[int, bool, list[BrokerSettings]]:
    """The newest good config, whether a message of HQ's came over its broker, that broker, and the last broker that worked."""
    rows = db.conn.execute(
        "select number, epoch, version, body, proven from configs where stage = 'kept' order by number desc"
    ).fetchall()
    good = [(row[0], row[4] is not None, broker) for row in rows if (broker := _broker(ground, row))]
    if not good:
        return 0, True, [_own(ground)]
    number, proven, newest = good[0]
    last = next((broker for _, heard, broker in good if heard), _own(ground))
    return number, proven, [newest] if last == newest else [newest, last]


def _own(ground: Config) -> BrokerSettings:
    return read_broker(ground.hq, key_of_folder(Path(ground.store.data)))


def _broker(ground: Config, row: tuple[int, str, int, str, str | None]) -> BrokerSettings | None:
    """None if this Noren, or this noren.toml, can no longer use the config."""
    number, epoch, version, body, _ = row
    try:
        return broker_of_config(read_settings(ground, number, epoch, version, body), body)
    except (BadConfigDocument, BadConfig) as error:
        log.error("config version %d was in force and cannot be used any more: %s", version, error)
        return None
