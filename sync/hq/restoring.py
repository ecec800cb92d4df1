"""After HQ's database was restored from a backup: nothing a store has heard since may be mistaken for the present."""

import secrets
from dataclasses import replace

from sqlite_utils import Database

from edge.store import writing
from sync.hq import feed, stages


def renew(db: Database) -> int:
    """Begin a new epoch of every feed: each store loads it anew, beside the old one. How many feeds.

    The journals need nothing: HQ acknowledges what it has, and the stores send again from there.
    """
    db.conn.execute("pragma journal_mode = wal")  # a copy made by `vacuum into` has lost it
    with writing(db):
        here, _ = feed.stands(db)
        for one in here:
            new = replace(one, epoch=secrets.token_hex(8))
            feed.save(db, new)
            if one.feed == "config":
                stages.renew(db, one.scope, one.epoch, new.epoch)
    return len(here)
