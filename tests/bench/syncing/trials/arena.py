"""Where a trial takes place: a folder, ports, and processes that can be killed, frozen and started anew."""

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge.demo.ports import free_port
from edge.demo.subprocesses import Subprocess
from tests.bench.syncing.trials.faults import Act, Role

# A killed process leaves the page cache alone, so these trials say nothing about a power cut, and a disk would only slow
# the producers below the rate that is wanted (one commit, one wait for the disk).
MEMORY = Path("/dev/shm")
PATIENCE = 60.0  # s anything may take that must come; only a hang takes so long

DEBIAN = (
    "persistence true\n"  # what /etc/mosquitto/mosquitto.conf of Debian says, but for its paths; limits are mosquitto's
)
TUNED = "persistence true\nmax_queued_messages 0\nautosave_on_changes true\nautosave_interval 1\n"


class Never(AssertionError):
    """Something a trial waited for did not come."""


def eventually(look: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait until `look` finds it. Raises Never."""
    end = time.monotonic() + within
    while not look():
        if time.monotonic() > end:
            raise Never(f"{what}: not within {within:.0f} s")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def module(name: str, *words: object) -> list[str]:
    """The command line of one of the bench's own processes."""
    return [sys.executable, "-m", f"tests.bench.syncing.{name}", *map(str, words)]


def program(name: str) -> str:
    """The path of a program; Debian keeps servers in folders that are not in a user's PATH."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"{name} is not installed; ./dev bench installs it")
    return found


@dataclass(slots=True)
class Arena:
    """The folder, HQ's broker and the link to it; an arm adds its own processes and says which stand for what."""

    folder: Path
    children: dict[str, Subprocess] = field(default_factory=dict)
    roles: Mapping[Role, tuple[str, ...]] = field(
        default_factory=lambda: {
            "store": ("producer",),
            "link": ("link",),
            "broker": ("broker",),
            "consumer": ("consumer",),
        }
    )
    broker: int = field(default_factory=free_port)
    link: int = field(default_factory=free_port)

    def add(self, name: str, command: list[str]) -> Subprocess:
        """A process by name; its log has the same name."""
        child = Subprocess(name=name, command=command, log=self.folder / f"{name}.log")
        self.children[name] = child
        return child

    def add_mosquitto(self, name: str, port: int, settings: str) -> None:
        """A broker with a folder of its own."""
        place = self.folder / name
        place.mkdir()
        conf = place / "mosquitto.conf"
        # "user root": started by root it would else become the user mosquitto, who may not write here
        conf.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence_location {place}/\n{settings}"
        )
        self.add(name, [program("mosquitto"), "-c", str(conf)])

    def add_link(self) -> None:
        """What a store reaches HQ's broker by: stopped it carries nothing and tells nobody, killed it breaks."""
        listen = f"TCP-LISTEN:{self.link},bind=127.0.0.1,reuseaddr,fork,nodelay"
        self.add("link", [program("socat"), listen, f"TCP:127.0.0.1:{self.broker},nodelay"])

    def add_far_link(self, delay: float) -> None:
        """The same over a long line, `delay` seconds each way, in the place of the one there was."""
        self.add("link", module("far_link", self.link, self.broker, delay))

    def start(self, *names: str) -> None:
        for name in names:
            self.children[name].start()

    def do(self, act: Act, role: Role) -> None:
        """Let a step of the schedule happen."""
        for name in self.roles[role]:
            child = self.children[name]
            match act:
                case "kill":
                    child.kill()
                case "start":
                    child.start()
                case "freeze":
                    os.killpg(child.pid, signal.SIGSTOP)
                case "thaw":
                    os.killpg(child.pid, signal.SIGCONT)

    def look_after(self) -> None:
        """Start anew what fell by itself, as systemd would."""
        for child in self.children.values():
            child.look_after(lambda text: print(text, file=sys.stderr, flush=True))

    def kill_all(self) -> None:
        for child in self.children.values():
            if child.process is not None:
                _kill_group(child)


def _kill_group(child: Subprocess) -> None:
    """The whole group: a link that was killed by itself leaves its connections to nobody."""
    try:
        child.kill()
    except ProcessLookupError:
        assert child.process is not None
        child.process.wait()


@contextmanager
def arena(prefix: str, keep: Callable[[], bool], *, on_disk: bool = False) -> Iterator[Arena]:
    """An arena for a `with` block: nothing of it runs on, and its folder goes unless `keep()` says otherwise."""
    memory = None if on_disk or not os.access(MEMORY, os.W_OK) else MEMORY
    here = Arena(Path(tempfile.mkdtemp(prefix=f"noren-{prefix}-", dir=memory)))
    failed = True
    try:
        yield here
        failed = False
    finally:
        here.kill_all()
        if failed or keep():
            print(f"kept: {here.folder}", file=sys.stderr, flush=True)
        else:
            shutil.rmtree(here.folder)
