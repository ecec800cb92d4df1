"""The bytes of a reading: kept on the card until it is answered, and an hour longer if nobody understood them."""

from datetime import timedelta

from sqlite_utils import Database

from edge.platform.clock import Now
from edge.platform.database import NoRoom, rows, synchronous, writing
from edge.platform.process import ProcessLife

# Outcomes that cannot be examined without the bytes: a wrongly set scanner, a code that the chain has not described to us, a bug
# of ours. An hour is the time that a called person needs to come and look.
UNREAD_KINDS = frozenset({"not_understood", "fault"})
UNREAD_KEPT_FOR = timedelta(hours=1)  # of uptime: setting the clock does not shorten or lengthen it
ROWS_PER_TRANSACTION = 500  # rows a transaction changes, so that a scan never waits long for it

_RIDDLES = ", ".join(f"'{kind}'" for kind in sorted(UNREAD_KINDS))


def delete_reading_bytes(db: Database, scan_log: str, seq: int) -> None:
    """Delete the bytes of a reading, inside the transaction that answers it."""
    db.conn.execute(f"update {scan_log} set data = x'' where seq = ?", (seq,))


def delete_due_reading_bytes(db: Database, scan_log: str, answered: int, moment: Now, life: ProcessLife) -> int:
    """The same for all readings up to `answered` that are due, by the process that writes that log. Returns how many.

    A reading of another boot is due, because its age is not known. On a disk without a byte left they stay until there is room.
    """
    total = 0
    while life.goes_on() and (found := _due(db, scan_log, answered, moment)):
        try:
            # not confirmed data: a power cut brings them back, and the next round deletes them again
            with synchronous(db, "normal"), writing(db):
                db.conn.executemany(f"update {scan_log} set data = x'' where seq = ?", found)
        except NoRoom:
            break
        total += len(found)
    return total


def _due(db: Database, scan_log: str, answered: int, moment: Now) -> list[tuple[int]]:
    found = rows(
        db,
        f"""select s.seq from {scan_log} s left join outcomes o on o.log = :log and o.scan = s.seq
            where length(s.data) > 0 and s.seq <= :answered
              and (o.kind is null or o.kind not in ({_RIDDLES}) or s.boot <> :boot or s.uptime_ms <= :before)
            order by s.seq limit {ROWS_PER_TRANSACTION}""",
        {
            "log": scan_log,
            "answered": answered,
            "boot": moment.boot,
            "before": moment.uptime_ms - UNREAD_KEPT_FOR // timedelta(milliseconds=1),
        },
    )
    return [(row["seq"],) for row in found]
