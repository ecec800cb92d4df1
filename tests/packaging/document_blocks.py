"""The blocks of a document, run as they stand: one bash for all of them, in which a line that fails ends the test."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from textwrap import dedent

PATIENCE = 120.0  # s; only a hang takes so long
TOLD = 4_000  # characters of the log's end that a failure shows


def blocks(document: Path, kind: str = "sh") -> list[str]:
    """The fenced blocks of a kind, also those inside a list."""
    found = re.findall(rf"^( *)```{kind}\n(.*?)^\1```$", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [dedent(block) for _, block in found]


@dataclass
class Shell:
    """One bash for all blocks, so that variables and what runs in the background live on; a failing line ends it."""

    process: subprocess.Popen[str]
    log: Path  # its standard error, and that of what it started

    def run(self, block: str) -> str:
        """What the block prints. Fails if a line of it does, or if it does not end."""
        assert self.process.stdin is not None
        watchdog = threading.Timer(PATIENCE, os.killpg, (self.process.pid, signal.SIGKILL))
        watchdog.start()
        try:
            self.process.stdin.write(f"{block}\necho the-end\n")
            self.process.stdin.flush()
            printed = list(takewhile(lambda line: line != "the-end\n", self._lines()))
        finally:
            watchdog.cancel()
        return "".join(printed)

    def _lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            yield line
        told = self.log.read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"a line of the block failed, or hung:\n{told[-TOLD:]}")


@contextmanager
def bash(folder: Path, env: Mapping[str, str], log: Path) -> Iterator[Shell]:
    """A bash in a folder; its standard error goes to `log`, and what runs in its background ends with it."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail"],
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # so that bash and its background can be killed together
        )
    shell = Shell(process, log)
    shell.run("trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT")
    yield shell
    process.communicate("exit 0\n", timeout=PATIENCE)
