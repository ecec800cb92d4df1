"""How far each store is with its config: what it said last of each version HQ has sent it."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.facts.config_stages import (
    ConfigKept,
    ConfigReceived,
    ConfigRefused,
    ConfigRolledBack,
    ConfigTrial,
    ConfigValidated,
)
from edge.facts.fact import event_type
from edge.platform.database import rows
from sync.protocol.event import Event
from sync.protocol.messages import RowKey, Seq

WAITING_STATUS = "waiting"  # HQ has sent a version, and the store has said nothing of it yet
KEPT_STATUS = "kept"
FAILED_STATUSES = frozenset({"refused", "rolled_back"})  # the version before stays in force at the store
STATUS_OF_FACT = {
    event_type(ConfigReceived): "received",
    event_type(ConfigValidated): "validated",
    event_type(ConfigTrial): "trial",
    event_type(ConfigKept): KEPT_STATUS,
    event_type(ConfigRefused): "refused",
    event_type(ConfigRolledBack): "rolled_back",
}
STATUSES = (WAITING_STATUS, *STATUS_OF_FACT.values())
MAX_REASON_LENGTH = 500  # characters kept of a reason or path: they are shown in one line, and the fact has all of it


class StageData(Struct, frozen=True, kw_only=True):
    """What HQ reads of a stage's fact: version and epoch of the feed, and the fault with its path."""

    version: Seq
    epoch: Annotated[RowKey, Meta(description="The config feed's epoch.")]
    reason: str = ""
    path: str = ""
    not_used: tuple[str, ...] = ()


class Stage(Struct, frozen=True, kw_only=True):
    """What a store reported last of a version of its config."""

    store: str
    epoch: str
    version: int
    stage: str
    reason: str = ""
    path: str = ""
    time: str = ""


def note_stage(db: Database, store: str, event: Event, *, late: bool) -> None:
    """Note a stage inside the transaction that keeps its fact; a `late` one replaces no other.

    A stage of a version HQ never sent, or of an earlier epoch, is a fact and changes nothing here. If a version is kept,
    the stages of earlier ones are deleted. So the table is as long as the fleet, whatever a store reports.
    """
    said = msgspec.convert(event.data, StageData)
    stage = STATUS_OF_FACT[event.type]
    at = (store, said.epoch, said.version)
    db.conn.execute(
        f"""insert or {"ignore" if late else "replace"} into stages (store, epoch, version, stage, reason, path, time)
            select ?, ?, ?, ?, ?, ?, ? where exists
              (select 1 from heads where feed = 'config' and scope = ? and epoch = ? and version >= ?)""",
        (*at, stage, _reason(said)[:MAX_REASON_LENGTH], said.path[:MAX_REASON_LENGTH], event.time, *at),
    )
    if stage == KEPT_STATUS:
        db.conn.execute("delete from stages where store = ? and epoch = ? and version < ?", at)


def _reason(said: StageData) -> str:
    """Why a version is not in force; for one that is, the keys in it that the store does not know."""
    return said.reason or (f"not used by its version: {', '.join(said.not_used)}" if said.not_used else "")


def stages_by_store(db: Database) -> dict[tuple[str, str], list[Stage]]:
    """What each store reported of each version, by (store, epoch), by rising version."""
    found: dict[tuple[str, str], list[Stage]] = {}
    for row in rows(db, "select * from stages order by store, epoch, version"):
        stage = Stage(**row)
        found.setdefault((stage.store, stage.epoch), []).append(stage)
    return found


def stage_of_version(said: Iterable[Stage], version: int) -> Stage | None:
    """The stage of a version: what the store reported of it, or of a later one, which contains it; None while it waits.

    Kept once is kept; else the latest report counts, so that a refusal stays until the store tries something newer.
    """
    later: Sequence[Stage] = [one for one in said if one.version >= version]
    return next((one for one in later if one.stage == KEPT_STATUS), later[-1] if later else None)


def carry_over_epoch(db: Database, store: str, before: str, after: str) -> None:
    """The config feed of a store has a new epoch and the same versions: the reports on them stay."""
    for table in ("stages", "rollout_stores"):
        db.conn.execute(f"update {table} set epoch = ? where store = ? and epoch = ?", (after, store, before))


def stage_in_words(stage: str, path: str, reason: str) -> str:
    """`rolled back: check_in.miles: expected int`."""
    return ": ".join(part for part in (stage.replace("_", " "), path, reason) if part)
