"""Child processes that are looked after: started, started anew when they fall, ended in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2): a child gets a signal when its parent dies, for whatever reason
SIGTERM_TIMEOUT_S = 10.0  # seconds a process may take to end after SIGTERM before it is killed, as systemd does
RESTART_DELAY_S = 1.0  # seconds before a fallen process is started anew, as RestartSec in the units


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(kw_only=True)
class Subprocess:
    """One process: how it is started, where it writes, and whether it shall be up."""

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    fell_at: float | None = None

    def start(self) -> None:
        """Start it; its own words go to its log."""
        self.wanted, self.fell_at = True, None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self) -> None:
        """Ask it to stop, wait, and insist after `SIGTERM_TIMEOUT_S`."""
        self.wanted = False
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(SIGTERM_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """Pull its plug: SIGKILL, which nothing can catch. It stays down until `start`."""
        self.wanted = False
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def look_after(self, told: Callable[[str], None]) -> None:
        """Start it again a second after it ended; each end is reported once."""
        if not self.wanted or self.is_up():
            return
        if self.fell_at is None:
            assert self.process is not None
            self.fell_at = time.monotonic()
            told(f"{self.name} ended with {self.process.returncode}; starting it again (see {self.log})")
        elif time.monotonic() - self.fell_at > RESTART_DELAY_S:
            self.start()


def noren_command(*words: str | Path) -> list[str]:
    """The command line of one of our own processes, with this very Python."""
    return [sys.executable, "-m", "edge", *(str(word) for word in words)]
