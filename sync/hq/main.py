"""HQ at work: one database, one line to the broker, one loop."""

import logging
import secrets
import time
from functools import partial
from pathlib import Path

from edge.platform import process
from edge.platform.database import first_row
from edge.platform.process import ProcessLife
from sync.hq import older_copy
from sync.hq.enrolment import key_rotation
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.feeds.outbox import Outbox
from sync.hq.loop import HqLoop
from sync.hq.schema import open_hq_store
from sync.hq.stores import presence
from sync.protocol import topics
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient

log = logging.getLogger(__name__)

POLL_INTERVAL_S = (
    0.025  # seconds between looks at the database for what other processes pushed; a message wakes the loop at once
)
UNCONFIRMED_POLL_INTERVAL_S = 0.002  # seconds until the next look while the broker has not confirmed all


def serve(folder: Path, broker: BrokerSettings, *, shared: bool = False) -> int:
    """Serve the HQ in `folder` until SIGTERM or SIGINT; the process's exit code.

    `shared`: one of several workers over the same database; each message goes to one of them.
    """
    return process.run_tasks({"headquarters": partial(_work, folder, broker, shared)})


def _heard(chain: str, shared: bool) -> list[str]:
    """What a worker subscribes to."""
    told = topics.shared_hq_subscriptions(chain) if shared else topics.hq_subscriptions(chain)
    return [*told, presence.hq_topic(chain)]


def _work(folder: Path, broker: BrokerSettings, shared: bool, life: ProcessLife) -> None:
    key = read_hq_key(folder)
    db = open_hq_store(folder)
    older_copy.renew_if_older(db, folder)
    key_rotation.vouch_for_keys(db, folder)
    chain = read_chain_id(folder)
    client = f"noren-hq-{secrets.token_hex(8)}"  # each worker its own, and none that anybody could guess and take
    with MqttClient(broker, client, _heard(chain, shared), presence.hq_will(chain, key)) as link:
        out = Outbox(link, key)
        worker = HqLoop(db, chain, out)
        log.info("serving chain %s at %s", chain, broker)
        wait, notes = POLL_INTERVAL_S, older_copy.VersionNotes(db, folder)
        while life.goes_on():
            wait = POLL_INTERVAL_S if worker.run_once(link.read(wait)) else UNCONFIRMED_POLL_INTERVAL_S
            notes.note_if_due(time.monotonic())
        worker.close()
    db.conn.close()


def read_chain_id(folder: Path) -> str:
    """The chain whose headquarters is in `folder`."""
    db = open_hq_store(folder)
    row = first_row(db, "select chain from about")
    db.conn.close()
    assert row is not None, "init writes it in the transaction that makes the database usable"
    return str(row[0])
