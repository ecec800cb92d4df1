"""Histories of a store, a broker and HQ with everything lost, doubled, late and killed that can be: how many hold."""

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.sync.simulated.disk import blanks
from tests.sync.simulated.histories import HISTORIES, live


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--schedules", type=int, default=20_000, help="histories, shared out over the kinds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    words = parser.parse_args()
    logging.disable()
    violations, begun = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        empty = blanks(Path(folder))
    each = -(-words.schedules // len(HISTORIES))
    for kind in HISTORIES:
        for seed in range(words.first, words.first + each):
            try:
                live(empty, kind, seed)
            except AssertionError as error:
                violations += 1
                print(error, flush=True)
        print(f"{kind}: {each} histories, {time.monotonic() - begun:.0f} s since the start", flush=True)
    took = time.monotonic() - begun
    figures = {
        "simulation.schedules": each * len(HISTORIES),
        "simulation.violations": violations,
        "simulation.seconds": took,
        "simulation.schedule_ms": 1000 * took / (each * len(HISTORIES)),
    }
    for name, value in figures.items():
        print(f"{name:24} {value:10.3f}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")
    return int(violations > 0)


if __name__ == "__main__":
    sys.exit(main())
