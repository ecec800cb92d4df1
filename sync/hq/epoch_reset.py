"""New epochs after HQ's database was restored from a backup: what a store got since the backup must not be taken for current."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from msgspec import Struct
from sqlite_utils import Database

from edge.platform.clock import Now, now, utc_text
from edge.platform.database import first_row, rows, writing
from sync.hq.feeds import feed
from sync.hq.feeds.feed import FeedPosition
from sync.hq.projections import config_status
from sync.protocol.messages import FeedState, Want

log = logging.getLogger(__name__)

RENEWAL_INTERVAL = timedelta(hours=1)  # a store that counts wrongly must not make the whole chain load again and again
PRESENT_MAX_AGE = timedelta(
    minutes=3
)  # since its last message, within which a store counts as connected; it sends one each minute
EVIDENCE_MAX_AGE = timedelta(days=1)  # for so long another store's evidence counts
HQ_ITSELF = ""  # in place of a store, if HQ has found it out by itself
RENEWALS_SHOWN_FOR = timedelta(days=7)


class EpochRenewal(Struct, frozen=True, kw_only=True):
    """A store had a feed version that HQ never sent; `renewed` feeds got a new epoch for it, 0: none. `whole`: of all stores."""

    store: str
    feed: str
    theirs: int
    ours: int
    renewed: int
    whole: bool
    noted: str


def renew_epochs(db: Database) -> int:
    """Begin a new epoch of every feed: each store loads it beside the old one. Returns how many feeds.

    The journals need nothing: HQ acknowledges what it has, and the stores send again from there.
    """
    db.conn.execute("pragma journal_mode = wal")  # a copy made by `vacuum into` has lost it
    with writing(db):
        return _renew(db, feed.changed_positions(db)[0])


def renew_older_epochs(db: Database, known: int, here: int) -> int:
    """Begin a new epoch of all feeds, because HQ had come further than its database shows; returns how many."""
    count = renew_epochs(db)
    moment = now().text
    with writing(db):
        db.conn.execute(
            """insert into renewals (store, feed, epoch, theirs, ours, renewed, whole, noted) values (?, ?, ?, ?, ?, ?, 1, ?)""",
            (HQ_ITSELF, "", secrets.token_hex(8), known, here, count, moment),
        )
    log.error("%s", renewal_in_words(recent_epoch_renewals(db)[-1]))
    return count


def renew_if_store_ahead(db: Database, store: str, feeds: Mapping[str, FeedState | Want]) -> bool:
    """Check whether a store has a version that HQ never sent: then HQ's database is an older copy. Returns whether feeds got
    a new epoch. Runs inside the caller's transaction.

    All feeds get a new epoch, not only the one that shows it: the next push may give a version a second meaning before
    another store reports. An epoch that HQ has left is no evidence. If several stores are connected and only one shows it,
    that box counts as wrong until another one agrees: only its own feeds get a new epoch, and only if they show it.
    """
    found = [(told.version, _unsaid(db, store, name, told)) for name, told in feeds.items()]
    shown = [(theirs, here) for theirs, here in found if here is not None]
    own = [(theirs, here) for theirs, here in shown if here.scope == store]
    return bool(shown) and _note_unsaid(db, store, *(own or shown)[0])


def is_store_ahead(db: Database, store: str, want: Want) -> bool:
    """Whether a store asks for what follows on something that HQ never said."""
    return _unsaid(db, store, want.feed, want) is not None


def _unsaid(db: Database, store: str, name: str, told: FeedState | Want) -> FeedPosition | None:
    """The state of HQ's own feed, if a store has a later version of it, or an epoch of it that HQ does not know."""
    here = feed.feed_position(db, name, feed.scope_of(name, store))
    if here is None or not told.epoch or (told.epoch == here.epoch and told.version <= here.version):
        return None
    at = (name, here.scope, told.epoch)
    left = first_row(db, "select 1 from epochs_left where feed = ? and scope = ? and epoch = ?", at)
    return here if left is None else None


