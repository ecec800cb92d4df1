"""A laptop floods the pages in thirteen ways, and they are served in four: how long kiosks wait, memory, what the card grows by."""

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.processes.attacked_shop import SERVERS, Found, shop
from tests.processes.flood import FLOODS
from tests.processes.page_requests import within

TARGET = 300.0  # ms: p99 of a kiosk under every flood
CALM = "calm"  # no flood
WHOSE = ("web", "front", "flood", "kiosks", "others", "waits")  # processor time, in hundredths of a core
TITLES = ("served by", "flood", "kiosk", "asked", "none", "p50 ms", "p99 ms", "open ms", "PSS MB", "card KB", *WHOSE)
ROW = "{:10}{:12}{:7}{:>6}{:>6}{:>8}{:>9}{:>9}{:>8}{:>9}" + "{:>7}" * len(WHOSE)


def lines(server: str, title: str, found: Found) -> None:
    for kind, kiosk in found.kiosks.items():
        times = (
            f"{kiosk.p(0.5):.1f}",
            f"{kiosk.p(0.99):.1f}",
            f"{within(kiosk.opening, 0.5):.1f}" if kiosk.opening else "-",
        )
        whole = f"{found.memory:.1f}", f"{found.grown / 1000:.0f}"
        cores = (f"{100 * found.cores[name]:.0f}" if name in found.cores else "-" for name in WHOSE)
        row = ROW.format(server, title, kind, len(kiosk.took), kiosk.refused, *times, *whole, *cores)
        print(row, "" if kiosk.p(0.99) <= TARGET and not kiosk.refused else " over", flush=True)


def figures(server: str, title: str, found: Found) -> dict[str, float]:
    named = {
        f"{kind}.{key}": value
        for kind, kiosk in found.kiosks.items()
        for key, value in (
            ("asked", len(kiosk.took)),
            ("p50_ms", kiosk.p(0.5)),
            ("p99_ms", kiosk.p(0.99)),
            ("no_answer", kiosk.refused),
        )
    }
    named |= {"pss_mb": found.memory, "card_kb": found.grown / 1000}
    named |= {f"cores.{name}": value for name, value in found.cores.items()}
    return {f"attack.{server}.{title}.{key}": value for key, value in named.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each flood")
    parser.add_argument("--flood", action="append", choices=[CALM, *sorted(FLOODS)], help="only these")
    parser.add_argument("--by", action="append", choices=list(SERVERS), help="only served in these ways")
    words = parser.parse_args()
    print("none: questions without an answer of 200; open: a new connection, median; PSS: web and front at most")
    print("on the right: processor time in hundredths of a core; waits: what web and front wanted and did not get")
    print("busy is no flood, only the work of the generator. gunicorn and waitress alone speak no TLS and pair nobody")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores", flush=True)
    print(ROW.format(*TITLES), flush=True)
    told: dict[str, float] = {}
    for server in words.by or SERVERS:
        if missing := SERVERS[server].missing:
            print(f"{server:10}not measured: there is no {missing}", flush=True)
            continue
        for title in words.flood or [CALM, *FLOODS]:
            with tempfile.TemporaryDirectory() as folder, shop(Path(folder), SERVERS[server]) as open_shop:
                found = open_shop.under(None if title == CALM else title, words.seconds)
            lines(server, title, found)
            told |= figures(server, title, found)
    print(f"load {os.getloadavg()[0]:.1f} at the end", flush=True)
    if words.json:
        words.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
