"""The sync process: follow the journal, send it to HQ, receive the feeds, and never wait for the network."""

import logging
import time
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from edge.box_identity import read_box
from edge.config.toml_schema import Config
from edge.db_files import replica_rebuild as mirror_file
from edge.facts.journal import BoxIdentity
from edge.platform import clock, heartbeat, process
from edge.platform.clock import Now
from edge.platform.database import open_hq, open_store
from edge.platform.process import ProcessLife
from edge.platform.sqlite_file import Damaged, key_of_folder
from edge.replica.hq_link import LinkReason
from edge.retention import log_retention
from edge.single_instance import instance_lock
from sync import decommission, presence
from sync.config_trial.broker_choice import BrokerChoice
from sync.config_trial.probe import ConfigProbe
from sync.config_trial.trial import ConfigTrials
from sync.feeds.replica_rebuilt import begin_refill, note_if_refilled
from sync.presence import Identity
from sync.protocol import topics
from sync.protocol.ed25519_keys import PublicKeys, SigningKey, client_id
from sync.session import SyncSession
from sync.transport.broker import read_broker
from sync.transport.link_status import LinkStatus
from sync.transport.mqtt_client import MqttClient
from sync.trust import trusted_keys

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.04  # s between checks of the journal; a message from HQ wakes the loop at once
LOG_READER_CURSORS = {
    "sync_log": "follower:sync_log"
}  # what sync writes for the web process to record, and its cursor there
REBUILD_DELAY_S = 1.0  # s after a replica was rebuilt: a card that damages each one must not be worn out by it
BOX_POLL_INTERVAL_S = 0.5  # s between checks for the box's identity, which the web process creates at its first start


def main(config: Config) -> int:
    """Run sync until asked to stop; the process's exit code. Raises BadConfig if it must not start.

    Two on one store would disconnect each other at the broker (one client id) and both write the replica.
    """
    data = Path(config.store.data)
    read_broker(config.hq, key_of_folder(data))
    key, enrolled = trusted_keys.own_key(config.hq, key_of_folder(data)), trusted_keys.enrolled_keys(config.hq)
    with instance_lock("sync", data):
        return process.run_tasks(
            {
                "courier": partial(_live, config, key, enrolled),
                "log retention": partial(log_retention.run_log_retention, data, LOG_READER_CURSORS),
                "heartbeat": partial(heartbeat.run_heartbeat, data, "sync"),
            },
            data,
        )


def _live(config: Config, key: SigningKey, enrolled: PublicKeys, life: ProcessLife) -> None:
    """Run with one replica after the other: if it is damaged, or was replaced, sync starts again with the new one."""
    folder = Path(config.store.data)
    while life.goes_on():
        try:
            with open_store(folder) as db, open_hq(folder) as mirror:
                if decommission.is_decommissioned(folder, key.id):
                    _stand_still(db, mirror, life)
                    continue
                # HQ sends again what a power cut takes from these writes, so they need not wait for the card
                db.conn.execute("pragma synchronous = normal")
                _with_mirror(db, mirror, config, key, enrolled, life)
        except Damaged as damaged:
            if damaged.file.name != mirror_file.REPLICA_FILE:
                raise
            mirror_file.rebuild_damaged(damaged, clock.now())
            life.rest(REBUILD_DELAY_S)


def _stand_still(db: Database, mirror: Database, life: ProcessLife) -> None:
    """HQ has taken the box out of use: nothing is sent or received, and pages say so."""
    decommission.wipe_data_of_hq(db, mirror)  # again: the process may have been killed before it was done
    LinkStatus(db).note_disconnected(LinkReason.REVOKED, "HQ has taken this box out of use", clock.now())
    while life.goes_on():
        life.rest(BOX_POLL_INTERVAL_S)


def _with_mirror(
    db: Database, mirror: Database, config: Config, key: SigningKey, enrolled: PublicKeys, life: ProcessLife
) -> None:
    folder = Path(config.store.data)
    trials = ConfigTrials(db, mirror, config, enrolled, ConfigProbe())
    trials.end_unfinished(clock.now())
    lines = BrokerChoice(db, config)
    while mirror_file.is_current_replica(mirror) and not decommission.is_decommissioned(folder, key.id):
        box = _wait_for_box(db, config.store.id, life)
        if box is None:
            break
        me = Identity(chain=config.store.chain, box=box, boot=presence.next_boot(db, clock.now()), key=key)
        client = client_id(key, f"noren-{me.chain}-{box.store}")
        with MqttClient(
            lines.broker, client, topics.store_subscriptions(me.chain, box.store), presence.last_will(me)
        ) as link:
            _hold(SyncSession(db, mirror, folder, me, enrolled, link), link, trials, lines, life)
    trials.abandon("sync was stopped during the trial", clock.now())


def _hold(rounds: SyncSession, link: MqttClient, trials: ConfigTrials, lines: BrokerChoice, life: ProcessLife) -> None:
    """One MQTT connection, until the end, or until the broker changes, or until the replica is another file."""
    here = lines.broker
    rounds.line.note_disconnected(LinkReason.CONNECTING, f"connecting to {here}", clock.now())
    begin_refill(rounds.db, rounds.mirror, rounds.feeds, time.monotonic(), clock.now())
    while life.goes_on() and lines.broker == here and mirror_file.is_current_replica(rounds.mirror):
        events, at, now = link.read(POLL_INTERVAL_S), time.monotonic(), clock.now()
        rounds.run_once(events, at, now)
        if rounds.has_ended:
            break
        if rounds.ear.has_missed:
            rounds.ear.has_missed = False
            link.listen_again()
        rounds.as_room_allows(partial(_settle, rounds, trials, lines, at, now), at)
        rounds.as_room_allows(partial(note_if_refilled, rounds.mirror, rounds.feeds), at)
    if not life.goes_on():
        rounds.line.note_disconnected(LinkReason.STOPPED, "sync is not running", clock.now())


def _settle(rounds: SyncSession, trials: ConfigTrials, lines: BrokerChoice, at: float, now: Now) -> None:
    """Apply what HQ sets for the box itself: its config, and its broker."""
    if trials.advance(rounds.feeds.whole("config"), rounds.clock.moment(now), at, now):
        rounds.tell_state()
        lines.choose()
    lines.fall_back_if_silent(rounds.line.state == "up", at, now)


def _wait_for_box(db: Database, store: str, life: ProcessLife) -> BoxIdentity | None:
    """The box's identity; None if the process was stopped first."""
    told = False
    while life.goes_on():
        if box := read_box(db, store):
            return box
        if not told:
            log.info("waiting for the web process to give this box its identity")
            told = True
        life.rest(BOX_POLL_INTERVAL_S)
    return None
