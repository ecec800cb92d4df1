"""Rolling config out: to the first stores, to more of them, no further."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import first_row, rows, writing
from sync.hq.errors import NotPossible
from sync.hq.feeds import feed
from sync.hq.importing import unsupported
from sync.hq.importing.derived_fields import PushTarget, RowChange
from sync.hq.importing.files import FileRow
from sync.hq.importing.push import PushResult
from sync.hq.importing.row_builder import build_change
from sync.hq.progress_bar import with_bar
from sync.hq.projections.config_status import stage_in_words
from sync.hq.rollout.plan import ReachedStore, Rollout, candidate_stores, reached_stores, read_rollout, target_stores

CONFIG_FEED = "config"
STORES_PER_TRANSACTION = (
    250  # stores put in one transaction (some 20 ms): HQ goes on keeping, and a store that fails halts the next run
)
MAX_STORES_NAMED = 3  # stores an error names


class RolloutHalted(NotPossible):
    """A roll-out does not go on: stores have refused it, or rolled it back."""

    def __init__(self, rollout: Rollout, failed: Sequence[ReachedStore]) -> None:
        words = "; ".join(
            f"{one.store} {stage_in_words(one.stage, one.path, one.reason)}" for one in failed[:MAX_STORES_NAMED]
        )
        more = f"; and {len(failed) - MAX_STORES_NAMED} more" if len(failed) > MAX_STORES_NAMED else ""
        super().__init__(
            f"roll-out {rollout.id} has halted. {words}{more}. Push those stores a config without the fault, or "
            f"`noren hq rollout retry {rollout.id}`, or `undo {rollout.id}`, or go on all the same with --anyway"
        )


def plan_rollout(db: Database, items: Sequence[FileRow], group: str | None, percent: int) -> tuple[Rollout, PushResult]:
    """A roll-out that could begin, and what it would change at its first stores. Raises NotPossible, BadFile."""
    (last,) = first_row(db, "select coalesce(max(id), 0) from rollouts") or (0,)
    rollout = Rollout(
        id=int(last) + 1,
        file=items[0].path.name,
        document=[item.fields for item in items],
        group=group,
        percent=percent,
        state="running",
        made=now().text,
    )
    if not candidate_stores(db, group):
        where = f"in group `{group}`: `noren hq stores group STORE... {group}` puts some there"
        raise NotPossible(f"no store is {where if group else 'enrolled: `noren hq stores add STORE` does that'}")
    outcome = PushResult()
    for store in with_bar("checking", target_stores(db, rollout)):
        for item in items:
            change = build_change(db, PushTarget(feed=CONFIG_FEED, scope=store, moment=rollout.made), item)
            outcome.note(store, change)
            outcome.not_yet |= unsupported.unsupported_in_row(CONFIG_FEED, change.after)
    return rollout, outcome


def begin_rollout(db: Database, rollout: Rollout) -> Rollout:
    """Write a planned roll-out down and put it at its first stores. Raises NotPossible."""
    document = msgspec.json.encode(rollout.document).decode()
    with writing(db):
        added = db.conn.execute(
            "insert or ignore into rollouts (id, file, document, fleet_group, percent, state, made) values (?, ?, ?, ?, ?, ?, ?)",
            (rollout.id, rollout.file, document, rollout.group, rollout.percent, rollout.state, rollout.made),
        )
        if not added.rowcount:
            raise NotPossible("somebody else has begun a roll-out this moment: look at `noren hq rollout list`")
    _reach(db, rollout, anyway=False)
    return rollout


def advance_rollout(db: Database, number: int, percent: int, *, anyway: bool) -> Rollout:
    """Go on to more stores; at the same percentage to those that have come since. Raises Halted, NotPossible."""
    with writing(db):
        rollout = running_rollout(db, number)
        if percent < rollout.percent:
            raise NotPossible(
                f"roll-out {number} is at {rollout.percent} % and cannot go back to {percent} %; `undo` takes all back"
            )
        _look(db, rollout, anyway)
        db.conn.execute("update rollouts set percent = ? where id = ?", (percent, number))
    rollout = msgspec.structs.replace(rollout, percent=percent)
    _reach(db, rollout, anyway=anyway)
    return rollout


def stop_rollout(db: Database, number: int) -> Rollout:
    """It reaches no more stores; those it has reached keep what they have. Raises NotPossible."""
    with writing(db):
        rollout = running_rollout(db, number)
        set_rollout_state(db, number, "stopped")
    return msgspec.structs.replace(rollout, state="stopped")


def running_rollout(db: Database, number: int) -> Rollout:
    """The roll-out, while it goes on. Raises NotPossible."""
    rollout = read_rollout(db, number)
    if rollout.state != "running":
        raise NotPossible(f"roll-out {number} is {rollout.state}: begin a new one")
    return rollout


def set_rollout_state(db: Database, number: int, state: str) -> None:
    """Inside the caller's transaction."""
    db.conn.execute("update rollouts set state = ? where id = ?", (state, number))


def _look(db: Database, rollout: Rollout, anyway: bool) -> None:
    failed = [one for one in reached_stores(db, rollout) if one.failed]
    if failed and not anyway:
        raise RolloutHalted(rollout, failed)


def _reach(db: Database, rollout: Rollout, *, anyway: bool) -> None:
    """Put the document at the stores that do not have it yet; if a store fails meanwhile, it halts between two runs."""
    has = {row["store"] for row in rows(db, "select store from rollout_stores where rollout = ?", (rollout.id,))}
    stores = [store for store in target_stores(db, rollout) if store not in has]
    for run in store_batches(stores, f"roll-out {rollout.id}"):
        _look(db, rollout, anyway)
        with writing(db):
            running_rollout(db, rollout.id)  # nobody has stopped it meanwhile
            for store in run:
                _put(db, rollout, store)


def store_batches(stores: Sequence[str], label: str) -> Iterator[Sequence[str]]:
    """The stores of one transaction after the other, with a bar."""
    return with_bar(
        label, [stores[at : at + STORES_PER_TRANSACTION] for at in range(0, len(stores), STORES_PER_TRANSACTION)]
    )


def _put(db: Database, rollout: Rollout, store: str) -> None:
    moment = now().text
    items = [FileRow(path=Path(f"{rollout.file} at {store}"), line=1, fields=fields) for fields in rollout.document]
    changes = [build_change(db, PushTarget(feed=CONFIG_FEED, scope=store, moment=moment), item) for item in items]
    feed.put_rows(db, CONFIG_FEED, store, [(change.key, change.after) for change in changes])
    epoch, version = config_position(db, store)
    db.conn.execute(
        """insert or ignore into rollout_stores (rollout, store, epoch, version, before, sent, undone)
           values (?, ?, ?, ?, ?, ?, 0)""",
        (rollout.id, store, epoch, version, _before(changes), moment),
    )


def _before(changes: Sequence[RowChange]) -> str:
    return msgspec.json.encode({change.key: change.before for change in changes}).decode()


def config_position(db: Database, store: str) -> tuple[str, int]:
    """Epoch and version of a store's config, of which there is a row."""
    here = feed.feed_position(db, CONFIG_FEED, store)
    assert here
    return here.epoch, here.version
