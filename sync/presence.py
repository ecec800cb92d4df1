"""The state a store reports: its birth on each connection, and its death, which the broker sends (last will)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage

import msgspec
from sqlite_utils import Database

from edge.disk.disk_space import recorded_disk_level
from edge.facts.box import BoxForked
from edge.facts.hq_link import SyncStarted
from edge.facts.journal import BoxIdentity, journal_progress
from edge.platform.clock import Now
from edge.platform.database import rows, writing
from edge.platform.version import version
from edge.replica import clone_notice
from edge.retention import unswept
from sync import hardware
from sync.feeds.versions import FeedPosition
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import seal_message
from sync.protocol.messages import ConfigState, FeedState, ScannerCounts, State
from sync.sync_log import append_note, remembered_names
from sync.transport.mqtt_client import LastWill

BIRTH_INTERVAL_S = 60.0  # s between births, which report how the store is now


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The sender: the store's box in this run of sync."""

    chain: str
    box: BoxIdentity
    boot: int
    key: SigningKey
    run: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def topic(self) -> str:
        return topics.store_topic(self.chain, self.box.store, "state")


def next_boot(db: Database, now: Now) -> int:
    """The number of this start of sync: that of the row that notes it, so that it only rises."""
    with writing(db):
        return append_note(db, SyncStarted(), now)


def last_will(me: Identity) -> LastWill:
    """The message that the broker sends if the connection breaks."""
    death = State(store=me.box.store, state="death", boot=me.boot, epoch=me.box.epoch, box=me.box.id)
    return LastWill(me.topic, seal_message(me.topic, death, (), me.key))


def birth_message(
    db: Database,
    folder: Path,
    me: Identity,
    positions: Mapping[str, FeedPosition],
    refused: Mapping[str, int],
    now: Now,
) -> State:
    """How the store is now."""
    disk = disk_usage(folder)
    return State(
        store=me.box.store,
        state="birth",
        boot=me.boot,
        epoch=me.box.epoch,
        box=me.box.id,
        software=version(),
        time=now.text,
        clock=now.clock,
        backlog=max(0, journal_progress(db, me.box.epoch).waiting),
        disk_free=round(disk.free / disk.total, 3),
        disk=recorded_disk_level(db),
        feeds={
            name: FeedState(epoch=here.epoch, version=here.version, rows=here.rows) for name, here in positions.items()
        },
        devices={row["device"]: row["state"][:40] for row in rows(db, "select device, state from devices")},
        scans=_scans(db),
        config=_config(db),
        refused=dict(refused),
        forks=_forks(db),
        run=me.run,
        machine=hardware.mac_address(),
        address=hardware.lan_address(),
        unswept=unswept.days_unswept(db) or 0,
        cloned=bool(clone_notice.read_notice(db)),
    )


def _scans(db: Database) -> dict[str, ScannerCounts]:
    found = rows(
        db,
        """select device as name, heard, readings, refused,
                  coalesce((select sum(count) from answered a where a.log = 'scans' and a.device = d.device), 0) as answered
           from devices d
           union all
           select 'page:' || station, heard, readings, refused,
                  coalesce((select sum(count) from answered a where a.log = 'page_scans' and a.station = w.station), 0)
           from wedges w""",
    )
    return {row.pop("name")[:64]: msgspec.convert(row, ScannerCounts) for row in found}


def _config(db: Database) -> ConfigState | None:
    found = rows(db, "select epoch, version, stage from configs order by number desc limit 1")
    return msgspec.convert(found[0], ConfigState) if found else None


def _forks(db: Database) -> int:
    """In how many lanes HQ's history differs from ours."""
    return len(remembered_names(db, BoxForked))
