"""Presence: HQ announces itself with its time, and notes what each store last reported of itself."""

import msgspec
from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import first_row
from sync.hq.stores import clones
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import seal_message
from sync.protocol.messages import HqPresence, State
from sync.transport.mqtt_client import LastWill

ANNOUNCE_INTERVAL_S = (
    20.0  # seconds between HQ's announcements; stores take its time as a hint, and its silence as a dead connection
)


def hq_topic(chain: str) -> str:
    return topics.hq_topic(chain, topics.ALL_STORES, "hq")


def hq_will(chain: str, key: SigningKey) -> LastWill:
    """What the broker shall say when HQ is gone. Signed now, because then nobody could."""
    header = HqPresence(state="down", time=now().text)
    return LastWill(hq_topic(chain), seal_message(hq_topic(chain), header, (), key))


def note_presence(db: Database, state: State, moment: str) -> bool:
    """Note a birth or a death inside the caller's transaction; returns whether the store has just connected, with this box.

    A death counts only for the boot it names.
    """
    turned = clones.note_birth(db, state, moment)
    row = first_row(db, "select state, since, told from fleet where store = ?", (state.store,))
    before = msgspec.json.decode(row[2], type=State) if row else None
    if state.state == "death":
        if row is None or before is None or (before.boot, before.box) != (state.boot, state.box):
            return False
        told = before
    else:
        told = state
    same = before is not None and row is not None and (row[0], before.boot) == (state.state, state.boot)
    since = row[1] if same and row is not None else moment
    db.conn.execute(
        "insert or replace into fleet (store, state, since, heard, told) values (?, ?, ?, ?, ?)",
        (state.store, state.state, since, moment, msgspec.json.encode(told).decode()),
    )
    return state.state == "birth" and (turned or not same)
