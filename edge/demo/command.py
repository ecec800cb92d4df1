"""`noren demo`: start the town, say where its pages are, look after it until Ctrl-C."""

import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from edge.demo.ports import free_port, is_free
from edge.demo.stack import CannotStart, DemoStack, Ports
from edge.platform.process import stop_signals

DEFAULT_PORTS = Ports(web=8080, broker=1883)
READY_TIMEOUT_S = 90.0  # seconds; a Pi's first start writes the whole sample chain
CONFIG_TIMEOUT_S = 15.0  # seconds; HQ's first config is on trial for one or two
STOCK_COUNT_INTERVAL_S = 600.0  # seconds between two words of the stock system: numbers are shown for half an hour
POLL_INTERVAL_S = 0.5  # seconds between looks at the processes


def print_line(text: str) -> None:
    click.echo(text)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the town's lock, or say where the one that runs already has its pages."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"The demo is running already.\n{_addresses_of(folder)}") from None
        yield


def _addresses_of(folder: Path) -> str:
    note = folder / "addresses.txt"
    return note.read_text(encoding="utf-8") if note.exists() else "It is still starting."


def choose_ports() -> Ports:
    """The usual ports, or free ones if another program has them; prints that."""
    chosen = {}
    for name, usual in (("web", DEFAULT_PORTS.web), ("broker", DEFAULT_PORTS.broker)):
        chosen[name] = usual if is_free(usual) else free_port()
        if chosen[name] != usual:
            print_line(f"Port {usual} is taken; the {name} gets {chosen[name]}.")
    return Ports(**chosen)


def _addresses(town: DemoStack) -> str:
    play = json.loads((town.store / "play.json").read_text(encoding="utf-8"))
    clerk = play["staff"][0]
    pages = (
        ("Play", "/play", "try it without hardware: start here"),
        ("Kiosk", "/kiosk/k1", "for shoppers, portrait 1080 x 1920"),
        ("Staff", "/staff/c1", f"{clerk['name']}, PIN {clerk['pin']}"),
        ("Board", "/board", "numbers that are ready"),
        ("Status", "/status", "is the box well?"),
    )
    return "\n".join(f"  {name:7} {town.url(path):40} {what}" for name, path, what in pages) + "\n"


def _wait_until_ready(town: DemoStack, asked: Callable[[float], bool]) -> bool:
    """True when the pages answer, False when somebody asked to stop first."""
    begun = time.monotonic()
    while not town.is_ready():
        if asked(0.2):
            return False
        if time.monotonic() - begun > READY_TIMEOUT_S:
            raise CannotStart(f"The pages do not answer after {READY_TIMEOUT_S:.0f} s; see {town.folder / 'log'}.")
        for child in town.children.values():
            child.look_after(print_line)
    return True


def _wait_for_config(town: DemoStack, asked: Callable[[float], bool]) -> None:
    """Wait until the pages look as HQ wants them. If that does not happen, the pages answer anyway."""
    until = time.monotonic() + CONFIG_TIMEOUT_S
    while not (town.has_config() or asked(0.2)):
        if time.monotonic() > until:
            print_line(f"HQ's config is not in force yet; see {town.folder / 'log'}.")
            return


def _count(town: DemoStack) -> None:
    """A word of the stock system that does not come makes numbers old, and ends no demo."""
    try:
        town.count()
    except CannotStart as error:
        print_line(str(error))


def _live(town: DemoStack) -> None:
    with stop_signals() as asked:
        try:
            print_line("Starting broker, HQ and store")
            town.start()
            if _wait_until_ready(town, asked):
                _wait_for_config(town, asked)
                addresses = _addresses(town)
                (town.folder / "addresses.txt").write_text(addresses, encoding="utf-8")
                print_line(f"\nNoren is running. Ctrl-C ends it; its data stays in {town.folder}.\n\n{addresses}")
            counted = 0.0  # at once: the town may have been built long ago
            while not asked(POLL_INTERVAL_S):
                for child in town.children.values():
                    child.look_after(print_line)
                if not counted or time.monotonic() - counted >= STOCK_COUNT_INTERVAL_S:
                    _count(town)
                    counted = time.monotonic()
        finally:
            try:
                print_line("Ending …")
            finally:  # also if its output has no reader any more: the terminal is closed, or `| head` has ended
                town.end()
                (town.folder / "addresses.txt").unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Start anew: everything of the last town but the lock we hold."""
    for part in folder.iterdir():
        if part.name != "demo.lock":
            shutil.rmtree(part) if part.is_dir() else part.unlink()


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
@click.option("--fresh", is_flag=True, help="Forget the data of earlier runs.")
def demo(folder: Path, fresh: bool) -> None:
    """A broker, a reference HQ with a sample chain, and one store with virtual devices, on this machine."""
    try:
        with _only_one(folder):
            if fresh:
                _clear(folder)
            town = DemoStack(folder, choose_ports())
            town.build(print_line)
            _live(town)
    except CannotStart as error:
        print_line(str(error))
        sys.exit(1)
