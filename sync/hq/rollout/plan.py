"""A roll-out of config: which file goes to which stores, and at which stage they are."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.platform.database import rows
from sync.hq.errors import NotPossible
from sync.hq.projections import config_status as stages
from sync.hq.projections.config_status import FAILED_STATUSES, STATUSES, WAITING_STATUS, Stage

Row = dict[str, Any]  # fields of a row, with its key under "key"


class Rollout(Struct, frozen=True, kw_only=True):
    """The plan: the rows of a config file, for the first `percent` of a group's stores, or of all."""

    id: int
    file: str
    document: list[Row]
    group: str | None
    percent: int
    state: Literal["running", "stopped", "undone"]
    made: str


class ReachedStore(Struct, frozen=True, kw_only=True):
    """A store the roll-out has reached: the version it put there, and what the store reports of it."""

    store: str
    version: int
    sent: str
    stage: str
    reason: str = ""
    path: str = ""
    said: str = ""  # when the store said so, by its own clock
    undone: bool = False

    @property
    def failed(self) -> bool:
        return self.stage in FAILED_STATUSES


class RolloutStatus(Struct, frozen=True, kw_only=True):
    """A roll-out and its stores: how many it could reach, how many of those it has reached are at which stage."""

    id: int
    file: str
    group: str | None
    percent: int
    state: Literal["running", "halted", "stopped", "undone"]
    begun: str
    candidates: int
    stages: dict[str, int]
    stores: list[ReachedStore]


def first_stores(rollout: int, stores: Sequence[str], percent: int) -> list[str]:
    """The first `percent` of the stores (rounded up), in an order of its own for each roll-out.

    A higher percentage only adds stores, and not always the same stores meet a mistake first.
    """
    ranked = sorted(stores, key=lambda store: hashlib.sha256(f"{rollout}/{store}".encode()).digest())
    return ranked[: -(-len(ranked) * percent // 100)]


def candidate_stores(db: Database, group: str | None) -> list[str]:
    """The enrolled stores of a group, or of the chain."""
    sql = "select id from stores where revoked is null and (? is null or fleet_group = ?)"
    return [row["id"] for row in rows(db, sql, (group, group))]


def target_stores(db: Database, rollout: Rollout) -> list[str]:
    """The stores that shall have it by now: those it has reached, and those its percentage adds."""
    return first_stores(rollout.id, candidate_stores(db, rollout.group), rollout.percent)


def read_rollout(db: Database, number: int) -> Rollout:
    """Raises NotPossible if there is none of that number."""
    found = [one for one in all_rollouts(db) if one.id == number]
    if not found:
        raise NotPossible(f"there is no roll-out {number}: `noren hq rollout list` shows them")
    return found[0]


def all_rollouts(db: Database) -> list[Rollout]:
    """All roll-outs, as they were begun."""
    found = rows(
        db, 'select id, file, document, fleet_group as "group", percent, state, made from rollouts order by id'
    )
    return [msgspec.convert({**row, "document": msgspec.json.decode(row["document"])}, Rollout) for row in found]


def reached_stores(db: Database, rollout: Rollout) -> list[ReachedStore]:
    """The stores it has reached, those whose key is revoked left out, by id."""
    found = rows(
        db,
        """select r.store, r.epoch, r.version, r.sent, r.undone from rollout_stores r
           join stores s on s.id = r.store and s.revoked is null where r.rollout = ? order by r.store""",
        (rollout.id,),
    )
    said = stages.stages_by_store(db)
    return [
        _reached(row, stages.stage_of_version(said.get((row["store"], row["epoch"]), ()), row["version"]))
        for row in found
    ]


def _reached(row: dict[str, Any], said: Stage | None) -> ReachedStore:
    about = ReachedStore(
        store=row["store"], version=row["version"], sent=row["sent"], stage=WAITING_STATUS, undone=bool(row["undone"])
    )
    if said is None:
        return about
    return msgspec.structs.replace(about, stage=said.stage, reason=said.reason, path=said.path, said=said.time)


def rollout_status(db: Database, rollout: Rollout) -> RolloutStatus:
    """The state of a roll-out: `halted` if it is running and a store has refused it or rolled it back."""
    stores = reached_stores(db, rollout)
    halted = rollout.state == "running" and any(one.failed for one in stores)
    counted = Counter(one.stage for one in stores)
    return RolloutStatus(
        id=rollout.id,
        file=rollout.file,
        group=rollout.group,
        percent=rollout.percent,
        state="halted" if halted else rollout.state,
        begun=rollout.made,
        candidates=len(candidate_stores(db, rollout.group)),
        stages={stage: counted[stage] for stage in STATUSES},
        stores=stores,
    )
