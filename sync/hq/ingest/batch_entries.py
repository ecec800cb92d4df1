"""What one transaction adds to the ledger: one read and one write, however many stores sent it."""

import json
from collections.abc import Collection

from sqlite_utils import Database

from sync.hq.ingest import fact_store
from sync.hq.ingest.chain_compare import ChainedRow, LanePosition
from sync.hq.ingest.fact_store import FactRow, LaneOfStore
from sync.hq.projections import counting
from sync.hq.projections.counting import CountedFact
from sync.hq.schema import FROM_ANOTHER_EPOCH
from sync.protocol.event import Event

# One question for all lanes of a group: a question each costs more than what it answers.
_ASKED = """with asked as (select json_extract(value, '$[0]') as store, json_extract(value, '$[1]') as epoch,
                                  json_extract(value, '$[2]') as lane from json_each(?))"""


class BatchEntries:
    """Facts and chains as they will be once `write` is called; until then the database knows nothing of them."""

    def __init__(self, db: Database, lanes: Collection[LaneOfStore], received: str) -> None:
        self.db, self.received = db, received
        self._found = _positions(db, lanes)  # as the database has it
        self._retold = _stores_that_retold(db, {lane.store for lane in lanes})
        self._moved: dict[LaneOfStore, LanePosition] = {}
        self._facts: list[FactRow] = []
        self._to_count: dict[LaneOfStore, list[CountedFact]] = {}

    def standing(self, lane: LaneOfStore) -> LanePosition:
        """How far a lane is, with what this transaction has added."""
        return self._moved.get(lane) or self._found.get(lane) or LanePosition()

    def hash_at(self, lane: LaneOfStore, seq: int) -> bytes | None:
        """The chain's hash at a row that is kept."""
        self.write_facts()
        return fact_store.hash_at(self.db, lane, seq)

    def has_retold(self, store: str) -> bool:
        """Whether a store has sent facts again in a later epoch: a store that was never restored saves the search for them."""
        return store in self._retold

    def add(self, lane: LaneOfStore, link: ChainedRow, event: Event) -> None:
        """A fact HQ understands."""
        if not event.id.startswith(f"{lane.store}/{lane.epoch}/"):
            self._retold.add(lane.store)
        self._facts.append(fact_store.fact_row(lane, link.place, event, link.row.event or "", self.received))
        self._count(lane, link, event, echo=False)

    def add_echo(self, lane: LaneOfStore, link: ChainedRow, event: Event) -> None:
        """A row that repeats a fact that is kept."""
        fact_store.note_echo(self.db, lane, link, event, self.received)
        self._count(lane, link, event, echo=True)

    def _count(self, lane: LaneOfStore, link: ChainedRow, event: Event, *, echo: bool) -> None:
        seq = link.place.seq
        fact = CountedFact(store=lane.store, epoch=lane.epoch, seq=seq, received=self.received, event=event, echo=echo)
        self._to_count.setdefault(lane, []).append(fact)

    def move(self, lane: LaneOfStore, last: LanePosition) -> None:
        """Move the lane forward to a row."""
        self._moved[lane] = last

    def write_facts(self) -> None:
        """Write the facts first: a search for one that another batch of this transaction brought must find it."""
        if self._facts:
            fact_store.write_facts(self.db, self._facts)
            self._facts.clear()

    def write(self) -> None:
        """All of it, before the commit: of a row that several batches of a lane move, HQ's feed gets one version."""
        self.write_facts()
        for facts in self._to_count.values():
            counting.apply_facts(self.db, facts)
        fact_store.move_chains(
            self.db,
            [(lane, self._found.get(lane, LanePosition()), last) for lane, last in self._moved.items()],
            self.received,
        )


def _positions(db: Database, lanes: Collection[LaneOfStore]) -> dict[LaneOfStore, LanePosition]:
    """How far HQ has each lane; one that it has nothing of is not in it."""
    asked = (json.dumps([(one.store, one.epoch, one.lane) for one in lanes]),)
    found = db.conn.execute(
        f"{_ASKED} select store, epoch, lane, seq, ordinal, hash from asked join chains using (store, epoch, lane)",
        asked,
    )
    return {
        LaneOfStore(store, epoch, lane): LanePosition(seq=seq, ordinal=ordinal, hash=mark)
        for store, epoch, lane, seq, ordinal, mark in found.fetchall()
    }


def _stores_that_retold(db: Database, stores: Collection[str]) -> set[str]:
    """Those of the stores that have sent facts again in a later epoch."""
    found = db.conn.execute(
        f"""select value from json_each(?) where exists
            (select 1 from facts where store = value and {FROM_ANOTHER_EPOCH})""",
        (json.dumps(sorted(stores)),),
    )
    return {store for (store,) in found.fetchall()}
