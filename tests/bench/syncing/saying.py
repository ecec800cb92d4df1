"""What every producer does alike: it says facts at a steady rate and writes down which it has said yes to."""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge.facts.fact import event_type
from edge.facts.journal import NO_ATTRIBUTES, BoxIdentity, cloud_event
from edge.features.stock import StockMoved
from edge.platform.clock import now

LEDGER, RUNS = "ledger", "runs"
RUN_ROOM = 1_000_000  # numbers of a run; the next one begins above, so that a fact half said before a kill is no other


@dataclass(frozen=True, slots=True)
class Task:
    """What a producer is to do: so many facts in all, at so many a second; `run` counts its starts from 1."""

    folder: Path
    facts: int
    rate: float
    port: int
    run: int

    def left(self) -> int:
        """How many are still to be said."""
        return self.facts - len(said(self.folder))


def read_task() -> Task:
    """The task on the command line: FOLDER FACTS RATE PORT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("facts", type=int)
    parser.add_argument("rate", type=float)
    parser.add_argument("port", type=int)
    words = parser.parse_args()
    with (words.folder / RUNS).open("ab") as runs:
        runs.write(b".")
    run = (words.folder / RUNS).stat().st_size
    return Task(folder=words.folder, facts=words.facts, rate=words.rate, port=words.port, run=run)


def paced(count: int, rate: float) -> Iterator[int]:
    """Numbers 0 to count - 1, `rate` a second; who is late goes on at once."""
    begun = time.monotonic()
    for number in range(count):
        if (wait := begun + number / rate - time.monotonic()) > 0:
            time.sleep(wait)
        yield number


class Ledger:
    """The ids of confirmed facts; once `add` returns, the kernel has the line, whatever is killed then."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, *ids: str) -> None:
        os.write(self._file, "".join(f"{one}\n" for one in ids).encode())


def said(folder: Path) -> list[str]:
    """The ids in a ledger; a line without its end is none."""
    path = folder / LEDGER
    return path.read_text().split("\n")[:-1] if path.exists() else []


BOX = BoxIdentity(store="ginza", id="0" * 32, epoch="0" * 32)


def message(number: int) -> tuple[str, bytes]:
    """Id and bytes of a fact as the peers send it: the same CloudEvent, so the same size."""
    moved = StockMoved(gtin="04590000000018", quantity=-1, reserved=0, reason="sale")
    event = cloud_event(BOX, number, event_type(StockMoved), moved, now(), NO_ATTRIBUTES)
    return event["id"], msgspec.json.encode(event)
