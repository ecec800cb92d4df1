"""Two boxes that run as one store, from clones of one card: their births take turns, which one box's never do."""

from datetime import timedelta

from msgspec import Struct
from sqlite_utils import Database

from edge.platform.clock import now, utc_text
from edge.platform.database import first_row, rows
from sync.hq import store_commands
from sync.protocol.messages import State

MIN_TURNS = 2  # times each of two runs must have come back
ALARM_LIFETIME = timedelta(days=1)  # since a run's last message; so long the alarm stays after one of the boxes is off
CLONES_COMMAND = "clones"
MAX_BOXES_NAMED = 4  # boxes named in the command to the store: people read it


class SyncRun(Struct, frozen=True, kw_only=True):
    """A run of a store's sync that has come back after another one had taken its place."""

    store: str
    run: str
    machine: str
    address: str
    seen: str

    @property
    def words(self) -> str:
        return f"{self.machine or self.run} at {self.address or 'an unknown address'}"


def note_birth(db: Database, state: State, moment: str) -> bool:
    """Note a birth inside the caller's transaction; returns whether it is of another run than the birth before.

    A run ends for good with its process; an older box sends none.
    """
    if state.state != "birth" or not state.run:
        return False
    last = first_row(db, "select run from runs where store = ? order by number desc limit 1", (state.store,))
    before = first_row(db, "select returns from runs where store = ? and run = ?", (state.store, state.run))
    turned = last is not None and last[0] != state.run
    returns = (before[0] if before else 0) + (before is not None and turned)
    db.conn.execute("delete from runs where seen < ?", (utc_text(now().time - ALARM_LIFETIME),))
    db.conn.execute(
        "insert or replace into runs (store, run, machine, address, returns, seen) values (?, ?, ?, ?, ?, ?)",
        (state.store, state.run, state.machine, state.address, returns, moment),
    )
    return turned


def cloned_stores(db: Database) -> dict[str, list[SyncRun]]:
    """The stores that more than one box runs as, with the runs that took turns.

    Both must have come back twice: one birth that is delivered late makes both come back once, and is no clone.
    """
    found: dict[str, list[SyncRun]] = {}
    for row in rows(
        db,
        "select store, run, machine, address, seen from runs where returns >= ? order by store, run",
        (MIN_TURNS,),
    ):
        found.setdefault(row["store"], []).append(SyncRun(**row))
    return {store: runs for store, runs in found.items() if len(runs) > 1}


def queue_clone_notice(db: Database, state: State) -> bool:
    """Queue a command that reports the clone, or that it is settled, if the box's birth says otherwise; returns whether
    the box needs it.

    Inside the caller's transaction. Each box reports in its births what its own pages show: so both boxes get it, even one
    that was offline when it was sent, or one whose store.db was restored since.
    """
    if state.state != "birth" or state.cloned is None:
        return False
    boxes = _boxes(cloned_stores(db).get(state.store, []))
    if state.cloned == bool(boxes):
        return False
    if _said_last(db, state.store) != boxes:
        store_commands.queue_command_within(db, state.store, CLONES_COMMAND, {"boxes": boxes})
    return True


def settle_clones(db: Database, store: str) -> bool:
    """A person has switched one off: forget the runs of both. Returns whether there was an alarm."""
    if store not in cloned_stores(db):
        return False
    db.conn.execute("delete from runs where store = ?", (store,))
    store_commands.queue_command_within(db, store, CLONES_COMMAND, {"boxes": ""})
    return True


def _boxes(runs: list[SyncRun]) -> str:
    """The boxes in the form that the command takes, whatever a box calls itself."""
    named = [(_plain(run.machine) or _plain(run.run) or "?", _plain(run.address)) for run in runs[:MAX_BOXES_NAMED]]
    return ",".join(f"{box}@{address}" for box, address in named)


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in ":.-%"))


def _said_last(db: Database, store: str) -> str | None:
    """The boxes in the last command to the store, as long as it has not expired."""
    said = [do for scope, do in store_commands.open_commands(db) if scope == store and do.command == CLONES_COMMAND]
    return said[-1].args["boxes"] if said else None
