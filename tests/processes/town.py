"""A whole town for journeys, checks and benches: real processes, a real broker, real devices, in a temporary folder."""

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from edge.demo.ports import free_port
from edge.demo.stack import DEMO_STATIONS, DemoCamera, DemoStack, Ports
from tests.support.keyed_databases import opened, unlocked

WITHIN = 180.0  # seconds anything may take here before a test calls it never; a slow machine is no fault

T = TypeVar("T")


class Never(AssertionError):
    """Something waited for did not come."""


def eventually(look: Callable[[], T], what: str, within: float = WITHIN) -> T:
    """What `look` finds as soon as it finds anything. Raises Never."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.02)
    raise Never(f"{what}: not within {within:.0f} s")


def built(folder: Path, cameras: tuple[DemoCamera, ...] = ()) -> DemoStack:
    """A town on free ports, built but not started."""
    town = DemoStack(folder, Ports(web=free_port(), broker=free_port()), cameras=cameras)
    town.build(lambda _text: None)
    unlocked(town.data)
    return town


@contextmanager
def up(town: DemoStack) -> Iterator[DemoStack]:
    """A built town that is up; ended, with all its processes, on the way out."""
    town.start()
    try:
        eventually(town.is_ready, "the pages answer")
        eventually(lambda: mirror_is_whole(town), "the line to HQ is up and the store has all HQ sends")
        eventually(lambda: devices_work(town), "the scanners work")
        eventually(lambda: lives_with(town) > 0, "HQ's first config has proved itself")
        yield town
    finally:
        town.end()


@contextmanager
def a_town(folder: Path, cameras: tuple[DemoCamera, ...] = ()) -> Iterator[DemoStack]:
    """A town of one's own, up."""
    with up(built(folder, cameras)) as town:
        yield town


def devices_work(town: DemoStack) -> bool:
    """Whether every device of the settings works, and this very bridge has each scanner open.

    Its row may be one of the bridge before, which another finds where it begins.
    """
    found = look(town.data / "store.db", "select count(*) from devices where state = 'works'")
    return bool(found[0][0] == len(DEMO_STATIONS) + len(town.cameras)) and all(
        has_open(town, "bridge", town.link(station)) for station, *_ in DEMO_STATIONS
    )


def mirror_is_whole(town: DemoStack) -> bool:
    """Whether sync has received a message of HQ's while every feed was at HQ's version."""
    found = look(town.data / "store.db", "select heard from line where state = 'up'")
    return bool(found) and found[0][0] is not None


def lives_with(town: DemoStack) -> int:
    """The version of the newest config that is kept; 0 before the first."""
    found = look(
        town.data / "store.db", "select version from configs where stage = 'kept' order by number desc limit 1"
    )
    return int(found[0][0]) if found else 0


def line_is(town: DemoStack, state: str) -> bool:
    """Whether sync says that the line to HQ is `up` or `down`."""
    found = look(town.data / "store.db", "select state from line")
    return bool(found) and found[0][0] == state


def has_open(town: DemoStack, process: str, path: Path) -> bool:
    """Whether a process has a file open, by the kernel's own list."""
    if not town.children[process].is_up():
        return False
    held = Path(f"/proc/{town.children[process].pid}/fd")
    return any(_is_the_same(fd, path) for fd in held.iterdir())


def _is_the_same(fd: Path, path: Path) -> bool:
    try:
        return fd.samefile(path)
    except FileNotFoundError:  # closed, or unplugged, meanwhile
        return False


def look(path: Path, sql: str, args: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """A read-only look into a database another process owns."""
    with opened(path) as conn:
        return conn.execute(sql, args).fetchall()


def order(control: Path, **words: Any) -> dict[str, Any]:
    """Tell a virtual scanner something; its answer."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(WITHIN)
        line.connect(str(control))
        line.sendall(json.dumps(words).encode() + b"\n")
        answer: dict[str, Any] = json.loads(line.makefile().readline())
    return answer


def scan(town: DemoStack, station: str, data: str | bytes) -> None:
    """Let a station's scanner read a code, over its serial line."""
    raw = data.encode() if isinstance(data, str) else data
    answer = order(town.control(station), send=base64.b64encode(raw).decode())
    assert answer == {"ok": True}, answer


def card(town: DemoStack, group: str, title: str) -> str:
    """The data of a play card by a part of its English title."""
    play = json.loads((town.store / "play.json").read_text(encoding="utf-8"))
    found: str = next(c["data"] for c in play["cards"] if c["group"] == group and title in c["title"]["en"])
    return found


def outcomes(town: DemoStack) -> list[tuple[Any, ...]]:
    """All outcomes: seq, log, scan, station, kind, data, time."""
    return look(town.data / "store.db", "select * from outcomes order by seq")


def made(town: DemoStack) -> list[tuple[Any, ...]]:
    """The facts in the store's journal: lane, seq, type."""
    return look(town.data / "store.db", "select lane, seq, type from journal order by lane, seq")


def kept(town: DemoStack) -> list[tuple[Any, ...]]:
    """The facts HQ's database holds of this store: lane, seq, type."""
    return look(
        town.hq / "hq-store.db", "select lane, seq, type from facts where store = ? order by lane, seq", ("ginza",)
    )