def _note_unsaid(db: Database, store: str, theirs: int, here: FeedPosition) -> bool:
    """Note it once per epoch of a feed and store; returns whether feeds got a new epoch."""
    moment = now()
    whole = _is_witnessed(db, store, moment)
    begun = _begin_anew(db, store, moment, whole=whole) if whole or here.scope == store else 0
    noted = db.conn.execute(
        """insert into renewals (store, feed, epoch, theirs, ours, renewed, whole, noted) values (?, ?, ?, ?, ?, ?, ?, ?)
           on conflict (store, feed, epoch) do update set
             renewed = excluded.renewed, whole = excluded.whole, noted = excluded.noted
             where excluded.renewed > 0""",
        (store, here.feed, here.epoch, theirs, here.version, begun, whole and begun > 0, moment.text),
    )
    if noted.rowcount == 1:
        seen = EpochRenewal(
            store=store,
            feed=here.feed,
            theirs=theirs,
            ours=here.version,
            renewed=begun,
            whole=whole and begun > 0,
            noted=moment.text,
        )
        log.error("%s", renewal_in_words(seen))
    return begun > 0


def _is_witnessed(db: Database, store: str, moment: Now) -> bool:
    """Whether enough stores agree: two, or the only one connected. Evidence that led to the last renewal does not count."""
    there = first_row(
        db, "select count(*) from fleet where state = 'birth' and heard > ?", (_before(moment, PRESENT_MAX_AGE),)
    )
    others = first_row(
        db,
        """select count(distinct store) from renewals where store <> ? and not whole
           and noted > max(?, (select coalesce(max(noted), '') from renewals where whole))""",
        (store, _before(moment, EVIDENCE_MAX_AGE)),
    )
    assert there is not None
    assert others is not None
    return bool(there[0] <= 1 or others[0])


def _begin_anew(db: Database, store: str, moment: Now, *, whole: bool) -> int:
    """Begin a new epoch of a store's feeds, or of the whole chain's; returns how many: 0 if that was done within the last hour."""
    soon = first_row(
        db,
        "select 1 from renewals where renewed > 0 and noted > ? and (whole or (store = ? and not ?))",
        (_before(moment, RENEWAL_INTERVAL), store, whole),
    )
    if soon is not None:
        return 0
    return _renew(db, feed.changed_positions(db)[0] if whole else feed.positions_of_scope(db, store))


def _before(moment: Now, past: timedelta) -> str:
    return utc_text(moment.time - past)


def _renew(db: Database, here: Sequence[FeedPosition]) -> int:
    moment = now().text
    for one_feed in here:
        new = replace(one_feed, epoch=secrets.token_hex(8))
        feed.save_position(db, new)
        db.conn.execute(
            """insert into epochs_left (feed, scope, epoch, "left") values (?, ?, ?, ?)""",
            (one_feed.feed, one_feed.scope, one_feed.epoch, moment),
        )
        if one_feed.feed == "config":
            config_status.carry_over_epoch(db, one_feed.scope, one_feed.epoch, new.epoch)
    return len(here)


def recent_epoch_renewals(db: Database) -> list[EpochRenewal]:
    """What was noticed in the last days, the latest last."""
    found = rows(
        db,
        # of notes within one millisecond, the one that renewed feeds was first: because of it the others renewed none
        "select store, feed, theirs, ours, renewed, whole, noted from renewals where noted > ? order by noted, renewed desc",
        (utc_text(now().time - RENEWALS_SHOWN_FOR),),
    )
    return [EpochRenewal(**{**row, "whole": bool(row["whole"])}) for row in found]


def renewal_in_words(seen: EpochRenewal) -> str:
    """What was noticed, and what is to be done."""
    if seen.store == HQ_ITSELF:
        return (
            f"HQ's database is an older copy of itself: it knows of {seen.ours} changes, and there were {seen.theirs}. All "
            f"{seen.renewed} feeds have begun anew and the stores load them; nothing is to be done"
        )
    had = f"version {seen.theirs} of {seen.feed} and HQ itself only {seen.ours}"
    if seen.theirs <= seen.ours:
        had = f"a {seen.feed} that began in a life of HQ's which HQ itself does not remember"
    what = f"{seen.store} had {had}"
    if seen.whole:
        return (
            f"{what}: HQ's database is an older copy of itself. All {seen.renewed} feeds have begun anew and the stores "
            "load them; nothing is to be done"
        )
    if seen.renewed:
        return (
            f"{what}, and no other store on the line says so: its own {seen.renewed} feeds have begun anew. If HQ's "
            "database was restored, say `noren hq restored`; if not, look at this store's box"
        )
    return (
        f"{what}, and no feeds began anew: they did less than an hour before, or no other store on the line says so. If HQ's "
        "database was restored, say `noren hq restored`; if not, look at this store's box"
    )
