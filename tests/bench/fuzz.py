"""Bent, moved, forged and falsely true messages at the doors of a store and of HQ: crashes and wrong accepts, if any."""

import argparse
import json
import logging
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.sync.fuzzed.doors import Door, HqDoor, StoreDoor, knock, letter

LIFE = 5_000  # letters before a door is built anew: one that was made to trust another key accepts nothing any more
SHOWN = 3  # traces of a kind of crash


@dataclass(slots=True)
class Campaign:
    """What has come of it so far."""

    execs: int = 0
    taken: int = 0
    wrong: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def one(self, door: Door, seed: int) -> None:
        """One letter, drawn from its seed."""
        self.execs += 1
        sent = letter(door, random.Random(seed))
        try:
            self.taken += knock(door, sent)
        except AssertionError as error:
            self.wrong += 1
            print(f"seed {seed} at {type(door).__name__}: {error}", flush=True)
        except Exception as error:  # noqa: BLE001 - a crash is what is looked for
            kind = f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1].name}"
            self.crashes[kind] += 1
            if self.crashes[kind] <= SHOWN:
                print(f"seed {seed} at {type(door).__name__}: {sent}", flush=True)
                traceback.print_exc()

    def life(self, kind: type[StoreDoor] | type[HqDoor], first: int, end: float) -> None:
        """One door's letters, until it has had enough of them or the time is over."""
        with tempfile.TemporaryDirectory() as folder:
            door = kind(Path(folder))
            for seed in range(first, first + LIFE):
                if time.monotonic() >= end:
                    break
                self.one(door, seed)
            self.refused.update({f"{kind.__name__}.{reason}": times for reason, times in door.refused.items()})
            door.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    words = parser.parse_args()
    logging.disable()
    begun = time.monotonic()
    end = begun + 60 * words.minutes
    done, first = Campaign(), words.first
    while time.monotonic() < end:
        for kind in (StoreDoor, HqDoor):
            done.life(kind, first, end)
        first += LIFE
    for reason, times in sorted(done.refused.items()):
        print(f"{reason:28} {times:10d}")
    figures = {
        "fuzz.execs": done.execs,
        "fuzz.execs_per_s": done.execs / (time.monotonic() - begun),
        "fuzz.taken": done.taken,
        "fuzz.crashes": done.crashes.total(),
        "fuzz.accepted_wrong": done.wrong,
        "fuzz.peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }
    for name, value in figures.items():
        print(f"{name:28} {value:10.1f}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")
    return int(bool(done.wrong or done.crashes))


if __name__ == "__main__":
    sys.exit(main())
