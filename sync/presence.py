"""What a store says of itself: its birth on each line, and the death the broker tells for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from shutil import disk_usage

import msgspec
from sqlite_utils import Database

from edge.clock import Now
from edge.disk import noted
from edge.journal import Box, standing
from edge.store import one, rows, writing
from sync import topics
from sync.feed_rules import Stand
from sync.headers import ConfigState, FeedState, State
from sync.link import Will
from sync.notes import append_note
from sync.signing import SigningKey
from sync.wire import seal

EVERY = 60.0  # s between births that tell how the store is now


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """Who speaks: the store's box in this run of sync."""

    chain: str
    box: Box
    boot: int
    key: SigningKey

    @property
    def topic(self) -> str:
        return topics.up(self.chain, self.box.store, "state")


def next_boot(db: Database, now: Now) -> int:
    """The number of this start of sync: that of the row that notes it, so that it only rises."""
    with writing(db):
        return append_note(db, "sync.started", {}, now)


def will(me: Self) -> Will:
    """What the broker shall say when the line breaks."""
    death = State(store=me.box.store, state="death", boot=me.boot, epoch=me.box.epoch, box=me.box.id)
    return Will(me.topic, seal(me.topic, death, (), me.key))


def birth(
    db: Database, folder: Path, me: Self, stands: Mapping[str, Stand], refused: Mapping[str, int], now: Now
) -> State:
    """How the store is now."""
    disk = disk_usage(folder)
    return State(
        store=me.box.store,
        state="birth",
        boot=me.boot,
        epoch=me.box.epoch,
        box=me.box.id,
        software=_version(),
        time=now.text,
        clock=now.clock,
        backlog=max(0, standing(db, me.box.epoch).waiting),
        disk_free=round(disk.free / disk.total, 3),
        disk=noted(db),
        feeds={
            name: FeedState(epoch=here.epoch, version=here.version, rows=here.rows) for name, here in stands.items()
        },
        devices={row["device"]: row["state"][:40] for row in rows(db, "select device, state from devices")},
        config=_config(db),
        refused=dict(refused),
        forks=_forks(db),
    )


def _config(db: Database) -> ConfigState | None:
    found = rows(db, "select epoch, version, stage from configs order by number desc limit 1")
    return msgspec.convert(found[0], ConfigState) if found else None


def _forks(db: Database) -> int:
    """How often HQ told another past than ours, in lanes."""
    (count,) = one(db, "select count(*) from sync_log where type = 'box.forked'") or (0,)
    return int(count)


def _version() -> str:
    try:
        return metadata.version("noren")
    except metadata.PackageNotFoundError:
        return "source"  # run from its source tree, where no version was built
