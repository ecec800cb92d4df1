"""The connection to HQ: whether HQ can be reached, and how many facts wait to be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.facts.journal import JournalProgress, journal_progress, oldest_waiting
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row
from edge.platform.heartbeat import LoopKeys
from edge.replica.hq_link import LinkReason
from edge.store_context import StoreContext

SYNC_LOOPS = frozenset({("sync", "heartbeat"), ("sync", "courier")})
LATE_AFTER = timedelta(minutes=5)  # without a message of HQ on a connection that is up: HQ sends every 20 s
HQ_AWAY_REASONS = frozenset(
    {LinkReason.NO_WORD, LinkReason.HQ_DOWN, LinkReason.HQ_SILENT}
)  # the broker answers and HQ does not

HqReach = Literal["there", "late", "away", "not_believed", "revoked", "cut", "stopped"]  # how HQ is to be had


@dataclass(frozen=True, slots=True, kw_only=True)
class HqConnection:
    """The connection to HQ, and what is sent over it."""

    reach: HqReach
    since: datetime | None  # of being up or down
    heard: datetime | None
    facts: JournalProgress
    oldest: datetime | None  # when the first of the facts was told that HQ has not kept


def _reach(state: str, reason: LinkReason, word: datetime, moment: Now) -> HqReach:
    match state, reason:
        case "up", _:
            return "late" if moment.clock != "unset" and moment.time - word > LATE_AFTER else "there"
        case _, why if why in HQ_AWAY_REASONS:
            return "away"
        case _, LinkReason.NOT_BELIEVED:
            return "not_believed"
        case _, LinkReason.REVOKED:
            return "revoked"
        case _, LinkReason.STOPPED:
            return "stopped"
        case _:
            return "cut"


def hq_connection(shop: StoreContext, silent: LoopKeys, moment: Now) -> HqConnection:
    """The state of the connection to HQ, and what waits for it. If sync's loops do not run, nothing it wrote counts."""
    facts, oldest = journal_progress(shop.db, shop.box.epoch), oldest_waiting(shop.db, shop.box.epoch)
    row = first_row(shop.db, "select state, since, heard, reason from line")
    if row is None:
        return HqConnection(reach="stopped", since=None, heard=None, facts=facts, oldest=oldest)
    since, heard = parse_utc(row[1]), parse_utc(row[2]) if row[2] else None
    reach = "stopped" if SYNC_LOOPS & silent else _reach(row[0], LinkReason(row[3]), max(since, heard or since), moment)
    return HqConnection(reach=reach, since=since, heard=heard, facts=facts, oldest=oldest)
