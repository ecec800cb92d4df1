"""How far each store is with its config: what it said last of each version HQ has sent it."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.store import rows
from sync.headers import Key, Seq
from sync.hq.event import Event

WAITING = "waiting"  # HQ has sent a version, and the store has said nothing of it yet
KEPT = "kept"
FAILED = frozenset({"refused", "rolled_back"})  # the store lives on with the version before
STAGES = (WAITING, "received", "validated", "trial", KEPT, "refused", "rolled_back")
TYPES = {f"noren.config.{stage}": stage for stage in STAGES if stage != WAITING}
REASON_MOST = 500  # characters kept of a reason or path: they are shown in a line, and the fact has all of it


class StageData(Struct, frozen=True, kw_only=True):
    """What HQ reads of a stage's fact: which version of which life of the feed, and what was wrong where."""

    version: Seq
    epoch: Annotated[Key, Meta(description="The config feed's epoch.")]
    reason: str = ""
    path: str = ""


class Stage(Struct, frozen=True, kw_only=True):
    """What a store said last of a version of its config."""

    store: str
    epoch: str
    version: int
    stage: str
    reason: str = ""
    path: str = ""
    time: str = ""


def note(db: Database, store: str, event: Event, *, late: bool) -> None:
    """Note a stage inside the transaction that keeps its fact; a `late` one takes the place of no other.

    A word on a version HQ never sent, or on one of an earlier life of the feed, stays a fact and nothing else; what is
    kept makes the versions before it history, and they go. So the table is as long as the fleet, whatever a store says.
    """
    said = msgspec.convert(event.data, StageData)
    stage = TYPES[event.type]
    at = (store, said.epoch, said.version)
    db.conn.execute(
        f"""insert or {"ignore" if late else "replace"} into stages (store, epoch, version, stage, reason, path, time)
            select ?, ?, ?, ?, ?, ?, ? where exists
              (select 1 from heads where feed = 'config' and scope = ? and epoch = ? and version >= ?)""",
        (*at, stage, said.reason[:REASON_MOST], said.path[:REASON_MOST], event.time, *at),
    )
    if stage == KEPT:
        db.conn.execute("delete from stages where store = ? and epoch = ? and version < ?", at)


def of_stores(db: Database) -> dict[tuple[str, str], list[Stage]]:
    """What each store said of each version, by (store, epoch), by rising version."""
    found: dict[tuple[str, str], list[Stage]] = {}
    for row in rows(db, "select * from stages order by store, epoch, version"):
        stage = Stage(**row)
        found.setdefault((stage.store, stage.epoch), []).append(stage)
    return found


def since(said: Iterable[Stage], version: int) -> Stage | None:
    """What became of a version: what the store said of it, or of a later one, which holds it too; None while it waits.

    Kept once is kept; else the latest word counts, so that a refusal stands until the store takes something newer on.
    """
    later: Sequence[Stage] = [one for one in said if one.version >= version]
    return next((one for one in later if one.stage == KEPT), later[-1] if later else None)


def renew(db: Database, store: str, before: str, after: str) -> None:
    """The config feed of a store has a new epoch and the same versions: what was said of them stays said."""
    for table in ("stages", "rollout_stores"):
        db.conn.execute(f"update {table} set epoch = ? where store = ? and epoch = ?", (after, store, before))


def in_words(stage: str, path: str, reason: str) -> str:
    """`rolled back: check_in.miles: expected int`."""
    return ": ".join(part for part in (stage.replace("_", " "), path, reason) if part)
