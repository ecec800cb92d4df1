"""What processes take of a machine: memory, and processor time by whose it is."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SERVING = ("web", "front")  # whose waits for a core are a kiosk's waits


def family(pid: int) -> list[psutil.Process]:
    """A process and all its children; none if it has ended."""
    try:
        own = psutil.Process(pid)
        return [own, *own.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def pss(processes: list[int]) -> float:
    """Proportional set size of processes and their children, MB (10^6 bytes)."""
    return sum(_pss(one.pid) for pid in processes for one in family(pid)) / 1e6


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (OSError, ValueError):
        return 0  # it has ended since
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) * 1024


def _seconds(pid: int) -> float:
    """Processor seconds a process and its children have had; of this very process its own alone, as it began all others."""
    if pid == os.getpid():
        return time.process_time()
    total = 0.0
    for one in family(pid):
        try:
            spent = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system + (spent.children_user + spent.children_system if one.pid == pid else 0.0)
    return total


def _waited(pid: int) -> float:
    """Seconds in which threads of a process and its children were ready to run, and had no core."""
    total = 0
    for one in family(pid):
        for thread in Path(f"/proc/{one.pid}/task").glob("*/schedstat"):
            try:
                total += int(thread.read_text(encoding="ascii").split()[1])  # ns
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended since
    return total / 1e9


def _machine() -> float:
    """Processor seconds this machine has worked."""
    spent = psutil.cpu_times()
    return float(sum(spent) - spent.idle - spent.iowait - spent.guest - spent.guest_nice)


@dataclass(slots=True)
class Spent:
    """Processor time since it was made, in cores (1.0 is one core all the time), by whose processes had it."""

    whose: dict[str, int]  # name to process number
    _before: dict[str, float] = field(init=False)
    _worked: float = field(init=False)
    _waited: float = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._before = {name: _seconds(pid) for name, pid in self.whose.items()}
        self._waited = self._late()
        self._worked, self._began = _machine(), time.monotonic()

    def _late(self) -> float:
        return sum(_waited(pid) for name, pid in self.whose.items() if name in SERVING)

    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._began

    def cores(self) -> dict[str, float]:
        """Each one's; `others`: the rest of the machine's processes; `waits`: what web and front wanted and did not get."""
        took = self.seconds()
        own = {name: max(0.0, _seconds(pid) - self._before[name]) / took for name, pid in self.whose.items()}
        others = max(0.0, (_machine() - self._worked) / took - sum(own.values()))
        return {**own, "others": others, "waits": (self._late() - self._waited) / took}
