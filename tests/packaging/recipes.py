"""A recipe of docs/recipes/ as its page says it: changes to files, and commands, in order; played in a copy of the tree."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "recipes"
PARTS = (
    "docs",
    "edge",
    "firmware_bridge",
    "pyproject.toml",
    "sync",
    "systemd",
    "tests",
    "ui",
)  # what a copy is made of
UNREAD = ("*.woff2", "*.png")  # no recipe looks at fonts and pictures
BLOCK = re.compile(r"^```(diff|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^--- (?P<old>\S+)\n\+\+\+ b/(?P<new>\S+)\n", re.MULTILINE)
PYTHON = ".venv/bin/python"  # as the pages say it to people


class DoesNotFit(Exception):
    """A step asks for lines that are not there, or there more than once."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines that take the place of others in a file; without old ones it is a new file."""

    file: str
    old: str
    new: str

    def apply(self, tree: Path) -> None:
        """Raises DoesNotFit."""
        path = tree / self.file
        if not self.old:
            if path.exists():
                raise DoesNotFit(f"{self.file} is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.new, encoding="utf-8")
            return
        text = path.read_text(encoding="utf-8")
        if (found := text.count(self.old)) != 1:
            raise DoesNotFit(f"{self.file} has these lines {found} times, expected once:\n{self.old}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Command:
    """A line for the shell."""

    line: str

    def apply(self, tree: Path) -> None:
        """Raises AssertionError with its output if it fails."""
        ours = self.line.replace(PYTHON, sys.executable)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", ours], cwd=tree, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{self.line}\n{done.stdout}{done.stderr}"


def steps(page: Path) -> Iterator[Change | Command]:
    """What a page says to do, in its order."""
    for kind, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "diff":
            yield from changes(block)
        else:
            yield from map(Command, block.splitlines())


def changes(block: str) -> Iterator[Change]:
    """The hunks of a unified diff. Their line numbers are left out: a file may have grown since."""
    heads = list(FILE.finditer(block))
    assert heads, f"a diff begins with the names of its file:\n{block}"
    ends = [head.start() for head in heads[1:]] + [len(block)]
    for head, end in zip(heads, ends, strict=True):
        for hunk in block[head.end() : end].split("@@\n")[1:]:
            lines = hunk.splitlines(keepends=True)
            # an editor may have taken the space of an empty line
            old, new = ("".join(line[1:] or "\n" for line in lines if line[0] in (" ", "\n", sign)) for sign in "-+")
            yield Change(file=head["new"], old=old, new=new)


def copy_tree(to: Path) -> Path:
    """A copy of what recipes change and run."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, to / part, ignore=shutil.ignore_patterns(*UNREAD))
        else:
            shutil.copy2(source, to / part)
    return to
