"""Filling an empty headquarters with the sample chain."""

import json
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from edge.store import one, writing
from sync.hq import bodies, feed
from sync.hq.founding import enrol, found, opened
from sync.hq.keys import write_secret
from sync.hq.progress import shown
from sync.hq.sample import chain
from sync.hq.sample.brand import BRAND

PLAY = "play.json"
PLAYED = "ginza"  # the store one tries
CHAIN = BRAND.name.lower()


def fill(folder: Path, broker: str) -> int:
    """Found the sample chain's headquarters and enrol its stores; rows put, 0 where that was done before.

    A headquarters that already has rows is left as it is: its stores have lived on since. All rows come in one
    transaction, so that one killed in the middle is filled anew; play.json comes last and says that all is there.
    """
    found(folder, CHAIN, broker)
    moment = datetime.now(UTC)
    with opened(folder) as db:
        enrolled = {row[0] for row in db.conn.execute("select id from stores where revoked is null").fetchall()}
        for shop in chain.STORES:
            if shop.id not in enrolled:
                enrol(folder, shop.id, shop.name.ja)
        put = 0 if one(db, "select 1 from rows limit 1") else _put_all(db, moment)
    if not (folder / PLAY).exists():
        play = {"chain": CHAIN, **chain.play(PLAYED, moment)}
        write_secret(folder / PLAY, json.dumps(play, ensure_ascii=False, indent=1) + "\n")
    return put


def _put_all(db: Database, moment: datetime) -> int:
    rows = sorted(chain.feeds(moment), key=lambda row: (row[0], row[1]))
    parts = [(at, list(part)) for at, part in groupby(rows, key=lambda row: (row[0], row[1]))]
    with writing(db):
        for (name, scope), part in shown("filling the sample chain", parts):
            feed.put(db, name, scope, [(key, bodies.text(name, key, body)) for _, _, key, body in part])
    return len(rows)
