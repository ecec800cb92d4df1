"""How many strangers a store may ask after: a few at once, and within an hour what is normal for this store."""

import statistics
from datetime import timedelta

from sqlite_utils import Database

from edge.platform.clock import Now, utc_text
from edge.platform.database import first_row, rows

ONE_HOUR = timedelta(hours=1)
MIN_HOURLY_LIMIT = 60  # strangers an hour that any store may have: one a minute
MAX_FACTOR_OF_NORMAL = 3  # a store's busiest hour may be so many times its normal one before anybody is alarmed
MAX_HOURLY_LIMIT = 1_200  # whatever is normal: a stranger every three seconds
DAYS_COUNTED = 28  # behind today, of which the normal hour is the median of the days' busiest ones
# strangers at once, and seconds for one more: people come one by one, lists do not
BURST_SIZE, REFILL_INTERVAL_S = 4, 2.0


def burst_left(db: Database, store: str, now: Now) -> float:
    """Strangers a store may ask after at once, by the uptime of the machine that all workers share."""
    row = first_row(db, "select boot, left, uptime_ms from bursts where store = ?", (store,))
    if row is None or row[0] != now.boot:
        return float(BURST_SIZE)
    return float(min(BURST_SIZE, row[1] + max(0, now.uptime_ms - row[2]) / 1000 / REFILL_INTERVAL_S))


def admit_stranger(db: Database, store: str, now: Now) -> bool:
    """Whether one more may be let in, in burst and hour; it is counted then, inside the caller's transaction."""
    now_left = burst_left(db, store, now)
    if now_left < 1 or asked_last_hour(db, store, now) >= hourly_limit(db, store, now):
        return False
    db.conn.execute(
        "insert or replace into bursts (store, boot, left, uptime_ms) values (?, ?, ?, ?)",
        (store, now.boot, now_left - 1, now.uptime_ms),
    )
    return True


def asked_last_hour(db: Database, store: str, now: Now) -> int:
    """The number of strangers a store got an answer about within the last hour."""
    row = first_row(
        db, "select count(*) from meetings where store = ? and asked > ?", (store, utc_text(now.time - ONE_HOUR))
    )
    return int(row[0]) if row else 0


def hourly_limit(db: Database, store: str, now: Now) -> int:
    """How many strangers a store may ask about within an hour, by its own normal; days without a question do not count."""
    since, today = utc_text(now.time - timedelta(days=DAYS_COUNTED))[:10], now.text[:10]
    found = rows(db, "select most from asked_days where store = ? and day >= ? and day < ?", (store, since, today))
    normal = statistics.median([row["most"] for row in found]) if found else 0
    return min(MAX_HOURLY_LIMIT, max(MIN_HOURLY_LIMIT, round(MAX_FACTOR_OF_NORMAL * normal)))


def note_day(db: Database, store: str, now: Now) -> None:
    """Note the strangers in the store's busiest hour of the day; delete days that are too old to be read."""
    db.conn.execute(
        """insert into asked_days (store, day, most) values (?, ?, ?)
           on conflict (store, day) do update set most = max(most, excluded.most)""",
        (store, now.text[:10], asked_last_hour(db, store, now)),
    )
    db.conn.execute(
        "delete from asked_days where store = ? and day < ?",
        (store, utc_text(now.time - timedelta(days=DAYS_COUNTED))[:10]),
    )
