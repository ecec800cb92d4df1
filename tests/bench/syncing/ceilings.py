"""What SQLite and mosquitto could do by themselves, if there were nothing to check, sign, count and answer."""

import secrets
import subprocess
import time
from collections.abc import Sequence

from edge.facts.journal import GENESIS_HASH, chain_hash
from edge.platform.database import rows, writing
from sync.hq.schema import migrate, open_hq_store
from sync.journal.send_window import MAX_BATCH_ROWS
from sync.protocol import envelope, topics
from sync.protocol.ed25519_keys import new_key
from sync.protocol.messages import EventRow, Events, PreviousRow
from tests.bench.syncing.ours import CHAIN, STORE
from tests.bench.syncing.trials.arena import DEBIAN, PATIENCE, Arena, answers, arena, eventually, program

MESSAGES = 400  # batches that mosquitto carries
TOPIC = topics.store_topic(CHAIN, STORE, "events")


def sqlite(facts: Sequence[EventRow]) -> float:
    """Rows a second into HQ's own table on the disk, a commit for each batch of `MAX_BATCH_ROWS`, nothing else done."""
    with arena("ceiling-sqlite", lambda: False, on_disk=True) as here:
        migrate(here.folder)
        db = open_hq_store(here.folder)
        begun = time.monotonic()
        for first in range(0, len(facts), MAX_BATCH_ROWS):
            with writing(db):
                db.conn.executemany(
                    """insert into facts (store, epoch, lane, seq, ordinal, id, type, time, event, hash, received)
                       values (?, 'e', 0, ?, ?, ?, 'noren.stock.moved', '', ?, ?, '')""",
                    [
                        (STORE, row.seq, row.ordinal, f"{STORE}/e/{row.seq}", row.event, GENESIS_HASH)
                        for row in facts[first : first + MAX_BATCH_ROWS]
                    ],
                )
        took = time.monotonic() - begun
        assert rows(db, "select count(*) n from facts")[0]["n"] == len(facts)
        db.close()
    return len(facts) / took


def _values(row: EventRow) -> tuple[object, ...]:
    return STORE, row.seq, row.ordinal, f"{STORE}/e/{row.seq}", row.event, GENESIS_HASH


def sealed(facts: Sequence[EventRow]) -> tuple[int, int]:
    """Of the first batch of a backlog: how many facts, and how many bytes on the line."""
    batch, mark = next(envelope.split_rows(facts[:MAX_BATCH_ROWS])), GENESIS_HASH
    for row in batch:
        mark = chain_hash(mark, row.raw())
    header = Events(
        store=STORE,
        epoch="0" * 32,
        lane=1,
        prev=PreviousRow(seq=0, hash=GENESIS_HASH.hex()),
        first=batch[0].seq,
        last=batch[-1].seq,
        hash=mark.hex(),
    )
    return len(batch), len(envelope.seal_message(TOPIC, header, batch, new_key()))


def mosquitto(facts: Sequence[EventRow]) -> float:
    """Facts a second through a broker in batches as ours, QoS 1, mosquitto's own clients."""
    number, size = sealed(facts)
    with arena("ceiling-mosquitto", lambda: False) as here:
        here.add_mosquitto("broker", here.broker, DEBIAN)
        here.start("broker")
        eventually(lambda: answers(here.broker), "the broker answers")
        return number * MESSAGES / _carry(here, size)


def _carry(here: Arena, size: int) -> float:
    """Seconds from the first message to the last one's arrival."""
    at = ["-h", "127.0.0.1", "-p", str(here.broker), "-q", "1", "-t", TOPIC]
    lines = "".join(f"{secrets.token_hex(size // 2)}\n" for _ in range(MESSAGES)).encode()
    listen = [program("mosquitto_sub"), *at, "-i", "ear", "-c"]
    # the broker keeps for an ear that was there once what is said before it is back
    subprocess.run([*listen, "-E"], check=True)
    begun = time.monotonic()
    with subprocess.Popen([*listen, "-C", str(MESSAGES), "-F", "x"], stdout=subprocess.DEVNULL) as ear:
        subprocess.run([program("mosquitto_pub"), *at, "-l"], input=lines, check=True)
        ear.wait(PATIENCE)
        return time.monotonic() - begun
