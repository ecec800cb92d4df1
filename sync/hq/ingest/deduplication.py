"""Whether HQ has a fact already, under whatever epoch: a box that was restored or cloned sends facts more than once."""

import msgspec

from sync.hq.ingest.batch_entries import BatchEntries
from sync.hq.ingest.fact_store import LaneOfStore
from sync.hq.schema import FROM_ANOTHER_EPOCH
from sync.protocol.event import Event, parse_fact_id


class Deduplication:
    """What a batch asks about the facts that are kept. An id belongs to one fact in the table, whatever boxes do."""

    def __init__(self, entries: BatchEntries, lane: LaneOfStore) -> None:
        self._entries, self._lane = entries, lane
        self._retold = entries.has_retold(lane.store)
        self._written = False  # whether what other batches of the transaction brought is in the table
        self._here: dict[str, list[str]] = {}  # what this batch brings

    def as_new_fact(self, event: Event, text: str) -> Event | None:
        """The fact under an id that no other has; None if the same fact is kept: under its first epoch, a later one, or here.

        Two epochs of one box can give one number to two facts. Both happened, so the second gets the epoch that sent it
        appended to its id.
        """
        # nearly every row: a look at the id's beginning costs a tenth of taking it apart
        first_hand = event.id.startswith(f"{self._lane.store}/{self._lane.epoch}/")
        if first_hand and not self._retold:
            return event
        kept = [*self._kept(event), *self._here.get(event.id, [])]
        if text in kept:
            return None
        if not first_hand:
            self._here.setdefault(event.id, []).append(text)
        return msgspec.structs.replace(event, id=f"{event.id}/{self._lane.epoch}") if kept else event

    def _kept(self, event: Event) -> list[str]:
        """The facts under an id: from its first epoch, and those sent in later epochs, with `/` and the epoch after the id."""
        if not self._written:
            self._entries.write_facts()
            self._written = True
        db = self._entries.db
        origin = parse_fact_id(self._lane.store, event)
        at = (self._lane.store, origin.epoch, self._lane.lane, origin.seq)
        first = db.conn.execute(
            "select event from facts where store = ? and epoch = ? and lane = ? and seq = ?", at
        ).fetchall()
        again = db.conn.execute(
            f"select event from facts where store = ? and (id = ? or (id > ? and id < ?)) and {FROM_ANOTHER_EPOCH}",
            (self._lane.store, event.id, f"{event.id}/", f"{event.id}0"),
        ).fetchall()
        return [text for (text,) in (*first, *again)]
