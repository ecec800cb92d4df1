"""How every store is, as HQ sees it: on the line or not, how far behind, and what needs a person."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.store import rows
from sync.headers import State
from sync.hq import feed, stages
from sync.hq.stages import KEPT, WAITING, Stage
from sync.topics import ALL


class ConfigStanding(Struct, frozen=True, kw_only=True):
    """How far a store is with HQ's config: the version HQ has sent it last, and what the store says of that."""

    epoch: str
    version: int
    stage: str  # see sync/hq/stages.py; `waiting` where it has said nothing yet
    kept: int | None = None  # the version it lives with, where that is known
    reason: str = ""
    path: str = ""
    said: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """One store. `behind` names the feeds whose version is not HQ's; `quarantine` and `forks` are HQ's own counts."""

    store: str
    name: str
    group: str = ""
    line: str  # online, offline, never (it has not been heard yet), revoked
    since: str = ""
    heard: str = ""
    software: str = ""
    box: str = ""
    backlog: int = 0
    behind: list[str] = []
    config: ConfigStanding | None = None  # None: HQ has sent none, the box lives with what it came with
    clock: str = ""
    disk_free: float | None = None
    disk: str = ""  # ok; short: scans and views are thinned; full: new work is refused
    devices: dict[str, str] = {}
    refused: int = 0
    facts: int = 0
    quarantine: int = 0
    forks: int = 0
    conflicts: int = 0


def fleet(db: Database) -> list[Standing]:
    """All enrolled stores, by id."""
    return list(_standings(db))


def _standings(db: Database) -> Iterator[Standing]:
    heads = {(one.feed, one.scope): one for one in feed.stands(db)[0]}
    aside, forks = _count(db, "quarantine"), _count(db, "forks")
    conflicts = _count(db, "conflicts", "settled is null")
    kept = dict(db.conn.execute("select store, sum(ordinal) from chains group by store").fetchall())
    told = {row["store"]: row for row in rows(db, "select * from fleet")}
    said = stages.of_stores(db)
    for row in rows(db, "select id, name, revoked, fleet_group from stores order by id"):
        store = row["id"]
        own = Standing(
            store=store,
            name=row["name"],
            line="never",
            group=row["fleet_group"] or "",
            config=_config(heads.get(("config", store)), said),
            facts=kept.get(store, 0),
            quarantine=aside.get(store, 0),
            forks=forks.get(store, 0),
            conflicts=conflicts.get(store, 0),
        )
        if store in told:
            own = _as_told(own, told[store], heads)
        yield msgspec.structs.replace(own, line="revoked") if row["revoked"] else own


def _config(head: feed.Stand | None, said: dict[tuple[str, str], list[Stage]]) -> ConfigStanding | None:
    """Of the version HQ has sent last; a word on an older one says nothing of it."""
    if head is None:
        return None
    told = said.get((head.scope, head.epoch), [])
    kept = max((one.version for one in told if one.stage == KEPT), default=None)
    of_it = next((one for one in told if one.version == head.version), None)
    about = ConfigStanding(epoch=head.epoch, version=head.version, stage=WAITING, kept=kept)
    if of_it is None:
        return about
    return msgspec.structs.replace(about, stage=of_it.stage, reason=of_it.reason, path=of_it.path, said=of_it.time)


def _count(db: Database, table: str, condition: str = "true") -> dict[str, int]:
    return dict(db.conn.execute(f"select store, count(*) from {table} where {condition} group by store").fetchall())


def _as_told(own: Standing, row: dict[str, str], heads: dict[tuple[str, str], feed.Stand]) -> Standing:
    """With what the store said of itself when it was last heard."""
    state = msgspec.json.decode(row["told"], type=State)
    ours = {name: head for (name, scope), head in heads.items() if scope in (ALL, own.store)}
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
        devices=state.devices,
        refused=sum(state.refused.values()),
    )


def _as_it_says(config: ConfigStanding | None, state: State) -> ConfigStanding | None:
    """A birth overtakes the fact that waits behind a long backlog; why, only the fact says."""
    said = state.config
    if (
        config is None
        or config.stage != WAITING
        or said is None
        or (said.epoch, said.version) != (config.epoch, config.version)
    ):
        return config
    return msgspec.structs.replace(config, stage=said.stage, kept=said.version if said.stage == KEPT else config.kept)
