"""Making store.db consistent after some of its rows were lost: nothing is done twice, nothing is left undone."""

import secrets
from collections.abc import Mapping

from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import first_row, move_cursor

# Which reader reads which log. What it made of the log's rows shows up to where it has certainly read.
_DESKS = {"desk:scans": "scans", "desk:page_scans": "page_scans"}
_FOLLOWERS = {"follower:device_log": "device_log", "follower:sync_log": "sync_log", "thinning:scans": "thinned_scans"}


def make_consistent(db: Database, sequences: Mapping[str, int], now: Now) -> None:
    """Inside the caller's transaction. `sequences`: the last number that each table had assigned, if it is known."""
    _numbers(db, sequences)
    _identity(db, now)
    _kept(db)
    for reader, log in _DESKS.items():
        _cursor(db, reader, log, _answered(db, log))
    for reader, log in _FOLLOWERS.items():
        # which of these it had sent already is not known; to send them twice would be worse than not at all
        _cursor(db, reader, log, 0 if _has_cursor(db, reader) else _given(db, log))


def _numbers(db: Database, sequences: Mapping[str, int]) -> None:
    """No number is assigned twice, even if its row is lost."""
    known = dict(db.conn.execute("select name, seq from sqlite_sequence").fetchall())
    tables = {name for (name,) in db.conn.execute("select name from sqlite_master where sql like '%autoincrement%'")}
    for table in sorted(tables & {*sequences, *known}):
        seq = max(sequences.get(table, 0), known.get(table, 0))
        db.conn.execute("delete from sqlite_sequence where name = ?", (table,))
        db.conn.execute("insert into sqlite_sequence (name, seq) values (?, ?)", (table, seq))
    if first_row(db, "select 1 from sqlite_sequence where name = 'journal'") is None:
        db.conn.execute("insert into sqlite_sequence (name, seq) values ('journal', 0)")


def _identity(db: Database, now: Now) -> None:
    """The id of this box: the known one, or a new one. The epochs are those of its facts."""
    if first_row(db, "select 1 from box") is None:
        db.conn.execute(
            "insert into box (id, epoch, born, only_one) values (?, ?, ?, 1)",
            (secrets.token_hex(16), secrets.token_hex(16), now.text),
        )
    db.conn.execute(
        """insert or ignore into epochs (epoch, began)
           select epoch, ? from (select epoch from box union select epoch from journal union select epoch from kept)""",
        (now.text,),
    )


def _kept(db: Database) -> None:
    """Keep HQ's confirmation of a lane only if the lane's own rows prove it; else all is sent again, and HQ notices that."""
    db.conn.execute(
        """delete from kept where exists (select 1 from journal j where j.epoch = kept.epoch and j.lane = kept.lane)
           and not exists (select 1 from journal j where j.seq = kept.seq and j.epoch = kept.epoch and j.lane = kept.lane
                           and j.ordinal = kept.ordinal and j.hash = kept.hash)
           and kept.seq >= (select min(seq) from journal j where j.epoch = kept.epoch and j.lane = kept.lane)"""
    )


def _answered(db: Database, log: str) -> int:
    """The last scan of a log that certainly was answered: an outcome or a fact names it."""
    told = first_row(
        db,
        """select coalesce(max(cast(substr(json_extract(event, '$.causation'), :behind) as integer)), 0) from journal
           where json_valid(event) and json_extract(event, '$.causation') like :prefix""",
        {"behind": len(log) + 2, "prefix": f"{log}/%"},
    )
    shown = first_row(db, "select coalesce(max(scan), 0) from outcomes where log = ?", (log,))
    assert told is not None
    assert shown is not None
    return max(int(told[0]), int(shown[0]))


def _cursor(db: Database, reader: str, log: str, least: int) -> None:
    """Set a cursor not before what was certainly read, and not after the last number that was assigned."""
    row = first_row(db, "select seq from cursors where name = ?", (reader,))
    here, last = int(row[0]) if row else 0, _given(db, log)
    if (seq := max(least, here if here <= last else 0)) != here:
        move_cursor(db, reader, seq)


def _has_cursor(db: Database, reader: str) -> bool:
    return first_row(db, "select 1 from cursors where name = ?", (reader,)) is not None


def _given(db: Database, log: str) -> int:
    """The last number that a log has assigned."""
    row = first_row(db, "select seq from sqlite_sequence where name = ?", (log,))
    return int(row[0]) if row else 0
