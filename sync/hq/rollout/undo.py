"""Repairs a roll-out that stores refused or rolled back: it is sent again, or they get back the config they had."""

from collections.abc import Collection

import msgspec
from sqlite_utils import Database

from edge.platform.database import rows, writing
from sync.hq.errors import NotPossible
from sync.hq.feeds import feed
from sync.hq.rollout.advance import CONFIG_FEED, config_position, running_rollout, set_rollout_state, store_batches
from sync.hq.rollout.plan import Rollout, reached_stores, read_rollout


def retry_rollout(db: Database, number: int) -> list[str]:
    """Send it again, as a new version, to the stores that refused it or rolled it back; which. Raises NotPossible.

    What a store could not live with it never tries again under the same version: a box that was switched off during
    the trial, or whose scanner is plugged in by now, needs a new one. A store that was sent something else since is not
    this roll-out's business any more.
    """
    rollout = running_rollout(db, number)
    keys = {row["key"] for row in rollout.document}
    failed = [
        one.store
        for one in reached_stores(db, rollout)
        if one.failed and not _changed(db, one.store, keys, one.version)
    ]
    for run in store_batches(failed, f"roll-out {number}"):
        with writing(db):
            for store in run:
                feed.republish_rows(db, CONFIG_FEED, store, sorted(keys))
                db.conn.execute(
                    "update rollout_stores set epoch = ?, version = ? where rollout = ? and store = ?",
                    (*config_position(db, store), number, store),
                )
    return failed


def undo_rollout(db: Database, number: int, *, anyway: bool) -> tuple[list[str], list[str]]:
    """Give the stores back the document they had before, as a new version: (which, which have changed since).

    A store whose config was changed since then is left as it is, unless `anyway`. Safe to repeat after an interruption.
    """
    with writing(db):
        rollout = read_rollout(db, number)
        if rollout.state == "undone":
            raise NotPossible(f"roll-out {number} is undone already")
        set_rollout_state(db, number, "stopped")
    back: list[str] = []
    left: list[str] = []
    at = rows(db, "select store from rollout_stores where rollout = ? and undone = 0 order by store", (number,))
    for run in store_batches([row["store"] for row in at], "taking back"):
        with writing(db):
            for store in run:
                (back if _give_back(db, rollout, store, anyway) else left).append(store)
    if not left:
        with writing(db):
            set_rollout_state(db, number, "undone")
    return back, left


def _give_back(db: Database, rollout: Rollout, store: str, anyway: bool) -> bool:
    """Returns whether it was given back: without `anyway`, not if one of the rows was changed since."""
    at = (rollout.id, store)
    (row,) = rows(db, "select before, version from rollout_stores where rollout = ? and store = ?", at)
    before: dict[str, str | None] = msgspec.json.decode(row["before"])
    if _changed(db, store, before.keys(), row["version"]) and not anyway:
        return False
    feed.put_rows(db, CONFIG_FEED, store, before.items())
    db.conn.execute(
        "update rollout_stores set epoch = ?, version = ?, undone = 1 where rollout = ? and store = ?",
        (*config_position(db, store), *at),
    )
    return True


def _changed(db: Database, store: str, keys: Collection[str], version: int) -> bool:
    """Whether one of the rows was put by somebody else after the roll-out's version."""
    found = rows(db, "select key from rows where feed = ? and scope = ? and version > ?", (CONFIG_FEED, store, version))
    return any(row["key"] in keys for row in found)
