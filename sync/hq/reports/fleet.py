"""The state of every store, as HQ sees it: connected or not, how far behind, and what needs a person."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import rows
from sync.hq.feeds import feed
from sync.hq.projections import config_status
from sync.hq.projections.config_status import KEPT_STATUS, WAITING_STATUS, Stage
from sync.hq.queries import unknown_members
from sync.hq.stores import clones
from sync.hq.stores.clones import SyncRun
from sync.protocol.messages import ScannerCounts, State
from sync.protocol.topics import ALL_STORES


class ConfigStanding(Struct, frozen=True, kw_only=True):
    """How far a store is with HQ's config: the version HQ has sent it last, and what the store reports of it."""

    epoch: str
    version: int
    stage: str  # see sync/hq/projections/config_status.py; `waiting` if it has reported nothing yet
    kept: int | None = None  # the version in force at the store, if that is known
    reason: str = ""
    path: str = ""
    said: str = ""


class StoreStatus(Struct, frozen=True, kw_only=True):
    """One store. `behind` names the feeds whose version is not HQ's; `quarantine` and `forks` are HQ's own counts."""

    store: str
    name: str
    group: str = ""
    line: str  # online, offline, never (it has not connected yet), revoked
    since: str = ""
    heard: str = ""
    software: str = ""
    box: str = ""
    backlog: int = 0
    behind: list[str] = []
    config: ConfigStanding | None = None  # None: HQ has sent none, the box's own config is in force
    clock: str = ""
    disk_free: float | None = None
    disk: str = ""  # ok; short: scans and views are thinned; full: new work is refused
    unswept: int = 0  # days of uptime in which no row was deleted by age
    devices: dict[str, str] = {}
    scans: dict[str, ScannerCounts] = {}
    refused: int = 0
    facts: int = 0
    quarantine: int = 0
    forks: int = 0
    conflicts: int = 0
    strangers: int = 0  # members it asked about and got no answer for, if within a day it did so far above its normal
    clones: list[SyncRun] = []  # more than one box runs as this store, from one card


def fleet_status(db: Database) -> list[StoreStatus]:
    """All enrolled stores, by id."""
    return list(_standings(db))


def _standings(db: Database) -> Iterator[StoreStatus]:
    heads = {(one.feed, one.scope): one for one in feed.changed_positions(db)[0]}
    aside, forks = _count(db, "quarantine"), _count(db, "forks")
    conflicts = _count(db, "conflicts", "settled is null")
    kept = dict(db.conn.execute("select store, sum(ordinal) from chains group by store").fetchall())
    told = {row["store"]: row for row in rows(db, "select * from fleet")}
    said = config_status.stages_by_store(db)
    doubled = clones.cloned_stores(db)
    strangers = unknown_members.stores_over_limit(db, now())
    for row in rows(db, "select id, name, revoked, fleet_group from stores order by id"):
        store = row["id"]
        own = StoreStatus(
            store=store,
            name=row["name"],
            line="never",
            group=row["fleet_group"] or "",
            config=_config(heads.get(("config", store)), said),
            facts=kept.get(store, 0),
            quarantine=aside.get(store, 0),
            forks=forks.get(store, 0),
            conflicts=conflicts.get(store, 0),
            strangers=strangers.get(store, 0),
            clones=doubled.get(store, []),
        )
        if store in told:
            own = _as_told(own, told[store], heads)
        yield msgspec.structs.replace(own, line="revoked") if row["revoked"] else own


def _config(head: feed.FeedPosition | None, said: dict[tuple[str, str], list[Stage]]) -> ConfigStanding | None:
    """Of the version HQ has sent last; a report on an older one does not count for it."""
    if head is None:
        return None
    told = said.get((head.scope, head.epoch), [])
    kept = max((one.version for one in told if one.stage == KEPT_STATUS), default=None)
    of_it = next((one for one in told if one.version == head.version), None)
    about = ConfigStanding(epoch=head.epoch, version=head.version, stage=WAITING_STATUS, kept=kept)
    if of_it is None:
        return about
    return msgspec.structs.replace(about, stage=of_it.stage, reason=of_it.reason, path=of_it.path, said=of_it.time)


def _count(db: Database, table: str, condition: str = "true") -> dict[str, int]:
    return dict(db.conn.execute(f"select store, count(*) from {table} where {condition} group by store").fetchall())


def _as_told(own: StoreStatus, row: dict[str, str], heads: dict[tuple[str, str], feed.FeedPosition]) -> StoreStatus:
    """With what the store reported of itself in its last message."""
    state = msgspec.json.decode(row["told"], type=State)
    ours = {name: head for (name, scope), head in heads.items() if scope in (ALL_STORES, own.store)}
    behind = [
        name
        for name, head in sorted(ours.items())
        if name not in state.feeds or (state.feeds[name].epoch, state.feeds[name].version) != (head.epoch, head.version)
    ]
    return msgspec.structs.replace(
        own,
        line="online" if row["state"] == "birth" else "offline",
        since=row["since"],
        heard=row["heard"],
        software=state.software,
        box=state.box,
        backlog=state.backlog,
        behind=behind,
        config=_as_it_says(own.config, state),
        clock=state.clock,
        disk_free=state.disk_free,
        disk=state.disk,
        unswept=state.unswept,
        devices=state.devices,
        scans=state.scans,
        refused=sum(state.refused.values()),
    )


def _as_it_says(config: ConfigStanding | None, state: State) -> ConfigStanding | None:
    """A birth can arrive before the fact, which waits in a long backlog; only the fact has the reason."""
    said = state.config
    if (
        config is None
        or config.stage != WAITING_STATUS
        or said is None
        or (said.epoch, said.version) != (config.epoch, config.version)
    ):
        return config
    return msgspec.structs.replace(
        config, stage=said.stage, kept=said.version if said.stage == KEPT_STATUS else config.kept
    )
