"""The store's line to HQ: follow the journal, carry it up, bring the feeds down, and never wait for the network."""

import logging
import time
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from edge import clock, service
from edge.box import read_box
from edge.clock import Now
from edge.config import Config
from edge.journal import Box
from edge.only_one import only_one
from edge.service import Life
from edge.store import open_hq, open_store
from sync import presence, topics, trust
from sync.broker import read_broker
from sync.lines import Lines
from sync.link import Link
from sync.presence import Self
from sync.rounds import Rounds
from sync.self_check import SelfCheck
from sync.signing import PublicKeys, SigningKey
from sync.trial import Trials

log = logging.getLogger(__name__)

TICK = 0.04  # s between looks at the journal; a message from HQ wakes the loop at once
BOX_WAIT = 0.5  # s between looks for the box's identity, which the web process gives it at its first start


def main(config: Config) -> int:
    """Run sync until asked to stop; the process's exit code. Raises BadConfig where it must not even begin.

    Two on one store would throw each other off the broker (one client id) and both write the mirror.
    """
    read_broker(config.hq)
    key, enrolled = trust.own_key(config.hq), trust.enrolled_keys(config.hq)
    with only_one("sync", Path(config.store.data)):
        return service.run({"courier": partial(_live, config, key, enrolled)})


def _live(config: Config, key: SigningKey, enrolled: PublicKeys, life: Life) -> None:
    folder = Path(config.store.data)
    db, mirror = open_store(folder), open_hq(folder)
    # what sync writes here HQ says again if a power cut takes it, so it need not wait for the card
    db.conn.execute("pragma synchronous = normal")
    trials = Trials(db, mirror, config, enrolled, SelfCheck())
    trials.begin(clock.now())
    lines = Lines(db, config)
    while box := _wait_for_box(db, config.store.id, life):
        me = Self(chain=config.store.chain, box=box, boot=presence.next_boot(db, clock.now()), key=key)
        client = f"noren-{me.chain}-{box.store}"
        with Link(lines.broker, client, topics.heard_by_store(me.chain, box.store), presence.will(me)) as link:
            _hold(Rounds(db, mirror, folder, me, enrolled, link), link, trials, lines, life)
    trials.stop("sync was stopped during the trial", clock.now())


def _hold(rounds: Rounds, link: Link, trials: Trials, lines: Lines, life: Life) -> None:
    """One line, until the end or until the store's line belongs at another broker."""
    here = lines.broker
    rounds.line.fall(f"connecting to {here}", clock.now())
    while life.goes_on() and lines.broker == here:
        events, at, now = link.read(TICK), time.monotonic(), clock.now()
        rounds.round(events, at, now)
        rounds.as_room_allows(partial(_settle, rounds, trials, lines, at, now))
    if not life.goes_on():
        rounds.line.fall("sync is not running", clock.now())


def _settle(rounds: Rounds, trials: Trials, lines: Lines, at: float, now: Now) -> None:
    """What HQ sets of the box itself: its config, and where its line goes."""
    if trials.round(rounds.feeds.whole("config"), rounds.clock.moment(now), at, now):
        rounds.tell_state()
        lines.read()
    lines.look(rounds.line.state == "up", at, now)


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
