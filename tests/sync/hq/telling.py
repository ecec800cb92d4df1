"""A store's journal as the tests write it: product code makes the chain, a list takes the place of store.db."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.facts.journal import GENESIS_HASH, chain_hash
from sync.protocol.messages import EventRow, Events, PreviousRow


@dataclass
class Teller:
    """One lane of one epoch of a store."""

    store: str = "ginza"
    epoch: str = "e1"
    lane: int = 0
    rows: list[tuple[EventRow, bytes]] = field(default_factory=list)

    def tell(self, kind: str, data: dict[str, Any] | None = None, *, gap: int = 0, **attributes: str) -> None:
        """Append a fact; `gap` numbers before it are burnt."""
        seq = (self.rows[-1][0].seq if self.rows else 0) + 1 + gap
        self.put(
            seq,
            {
                "specversion": "1.0",
                "id": f"{self.store}/{self.epoch}/{seq}",
                "source": f"/stores/{self.store}",
                "type": f"noren.{kind}",
                "time": "2026-11-21T10:42:00.123Z",
                "data": data or {},
                **attributes,
            },
        )

    def put(self, seq: int, event: Any) -> None:
        """Append any row: a dict as JSON, text as it is, bytes as opaque."""
        opaque = event if isinstance(event, bytes) else None
        text = None if opaque is not None else event if isinstance(event, str) else json.dumps(event)
        row = EventRow(seq=seq, ordinal=len(self.rows) + 1, event=text, opaque=opaque)
        self.rows.append((row, chain_hash(self.rows[-1][1] if self.rows else GENESIS_HASH, row.raw())))

    def batch(self, begin: int, end: int) -> tuple[Events, Sequence[EventRow]]:
        """Rows begin..end (places in the list, end not included) as the store would send them."""
        before_seq, before_hash = (self.rows[begin - 1][0].seq, self.rows[begin - 1][1]) if begin else (0, GENESIS_HASH)
        rows = [row for row, _ in self.rows[begin:end]]
        header = Events(
            store=self.store,
            epoch=self.epoch,
            lane=self.lane,
            prev=PreviousRow(seq=before_seq, hash=before_hash.hex()),
            first=rows[0].seq,
            last=rows[-1].seq,
            hash=self.rows[end - 1][1].hex(),
        )
        return header, rows

    def all(self) -> tuple[Events, Sequence[EventRow]]:
        return self.batch(0, len(self.rows))
