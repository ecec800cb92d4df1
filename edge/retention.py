"""What is thrown away when: only what HQ has kept, and only after the days the policy says."""

import logging
import time
from datetime import timedelta

from sqlite_utils import Database

from edge.clock import Now, now, utc_text
from edge.service import Life
from edge.shop import Shop
from edge.store import writing

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds between rounds
ROUND = 5.0  # seconds between looks at the clock: whoever asks whether this loop still goes round hears so
CHUNK = 500  # rows a transaction deletes, so that a scan never waits for a broom
LOG_DAYS = 90  # days a reading stays after the desk has answered it
JTI_DAYS = 2  # a signed code lives a minute; two days outlast any clock that was set in between

# Each table with what may go, by rowid. `:before` is the age limit (UTC text). A journal row goes only when HQ has kept
# it; an order's steps and a product's movements only when HQ has counted them, because what a screen shows is HQ's last
# word and all that HQ has not counted. The mark of a conflict stays as long as the steps that make it one, else HQ would
# be told of it again; so `marks` stands behind `pickup_steps`.
_GOES = {
    "journal": """select j.seq from journal j join kept k on k.epoch = j.epoch and k.lane = j.lane
                  where j.seq <= k.seq and json_extract(j.event, '$.time') < :before""",
    "outcomes": """select seq from outcomes where time < :before
                   and seq not in (select outcome from screens where outcome is not null)""",
    "page_scans": """select seq from page_scans where time < :before
                     and seq <= (select coalesce(max(seq), 0) from cursors where name = 'desk:page_scans')""",
    "visits": "select seq from visits where time < :before",
    "staff_calls": "select seq from staff_calls where time < :before and answered is not null",
    "stock_moves": """select m.seq from stock_moves m join counted_stock s on s.key = m.gtin
                      where m.time < :before and m.fact <= s.through_seq and s.epoch in (select epoch from epochs)""",
    "pickup_steps": """select p.seq from pickup_steps p left join counted_orders o on o.key = p.order_id
                       where p.time < :before and
                       (o.key is null or (p.fact <= o.through_seq and o.epoch in (select epoch from epochs)))""",
    "marks": """select rowid as seq from marks where time < :before
                and name not in (select 'conflict:' || order_id from pickup_steps)""",
}
_COUNTED = """select key, coalesce(json_extract(body, '$.epoch'), '') as epoch,
              coalesce(json_extract(body, '$.through_seq'), 0) as through_seq from hq.{feed} where body is not null"""


def sweep(shop: Shop, moment: Now) -> dict[str, int]:
    """One round: rows thrown away by table. Short transactions; whatever is cut off goes in the next round."""
    before = utc_text(moment.time - timedelta(days=shop.policy.retention_days))
    shop.db.conn.execute("attach database ? as hq", (f"file:{shop.config.store.data}/hq.db?mode=ro",))
    try:
        gone = {table: _sweep_table(shop, table, before) for table in _GOES}
    finally:
        shop.db.conn.execute("detach database hq")
    with writing(shop.db):
        old = int(moment.time.timestamp()) - JTI_DAYS * 86400
        gone["used_tokens"] = shop.db.conn.execute("delete from used_tokens where expires < ?", (old,)).rowcount
    return {table: count for table, count in gone.items() if count}


def _sweep_table(shop: Shop, table: str, before: str) -> int:
    counted = ", ".join(f"counted_{feed} as ({_COUNTED.format(feed=feed)})" for feed in ("stock", "orders"))
    found = f"with {counted} select seq from ({_GOES[table]}) limit {CHUNK}"
    total = 0
    while True:
        with writing(shop.db):
            rows = shop.db.conn.execute(found, {"before": before}).fetchall()
            shop.db.conn.executemany(f"delete from {table} where rowid = ?", rows)
        total += len(rows)
        if len(rows) < CHUNK:
            return total


def sweep_log(db: Database, log_name: str, follower: str, moment: Now) -> int:
    """Throw away what a log's follower has long read; for the logs of bridge and sync, each swept by its own writer."""
    before = utc_text(moment.time - timedelta(days=LOG_DAYS))
    total = 0
    while moment.clock != "unset":
        with writing(db):
            gone = db.conn.execute(
                f"""delete from {log_name} where seq in (select seq from {log_name} where time < ? and seq <=
                    (select coalesce(max(seq), 0) from cursors where name = ?) limit ?)""",
                (before, follower, CHUNK),
            ).rowcount
        total += gone
        if gone < CHUNK:
            break
    return total


def work(shop: Shop, life: Life) -> None:
    """The broom's day: a round an hour, none while the clock is unset (it would take today for long ago)."""
    due = time.monotonic()
    while life.goes_on():
        moment = now()
        if time.monotonic() >= due and moment.clock != "unset":
            due = time.monotonic() + EVERY
            if gone := sweep(shop, moment):
                log.info("thrown away after %d days: %s", shop.policy.retention_days, gone)
        life.rest(ROUND)
