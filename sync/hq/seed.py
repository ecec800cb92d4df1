"""Filling an empty headquarters with the sample chain."""

import json
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs
from sqlite_utils import Database

from edge.features.stock import StockRow
from edge.key_files.private_file import write_secret
from edge.platform.clock import now
from edge.platform.database import first_row, writing
from edge.validation.row_codec import encode_row
from sync.hq.enrolment.founding import enrol_store, found_headquarters, open_headquarters
from sync.hq.feeds import feed, row_types
from sync.hq.importing.push import put_all_rows
from sync.hq.progress_bar import with_bar
from sync.hq.projections import neighbour_rows
from sync.hq.sample.play import play_page_data
from sync.hq.sample.tables import SAMPLE_STORES, sample_policy, tables

PLAY_FILE = "play.json"
PLAY_STORE = "ginza"  # the store to try


def create_sample_hq(folder: Path, broker: str) -> int:
    """Found the sample chain's headquarters and enrol its stores; returns the rows put, 0 if that was done before.

    A headquarters that already has rows stays unchanged: its stores have changed since. All rows are put in one
    transaction, so that after a kill they are put again; play.json is written last and marks that all is there.
    """
    found_headquarters(folder, chain_id(), broker)
    moment = datetime.now(UTC)
    with open_headquarters(folder) as db:
        enrolled = {row[0] for row in db.conn.execute("select id from stores where revoked is null").fetchall()}
        for store in SAMPLE_STORES:
            if store not in enrolled:
                enrol_store(folder, store, sample_policy(store).place.name.ja)
        put = 0 if first_row(db, "select 1 from rows limit 1") else _put_all(db, moment)
    if not (folder / PLAY_FILE).exists():
        told = {"chain": chain_id(), **play_page_data(PLAY_STORE)}
        write_secret(folder / PLAY_FILE, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return put


def chain_id() -> str:
    """The sample chain's id."""
    return sample_policy(PLAY_STORE).brand.name.lower()


def restamp_stock(folder: Path) -> int:
    """Report the sample chain's stock numbers again, as of now; returns how many. A number that is not reported again grows old."""
    moment, told = now(), 0
    with open_headquarters(folder) as db:
        for store in SAMPLE_STORES:
            sql = "select key, body from rows where feed = 'stock' and scope = ? and body is not null"
            found = [
                (key, row_types.decode_row_or_none("stock", key, body, StockRow))
                for key, body in db.conn.execute(sql, (store,))
            ]
            rows = {key: structs.replace(row, as_of=moment.time) for key, row in found if row}
            with writing(db):
                told += feed.put_rows(db, "stock", store, [(key, encode_row(row)) for key, row in rows.items()])
                neighbour_rows.spread_stock(db, store, rows, moment.text)
    return told


def _put_all(db: Database, moment: datetime) -> int:
    """Push each file of the sample; returns the rows in the feeds then, including those about neighbour stores."""
    with writing(db):
        for table in with_bar("filling the sample chain", tables()):
            put_all_rows(db, table.word, table.scope, table.items(moment))
        (count,) = db.conn.execute("select count(*) from rows").fetchone()
    return int(count)
