"""Sync beside what people use instead: facts lost and doubled under faults, drain, latency, backlog, first load."""

import argparse
import json
import os
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

# Python looks first where the script lies, and this one is called as the package is that it measures.
sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]

PARTS = ("loss", "drain", "small", "latency", "backlog", "feed")


def measure(part: str, asked: argparse.Namespace) -> dict[str, float]:
    """The figures of one part, by dotted names; its module prints a table of its own.

    Each part is `tests/bench/syncing/<part>.py` with `measure(asked) -> dict[str, float]`, and is imported only when it
    is asked for: some bring a browser.
    """
    figures: dict[str, float] = import_module(f"tests.bench.syncing.{part}").measure(asked)
    return figures


def options() -> argparse.ArgumentParser:
    """What may be said on the command line; a part takes what concerns it."""
    parser = argparse.ArgumentParser(prog="./dev bench sync", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--seeds", type=int, help="how many seeds, counted from 1; each part has a number of its own")
    parser.add_argument("--quick", action="store_true", help="a look that takes minutes: fewer seeds, facts and rows")
    one = parser.add_argument_group("loss: a campaign in slices, or one trial whose folder is kept")
    one.add_argument("--resume", type=Path, help="a JSON-lines file of trials: what is in it is not run again")
    one.add_argument("--minutes", type=float, help="begin no trial after so many minutes; go on with --resume")
    one.add_argument("--arm", action="append", help="only this arm; may be given several times")
    one.add_argument("--fault", action="append", help="only this fault; may be given several times")
    one.add_argument("--seed", type=int, help="only this seed; with one arm and one fault the trial's folder is kept")
    return parser


def main() -> None:
    """Measure the parts one after another; what is measured is written down after each."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what was started is ended, too
    parser = options()
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    figures: dict[str, float] = {}
    for part in asked.parts or PARTS:
        found = measure(part, asked)
        for name, value in sorted(found.items()):
            print(f"{name:40} {value:14.3f}", flush=True)
        figures |= found
        if asked.json:
            asked.json.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
