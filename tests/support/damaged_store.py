"""A store that has lived for a day, and what is done to its files: bytes flipped, pages lost, files cut, filled or gone."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.box_identity import ensure_identity, reissue_epoch_after_fork
from edge.crypto.data_key import DataKey
from edge.facts.box import BoxForked
from edge.facts.fact import FactAttributes
from edge.facts.journal import GENESIS_HASH, tell
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import first_row, move_cursor, open_store, writing
from edge.platform.sqlite_file import key_of_folder, use_key
from edge.scan.log import Reading, append_reading
from sync.hq.ingest import batch_keeping
from sync.journal.reader import JournalPosition, position_of, rows_after
from sync.journal.send_window import idle_window
from sync.protocol.messages import Ack, Events, PreviousRow
from tests.support.any_fact import fact

STORE = "ginza"
KINDS = ("pickup.ready", "visit.checked_in", "product.scanned")
ENDS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What the store had said: its facts' texts by id, and its readings by seq."""

    facts: dict[str, str]
    scans: dict[int, bytes]


def live(folder: Path, hq: Database, *, facts: int, dice: random.Random) -> Lived:
    """Fill a store, its log of commits included as a kill leaves it: HQ has kept a third, and another it has without word."""
    use_key(folder, DataKey(dice.randbytes(32)))
    migration.migrate(folder)
    with open_store(folder) as db:
        db.conn.execute("pragma synchronous = off")
        box = ensure_identity(db, STORE, now())
        for number in range(facts):
            with writing(db):
                seq = append_reading(
                    db, "scans", "k1", "scanner", Reading(data=dice.randbytes(dice.randrange(8, 60))), now()
                )
                data = {"order": f"o-{number}", "text": "x" * dice.randrange(10, 300)}
                tell(
                    db,
                    box,
                    fact(dice.choice(KINDS), data),
                    now(),
                    FactAttributes(station="k1", causation=f"scans/{seq}"),
                )
                move_cursor(db, "desk:scans", seq)
            if number == facts // 3:
                carry(db, hq)
            if number == facts * 2 // 3:
                carry(db, hq, heard=False)
        lived = Lived(
            facts={msgspec.json.decode(text)["id"]: text for (text,) in db.conn.execute("select event from journal")},
            scans=dict(db.conn.execute("select seq, data from scans").fetchall()),
        )
        _leave(folder)
    for end in ENDS:
        (folder / f"left{end}").replace(folder / f"store.db{end}")
    return lived


def _leave(folder: Path) -> None:
    """As a kill would: the log is not written into the file."""
    for end in ENDS:
        shutil.copyfile(folder / f"store.db{end}", folder / f"left{end}")


def carry(db: Database, hq: Database, *, heard: bool = True) -> None:
    """What sync does until HQ has everything; `heard`: HQ's acknowledgement arrives and is noted."""
    for epoch, lane in db.conn.execute("select distinct epoch, lane from journal order by lane").fetchall():
        row = first_row(db, "select seq, ordinal, hash from kept where epoch = ? and lane = ?", (epoch, lane))
        place = JournalPosition(*row) if row else JournalPosition()
        while found := rows_after(db, (epoch, lane), idle_window(place.seq)):
            lines, mark = [line for line, _ in found], found[-1][1]
            prev = PreviousRow(seq=place.seq, hash=place.hash.hex())
            first, last = lines[0].seq, lines[-1].seq
            header = Events(store=STORE, epoch=epoch, lane=lane, prev=prev, first=first, last=last, hash=mark.hex())
            answer = batch_keeping.keep_batch(hq, header, lines)
            assert isinstance(answer, Ack), answer
            known = position_of(db, (epoch, lane), answer.seq)
            if answer.fork or known is None:
                with writing(db):
                    reissue_epoch_after_fork(
                        db, BoxForked(epoch=epoch, lane=lane, kept=place.seq, hq_seq=answer.seq), now()
                    )
                return carry(db, hq, heard=heard)
            place = known
        if heard and place.hash != GENESIS_HASH:
            with writing(db):
                db.conn.execute(
                    "insert or replace into kept (epoch, lane, seq, ordinal, hash, time) values (?, ?, ?, ?, ?, ?)",
                    (epoch, lane, place.seq, place.ordinal, place.hash, now().text),
                )
    return None


def at_hq(hq: Database) -> Counter[str]:
    """How often HQ has each fact's text."""
    return Counter(text for (text,) in hq.conn.execute("select event from facts"))


def flip(file: Path, place: int, bit: int) -> None:
    """One bit of a file is another."""
    with file.open("r+b") as handle:
        handle.seek(place)
        byte = handle.read(1)[0]
        handle.seek(place)
        handle.write(bytes([byte ^ 1 << bit]))


def spoil(file: Path, start: int, length: int, dice: random.Random) -> None:
    """A stretch of a file is noise."""
    with file.open("r+b") as handle:
        handle.seek(start)
        handle.write(dice.randbytes(length))


@contextmanager
def copied(folder: Path, to: Path) -> Iterator[Path]:
    """A copy of the store's files to spoil."""
    to.mkdir(parents=True)
    if key := key_of_folder(folder):
        use_key(to, key)
    for one_file in folder.iterdir():
        if one_file.is_file():
            shutil.copyfile(one_file, to / one_file.name)
    try:
        yield to
    finally:
        shutil.rmtree(to)
