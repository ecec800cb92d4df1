"""The store's line to HQ: follow the journal, carry it up, bring the feeds down, and never wait for the network."""

import logging
import time
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from edge import clock, service
from edge.box import read_box
from edge.config import Config
from edge.journal import Box
from edge.only_one import only_one
from edge.service import Life
from edge.store import open_hq, open_store
from sync import presence, topics, trust
from sync.broker import Broker, read_broker
from sync.link import Link
from sync.presence import Self
from sync.rounds import Rounds
from sync.signing import PublicKeys, SigningKey

log = logging.getLogger(__name__)

TICK = 0.03  # s between looks at the journal; a message from HQ wakes the loop at once
BOX_WAIT = 0.5  # s between looks for the box's identity, which the web process gives it at its first start


def main(config: Config) -> int:
    """Run sync until asked to stop; the process's exit code. Raises BadConfig where it must not even begin.

    Two on one store would throw each other off the broker (one client id) and both write the mirror.
    """
    broker = read_broker(config.hq)
    key, enrolled = trust.own_key(config.hq), trust.enrolled_keys(config.hq)
    with only_one("sync", Path(config.store.data)):
        return service.run({"courier": partial(_live, config, broker, key, enrolled)})


def _live(config: Config, broker: Broker, key: SigningKey, enrolled: PublicKeys, life: Life) -> None:
    folder = Path(config.store.data)
    db, mirror = open_store(folder), open_hq(folder)
    # what sync writes here HQ says again if a power cut takes it, so it need not wait for the card
    db.conn.execute("pragma synchronous = normal")
    box = _wait_for_box(db, config.store.id, life)
    if box is None:
        return
    me = Self(chain=config.store.chain, box=box, boot=presence.next_boot(db, clock.now()), key=key)
    client = f"noren-{me.chain}-{box.store}"
    with Link(broker, client, topics.heard_by_store(me.chain, box.store), presence.will(me)) as link:
        rounds = Rounds(db, mirror, folder, me, enrolled, link)
        rounds.line.fall(f"connecting to {broker}", clock.now())
        while life.goes_on():
            rounds.round(link.read(TICK), time.monotonic(), clock.now())
    rounds.line.fall("sync is not running", clock.now())


def _wait_for_box(db: Database, store: str, life: Life) -> Box | None:
    """The box's identity; None where the end came first."""
    told = False
    while life.goes_on():
        if box := read_box(db, store):
            return box
        if not told:
            log.info("waiting for the web process to give this box its identity")
            told = True
        life.rest(BOX_WAIT)
    return None
